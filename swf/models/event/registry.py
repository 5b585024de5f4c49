"""Which class stands for which event type, and how raw events become typed ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from swf.models.event.base import Event
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

EVENTS: Final[Mapping[str, type[Event]]] = MappingProxyType(
    {
        found.name: found
        for module in _MODULES
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Event) and "name" in vars(found)
    }
)
"""The class of every event type, by its exact name."""


def event_from(raw: Mapping[str, Any]) -> Event:
    """Return the typed event of a raw one; a type that this release does not know is an UnknownEvent.

    Raises ValidationError, naming the key, where `raw` is no event.
    """
    return EVENTS.get(raw["eventType"], UnknownEvent)(raw)


def events_from(raws: Iterable[Mapping[str, Any]]) -> list[Event]:
    """Return the typed events of raw ones, in their order.

    Raises ValidationError, naming index and key, where one is no event.
    """
    return [event_from(raw) for raw in raws]
