"""The timeline of a history: what is told of each entity, put into lanes by the ids that it has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Final

import attrs

from swf.exceptions import ValidationError
from swf.models.history.entities.base import Entity
from swf.models.history.entities.timer import CompiledTimer
from swf.models.states import state_of
from swf.models.text import cut, plain
from swf.models.timeline.labels import about, name_of, retried, told_apart
from swf.models.timeline.model import MOMENTS, Lane, Segment, Timeline
from swf.wire import moment

if TYPE_CHECKING:
    from swf.models.history.compiled import CompiledHistory
    from swf.models.history.history import History

LONGEST_OUTCOME: Final = 120
"""Characters of an outcome that are told."""

_Key = tuple[str, str]


def timeline_of(history: History, *, now: datetime | None = None) -> Timeline:
    """Return when all that a history tells of was asked for, began and ended.

    An open execution goes on until `now`, by default its last event. The attempts at one thing,
    which share its id, are one lane, with the waits between them. A clock that went back counts as
    having stood still. Raises ValidationError where `now` is naive, InconsistentHistoryError where
    the events contradict each other, do not begin with the first one, or are none.
    """
    if now is not None and now.utcoffset() is None:
        raise ValidationError(f"timeline_of: now must be an aware datetime, got {now!r}")
    return of_compiled(_steady(history).compiled, now)


def of_compiled(compiled: CompiledHistory, now: datetime | None = None) -> Timeline:
    """Return the timeline of a history that was compiled, as `timeline_of` does."""
    execution, last = compiled.execution, compiled.last_event
    end = execution.closed_at
    if end is None:
        latest = execution.scheduled_at if last is None else last.timestamp
        end = latest if now is None else max(latest, moment(now))
    reading = _Reading(end, execution.is_closed)
    own = reading.segment(execution, "execution")
    return Timeline(
        begin=execution.scheduled_at,
        end=end,
        finished=execution.is_closed,
        name=plain(" ".join(execution.workflow_type)),
        state=own.state,
        words=own.words,
        lanes=told_apart(reading.lanes(compiled)),
    )


def _steady(history: History) -> History:
    """Return a history in which no event is of a time before that of the event before it."""
    raws = sorted(history.raws, key=_id)
    times = [_seconds(raw["eventTimestamp"]) for raw in raws]
    if all(before <= after for before, after in pairwise(times)):
        return history
    latest = accumulate(times, max)
    return history.from_raw(
        [{**raw, "eventTimestamp": time} for raw, time in zip(raws, latest, strict=True)]
    )


def _id(raw: Any) -> int:
    number: int = raw["eventId"]
    return number


def _seconds(recorded: float | datetime) -> float:
    return recorded.timestamp() if isinstance(recorded, datetime) else recorded


@attrs.frozen
class _Reading:
    """Reads entities of an execution that goes until `end`, and is finished then or not."""

    end: datetime
    finished: bool

    def lanes(self, compiled: CompiledHistory) -> Iterator[tuple[Lane, str | None]]:
        """Yield the lanes: the execution, its decision tasks, all else by their first events."""
        yield self._lane("execution", "", [compiled.execution])
        if compiled.decision_tasks:
            yield self._lane("decisions", "", list(compiled.decision_tasks))
        groups = _groups(compiled)
        for (kind, name), entities in sorted(groups.items(), key=_by_first):
            entities.sort(key=_first_event_id)
            yield self._lane(kind, name, entities)

    def _lane(self, kind: str, name: str, entities: list[Entity[Any]]) -> tuple[Lane, str | None]:
        bearer = next((one for one in entities if not _is_retry(kind, one)), entities[0])
        segments = tuple(self.segment(one, kind) for one in entities)
        label = name_of(kind, name, bearer)
        lane = Lane(kind, name, label, about(kind, name, bearer), segments)
        return lane, getattr(bearer, "input", None)

    def segment(self, entity: Entity[Any], kind: str) -> Segment:
        """Return one attempt at what the entity is."""
        begin, end = entity.scheduled_at, entity.closed_at
        started = None if isinstance(entity, CompiledTimer) else entity.started_at
        state, words = state_of(entity), _words(entity)
        if end is None and self.finished:
            end, state, words = self.end, "canceled", "left open when the execution closed"
        return Segment(
            begin=begin,
            started=begin if kind in MOMENTS else started,
            end=end,
            state=state,
            event_ids=(entity.first_event_id, entity.last_event_id),
            attempt=entity.attempt,
            words=words,
            due=_due(entity),
            retry=_is_retry(kind, entity),
        )


def _groups(compiled: CompiledHistory) -> dict[_Key, list[Entity[Any]]]:
    """Return the entities by kind and id; timers until a next attempt are with what they are of."""
    groups: dict[_Key, list[Entity[Any]]] = {}
    tried: dict[str, _Key] = {}
    for kind, held in (
        ("child", compiled.children),
        ("lambda", compiled.lambdas),
        ("activity", compiled.activities),
    ):
        for entity in held:
            key = (kind, str(entity.id))
            tried[key[1]] = key
            groups.setdefault(key, []).append(entity)
    for timer in compiled.timers:
        key = tried.get(retried(timer) or "", ("timer", str(timer.id)))
        groups.setdefault(key, []).append(timer)
    for signal in compiled.signals:
        groups.setdefault(("signal", str(signal.id)), []).append(signal)
    for message in compiled.externals:
        what = f"signal {message.signal_name}" if message.is_signal else "cancel"
        groups.setdefault(("external", f"{what} → {message.id}"), []).append(message)
    if compiled.markers:
        groups["markers", ""] = list(compiled.markers)
    return groups


def _by_first(item: tuple[_Key, list[Entity[Any]]]) -> int:
    return min(map(_first_event_id, item[1]))


def _first_event_id(entity: Entity[Any]) -> int:
    return entity.first_event_id


def _is_retry(kind: str, entity: Entity[Any]) -> bool:
    return kind != "timer" and isinstance(entity, CompiledTimer)


def _due(entity: Entity[Any]) -> datetime | None:
    if not isinstance(entity, CompiledTimer) or not isinstance(entity.start_to_fire_timeout, int):
        return None
    try:
        return entity.scheduled_at + timedelta(seconds=entity.start_to_fire_timeout)
    except OverflowError:
        return None


def _words(entity: Entity[Any]) -> str:
    """Return how an entity goes, or ended."""
    said = entity.state.value.replace("_", " ")
    if entity.type == "Marker":
        said = f"{said}: {plain(str(entity.id))}"
    outcome = entity.outcome
    return f"{said}: {cut(plain(outcome), LONGEST_OUTCOME)}" if outcome else said
