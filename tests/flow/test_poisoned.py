"""What nobody can go on with waits, and says why: it neither hangs in silence nor spins."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flow_harness import DOMAIN, Stage, Started
from overheard import Overheard

from swf.clock import ManualClock
from swf.engine import Engine
from swf.exceptions import (
    LimitExceededFault,
    PayloadStoreError,
    ValidationFault,
)
from swf.flow import Workflow, activity
from swf.flow.replay.matching import BLOCKED, WAKE_UP
from swf.payload import Payloads
from swf.payload.stores.memory import MemoryStore

MINUTE = 60.0


@activity
def echo(value: Any) -> Any:
    return value


@activity(start_to_close_timeout=60)
def refused() -> None:
    raise AssertionError("nobody is to call it")


class Faulty(MemoryStore):
    """A store that is down for so many more uses, once it was used so often."""

    fine = 0
    down = 0

    def _use(self) -> None:
        cls = type(self)
        if cls.fine:
            cls.fine -= 1
        elif cls.down:
            cls.down -= 1
            raise PayloadStoreError("the store is down")

    def put(self, data: bytes) -> str:
        self._use()
        return super().put(data)

    def get(self, key: str, size: int) -> bytes:
        self._use()
        return super().get(key, size)


class Echoes(Workflow):
    """Has an activity return what it was given."""

    name = "echoes"

    def run(self, value: Any) -> Any:
        return self.submit(echo, value).result


class Stored(Workflow):
    """The same, with values that lie in a store."""

    name = "stored"
    payloads = Payloads(store=Faulty(), limit=200)

    def run(self, value: Any, *, sends: bool = True) -> Any:
        return self.submit(echo, value if sends else 0).result


class Waits(Workflow):
    """Takes signals until one says that it is enough."""

    name = "waits"

    def run(self) -> int:
        count = 0
        while self.wait_signal("next").result != "end":
            count += 1
        return count


@pytest.fixture(autouse=True)
def up() -> None:
    """Each test begins with a store that works."""
    Faulty.fine = Faulty.down = 0


def unknown(stage: Stage, cls: type[Workflow], *args: Any) -> Started:
    """Start an execution of a workflow that the decider does not know."""
    stage.may_block = True
    started = stage.start(cls, *args)
    del stage.decider.workflows._found[cls.key()]
    return started


def why(started: Started) -> list[dict[str, str]]:
    """Return what the markers say that blocked an execution."""
    return [
        json.loads(one["details"])
        for one in started.attributes("MarkerRecorded")
        if one["markerName"] == BLOCKED
    ]


def waiting(started: Started) -> int:
    """Return how many timers run that have a blocked execution looked at again."""
    begun = [
        event["eventId"]
        for event in started.events
        if event["eventType"] == "TimerStarted"
        and event["timerStartedEventAttributes"]["timerId"].startswith(WAKE_UP)
    ]
    return len(begun) - len(started.attributes("TimerFired"))


def test_a_workflow_nobody_knows_is_left_alone_until_somebody_does(stage: Stage) -> None:
    """It is looked at less and less often, each time with a marker that says why; then it runs."""
    started = unknown(stage, Echoes, 7)

    stage.advance(10 * MINUTE)
    first = len(started.events)
    stage.advance(10 * MINUTE)
    second = len(started.events) - first
    stage.advance(60 * MINUTE)
    hour = len(started.events) - first - second

    assert first <= 70
    assert second <= 18
    assert hour <= 6 * 13
    assert {one["error"] for one in why(started)} == {"NotRegisteredError"}
    assert "give it to Decider(workflows=…)" in why(started)[0]["message"]
    assert waiting(started) == 1
    stage.knows(Echoes)
    stage.advance(5 * MINUTE)
    assert started.result == 7


def test_whoever_looks_the_pause_between_two_looks_grows(stage: Stage) -> None:
    """Pauses are told by the history: another decider does not begin with a second again."""
    started = unknown(stage, Echoes, 7)
    other = type(stage.decider)(
        (), task_list="default", domain=DOMAIN, connection=stage.connection, clock=stage.clock
    )
    other.answers, other.troubles, other.seen_activities, other.seen_lists = [], [], {}, {}
    mine = stage.decider

    for number in range(12):
        stage.decider = (mine, other)[number % 2]
        stage.advance(2.0**number if number < 9 else 300)
    stage.decider = mine
    other.close()

    pauses = [int(one["startToFireTimeout"]) for one in started.attributes("TimerStarted")]
    assert pauses[:10] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]
    stage.knows(Echoes)
    assert started.finish().result == 7


def test_what_happens_to_a_blocked_execution_starts_no_second_timer(stage: Stage) -> None:
    """Signals have it looked at, too; however many come, there is one timer, and none is lost."""
    started = unknown(stage, Waits)
    stage.drive()

    for _ in range(50):
        started.signal("next", "more")
        stage.advance(1)

    assert waiting(started) == 1
    assert len(why(started)) <= 60
    before = len(started.events)
    stage.advance(10 * MINUTE)
    assert len(started.events) - before <= 70
    stage.knows(Waits)
    started.signal("next", "end")
    stage.advance(5 * MINUTE)
    assert started.result == 50


@pytest.mark.parametrize("text", ["swf:1:nothing", '{"args":', '["not a call"]', "\x00"])
def test_an_input_that_cannot_be_read_fails_its_execution(stage: Stage, text: str) -> None:
    """A workflow's input is a call or, from elsewhere, JSON arguments; else it fails at once."""
    started = stage.start_raw(Echoes, text)

    stage.advance(MINUTE)

    assert not started.is_open
    assert len(started.events) <= 12
    if text == '["not a call"]':
        assert started.result == "not a call"
    else:
        [failed] = started.attributes("WorkflowExecutionFailed")
        assert failed["reason"].startswith("PayloadDecodeError: ")


def test_an_input_that_cannot_be_fetched_is_told_at_once(stage: Stage) -> None:
    """Where the input of a new execution lies in a store that is down, it fails, and says so."""
    started = stage.start(Stored, "x" * 1_000)
    Faulty.down = 1_000

    stage.advance(MINUTE)

    [failed] = started.attributes("WorkflowExecutionFailed")
    assert failed["reason"] == "PayloadStoreError: the store is down"
    Faulty.down = 0


def test_a_store_that_is_down_delays_what_was_begun(
    swf_engine: Engine, swf_clock: ManualClock
) -> None:
    """What a run has read before, and cannot read again while a store is down, it waits for."""
    stage = Stage(swf_engine, swf_clock, cached_runs=0)
    stage.may_block = True
    stage.held.add("echo")
    started = stage.start(Stored, "x" * 1_000, sends=False)
    stage.drive()
    stage.complete(stage.take()["taskToken"], 7)
    Faulty.down = 1_000_000

    stage.advance(10 * MINUTE)

    assert len(started.events) <= 70
    assert {one["error"] for one in why(started)} == {"PayloadStoreError"}
    assert waiting(started) == 1
    Faulty.down = 0
    stage.advance(5 * MINUTE)
    assert started.result == 7
    stage.close()


def test_a_payload_that_cannot_be_stored_is_told_to_the_program(stage: Stage) -> None:
    """A store that is down when an activity's arguments are sent fails that task, by name."""
    started = stage.start(Stored, "x" * 1_000)
    Faulty.fine, Faulty.down = 1, 1

    stage.advance(MINUTE)

    [failed] = started.attributes("WorkflowExecutionFailed")
    assert failed["reason"] == "PayloadStoreError: the store is down"
    assert len(started.events) <= 12


class Refusing(Overheard):
    """An SWF that refuses decisions that schedule a certain activity."""

    def send(self, operation: str, params: Any) -> dict[str, Any]:
        if operation == "RespondDecisionTaskCompleted" and refused.name in json.dumps(params):
            raise ValidationFault("1 validation error detected", operation=operation)
        return super().send(operation, params)


class Refuses(Workflow):
    """Asks for something that SWF will not hear of."""

    name = "refuses"

    def run(self) -> None:
        _ = self.submit(refused).result


@pytest.mark.parametrize("when_blocked", ["wait", "fail"])
def test_what_swf_refuses_blocks_its_execution_at_once(stage: Stage, when_blocked: Any) -> None:
    """An answer that SWF finds malformed is followed by one that says so, without a time-out."""
    stage.may_block = True
    stage.decider._connection = Refusing(stage.connection)
    stage.decider.when_blocked = when_blocked
    started = stage.start(Refuses)

    stage.drive()

    assert started.count("DecisionTaskTimedOut") == 0
    if when_blocked == "fail":
        stage.replays = False  # its program knows nothing of the end
        [failed] = started.attributes("WorkflowExecutionFailed")
        assert failed["reason"].startswith("ValidationFault: ")
    else:
        [told] = why(started)
        assert told["error"] == "ValidationFault"
        assert "1 validation error detected" in told["message"]
        stage.advance(10 * MINUTE)
        assert len(started.events) <= 70
        stage.decider._connection = stage.connection
        stage.held.add("refused")
        stage.advance(5 * MINUTE)
        assert started.count("ActivityTaskScheduled") == 1
    assert stage.decider.counts["tasks"] == stage.decider.counts["answered"]


def test_a_type_that_cannot_be_registered_fails_its_task_alone(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the quota of types is used up, the task fails by SWF's word; the decider goes on."""
    full = LimitExceededFault("10,000 types", operation="RegisterActivityType")
    stage.decider._connection = Overheard(stage.connection, RegisterActivityType=full)
    started, other = stage.start(Echoes, 1), stage.start(Waits)

    stage.drive()
    other.signal("next", "end")
    stage.drive()

    [failed] = started.attributes("WorkflowExecutionFailed")
    assert failed["reason"].startswith("ScheduleFailed: ")
    assert "ACTIVITY_TYPE_DOES_NOT_EXIST" in failed["reason"]
    assert other.result == 0
    assert "must be registered by others" in caplog.text
