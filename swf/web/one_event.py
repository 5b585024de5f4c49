"""One event as the page of a history tells it: its attributes, or its JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import attrs

from swf.models.event.base import Event, is_link
from swf.models.event.base import shown as fields_of
from swf.web.narrowing import Wanted, family_of, is_failing
from swf.web.payloads import Payload
from swf.web.room import Room

LONGEST: Final = 4_000
"""Characters of one value, as long as there is room."""

OF_ONE: Final = 350_000
"""Room for the event that a reader wants to see; it is told whole, if it can be."""

_PAYLOADS: Final = frozenset({"input", "result", "details", "control", "execution_context"})


@attrs.frozen
class Value:
    """One attribute of an event: a text, perhaps cut, an event that it names, or a payload."""

    name: str
    text: str
    hidden: int = 0
    event: int | None = None
    payload: Payload | None = None


@attrs.frozen
class ToldEvent:
    """One event as the page tells it."""

    event: Event
    family: str
    failing: bool
    after_seconds: float
    """Seconds after the execution began."""
    values: tuple[Value, ...] = ()
    json: str = ""


def value_of(name: str, text: str, room: Room, most: int) -> Value:
    """Return a text as the value of an attribute."""
    kept = room.cut(text, most)
    return Value(name, kept, hidden=len(text) - len(kept))


def _payload(name: str, text: str, room: Room, most: int) -> Value:
    """Return a text as the payload that it is: as a tree where there is room for one."""
    if len(text) <= most:
        found = room.payload(text)
        if found is not None and found.node is not None and found.node.nodes:
            return Value(name, text, payload=found)
    return value_of(name, text, room, most)


def told(event: Event, wanted: Wanted, begun: datetime, room: Room) -> ToldEvent:
    """Return an event as it is told in a view; that which a reader wants to see, whole."""
    most = LONGEST
    if event.id == wanted.event:
        room, most = Room(OF_ONE), OF_ONE
    is_json = wanted.view == "json"
    return ToldEvent(
        event,
        family_of(event.name),
        failing=is_failing(event.raw),
        after_seconds=(event.timestamp - begun).total_seconds(),
        values=() if is_json else tuple(_values(event, room, most)),
        json=room.cut(_as_json(event), most) if is_json else "",
    )


def _as_json(event: Event) -> str:
    return json.dumps(dict(event.raw), indent=2, default=str, ensure_ascii=False)


def _values(event: Event, room: Room, most: int) -> Iterator[Value]:
    """Yield the attributes of an event that are told, zero for what does not apply left out."""
    for name, value in fields_of(event).items():
        if is_link(name):
            if value:
                yield Value(name, str(value), event=value)
        elif name in _PAYLOADS and isinstance(value, str):
            yield _payload(name, value, room, most)
        elif value != 0 or isinstance(value, str):
            yield value_of(name, _words(name, value), room, most)


def _words(name: str, value: Any) -> str:
    if name.endswith("_timeout") and isinstance(value, int):
        return f"{value:,} s"
    if isinstance(value, tuple):
        return " ".join(str(one) for one in value if one is not None)
    return str(value)
