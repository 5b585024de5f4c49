"""Markers: what deciders note in the history.

Source: RecordMarkerDecisionAttributes, MarkerRecordedEventAttributes.
"""

from __future__ import annotations

from swf.engine.state import Attributes, Event, Execution
from swf.engine.turn import Turn, folds, given


def record(turn: Turn, decision: Attributes, decided: int) -> bool:
    """RecordMarker: record MarkerRecorded; names may repeat, nothing can refuse it."""
    recorded = {
        **given(decision, "markerName", "details"),
        "decisionTaskCompletedEventId": decided,
    }
    turn.record("MarkerRecorded", recorded)
    return True


@folds("MarkerRecorded")
@folds("RecordMarkerFailed")
def _noted(_execution: Execution, _event: Event) -> None:
    """Change nothing: a marker is for deciders to read."""
