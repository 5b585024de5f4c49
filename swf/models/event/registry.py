"""Which class stands for which event type, and how raw events become typed ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final

from swf.models.event import (
    activity_task,
    child_workflow_execution,
    decision_task,
    external_workflow_execution,
    lambda_function,
    marker,
    timer,
    workflow_execution,
)
from swf.models.event.base import Event, set_raw
from swf.models.event.raw import check_raw, check_raws
from swf.models.event.unknown import UnknownEvent

_MODULES: Final = (
    workflow_execution,
    decision_task,
    activity_task,
    timer,
    marker,
    child_workflow_execution,
    external_workflow_execution,
    lambda_function,
)


class _Classes(dict[str, type[Event]]):
    """The class of every event type; UnknownEvent for any other."""

    def __missing__(self, name: str) -> type[Event]:
        return UnknownEvent


_CLASSES: Final = _Classes(
    (found.name, found)
    for module in _MODULES
    for found in vars(module).values()
    if isinstance(found, type) and issubclass(found, Event) and "name" in vars(found)
)

EVENTS: Final[Mapping[str, type[Event]]] = MappingProxyType(dict(_CLASSES))
"""The class of every event type, by its exact name."""

FIELDS: Final = frozenset(field for found in EVENTS.values() for field in found.fields)
"""Every attribute that some event type has."""

_type_of: Final = itemgetter("eventType")
_class_of: Final = _CLASSES.__getitem__
_bare: Final = object.__new__


def event_from(raw: Mapping[str, Any]) -> Event:
    """Return the typed event of a raw one; of a type unknown to this release, an UnknownEvent.

    Raises ValidationError, naming the key, where `raw` is no event.
    """
    check_raw(raw)
    return typed((raw,))[0]


def events_from(raws: Iterable[Mapping[str, Any]]) -> list[Event]:
    """Return the typed events of raw ones, in their order.

    Raises ValidationError, naming index and key, where one is no event.
    """
    given = raws if isinstance(raws, Sequence) else list(raws)
    check_raws(given)
    return typed(given)


def typed(raws: Sequence[Mapping[str, Any]]) -> list[Event]:
    """Return the typed events of raw ones that `check_raws` has passed."""
    # Passes in C instead of a loop: no constructor is called, and an event costs a third.
    events: list[Event] = list(map(_bare, map(_class_of, map(_type_of, raws))))
    deque(map(set_raw, events, raws), maxlen=0)
    return events
