"""A compiled history as a table for people: one row for each entity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from swf.models.history.entities.base import Entity


class Row(NamedTuple):
    """One entity: what it is, where it is, when it was there, and how it ended."""

    entity: str
    id: str | int
    state: str
    scheduled: datetime
    started: datetime | None
    closed: datetime | None
    duration: timedelta | None
    attempts: int
    outcome: str | None


COLUMNS: Final = Row._fields

_LONGEST: Final = 80


def row(entity: Entity[Any]) -> Row:
    """Return the row of an entity; `attempts` counts the bearers of its id up to it."""
    return Row(
        entity=entity.type,
        id=entity.id,
        state=entity.state.value,
        scheduled=entity.scheduled_at,
        started=entity.started_at,
        closed=entity.closed_at,
        duration=entity.duration,
        attempts=entity.attempt,
        outcome=entity.outcome,
    )


def title(entities: Sequence[Entity[Any]]) -> str:
    """Return what a table of these entities is of: the execution that comes first of them."""
    if not entities:
        return "empty history"
    execution = entities[0]
    return f"{execution.id}: {execution.state}, begun {execution.scheduled_at:%Y-%m-%d} (UTC)"


def cells(entities: Sequence[Entity[Any]]) -> Iterator[tuple[str | None, ...]]:
    """Yield rows of short texts: times in UTC, the date told where it is not the first one's."""
    for entity in entities:
        shown = row(entity)
        day = entities[0].scheduled_at.date()
        yield (
            shown.entity,
            str(shown.id),
            shown.state,
            _time(shown.scheduled, day),
            _time(shown.started, day),
            _time(shown.closed, day),
            None if shown.duration is None else f"{shown.duration.total_seconds():.3f} s",
            str(shown.attempts),
            _cut(shown.outcome),
        )


def _time(moment: datetime | None, day: date) -> str | None:
    if moment is None:
        return None
    told = "" if moment.date() == day else f"{moment:%Y-%m-%d} "
    return f"{told}{moment:%H:%M:%S}.{moment.microsecond // 1000:03}"


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
