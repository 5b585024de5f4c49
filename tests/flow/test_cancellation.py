"""Cancels end to end: of an execution, of its tasks, and what code does about them."""

from __future__ import annotations

from typing import Any

import pytest
from flow_harness import Stage

from swf.flow import Canceled, Group, RetryPolicy, Workflow, activity, errors, futures
from swf.payload import Payloads


@activity
def echo(value: Any) -> Any:
    return value


@activity
def work(value: Any = None) -> Any:
    return value


@activity
def clean_up(value: str = "clean") -> str:
    return value


def test_cascade(stage: Stage) -> None:
    """A cancel asks all that is open to cancel, and closes the execution once it has answered."""

    class Child(Workflow):
        def run(self) -> None:
            self.sleep(1_000)

    class Flow(Workflow):
        def run(self) -> None:
            self.submit(work)
            self.submit(Child)
            self.start_timer(500)
            self.sleep(1_000)

    stage.knows(Child)
    stage.held.add("work")
    started = stage.start(Flow)
    stage.drive()
    started.request_cancel()
    stage.drive()

    assert started.is_open
    task = stage.take()
    assert stage.beat(task["taskToken"]) is True
    stage.cancel(task["taskToken"], "gave up")
    stage.drive()

    assert not started.is_open
    assert started.events[-1]["eventType"] == "WorkflowExecutionCanceled"
    for event_type in (
        "ActivityTaskCanceled",
        "ChildWorkflowExecutionCanceled",
        "TimerCanceled",
    ):
        assert started.count(event_type), event_type


def test_grace(stage: Stage) -> None:
    """What does not answer in the grace period is not waited for any longer."""

    class Flow(Workflow):
        cancel_grace = 20

        def run(self) -> None:
            _ = self.submit(work).result

    stage.held.add("work")
    started = stage.start(Flow)
    stage.drive()
    started.request_cancel()
    stage.advance(19)
    assert started.is_open
    stage.advance(2)

    assert started.events[-1]["eventType"] == "WorkflowExecutionCanceled"


def test_no_grace(stage: Stage) -> None:
    """Without a grace period the execution is closed at once."""

    class Flow(Workflow):
        cancel_grace = 0

        def run(self) -> None:
            _ = self.submit(work).result

    stage.held.add("work")
    started = stage.start(Flow)
    stage.drive()
    started.request_cancel()
    stage.drive()

    assert not started.is_open


def test_cleanup(stage: Stage) -> None:
    """`finally` blocks run when a cancel comes, and what they submit is done."""

    class Plain(Workflow):
        def run(self) -> None:
            try:
                self.sleep(1_000)
            finally:
                self.state = self.submit(clean_up).result

    class Async(Workflow):
        async def run(self) -> None:
            try:
                await self.sleep(1_000)
            finally:
                self.state = await self.submit(clean_up)

    class Yields(Workflow):
        def run(self) -> Any:
            try:
                yield self.start_timer(1_000)
            finally:
                self.state = yield self.submit(clean_up)

    for flow in (Plain, Async, Yields):
        started = stage.start(flow)
        stage.drive()
        started.request_cancel()
        stage.drive()

        assert started.events[-1]["eventType"] == "WorkflowExecutionCanceled"
        assert started.state == "clean"


def test_caught(stage: Stage) -> None:
    """A program that catches the cancel goes on, and ends as it sees fit."""

    class Flow(Workflow):
        def run(self) -> Any:
            try:
                self.sleep(1_000)
            except Canceled:
                return ["compensated", self.submit(clean_up).result]

    started = stage.start(Flow)
    stage.drive()
    started.request_cancel()
    stage.drive()

    assert started.result == ["compensated", "clean"]


def test_not_by_accident(stage: Stage) -> None:
    """`except Exception` does not stop a cancel."""

    class Flow(Workflow):
        def run(self) -> str:
            try:
                self.sleep(1_000)
            except Exception:  # noqa: BLE001
                return "stopped it"
            return "slept"

    started = stage.start(Flow)
    stage.drive()
    started.request_cancel()
    stage.drive()

    assert started.events[-1]["eventType"] == "WorkflowExecutionCanceled"


def test_details(stage: Stage) -> None:
    """What is raised with details tells them in the history."""

    class Flow(Workflow):
        def run(self) -> None:
            try:
                self.sleep(1_000)
            except Canceled:
                raise Canceled({"at": 5}) from None

    started = stage.start(Flow)
    stage.drive()
    started.request_cancel()
    stage.drive()

    (told,) = started.attributes("WorkflowExecutionCanceled")
    assert Payloads().load(told["details"]) == {"at": 5}


@pytest.mark.parametrize("details", [object(), "x" * 40_000])
def test_details_that_cannot_be(stage: Stage, details: Any) -> None:
    """Details that cannot travel fail the execution, and say so."""

    class Flow(Workflow):
        def run(self) -> None:
            try:
                self.sleep(1_000)
            except Canceled:
                raise Canceled(details) from None

    started = stage.start(Flow)
    stage.drive()
    started.request_cancel()
    stage.drive()

    assert started.error.reason.startswith("Payload")  # type: ignore[attr-defined]


def test_refused(stage: Stage) -> None:
    """Where `should_cancel` says no, the execution goes on as if nobody had asked."""

    class Flow(Workflow):
        def should_cancel(self, cause: str | None) -> bool:
            self.state = [cause]
            return False

        def run(self) -> str:
            self.sleep(10)
            return "slept"

    started = stage.start(Flow)
    stage.drive()
    started.request_cancel()
    stage.drive()
    assert started.state == [None]

    assert started.finish().result == "slept"


def test_before_it_began(stage: Stage) -> None:
    """An execution of which the cancel is requested before its first decision does nothing."""

    class Flow(Workflow):
        def run(self) -> None:
            _ = self.submit(echo, 1).result

    started = stage.start(Flow)
    started.request_cancel()
    stage.drive()

    assert started.events[-1]["eventType"] == "WorkflowExecutionCanceled"
    assert started.count("ActivityTaskScheduled") == 0


def test_spawned_and_handlers(stage: Stage) -> None:
    """A cancel comes to all that runs beside the program, groups included."""

    class Flow(Workflow):
        def run(self) -> None:
            self.seen: list[str] = []
            self.spawn(self.path)
            self.submit(Group((work, 1), (work, 2), max_parallel=1))
            try:
                self.sleep(1_000)
            finally:
                self.sleep(1)
                self.state = self.seen

        def path(self) -> None:
            try:
                self.sleep(500)
            except Canceled:
                self.seen.append("path")
                raise

    stage.held.add("work")
    started = stage.start(Flow)
    stage.drive()
    started.request_cancel()
    stage.drive()
    stage.cancel(stage.take()["taskToken"])
    stage.advance(2)

    assert started.events[-1]["eventType"] == "WorkflowExecutionCanceled"
    assert started.state == ["path"]
    assert started.count("ActivityTaskScheduled") == 1


def test_raised_without_a_request(stage: Stage) -> None:
    """A program that raises Canceled by itself, unasked, fails."""

    class Flow(Workflow):
        def run(self) -> None:
            raise Canceled

    assert stage.start(Flow).finish().error.reason.startswith("Canceled")  # type: ignore[attr-defined]


def test_activity_before_it_is_scheduled(stage: Stage) -> None:
    """What was not sent yet is canceled at once, and nothing of it is in the history."""

    class Flow(Workflow):
        def run(self) -> Any:
            now = self.submit(work)
            later = self.submit(work, self.start_timer(10))
            told = [now.cancel(), later.cancel(), now.cancel()]
            with pytest.raises(errors.TaskCanceled):
                _ = now.result
            return [told, now.cancelled, later.cancelled]

    started = stage.start(Flow).finish()

    assert started.result == [[True, True, False], True, True]
    assert started.count("ActivityTaskScheduled") == 0


def test_activity_before_it_is_started(stage: Stage) -> None:
    """What nobody works on yet is canceled as soon as SWF is asked."""

    class Flow(Workflow):
        def run(self) -> Any:
            future = self.submit(work.with_options(task_list="nobody"))
            self.sleep(5)
            assert future.pending
            asked = [future.cancel(), future.cancel()]
            futures.wait(future)
            return [asked, future.cancelled, isinstance(future.exception, errors.TaskCanceled)]

    started = stage.start(Flow)
    stage.decide()
    stage.decider.seen_lists.clear()
    started.finish()

    assert started.result == [[True, True], True, True]
    assert started.count("ActivityTaskCancelRequested") == 1


def test_running_activity(stage: Stage) -> None:
    """An activity that runs learns of the cancel by its heartbeat, and answers canceled."""

    class Flow(Workflow):
        def run(self) -> Any:
            future = self.submit(work)
            self.sleep(5)
            assert future.running
            future.cancel()
            error = future.exception
            assert isinstance(error, errors.TaskCanceled)
            return [error.details, future.cancelled, future.finished, future.done]

    stage.held.add("work")
    started = stage.start(Flow)
    stage.advance(6)
    task = stage.take()
    assert stage.beat(task["taskToken"]) is True
    stage.cancel(task["taskToken"], {"did": 3})

    assert started.finish().result == [{"did": 3}, True, False, True]


@pytest.mark.parametrize("ends", ["completes", "fails", "times out"])
def test_running_activity_that_does_not_heed(stage: Stage, ends: str) -> None:
    """An activity may complete, fail or time out although its cancel was asked: that counts."""

    class Flow(Workflow):
        def run(self) -> Any:
            future = self.submit(work.with_options(retry=5, start_to_close_timeout=30))
            self.sleep(5)
            future.cancel()
            futures.wait(future)
            return [future.cancelled, type(future.exception).__name__]

    stage.held.add("work")
    started = stage.start(Flow)
    stage.advance(6)
    token = stage.take()["taskToken"]
    if ends == "completes":
        stage.complete(token, 1)
    elif ends == "fails":
        stage.fail(token, ValueError("x"))
    expected = {"completes": "NoneType", "fails": "ValueError", "times out": "TaskTimedOut"}

    assert started.finish().result == [False, expected[ends]]
    assert started.count("ActivityTaskScheduled") == 1


def test_cancel_in_a_pause(stage: Stage) -> None:
    """What waits to be tried again is canceled at once."""

    @activity(name="fails", retry=RetryPolicy(delay=60))
    def fails() -> None:
        raise ValueError("x")

    class Flow(Workflow):
        def run(self) -> Any:
            future = self.submit(fails)
            self.sleep(5)
            return [future.cancel(), future.cancelled]

    started = stage.start(Flow).finish()

    assert started.result == [True, True]
    assert started.count("TimerCanceled") == 1


def test_timer(stage: Stage) -> None:
    """A timer is canceled at once, whether it was sent or not, and never fires."""

    class Flow(Workflow):
        def run(self) -> Any:
            one, two, three = (self.start_timer(seconds) for seconds in (10, 20, 30))
            told = [three.cancel()]
            _ = one.result
            told += [two.cancel(), one.cancel()]
            with pytest.raises(errors.TaskCanceled):
                _ = two.result
            return told

    started = stage.start(Flow).finish()

    assert started.result == [True, True, False]
    assert [started.count(f"Timer{what}") for what in ("Started", "Fired", "Canceled")] == [2, 1, 1]


def test_what_was_refused_meanwhile(stage: Stage) -> None:
    """What SWF has refused to begin can be canceled still by who hears of another refusal first."""

    class Flow(Workflow):
        def run(self) -> Any:
            same = [self.start_timer(50, timer_id="same") for _ in range(3)]
            assert isinstance(same[1].exception, errors.ScheduleFailed)
            return [same[2].cancel(), same[2].cancelled, same[0].pending or same[0].running]

        def on_task_failure(self, failure: Any) -> None:
            failed.append(failure.id)

    failed: list[str] = []
    started = stage.start(Flow)
    stage.drive()

    assert started.result == [True, True, True]
    assert failed == ["same"]


def test_by_itself(stage: Stage) -> None:
    """What is spawned and cancels itself is canceled where it waits next, at once."""

    class Flow(Workflow):
        def aside(self) -> None:
            assert self.me.cancel()
            self.sleep(1_000)

        def run(self) -> Any:
            self.me = self.spawn(self.aside)
            futures.wait(self.me, self.start_timer(1))
            return self.me.cancelled

    started = stage.start(Flow)
    stage.advance(2)

    assert started.result is True
