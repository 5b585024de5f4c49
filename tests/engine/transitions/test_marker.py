"""Markers: RecordMarker."""

from __future__ import annotations

import pytest
from transition_harness import Run, decision

from swf.engine.state import Event
from swf.engine.transitions import fold


def test_markers_may_repeat_and_need_no_decision():
    """RecordMarker records MarkerRecorded each time, and no decision task."""
    run = Run()

    told = run.decide(
        decision("RecordMarker", markerName="m", details="d"),
        decision("RecordMarker", markerName="m"),
    )

    decided = {"markerName": "m", "decisionTaskCompletedEventId": run.decided}
    assert told == [("MarkerRecorded", {**decided, "details": "d"}), ("MarkerRecorded", decided)]


@pytest.mark.parametrize("event_type", ["MarkerRecorded", "RecordMarkerFailed"])
def test_markers_change_nothing(event_type):
    """RecordMarkerFailed, which this engine never records, changes nothing, nor does a marker."""
    run = Run()
    before = run.rebuilt()

    after = fold(run.rebuilt(), [Event(before.last_event_id + 1, event_type, run.at, {})])

    after.last_event_id = before.last_event_id
    assert after == before
