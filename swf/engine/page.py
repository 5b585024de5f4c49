"""Replies with histories in them: events go out as they are stored, without being read.

A page of a history holds the rows of its events. On its way to a client over HTTP the JSON of their
attributes is put between the rest as it is; a client within the process has it read once, all in
one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

import attrs

from swf.engine.state import Row

_encode: Final = json.JSONEncoder(separators=(",", ":")).encode


@cache
def attributes_member(event_type: str) -> str:
    """Return the member of an event that carries its attributes."""
    return f"{event_type[0].lower()}{event_type[1:]}EventAttributes"


@cache
def _middle(event_type: str) -> str:
    """Return what stands in an event between its time and its attributes."""
    return f',"eventType":"{event_type}","{attributes_member(event_type)}":'


@attrs.frozen(eq=False)
class EventPage:
    """Some events of a history, in the order in which they are to be shown, as they are stored."""

    rows: Sequence[Row]

    def __len__(self) -> int:
        return len(self.rows)

    def wire(self) -> list[dict[str, Any]]:
        """Return the events as the wire has them, made anew; times are in seconds."""
        read = json.loads("[" + ",".join([row[3] for row in self.rows]) + "]")
        return [
            {
                "eventId": event_id,
                "eventType": event_type,
                "eventTimestamp": at / 1000,
                attributes_member(event_type): attributes,
            }
            for (event_id, event_type, at, _, _), attributes in zip(self.rows, read, strict=True)
        ]

    def json(self) -> str:
        """Return the events as a JSON array."""
        return f"[{','.join([_event_json(*row) for row in self.rows])}]"


def _event_json(event_id: int, event_type: str, at: int, attributes: str, _checksum: int) -> str:
    return f'{{"eventId":{event_id},"eventTimestamp":{at / 1000}{_middle(event_type)}{attributes}}}'


def encode(reply: Mapping[str, Any] | None) -> bytes:
    """Return the body of a reply: JSON in ASCII, nothing for an operation without output."""
    if reply is None:
        return b""
    events = reply.get("events")
    if not isinstance(events, EventPage):
        return _encode(reply).encode()
    rest = _encode({name: value for name, value in reply.items() if name != "events"})
    between = "," if len(rest) > len("{}") else ""
    return f'{rest[:-1]}{between}"events":{events.json()}}}'.encode()


def decoded(reply: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a reply as a client reads it; an operation without output has an empty one."""
    if reply is None:
        return {}
    events = reply.get("events")
    if not isinstance(events, EventPage):
        return dict(reply)
    return {**reply, "events": events.wire()}
