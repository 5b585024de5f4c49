"""Recording the events of markers."""

from __future__ import annotations

from typing import Any, Self

from swf.models.history.recording.decision_task import DecisionTaskRecorder


class MarkerRecorder(DecisionTaskRecorder):
    """What can happen to markers."""

    def marker_recorded(self, marker_name: str, *, details: Any = None) -> Self:
        """Record that a decision noted something."""
        return self._record("MarkerRecorded", marker_name=marker_name, details=details)

    def record_marker_failed(
        self, marker_name: str, *, cause: str = "OPERATION_NOT_PERMITTED"
    ) -> Self:
        """Record that a marker could not be recorded."""
        return self._record("RecordMarkerFailed", marker_name=marker_name, cause=cause)
