"""What other services record otherwise compiles, and means what SWF's own event would."""

from __future__ import annotations

from typing import Any

import pytest
from raw_events import raw_event

from swf.exceptions import InconsistentHistoryError
from swf.models.event import EVENTS, UnknownEvent, event_from, events_from
from swf.models.history import CompiledHistory, HistoryBuilder
from swf.models.history.tolerances import LEFT_OUT, OTHER_SPELLINGS
from swf.shapes import SHAPES

TYPE = ("Work", "1.0")


def base() -> list[dict[str, Any]]:
    """Return a history with an activity task 5 and a timer 6, the decisions of 4 in progress."""
    builder = HistoryBuilder(TYPE).decision()
    return builder.activity_task_scheduled("a", TYPE).timer_started("t", 30).raw


def appended(name: str, **told: Any) -> CompiledHistory:
    """Return the history with one more event, compiled."""
    raws = base()
    compiled = CompiledHistory.of(events_from(raws))
    compiled.append(event_from(raw_event(7, name, at=raws[-1]["eventTimestamp"], **told)))
    return compiled


@pytest.mark.parametrize("kind", ["HEARTBEAT", "SCHEDULE_TO_START", "SCHEDULE_TO_CLOSE"])
def test_a_task_without_start_times_out_without_naming_one(kind: str) -> None:
    """An untold start counts as none, and then a heartbeat may be missed from the schedule on."""
    task = appended("ActivityTaskTimedOut", timeoutType=kind, scheduledEventId=5).activities["a"]

    assert (task.state, task.timeout_type, task.started_event_id) == ("timed_out", kind, None)


def test_what_needs_a_start_needs_one_where_none_is_told() -> None:
    """Nobody runs out of the time from a start that there was not."""
    with pytest.raises(InconsistentHistoryError, match="cannot time out START_TO_CLOSE"):
        appended("ActivityTaskTimedOut", timeoutType="START_TO_CLOSE", scheduledEventId=5)


def test_the_start_of_a_started_task_must_be_told() -> None:
    """An untold start is 0, which is not the id with which the task started."""
    raws = HistoryBuilder(TYPE).decision().activity_task("a", TYPE, outcome="started").raw
    number, at = len(raws) + 1, raws[-1]["eventTimestamp"]
    told = {"timeoutType": "HEARTBEAT", "scheduledEventId": 5}
    raw = raw_event(number, "ActivityTaskTimedOut", at=at, **told)

    with pytest.raises(InconsistentHistoryError, match="is started by started event"):
        CompiledHistory.of(events_from([*raws, raw]))


def test_a_timer_canceled_with_two_l_is_canceled() -> None:
    """The event is of no type of SWF's, and closes the timer, whose id is free again."""
    told = {"timerId": "t", "startedEventId": 6, "decisionTaskCompletedEventId": 4}
    compiled = appended("TimerCancelled", **told)
    raws = base()
    again = {"timerId": "t", "startToFireTimeout": "5", "decisionTaskCompletedEventId": 4}
    compiled.append(
        event_from(raw_event(8, "TimerStarted", at=raws[-1]["eventTimestamp"], **again))
    )

    first, second = compiled.timers.attempts("t")
    assert (first.state, second.state) == ("canceled", "started")
    assert isinstance(first.events[-1], UnknownEvent)
    assert compiled.entity_of(7) is first


@pytest.mark.parametrize(
    "wrong",
    [{"startedEventId": 5}, {"startedEventId": 1.5}, {"decisionTaskCompletedEventId": 3}],
)
def test_another_spelling_is_checked_like_its_original(wrong: dict[str, Any]) -> None:
    """What a timer canceled with two l links to must be there."""
    told = {"timerId": "t", "startedEventId": 6, "decisionTaskCompletedEventId": 4, **wrong}

    with pytest.raises(InconsistentHistoryError, match="event 7 TimerCancelled: "):
        appended("TimerCancelled", **told)


def test_a_cancellation_that_failed_need_not_name_its_timer() -> None:
    """Without timer id, the failed cancellation is an entity of its own."""
    compiled = appended(
        "CancelTimerFailed", cause="TIMER_ID_UNKNOWN", decisionTaskCompletedEventId=4
    )

    assert compiled.timers[""].state == "cancel_failed"


def test_the_list_is_about_what_swf_has() -> None:
    """Each tolerance is for a required member of a type of SWF, or for a type it has not."""
    for name, member in LEFT_OUT:
        assert member in SHAPES[f"{name}EventAttributes"]["required"]
    for other, name in OTHER_SPELLINGS.items():
        assert other not in EVENTS
        assert name in EVENTS
