"""Workflows as ordinary Python: what they submit, return and raise, in each of their forms."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import attrs
import pytest
from flow_harness import Stage

from swf.flow import Future, Workflow, activity, errors, futures
from swf.flow.replay.logger import ReplayFilter
from swf.payload import register


@activity
def increment(x: int) -> int:
    return x + 1


@activity
def double(x: int) -> int:
    return x * 2


@activity
def echo(value: Any) -> Any:
    return value


@activity
def fail(message: str) -> None:
    raise ValueError(message)


@register
@dataclass
class Box:
    one: Any
    many: Any = ()


@register
@attrs.frozen
class Parcel:
    one: Any
    _hidden: Any = None


def test_dataflow(stage: Stage) -> None:
    """A submit that waits for its arguments takes its id in the order of the program."""

    class Flow(Workflow):
        def run(self) -> list[int]:
            y = self.submit(increment, 10)
            a = self.submit(double, y)
            b = self.submit(double, 5)
            return [a.result, b.result]

    assert stage.run(Flow) == [22, 10]


def test_dataflow_alternates(stage: Stage) -> None:
    """Each result goes to the submit that it belongs to, whichever of them could begin first."""

    class Flow(Workflow):
        def run(self, size: int) -> list[int]:
            asked: list[Future[int]] = []
            for index in range(size):
                given: Any = asked[-1] if index % 3 == 1 else index
                asked.append(self.submit(increment if index % 2 else double, given))
            return [future.result for future in asked]

    expected: list[int] = []
    for index in range(12):
        given = expected[-1] if index % 3 == 1 else index
        expected.append(given + 1 if index % 2 else given * 2)
    assert stage.run(Flow, 12) == expected


def test_nothing_is_done_twice(stage: Stage) -> None:
    """An activity is scheduled once for each submit."""

    class Flow(Workflow):
        def run(self) -> int:
            return self.submit(double, self.submit(double, self.submit(increment, 1))).result

    started = stage.start(Flow).finish()

    assert started.result == 8
    assert [call["activityId"].rpartition(".")[2] for call in stage.calls] == [
        "increment-1",
        "double-1",
        "double-2",
    ]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda future: [future],
        lambda future: {"a": {"b": [future, 1]}},
        lambda future: (1, (future,)),
        lambda future: {future: 1},
        lambda future: Box(one=future, many=[future]),
        lambda future: Parcel(future, {"x": future}),
        lambda future: {"deep": [Box(Parcel((future,)))]},
    ],
)
def test_futures_in_arguments(stage: Stage, wrap: Callable[[Any], Any]) -> None:
    """A future stands for its result at any depth of an argument, and holds up nothing else."""

    class Flow(Workflow):
        def run(self) -> Any:
            waiting = self.submit(echo, wrap(self.submit(increment, 1)))
            beside = self.submit(double, 5)
            return [waiting.result, beside.result]

    started = stage.start(Flow)
    stage.decide()

    assert started.count("ActivityTaskScheduled") == 2  # increment, and what waits for nothing
    assert started.finish().result == [wrap(2), 10]


def test_futures_in_named_arguments(stage: Stage) -> None:
    """Futures may be named arguments, and those of child workflows."""

    class Child(Workflow):
        def run(self, *, x: int, y: list[int]) -> list[int]:
            return [x, *y]

    class Flow(Workflow):
        def run(self) -> list[int]:
            one = self.submit(increment, x=1)
            return self.submit(Child, x=one, y=[one, 3]).result

    stage.knows(Child)
    assert stage.run(Flow) == [2, 2, 3]


def test_failed_argument(stage: Stage) -> None:
    """What waits for a task that failed fails with the same error, and is not scheduled."""

    class Flow(Workflow):
        def run(self) -> list[Any]:
            failed = self.submit(fail, "no")
            waiting = self.submit(increment, failed)
            assert isinstance(waiting.exception, ValueError)
            return [str(waiting.exception), waiting.exception is failed.exception]

    started = stage.start(Flow).finish()

    assert started.result == ["no", True]
    assert started.count("ActivityTaskScheduled") == 1


def test_finished_is_no_wait(stage: Stage) -> None:
    """Whether a task has ended can be asked without waiting for it."""

    class Flow(Workflow):
        def run(self) -> list[Any]:
            first = self.submit(increment, 1)
            told = [(first.pending, first.running, first.finished, first.done)]
            futures.wait(first)
            told.append((first.pending, first.running, first.finished, first.done))
            return told

    assert stage.run(Flow) == [(True, False, False, False), (False, False, True, True)]


def test_forms_of_run(stage: Stage) -> None:
    """A workflow is a plain function, an `async def` or a generator: the same comes of each."""

    class Plain(Workflow):
        def run(self, x: int) -> int:
            return self.submit(double, self.submit(increment, x)).result

    class Async(Workflow):
        async def run(self, x: int) -> int:
            y = await self.submit(increment, x)
            return await self.submit(double, y)

    class Yields(Workflow):
        def run(self, x: int) -> Generator[Any, Any, int]:
            y = yield self.submit(increment, x)
            (z,) = yield [self.submit(double, y)]
            nothing = yield []
            assert nothing == []
            return z

    assert [stage.run(one, 4) for one in (Plain, Async, Yields)] == [10, 10, 10]


def test_errors_in_each_form(stage: Stage) -> None:
    """What a task failed with is raised where the program waits for it, in each form."""

    class Plain(Workflow):
        def run(self) -> str:
            try:
                return self.submit(fail, "x").result
            except ValueError as error:
                return str(error)

    class Async(Workflow):
        async def run(self) -> str:
            try:
                return str(await self.submit(fail, "x"))
            except ValueError as error:
                return str(error)

    class Yields(Workflow):
        def run(self) -> Generator[Any, Any, str]:
            try:
                yield self.submit(fail, "x")
            except ValueError as error:
                return str(error)
            return "nothing"

    assert [stage.run(one) for one in (Plain, Async, Yields)] == ["x", "x", "x"]


async def _sleeps() -> None:
    await asyncio.sleep(1)


async def _gathers() -> None:
    await asyncio.gather(asyncio.sleep(1))


async def _makes_a_task() -> None:
    task = asyncio.create_task(asyncio.sleep(0))
    await task


async def _yields_to_the_loop() -> None:
    await asyncio.sleep(0)


@pytest.mark.parametrize("foreign", [_sleeps, _gathers, _yields_to_the_loop])
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
def test_foreign_awaits(stage: Stage, foreign: Callable[[], Any]) -> None:
    """To await what is none of a workflow's futures fails it, and names what does it instead."""

    class Flow(Workflow):
        async def run(self) -> None:
            await foreign()

    started = stage.start(Flow).finish()
    error = started.error

    assert isinstance(error.__cause__, errors.ForeignAwaitError), error
    assert "self.sleep" in str(error.__cause__)


def test_foreign_yield(stage: Stage) -> None:
    """To yield what is no future fails the workflow."""

    class Flow(Workflow):
        def run(self) -> Generator[Any, Any, None]:
            yield 5

    error = stage.start(Flow).finish().error

    assert isinstance(error.__cause__, errors.ForeignAwaitError)
    assert "5" in str(error)


def test_spawn(stage: Stage) -> None:
    """One result that is not there holds up nothing that runs beside it."""

    class Flow(Workflow):
        def run(self) -> list[Any]:
            slow, fast = (self.spawn(self.path, name) for name in ("slow", "fast"))
            told = [fast.result, slow.done]
            return [*told, slow.result]

        def path(self, name: str) -> str:
            if name == "slow":
                self.sleep(60)
            return f"{name} {self.submit(increment, 1).result}"

    assert stage.run(Flow) == ["fast 2", False, "slow 2"]


def test_spawn_async(stage: Stage) -> None:
    """What is spawned may be an `async def`, and is awaited like a task."""

    class Flow(Workflow):
        async def run(self) -> list[int]:
            return await futures.gather(self.spawn(self.path, x) for x in range(3))

        async def path(self, x: int) -> int:
            return await self.submit(double, await self.submit(increment, x))

    assert stage.run(Flow) == [2, 4, 6]


def test_spawned_failure(stage: Stage) -> None:
    """What a spawned function raises is raised where its result is read."""

    class Flow(Workflow):
        def run(self) -> str:
            spawned = self.spawn(self.path)
            try:
                return str(spawned.result)
            except KeyError as error:
                return f"caught {error}"

        def path(self) -> None:
            raise KeyError("lost")

    assert stage.run(Flow) == "caught 'lost'"


def test_spawn_canceled(stage: Stage) -> None:
    """A spawned function can be canceled: its future is one of a canceled task then."""

    class Flow(Workflow):
        def run(self) -> list[Any]:
            self.seen: list[str] = []
            spawned = self.spawn(self.path)
            self.submit(increment, 1).result  # noqa: B018
            assert spawned.cancel()
            try:
                _ = spawned.result
            except errors.TaskCanceled:
                self.seen.append("told")
            return [*self.seen, spawned.cancelled, spawned.cancel()]

        def path(self) -> None:
            try:
                self.sleep(60)
            finally:
                self.seen.append("finally")

    assert stage.run(Flow) == ["finally", "told", True, False]


def test_map(stage: Stage) -> None:
    """`map` and `starmap` submit a task for each item, in order."""

    @activity(name="add")
    def add(x: int, y: int) -> int:
        return x + y

    class Flow(Workflow):
        def run(self) -> Any:
            ones = self.map(increment, range(3))
            both = self.starmap(add, zip(ones, [10, 20, 30], strict=True))
            return [[one.result for one in ones], [one.result for one in both]]

    assert stage.run(Flow) == [[1, 2, 3], [11, 22, 33]]


def test_what_cannot_be_submitted(stage: Stage) -> None:
    """Neither a plain function nor arguments that a task does not take are submitted."""

    class Flow(Workflow):
        def run(self) -> list[str]:
            told = []
            for task, args in ((len, ([],)), (increment, ()), (increment, (1, 2)), (5, ())):
                try:
                    self.submit(task, *args)  # type: ignore[call-overload]
                except TypeError as error:
                    told.append(f"{type(error).__name__}: {error}")
            return told

    told = stage.run(Flow)

    assert [one.partition(":")[0] for one in told] == [
        "ValidationTypeError",
        "SignatureError",
        "SignatureError",
        "ValidationTypeError",
    ]
    assert "@activity" in told[0]
    assert "missing a required argument: 'x'" in told[1]


def test_wrong_input(stage: Stage) -> None:
    """An input that `run` does not take fails the execution, with the signature in the reason."""

    class Flow(Workflow):
        def run(self, x: int) -> int:
            return x

    error = stage.start(Flow, 1, 2).finish().error

    assert isinstance(error.__cause__, errors.SignatureError)
    assert "(x: 'int')" in str(error)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1, 2]", [[1, 2], {}]),
        ('{"args": [1], "kwargs": {"x": 2}}', [[1], {"x": 2}]),
        ("5", [[5], {}]),
        (None, [[], {}]),
    ],
)
def test_input_from_elsewhere(stage: Stage, text: str | None, expected: Any) -> None:
    """An input that the console sent is plain JSON: arguments, named ones too, or one argument."""

    class Flow(Workflow):
        def run(self, *args: Any, **kwargs: Any) -> list[Any]:
            return [list(args), kwargs]

    assert stage.start_raw(Flow, text).finish().result == expected


def test_input_that_cannot_be_read(stage: Stage) -> None:
    """An input that is no JSON fails the execution, with a reason that says so."""

    class Flow(Workflow):
        def run(self) -> None: ...

    error = stage.start_raw(Flow, "{not json").finish().error

    assert "PayloadDecodeError" in (error.reason or "")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("bad"), "ValueError: bad"),
        (SystemExit(3), "SystemExit: 3"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (MemoryError(), "MemoryError"),
        (GeneratorExit(), "GeneratorExit"),
        (StopIteration(1), "StopIteration: 1"),
        (BaseException("odd"), "BaseException: odd"),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_what_a_program_raises(
    stage: Stage, error: BaseException, reason: str, *, late: bool
) -> None:
    """Whatever a program raises fails its execution, and the decider goes on."""

    class Flow(Workflow):
        def run(self) -> None:
            if late:
                _ = self.submit(increment, 1).result
            raise error

    class Other(Workflow):
        def run(self) -> int:
            return self.submit(increment, 1).result

    started = stage.start(Flow).finish()

    assert started.error.reason == reason  # type: ignore[attr-defined]
    assert stage.run(Other) == 2
    assert stage.decider.troubles == []


def test_endless_recursion(stage: Stage) -> None:
    """A program that recurses without end fails its execution."""

    class Flow(Workflow):
        def run(self) -> Any:
            return self.run()

    assert isinstance(stage.start(Flow).finish().error, RecursionError)


def test_result_that_cannot_be_encoded(stage: Stage) -> None:
    """A result that cannot travel fails the execution, and says where it is and what to do."""

    class Flow(Workflow):
        def run(self) -> Any:
            return {"x": [object()]}

        def on_failure(self, error: BaseException) -> None:
            told.append(error)

    told: list[BaseException] = []
    error = stage.start(Flow).finish().error

    assert "PayloadEncodeError" in error.reason  # type: ignore[attr-defined]
    assert '["x"][0]' in str(error)
    assert [type(one).__name__ for one in told] == ["PayloadEncodeError"]


def test_result_that_is_a_future(stage: Stage) -> None:
    """A future among the results fails the execution, and the reason says to return its result."""

    class Flow(Workflow):
        def run(self) -> Any:
            return [self.submit(increment, 1)]

    error = stage.start(Flow).finish().error

    assert ".result" in str(error)


@pytest.mark.parametrize("value", [None, 0, False, "", [], {}, 0.0, ()])
def test_falsy_values(stage: Stage, value: Any) -> None:
    """Falsy arguments, results of activities and of workflows are what they are."""

    class Flow(Workflow):
        def run(self, given: Any) -> list[Any]:
            return [self.submit(echo, given).result, self.side_effect(lambda: value)]

    class Bare(Workflow):
        def run(self, given: Any) -> Any:
            return given

    assert stage.run(Flow, value) == [value, value]
    assert stage.run(Bare, value) == value


def test_no_state_is_shared(stage: Stage) -> None:
    """Each execution has an instance of its own."""

    class Flow(Workflow):
        def __init__(self) -> None:
            self.seen: list[int] = []

        def run(self, x: int) -> list[int]:
            self.seen.append(x)
            self.seen.append(self.submit(increment, x).result)
            return self.seen

    started = [stage.start(Flow, x) for x in (1, 10, 100)]
    stage.drive()

    assert [one.result for one in started] == [[1, 2], [10, 11], [100, 101]]


@pytest.mark.parametrize("value", [None, False, 0, "", {"progress": 0.5}, [1, 2]])
def test_state(stage: Stage, value: Any) -> None:
    """What is set as `state` is seen from outside after the answer, falsy values too."""

    class Flow(Workflow):
        def run(self) -> Any:
            self.state = "begun"
            _ = self.submit(increment, 1).result
            self.state = value
            self.sleep(10)
            return self.state

    started = stage.start(Flow)
    stage.decide()
    assert started.state == "begun"
    stage.drive()

    assert started.state == value
    assert started.described.get("latestExecutionContext") is not None
    assert started.finish().result == value


def test_state_too_long(stage: Stage) -> None:
    """A state that is too long is refused where it is set, and the one before stays."""

    class Flow(Workflow):
        def run(self) -> str:
            self.state = "short"
            try:
                self.state = "x" * 40_000
            except ValueError as error:
                _ = self.submit(increment, 1).result
                return f"{type(error).__name__} {self.state}"
            return "taken"

    started = stage.start(Flow).finish()

    assert started.result == "PayloadTooLargeError short"
    assert started.state == "short"


def test_now_and_random(stage: Stage) -> None:
    """The time, random numbers and UUIDs of a program are the same on every replay."""
    seen: list[tuple[datetime, float, uuid.UUID]] = []

    class Flow(Workflow):
        def run(self) -> bool:
            first = self.now()
            seen.append((first, self.random(), self.uuid4()))
            self.sleep(90)
            return (self.now() - first).total_seconds() == 90

    started = stage.start(Flow).finish()
    started.replay()
    other = stage.start(Flow).finish()

    assert started.result is other.result is True
    assert seen[0] == seen[1]
    assert seen[0][1:] != seen[2][1:]


def test_context(stage: Stage) -> None:
    """A run knows of itself what its history began with."""

    class Flow(Workflow):
        name = "flow"
        version = "3"
        tag_list = ("a", "b")

        def run(self) -> dict[str, Any]:
            assert self.context.parent_workflow_id is None
            return self.get_run_context()

    started = stage.start(Flow).finish()

    assert started.result == {
        "name": "flow",
        "version": "3",
        "domain_name": "stage",
        "workflow_id": started.workflow_id,
        "run_id": started.run_id,
        "tag_list": ["a", "b"],
        "task_list": "default",
        "continued_execution_run_id": None,
        "parent_workflow_id": None,
        "parent_run_id": None,
    }


def test_logger(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """What a program logs is logged once, with its ids, and never while it is replayed."""

    class Flow(Workflow):
        def run(self) -> None:
            self.logger.warning("one", extra={"more": 1})
            _ = self.submit(increment, 1).result
            self.logger.warning("two")

    started = stage.start(Flow).finish()
    started.replay()

    told = [record for record in caplog.records if record.name == __name__]
    assert [record.message for record in told] == ["one", "two"]
    assert {record.workflow_id for record in told} == {started.workflow_id}  # type: ignore[attr-defined]
    assert told[0].more == 1  # type: ignore[attr-defined]


def test_log_filter(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """With the filter, what other loggers are told during a replay is dropped too."""
    other = logging.getLogger("other")

    class Flow(Workflow):
        def run(self) -> None:
            other.warning("hello")
            try:
                self.sleep(1)
            finally:
                other.warning("bye")

    caplog.handler.addFilter(quiet := ReplayFilter())
    try:
        started = stage.start(Flow).finish()
        started.replay()
        half = stage.start(Flow)
        stage.decide()
        stage.decider.close()
    finally:
        caplog.handler.removeFilter(quiet)
    half.terminate()

    told = [record.message for record in caplog.records if record.name == "other"]
    assert told == ["hello", "bye", "hello"]


def test_outside_a_workflow() -> None:
    """A workflow that nobody runs says so, whatever is asked of it."""

    class Flow(Workflow):
        def run(self) -> None: ...

    with pytest.raises(errors.OutsideWorkflowError):
        Flow().submit(increment, 1)
    with pytest.raises(AttributeError, match="submitt"):
        Flow().submitt  # type: ignore[attr-defined]  # noqa: B018


def test_a_future_is_no_condition(stage: Stage) -> None:
    """A future is neither true nor false, nor something to iterate: the error says what to ask."""

    class Flow(Workflow):
        def run(self) -> list[str]:
            future = self.submit(increment, 1)
            told = []
            for use in (bool, list):
                try:
                    use(future)  # type: ignore[call-overload]
                except (errors.OutsideWorkflowError, TypeError) as error:
                    told.append(str(error))
            return told

    assert all(".result" in one for one in stage.run(Flow))


def test_a_future_is_its_own_task(stage: Stage) -> None:
    """A future may be submitted, and be waited for anywhere in a value, where that is handy."""

    class Flow(Workflow):
        def run(self) -> Any:
            future = self.submit(increment, 1)
            assert self.submit(future) is future
            return self.resolved({"a": [future, self.submit(double, future)], "b": 1})

    assert stage.run(Flow) == {"a": [2, 4], "b": 1}


def test_a_canceled_argument(stage: Stage) -> None:
    """What waits for a task that was canceled is canceled too, whatever else is not raised."""

    @activity(name="quiet", raises_on_failure=False)
    def quiet() -> None: ...

    class Flow(Workflow):
        def run(self) -> Any:
            first = self.submit(quiet)
            waiting = self.submit(echo, [first])
            first.cancel()
            return [waiting.cancelled, isinstance(waiting.exception, errors.TaskCanceled)]

    assert stage.run(Flow) == [True, True]


def test_a_program_fails_in_its_own_words(stage: Stage) -> None:
    """`fail` gives the reason as it is, and the details as a value."""

    class Flow(Workflow):
        def run(self) -> None:
            self.fail("too late", {"order": 7})

    with pytest.raises(errors.WorkflowFailed) as raised:
        stage.run(Flow)

    assert raised.value.reason == "too late"
    assert raised.value.details == '{"order":7}'


def test_details_that_cannot_be_told_are_named_in_their_place(stage: Stage) -> None:
    """A failure whose details have no text says that, and has the reason that was to be told."""

    class Flow(Workflow):
        def run(self) -> None:
            raise errors.FailExecution("too late", object())

    with pytest.raises(errors.WorkflowFailed) as raised:
        stage.run(Flow)

    assert str(raised.value.reason).startswith("PayloadEncodeError")
    assert "too late" in str(raised.value.details)


def test_a_call_may_have_an_activity_id_of_its_own(stage: Stage) -> None:
    """`activity_id` is the whole of it, and goes over what the activity has for its calls."""

    class Flow(Workflow):
        def run(self) -> int:
            return self.submit(increment.with_options(activity_id="mine"), 1).result

    assert stage.run(Flow) == 2
    assert [call["activityId"] for call in stage.calls] == ["mine"]
