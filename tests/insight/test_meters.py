"""Meters of the quotas of SWF, read from histories and from counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from raw_events import raw_event
from strategies import raw_histories

from swf.constants import MAX_DATA_LENGTH, MAX_EVENTS
from swf.exceptions import InconsistentHistoryError
from swf.insight.meters import Meter, meters_of
from swf.models import History, HistoryBuilder, OpenCounts

TYPE = ("Type", "1.0")


def by_name(*meters: Meter) -> dict[str, int]:
    """Return what each meter shows."""
    return {meter.name: meter.value for meter in meters}


@pytest.mark.parametrize(
    ("value", "state"),
    [(0, "ok"), (799, "ok"), (800, "near"), (999, "near"), (1_000, "at"), (1_001, "at")],
)
def test_a_meter_says_how_near_its_limit_is(value: int, state: str) -> None:
    """From four fifths on it is near, and at the limit from the limit on."""
    meter = Meter("open timers", value, 1_000, "")

    assert meter.state == state
    assert meter.share == value / 1_000


def test_a_history_tells_of_every_quota() -> None:
    """Events, what is open of each kind, and the longest text that was recorded."""
    builder = HistoryBuilder(TYPE, "x" * 17).decision()
    builder.activity_task_scheduled("a", TYPE, input="y" * 20).activity_task_scheduled("b", TYPE)
    builder.timer_started("t", 30).lambda_function_scheduled("l", "f")
    builder.start_child_workflow_execution_initiated("c", TYPE)

    meters = meters_of(builder.build())

    assert by_name(*meters) == {
        "events": len(builder),
        "open activities": 2,
        "open timers": 1,
        "open children": 1,
        "open Lambda functions": 1,
        "longest text": 20,
    }
    assert [meters[0].limit, meters[-1].limit] == [MAX_EVENTS, MAX_DATA_LENGTH]
    assert all(meter.beyond for meter in meters)


def test_counts_tell_of_what_is_open_alone() -> None:
    """Of an execution that was described, no history is needed to know what is open."""
    counts = OpenCounts(activity_tasks=3, timers=800, child_workflow_executions=1_000)

    assert [(meter.value, meter.state) for meter in meters_of(counts)] == [
        (3, "ok"),
        (800, "near"),
        (1_000, "at"),
        (0, "ok"),
    ]


@given(raw_histories())
def test_what_is_open_agrees_with_the_counts(raws: list[dict[str, object]]) -> None:
    """The meters of a history and those of its counts say the same, in either order of events."""
    history = History(raws)
    counted = by_name(*meters_of(history.compiled.open_counts))

    shown = by_name(*meters_of(history))

    assert counted.items() <= shown.items()
    assert shown["events"] == len(history)
    assert meters_of(history.reversed) == meters_of(history)


def test_a_part_of_a_history_is_refused() -> None:
    """What is open cannot be told from a history without its beginning."""
    part = History([raw_event(7, "TimerFired", timerId="t", startedEventId=3)])

    with pytest.raises(InconsistentHistoryError, match=r"from event 1 on"):
        meters_of(part)
