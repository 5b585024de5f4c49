"""SWF's limits, which are never the program's problem; and what cannot be sent at all."""

from __future__ import annotations

from typing import Any

import pytest
from flow_harness import DOMAIN, Stage

from swf.clock import ManualClock
from swf.engine import Engine
from swf.exceptions import PayloadEncodeError, PayloadTooLargeError
from swf.flow import Workflow, activity, errors, futures
from swf.payload import FileStore, MemoryStore, Payloads


@activity
def echo(value: Any) -> Any:
    return value


@activity(name="length")
def length(text: str) -> int:
    return len(text)


def most_open(events: list[Any], begun: str, *ended: str) -> int:
    """Return how many of a kind were open at once, at most."""
    now = most = 0
    for event in events:
        now += event["eventType"] == begun
        now -= event["eventType"] in ended
        most = max(most, now)
    return most


def test_many_submits(stage: Stage) -> None:
    """A program may submit more at once than may be open: the rest follows."""

    class Flow(Workflow):
        def run(self) -> int:
            return sum(futures.gather(self.map(echo, range(1_300))))

    started = stage.start(Flow)
    stage.drive(at_most=10_000)

    assert started.result == sum(range(1_300))
    events = started.events
    most = most_open(events, "ActivityTaskScheduled", "ActivityTaskCompleted")
    assert most <= 1_000
    assert "ScheduleActivityTaskFailed" not in started.types


def test_windows(stage: Stage) -> None:
    """A workflow may say how many activities, children and timers of its are open at once."""

    class Child(Workflow):
        def run(self, x: int) -> int:
            return x

    class Flow(Workflow):
        max_open_activity_count = 3
        max_open_children = 2
        max_open_timers = 4

        def run(self) -> Any:
            several = [*self.map(echo, range(10)), *self.map(Child, range(5))]
            timers = [self.start_timer(5) for _ in range(6)]
            timers[5].cancel()
            futures.wait(timers)
            return futures.gather(several)

    stage.knows(Child)
    stage.held.add("echo")
    started = stage.start(Flow)
    while started.is_open:
        stage.advance(1)
        while stage.taken:
            stage.complete(stage.take()["taskToken"], 0)
    events = started.events

    assert started.result == [0] * 10 + list(range(5))
    assert most_open(events, "ActivityTaskScheduled", "ActivityTaskCompleted") == 3
    assert (
        most_open(events, "StartChildWorkflowExecutionInitiated", "ChildWorkflowExecutionCompleted")
        == 2
    )
    timers = [
        event
        for event in events
        if "swf.wake-up" not in str(event.get("timerStartedEventAttributes"))
    ]
    assert most_open(timers, "TimerStarted", "TimerFired") <= 4


def test_many_decisions(stage: Stage) -> None:
    """More decisions than an answer may have are sent by several."""

    class Flow(Workflow):
        def run(self) -> int:
            for index in range(350):
                self.record_marker(f"m{index}")
            return len(self.list_markers())

    started = stage.start(Flow)
    stage.drive()
    sizes = [len(made.decisions) for made in stage.decider.answers]

    assert started.result == 350
    assert max(sizes) <= 100
    assert len(sizes) >= 4


def test_big_decisions(stage: Stage) -> None:
    """More than a request may weigh is sent by several."""

    class Flow(Workflow):
        def run(self) -> int:
            return sum(futures.gather(self.map(length, ["x" * 30_000] * 60)))

    started = stage.start(Flow)
    stage.drive()

    assert started.result == 60 * 30_000
    assert len(stage.decider.answers) > 2


def test_too_long(stage: Stage) -> None:
    """What is too long fails its own future, says what to do, and the rest goes on."""

    class Child(Workflow):
        def run(self, text: str) -> None: ...

    class Flow(Workflow):
        def run(self) -> Any:
            long = "x" * 40_000
            asked: list[Any] = [
                self.submit(length, long),
                self.submit(Child, long),
                self.signal("s", long),
                self.submit(length, "short"),
            ]
            told = [type(one.exception).__name__ for one in asked]
            assert "store=" in str(asked[0].exception)
            _ = self.submit(echo, 1).result
            return [told, asked[3].result]

    stage.knows(Child)

    assert stage.run(Flow) == [["PayloadTooLargeError"] * 3 + ["NoneType"], 5]


def test_too_long_a_result(stage: Stage) -> None:
    """A result that is too long fails the execution, and says so in its reason."""

    class Flow(Workflow):
        def run(self) -> str:
            return "x" * 40_000

    error: Any = stage.start(Flow).finish().error

    assert error.reason.startswith("PayloadTooLargeError")


def test_what_cannot_be_encoded(stage: Stage) -> None:
    """An argument that has no text fails its own future, naming the place."""

    class Flow(Workflow):
        def run(self) -> Any:
            late = self.submit(echo, [self.submit(echo, 1), object()])
            found = [self.submit(echo, {"x": object()}).exception, late.exception]
            assert all(isinstance(error, PayloadEncodeError) for error in found)
            return [str(error) for error in found]

    now, late = stage.run(Flow)

    assert 'args[0]["x"]' in now
    assert "args[0][1]" in late


def test_very_many_that_cannot_be_sent(stage: Stage) -> None:
    """However many wait for their turn and fail in it, the program goes on."""

    class Flow(Workflow):
        max_open_activities = 1

        def run(self) -> int:
            first = self.submit(echo, 1)
            rest = self.map(echo, [object()] * 2_000)
            return sum(one.exception is not None for one in rest) + first.result

    assert stage.run(Flow) == 2_001


def test_very_many_that_wait_for_a_failure(stage: Stage) -> None:
    """However long the line of those that wait for one another, a failure goes through all."""

    @activity(name="fails")
    def fails() -> None:
        raise ValueError("first")

    class Flow(Workflow):
        def run(self) -> Any:
            last: Any = self.submit(fails)
            for _ in range(3_000):
                last = self.submit(echo, last)
            return str(last.exception)

    assert stage.run(Flow) == "first"


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_with_a_store(stage: Stage, tmp_path: Any, kind: str) -> None:
    """With a store, values of any length are arguments, results, details and state."""
    store = MemoryStore() if kind == "memory" else FileStore(tmp_path)
    told = Payloads(store=store)

    class Child(Workflow):
        payloads = told

        def run(self, text: str) -> str:
            return text

    class Flow(Workflow):
        payloads = told

        def run(self, text: str) -> Any:
            self.state = text
            self.record_marker("m", text)
            one = self.submit(long.with_options(payloads=told), text)
            return [len(one.result), len(self.submit(Child, text).result), text]

    stage.knows(Child)
    started = stage.start(Flow, "x" * 50_000).finish()

    assert started.result == [50_000, 50_000, "x" * 50_000]
    assert all(len(str(event)) < 5_000 for event in started.events)


@activity(name="long")
def long(text: str) -> str:
    return text


def test_a_result_that_is_gone(stage: Stage) -> None:
    """A result that the store does not have any more is the future's error, on every replay."""
    store = MemoryStore()
    told = Payloads(store=store)

    class Flow(Workflow):
        payloads = told

        def run(self) -> Any:
            future = self.submit(long, "x" * 5)
            error = future.exception
            _ = self.submit(echo, 1).result
            return type(error).__name__

    stage.held.add("long")
    started = stage.start(Flow)
    stage.drive()
    stage.complete(stage.take()["taskToken"], "x" * 50_000, told)
    for key in list(store.keys()):
        store.delete(key)

    assert started.finish().result == "PayloadMissingError"


def test_no_activity_of_that_kind(swf_engine: Engine, swf_clock: ManualClock) -> None:
    """A workflow that this decider does not know waits, marked, until one does."""

    class Flow(Workflow):
        def run(self) -> int:
            return 1

    stage = Stage(swf_engine, swf_clock)
    stage.may_block = True
    started = stage.start(Flow)
    known = stage.decider.workflows
    stage.decider.workflows = type(known)()
    stage.drive()

    assert isinstance(stage.decider.troubles[0], errors.NotRegisteredError)
    assert started.attributes("MarkerRecorded")[0]["markerName"] == "swf.blocked"
    stage.decider.workflows = known
    assert started.finish().result == 1
    stage.close()


def test_search_by_tags(stage: Stage) -> None:
    """An execution is found by the tags that its class or its start has."""

    class Flow(Workflow):
        tag_list = ("mine",)

        def run(self) -> None: ...

    stage.run(Flow)
    stage.run(Flow.with_options(tag_list=["other"]))

    for tag in ("mine", "other"):
        params = {
            "domain": DOMAIN,
            "startTimeFilter": {"oldestDate": 0},
            "tagFilter": {"tag": tag},
        }
        found = stage.connection.call("ListClosedWorkflowExecutions", params)
        assert len(found["executionInfos"]) == 1


def test_errors_are_values() -> None:
    """What is too long is a ValueError, what has no text a TypeError."""
    assert issubclass(PayloadTooLargeError, ValueError)
    assert issubclass(PayloadEncodeError, TypeError)
