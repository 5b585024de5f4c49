"""The events of markers."""

from __future__ import annotations

from typing import ClassVar

from swf.models.event.base import Event


class MarkerEvent(Event):
    """An event of one marker, which is whatever a decider wished to note."""

    __slots__ = ()
    type: ClassVar[str] = "Marker"

    marker_name: str
    decision_task_completed_event_id: int


class MarkerRecorded(MarkerEvent):
    """RecordMarker was carried out."""

    __slots__ = ()
    state: ClassVar[str] = "recorded"

    details: str | None


class RecordMarkerFailed(MarkerEvent):
    """The marker could not be recorded, for the `cause` told."""

    __slots__ = ()
    state: ClassVar[str] = "record_failed"

    cause: str
