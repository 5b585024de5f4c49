"""Lambda functions as tasks of a workflow."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flow_harness import Stage

from swf.flow import RetryPolicy, Workflow, activity, errors, futures

ROLE = "arn:aws:iam::123456789012:role/caller"


@activity
def echo(value: Any) -> Any:
    return value


class Calls(Workflow):
    """Calls a function, and tells what came of it."""

    name = "calls"
    lambda_role = ROLE

    def run(self, function: str, payload: Any = None, retry: int = 0) -> Any:
        given = self.submit(echo, payload)
        future = self.call_lambda(function, {"given": given}, retry=retry, timeout=30)
        futures.wait(future)
        return [future._value, type(future.exception).__name__, str(future.exception)]


def test_result(stage: Stage) -> None:
    """A function gets plain JSON, futures in it resolved, and its result is that of the future."""
    stage.engine.functions.register("f", lambda event, context: {"got": event})

    assert stage.run(Calls, "f", 5)[:2] == [{"got": {"given": 5}}, "NoneType"]


def test_no_payload(stage: Stage) -> None:
    """A function may be called with nothing, by an ARN too, and be awaited."""
    arn = "arn:aws:lambda:us-east-1:123456789012:function:f"
    for name in ("f", arn):
        stage.engine.functions.register(name, lambda event, context: 0)

    class Flow(Workflow):
        lambda_role = ROLE

        async def run(self) -> Any:
            return [await self.call_lambda(name) for name in ("f", arn, "f")]

    assert stage.run(Flow) == [0, 0, 0]


def test_failure(stage: Stage) -> None:
    """What a function raises is the failure of the future, after the attempts of its policy."""
    calls: list[Any] = []

    def breaks(event: Any, context: Any) -> None:
        calls.append(event)
        raise ValueError("no")

    stage.engine.functions.register("f", breaks)
    started = stage.start(Calls, "f", 1, 2).finish()

    assert started.result[1] == "TaskFailed"
    assert len(calls) == 3
    ids = {told["id"] for told in started.attributes("LambdaFunctionScheduled")}
    assert len(ids) == 1


def test_failure_that_is_not_raised(stage: Stage) -> None:
    """A call may be one of which failures are not raised."""

    def breaks(event: Any, context: Any) -> None:
        raise ValueError("no")

    class Flow(Workflow):
        lambda_role = ROLE

        def run(self) -> Any:
            future = self.call_lambda(
                "f", retry=RetryPolicy(attempts=2, delay=5), raises_on_failure=False
            )
            return [future.result, isinstance(future.exception, errors.TaskFailed)]

    stage.engine.functions.register("f", breaks)

    assert stage.run(Flow) == [None, True]


@pytest.mark.parametrize("role", [None, ROLE])
def test_what_cannot_be_called(stage: Stage, role: str | None) -> None:
    """A function that is not there, or an execution without a role, fails the future."""

    class Flow(Workflow):
        lambda_role = role

        def run(self) -> Any:
            return [type(self.call_lambda("nowhere").exception).__name__]

    (name,) = stage.run(Flow)

    assert name in ("TaskFailed", "ScheduleFailed")


def test_payload_that_cannot_be(stage: Stage) -> None:
    """A payload that cannot travel fails the future."""

    class Flow(Workflow):
        lambda_role = ROLE

        def run(self) -> Any:
            future = self.call_lambda("f", object())
            return [type(future.exception).__name__, future.cancel()]

    assert stage.run(Flow) == ["PayloadEncodeError", False]


def test_cancel(stage: Stage) -> None:
    """A call that was not sent is canceled; one that was cannot be."""

    class Flow(Workflow):
        lambda_role = ROLE

        def run(self) -> Any:
            unsent = self.call_lambda("f", self.start_timer(5))
            sent = self.call_lambda("f")
            told = [unsent.cancel(), unsent.cancelled]
            self.start_timer(1)
            futures.wait(sent)
            return [*told, sent.cancel()]

    stage.engine.functions.register("f", lambda event, context: 1)

    assert stage.run(Flow) == [True, True, False]


def test_time_out(stage: Stage) -> None:
    """A function that is not done in time fails the future with a time-out."""
    asleep, awake = threading.Event(), threading.Event()

    def sleeps(event: Any, context: Any) -> None:
        asleep.set()
        awake.wait(20)

    class Flow(Workflow):
        lambda_role = ROLE

        def run(self) -> Any:
            error: Any = self.call_lambda("f", timeout=5).exception
            return [type(error).__name__, error.timeout_type]

    stage.engine.functions.register("f", sleeps)
    started = stage.start(Flow)
    stage.decide()
    assert asleep.wait(20)
    stage.clock.advance(6)
    awake.set()

    assert started.finish().result == ["TaskTimedOut", "START_TO_CLOSE"]
