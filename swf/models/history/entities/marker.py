"""Markers, folded from their events."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from swf.models.event.marker import MarkerRecorded, RecordMarkerFailed
from swf.models.history.entities.base import Entities, Entity, Fold, by_first


class MarkerState(StrEnum):
    """Whether a marker was recorded."""

    RECORDED = "recorded"
    RECORD_FAILED = "record_failed"


class CompiledMarker(Entity[MarkerState]):
    """One marker; its name may be used again at any time."""

    __slots__ = ()
    type = "Marker"
    initial: ClassVar[frozenset[StrEnum]] = frozenset(MarkerState)
    transitions: ClassVar[Mapping[MarkerState, frozenset[MarkerState]]] = dict.fromkeys(
        MarkerState, frozenset()
    )

    details: str | None = by_first()
    cause: str | None = by_first()
    decision_task_completed_event_id: int | None = by_first()


class Markers(Entities[CompiledMarker]):
    """The markers of a history."""

    __slots__ = ()

    def _recorded(self, event: MarkerRecorded) -> CompiledMarker:
        return self._add(event.marker_name, event, MarkerState.RECORDED)

    def _record_failed(self, event: RecordMarkerFailed) -> CompiledMarker:
        return self._add(event.marker_name, event, MarkerState.RECORD_FAILED)

    folds: ClassVar[Mapping[str, Fold]] = {
        "MarkerRecorded": _recorded,
        "RecordMarkerFailed": _record_failed,
    }
