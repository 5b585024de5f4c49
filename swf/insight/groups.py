"""A history told by what its events are about: a group for each task, timer, signal, and so on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from swf.insight.failures import failure_of
from swf.insight.naming import name_of
from swf.models import History
from swf.models.event.base import Event
from swf.models.history.entities.base import Entity
from swf.models.history.entities.timer import CompiledTimer
from swf.models.states import State, state_of
from swf.wire import Wire

FAMILIES: Final[Mapping[str, str]] = {
    "WorkflowExecution": "execution",
    "DecisionTask": "decision",
    "ActivityTask": "activity",
    "LambdaFunction": "lambda",
    "Timer": "timer",
    "ChildWorkflowExecution": "child",
    "Signal": "signal",
    "ExternalWorkflowExecution": "message",
    "Marker": "marker",
}
"""The kinds of entities, and what the events about them are called together."""

OTHER: Final = "other"
"""The family of events whose type is not known."""

UNDECIDED: Final = "-decision"
"""What is wanted of a history by who wants all but its decision tasks."""

_FAILING: Final = frozenset({"failed", "timed_out"})


@attrs.frozen
class Group:
    """All events about one thing, oldest first, and what became of it."""

    family: str
    name: str
    id: str
    state: State
    word: str
    """The state in SWF's own word."""
    attempt: int
    events: tuple[Event, ...]
    begun: datetime
    waited_seconds: float | None
    """From when it was asked for to when it began; None where it did not begin."""
    ran_seconds: float | None
    """From when it began to when it closed; None where it did not."""
    outcome: str | None

    @property
    def event_id(self) -> int:
        """The id of the first event about it."""
        return self.events[0].id


@attrs.frozen
class Wanted:
    """Which groups are wanted: of a family, with an event of a type, failed ones, with a text."""

    family: str = ""
    type: str = ""
    errors: bool = False
    text: str = ""


def groups_of(history: History, wanted: Wanted = Wanted()) -> list[Any]:
    """Return the things that a history tells of and that are wanted, oldest first.

    An item is an entity, or an event of a type that this release does not know; `group` tells of
    it. Raises InconsistentHistoryError where the events contradict each other.
    """
    compiled = history.compiled
    found = [one for one in _things(compiled.entities, history) if _is_wanted(one, wanted)]
    return sorted(found, key=first_event_id)


def group(thing: Any) -> Group:
    """Return what is to be told of one thing of `groups_of`."""
    if isinstance(thing, Event):
        at = thing.timestamp
        return Group(
            OTHER, thing.name, "", "completed", "recorded", 1, (thing,), at, None, None, None
        )
    entity: Entity[Any] = thing
    waited, ran = _lengths(entity)
    return Group(
        family=FAMILIES[entity.type],
        name=_name(entity),
        id=str(entity.id),
        state=state_of(entity),
        word=entity.state.value.replace("_", " "),
        attempt=entity.attempt,
        events=entity.events,
        begun=entity.scheduled_at,
        waited_seconds=waited,
        ran_seconds=ran,
        outcome=entity.outcome,
    )


def first_event_id(thing: Any) -> int:
    """Return the id of the first event about one thing of `groups_of`."""
    found: int = thing.id if isinstance(thing, Event) else thing.first_event_id
    return found


def is_failing(thing: Any) -> bool:
    """Whether one thing of `groups_of` did not end well."""
    return not isinstance(thing, Event) and (
        state_of(thing) in _FAILING or failure_of(thing) is not None
    )


def is_of(family: str, wanted: str) -> bool:
    """Whether a family is wanted: by its name, as one of all, or as not that of decision tasks."""
    if wanted == UNDECIDED:
        return family != FAMILIES["DecisionTask"]
    return wanted in ("", family)


def has_text(raw: Wire, text: str) -> bool:
    """Whether a text is in what an event tells, whatever the case of its letters."""
    wanted = text.casefold()
    return any(wanted in told.casefold() for told in _texts(raw))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _things(entities: Iterable[Entity[Any]], history: History) -> Iterator[Any]:
    known = 0
    for entity in entities:
        known += len(entity.event_ids)
        yield entity
    if known < len(history):
        compiled = history.compiled
        yield from (event for event in history if compiled.entity_of(event.id) is None)


def _is_wanted(thing: Any, wanted: Wanted) -> bool:
    if not is_of(_family(thing), wanted.family):
        return False
    if wanted.errors and not is_failing(thing):
        return False
    events = (thing,) if isinstance(thing, Event) else thing.events
    if wanted.type and not any(event.name == wanted.type for event in events):
        return False
    return not wanted.text or any(has_text(event.raw, wanted.text) for event in events)


def _family(thing: Any) -> str:
    return OTHER if isinstance(thing, Event) else FAMILIES[thing.type]


def _name(entity: Entity[Any]) -> str:
    if entity.type == "DecisionTask":
        return "decision task"
    if entity.type == "ExternalWorkflowExecution":
        signal = getattr(entity, "signal_name", None)
        return f"signal {signal}" if signal else "cancel request"
    return name_of(entity)


def _lengths(entity: Entity[Any]) -> tuple[float | None, float | None]:
    """Return how long a thing waited to begin and how long it ran; a timer only runs."""
    begun, started, closed = entity.scheduled_at, entity.started_at, entity.closed_at
    if isinstance(entity, CompiledTimer) or entity.type == "WorkflowExecution":
        return None, None if closed is None else max(0.0, (closed - begun).total_seconds())
    if started is None or len(entity.events) == 1:
        return None, None
    ran = None if closed is None else max(0.0, (closed - started).total_seconds())
    return max(0.0, (started - begun).total_seconds()), ran
