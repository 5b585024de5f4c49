"""Groups, chains and what functions make of results: several tasks submitted as one."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest
from flow_harness import Stage

from swf.exceptions import ValidationError
from swf.flow import Chain, FuncGroup, Group, Workflow, activity, errors, futures
from swf.flow.canvas import Call, GroupFuture


@activity
def increment(x: int) -> int:
    return x + 1


@activity
def double(x: int) -> int:
    return x * 2


@activity
def multiply(numbers: list[int]) -> int:
    return prod(numbers)


@activity(name="failing", raises_on_failure=False)
def fail() -> None:
    raise ValueError("no")


@activity
def fail_loudly(message: str = "no") -> None:
    raise ValueError(message)


class Submits(Workflow):
    """Submits what the test gives it, and returns the result."""

    made: Any = None

    def run(self) -> Any:
        return self.submit(type(self).made()).result


def submits(made: Any) -> type[Workflow]:
    return type("Submits", (Submits,), {"made": staticmethod(made), "name": "submits"})


def test_group_then_chain(stage: Stage) -> None:
    """A chain hands the list of a group's results to the task after it."""
    flow = submits(
        lambda: Chain(
            Group((increment, 1), (increment, 2), (increment, 3)), multiply, send_result=True
        )
    )

    assert stage.run(flow) == [[2, 3, 4], 24]


def test_group_of_chains(stage: Stage) -> None:
    """Chains side by side have ids of their own: each gets its own results."""
    flow = submits(
        lambda: Group(
            Chain((increment, 10), double, send_result=True),
            Chain((increment, 1), double, send_result=True),
        )
    )

    assert stage.run(flow) == [[11, 22], [2, 4]]
    assert {call["activityId"].rpartition("-")[2] for call in stage.calls} == {
        "1.1.1",
        "1.2.1",
    }


def test_chains_do_not_wait_for_each_other(stage: Stage) -> None:
    """One chain goes on while another waits."""
    stage.held.add("double")

    flow = submits(
        lambda: Group(Chain((double, 1), (increment, 1)), Chain((increment, 1), (increment, 2)))
    )
    started = stage.start(flow)
    stage.drive()

    assert started.count("ActivityTaskCompleted") == 2
    stage.complete(stage.take()["taskToken"], 2)
    assert started.finish().result == [[2, 2], [2, 3]]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda: Chain(fail, (increment, 1)), [None]),
        (
            lambda: Chain(fail, (increment, 1), (multiply, [3, 2]), break_on_failure=False),
            [None, 2, 6],
        ),
        (
            lambda: Chain(
                Chain(fail, (increment, 5), bubbles_exception_on_failure=False),
                (increment, 1),
                (multiply, [3, 2]),
            ),
            [[None], 2, 6],
        ),
        (
            lambda: Chain(
                Chain(
                    Chain(fail, (increment, 5)),
                    (increment, 1),
                    bubbles_exception_on_failure=False,
                ),
                (multiply, [3, 2]),
            ),
            [[[None]], 6],
        ),
        (lambda: Group(fail, (increment, 1)), [None, 2]),
        (lambda: Group(fail_loudly, (increment, 1), raises_on_failure=False), [None, 2]),
        (lambda: Chain(fail_loudly, (increment, 1), raises_on_failure=False), [None]),
        (lambda: Chain(), []),
        (lambda: Group(), []),
    ],
)
def test_failures_that_are_not_raised(stage: Stage, made: Any, expected: Any) -> None:
    """Where failures are not raised, their results are None; a chain ends there, unless told."""
    assert stage.run(submits(made)) == expected


@pytest.mark.parametrize("bubbles", [True, False])
def test_what_bubbles(stage: Stage, *, bubbles: bool) -> None:
    """A failure is the `exception` of the group or chain it is in, unless it shall not bubble."""

    class Flow(Workflow):
        def run(self) -> Any:
            found = []
            for kind in (Group, Chain):
                future = self.submit(kind(fail, bubbles_exception_on_failure=bubbles))
                futures.wait(future)
                found.append([type(future.exception).__name__, future.result])
            return found

    told = stage.run(Flow)

    expected = ["AggregateError", "ValueError"] if bubbles else ["NoneType", "NoneType"]
    assert told == [[name, [None]] for name in expected]


def test_group_failure(stage: Stage) -> None:
    """Where some of a group fail, the others go on, and all failures are raised as one."""

    class Flow(Workflow):
        def run(self) -> Any:
            group = Group((fail_loudly, "a"), (increment, 1), Group((fail_loudly, "b")))
            try:
                return self.submit(group).result
            except errors.AggregateError as error:
                told = [str(one) for one in error.flatten()]
                error.handle(lambda one: isinstance(one, ValueError))
                try:
                    error.handle(lambda one: str(one) == "a")
                except errors.AggregateError as rest:
                    return [*told, [str(one) for one in rest.exceptions]]

    started = stage.start(Flow).finish()

    assert started.result == ["a", "b", ["b"]]
    assert started.count("ActivityTaskCompleted") == 1


def test_chain_failure(stage: Stage) -> None:
    """A chain fails with the error of its task, and the rest is left out."""

    class Flow(Workflow):
        def run(self) -> Any:
            try:
                return self.submit(Chain((increment, 1), fail_loudly, (increment, 1))).result
            except ValueError as error:
                return str(error)

    started = stage.start(Flow).finish()

    assert started.result == "no"
    assert started.count("ActivityTaskScheduled") == 2


def test_max_parallel(stage: Stage) -> None:
    """Of a group with `max_parallel` no more than so many are open at a time."""
    stage.held.add("increment")
    flow = submits(lambda: Group(*((increment, x) for x in range(7)), max_parallel=2))
    started = stage.start(flow)
    seen = []
    while started.is_open:
        stage.drive()
        if stage.taken:
            open_now = started.count("ActivityTaskScheduled") - started.count(
                "ActivityTaskCompleted"
            )
            seen.append(open_now)
            stage.complete(stage.take()["taskToken"], 0)

    assert started.result == [0] * 7
    assert max(seen) == 2


@pytest.mark.parametrize("given", [0, -1, True])
def test_max_parallel_wrong(given: Any) -> None:
    """No fewer than one is at work at a time."""
    with pytest.raises(ValidationError, match="max_parallel"):
        Group(max_parallel=given)


def test_send_result_needs_results() -> None:
    """A chain cannot hand on the result of a task that failed."""
    with pytest.raises(ValidationError, match="send_result"):
        Chain(send_result=True, break_on_failure=False)


def test_empty_tuple() -> None:
    """A task that is a tuple names the task."""
    with pytest.raises(ValidationError, match="tuple"):
        Group(())


def test_building(stage: Stage) -> None:
    """Groups and chains are built piece by piece: of calls and of tuples."""

    def made() -> Group:
        group = Group()
        group.append(increment, 1)
        group.append(increment, x=2)
        group.extend([(increment, 3), Call(increment, x=4)])
        group += [Chain((increment, 5))]
        assert len(group) == 5
        assert repr(group) == "Group of 5 tasks"
        assert repr(group.tasks[0]) == f"Call({increment!r})"
        return group

    assert stage.run(submits(made)) == [2, 3, 4, 5, [6]]


def test_futures_in_groups(stage: Stage) -> None:
    """Futures are arguments of the tasks of groups, too."""

    class Flow(Workflow):
        def run(self) -> Any:
            one = self.submit(increment, 1)
            return self.submit(Group((double, one), (multiply, [one, 5]))).result

    assert stage.run(Flow) == [4, 10]


def test_child_workflows_in_groups(stage: Stage) -> None:
    """A task of a group may be a workflow."""

    class Child(Workflow):
        def run(self, x: int) -> int:
            return x * 100

    stage.knows(Child)

    assert stage.run(submits(lambda: Group((Child, 1), (increment, 1)))) == [100, 2]


def test_func_group(stage: Stage) -> None:
    """A function makes a group of what has come of its arguments, once they are there."""

    class Flow(Workflow):
        def run(self) -> Any:
            size = self.submit(increment, 2)
            many = self.submit(FuncGroup(lambda n: [(double, x) for x in range(n)], size))
            chain = self.submit(FuncGroup(lambda n: Chain((double, n)), n=size))
            nothing = self.submit(FuncGroup(lambda: None, allow_none=True))
            return [many.result, chain.result, nothing.result]

    assert stage.run(Flow) == [[0, 2, 4], [6], None]


def test_func_group_in_a_chain(stage: Stage) -> None:
    """In a chain that sends results, the function gets the result of the task before."""
    flow = submits(
        lambda: Chain(
            (increment, 2),
            FuncGroup(lambda n: Group(*((double, x) for x in range(n)))),
            multiply,
            send_result=True,
        )
    )

    assert stage.run(flow) == [3, [0, 2, 4], 0]


def test_func_group_failures(stage: Stage) -> None:
    """What the function raises, returns wrongly, or what its tasks fail with, is raised."""

    def breaks() -> Any:
        raise KeyError("x")

    class Flow(Workflow):
        def run(self) -> Any:
            found = []
            for function in (breaks, lambda: 5, lambda: None, lambda: [fail_loudly]):
                try:
                    _ = self.submit(FuncGroup(function)).result
                except Exception as error:  # noqa: BLE001
                    found.append(type(error).__name__)
            quiet = self.submit(FuncGroup(lambda: [fail_loudly], raises_on_failure=False))
            return [*found, quiet.result]

    assert stage.run(Flow) == [
        "KeyError",
        "ValidationTypeError",
        "ValidationTypeError",
        "AggregateError",
        [None],
    ]


def test_cancel_of_a_group(stage: Stage) -> None:
    """To cancel a group cancels what is open of it, and begins nothing more."""

    class Flow(Workflow):
        def run(self) -> Any:
            group = self.submit(
                Chain(Group((increment, 1), max_parallel=1), (increment, 2), (increment, 3))
            )
            self.sleep(1)
            told = group.cancel()
            futures.wait(group)
            return [told, group.cancelled, isinstance(group.exception, errors.TaskCanceled)]

    stage.held.add("increment")
    started = stage.start(Flow)
    stage.advance(2)
    assert started.result == [True, True, True]
    assert started.count("ActivityTaskScheduled") == 1
    assert started.count("ActivityTaskCancelRequested") == 1


def test_cancel_of_a_func_group(stage: Stage) -> None:
    """To cancel what a function makes cancels what it has made."""

    class Flow(Workflow):
        def run(self) -> Any:
            made = self.submit(FuncGroup(lambda: Chain((increment, 1), (increment, 2))))
            self.sleep(1)
            told = made.cancel()
            futures.wait(made)
            return [told, made.cancelled]

    stage.held.add("increment")
    started = stage.start(Flow)
    stage.advance(2)
    assert started.result == [True, True]
    assert started.count("ActivityTaskScheduled") == 1
    assert started.count("ActivityTaskCancelRequested") == 1


def test_cancel_of_a_finished_group(stage: Stage) -> None:
    """What has ended is not canceled."""

    class Flow(Workflow):
        def run(self) -> Any:
            group = self.submit(Group((increment, 1)))
            futures.wait(group)
            return [group.cancel(), group.result]

    assert stage.run(Flow) == [False, [2]]


def test_own_future_class(stage: Stage) -> None:
    """A subclass of a group may give its future more to say."""

    class Progress(GroupFuture):
        __slots__ = ()

        @property
        def share(self) -> float:
            return self.count_finished_activities / self._size

    class Observed(Group):
        future_class = Progress

    class Flow(Workflow):
        def run(self) -> Any:
            group = self.submit(Observed((increment, 1), (increment, 2)))
            futures.wait(group)
            return group.share

    assert stage.run(Flow) == 1.0
