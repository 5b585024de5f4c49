"""What a workflow decides when a task failed for good."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flow_harness import Stage

from swf.flow import TaskFailure, Workflow, activity, errors, futures


@activity
def divide(x: int, *, by: int = 0) -> float:
    return x / by


@activity
def echo(value: Any) -> Any:
    return value


Decide = Callable[[Workflow, TaskFailure], Any]


def flow(decide: Decide) -> type[Workflow]:
    class Flow(Workflow):
        def on_task_failure(self, failure: TaskFailure) -> TaskFailure | None:
            return decide(self, failure)  # type: ignore[no-any-return]

        def run(self, retry: int = 0) -> Any:
            future = self.submit(divide.with_options(retry=retry), 10, by=0)
            futures.wait(future)
            return [
                type(future.exception).__name__,
                future._value,
                future.cancelled,
            ]

    return Flow


@pytest.mark.parametrize(
    ("decide", "expected"),
    [
        (lambda _, failure: None, ["ZeroDivisionError", None, False]),
        (lambda _, failure: failure, ["ZeroDivisionError", None, False]),
        (lambda _, failure: failure.decide_ignore(), ["NoneType", None, False]),
        (lambda _, failure: failure.decide_ignore() and None, ["NoneType", None, False]),
        (lambda _, failure: failure.decide_cancel(), ["TaskCanceled", None, True]),
        (
            lambda flow, failure: failure.decide_handled(flow.submit(echo, 5)),
            ["NoneType", 5, False],
        ),
        (
            lambda flow, failure: (
                failure.task_name.endswith("divide")
                and failure.decide_handled(flow.submit(divide, 1))
            ),
            ["RecursionError", None, False],
        ),
    ],
)
def test_decisions(stage: Stage, decide: Decide, expected: Any) -> None:
    """A failure is passed on, passed over, taken for a cancel, or answered by another task."""
    if expected[0] == "RecursionError":
        calls: list[TaskFailure] = []

        def once(flow: Workflow, failure: TaskFailure) -> Any:
            calls.append(failure)
            return decide(flow, failure) if len(calls) % 2 else None

        assert stage.run(flow(once)) == ["ZeroDivisionError", None, False]
        return
    assert stage.run(flow(decide)) == expected


def test_abort(stage: Stage) -> None:
    """To abort fails the workflow with the error of the task."""
    started = stage.start(flow(lambda _, failure: failure.decide_abort())).finish()

    assert isinstance(started.error, ZeroDivisionError)


def test_retry(stage: Stage) -> None:
    """A decided attempt comes after its pause, with the arguments that were changed."""
    seen: list[Any] = []

    def decide(_: Workflow, failure: TaskFailure) -> Any:
        seen.append((failure.retry_count, failure.attempt_number, failure.args, failure.id))
        failure.kwargs["by"] += 1
        if failure.retry_count:
            failure.args = (20,)
            failure.kwargs["by"] = 4
        return failure.decide_retry(60) if not failure.retry_count else failure.decide_retry()

    @activity(name="odd")
    def odd(x: int, *, by: int) -> float:
        if by < 4:
            raise ValueError(by)
        return x / by

    class Flow(Workflow):
        def on_task_failure(self, failure: TaskFailure) -> TaskFailure | None:
            return decide(self, failure)  # type: ignore[no-any-return]

        def run(self) -> Any:
            return self.submit(odd, 10, by=0).result

    started = stage.start(Flow).finish()

    assert started.result == 5
    assert [one[:3] for one in seen[:2]] == [(0, 1, (10,)), (1, 2, (10,))]
    assert [told["startToFireTimeout"] for told in started.attributes("TimerStarted")] == ["60"]
    assert started.count("ActivityTaskScheduled") == 3


def test_after_the_policy(stage: Stage) -> None:
    """The workflow is asked once the policy tries no more, and is told all of the failure."""
    told: list[TaskFailure] = []

    def decide(_: Workflow, failure: TaskFailure) -> None:
        told.append(failure)

    stage.run(flow(decide), retry=2)
    failure = told[0]

    assert failure.attempt_number == 3
    assert failure.reason == "ZeroDivisionError: division by zero"
    assert '"error":"ZeroDivisionError"' in (failure.details or "")
    assert issubclass(failure.exception_class, ZeroDivisionError)
    assert isinstance(failure.exception, errors.TaskFailed)
    assert failure.future.done
    assert failure.kwargs == {"by": 0}


def test_time_outs_have_no_reason(stage: Stage) -> None:
    """A time-out is told as such: it has neither reason nor details of a failure."""
    told: list[TaskFailure] = []

    class Flow(Workflow):
        def on_task_failure(self, failure: TaskFailure) -> TaskFailure | None:
            told.append(failure)
            return failure.decide_ignore()

        def run(self) -> Any:
            return self.submit(echo.with_options(start_to_close_timeout=5), 1).result

    stage.held.add("echo")

    assert stage.run(Flow) is None
    assert (told[0].reason, told[0].details) == (None, None)
    assert isinstance(told[0].exception, errors.TaskTimedOut)


@pytest.mark.parametrize(
    "decide", [lambda *_: 1 / 0, lambda *_: "retry", lambda flow, _: flow.submit(echo, 1).result]
)
def test_decisions_that_fail(stage: Stage, decide: Decide) -> None:
    """A hook that raises, decides nothing known, or waits, fails the workflow."""
    assert stage.start(flow(decide)).finish().error is not None
    assert stage.decider.troubles == []


def test_children_too(stage: Stage) -> None:
    """The failures of children are decided about, too."""

    class Child(Workflow):
        def run(self) -> None:
            raise KeyError("child")

    class Flow(Workflow):
        def on_task_failure(self, failure: TaskFailure) -> TaskFailure | None:
            return failure.decide_ignore()

        def run(self) -> Any:
            return self.submit(Child).result

    stage.knows(Child)

    assert stage.run(Flow) is None
