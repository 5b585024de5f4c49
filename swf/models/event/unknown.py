"""What stands for an event type that this release does not know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from swf.models.event.base import Event
from swf.wire import snake_case


class UnknownEvent(Event):
    """An event of a type that SWF began to record after this release.

    The history around it stays readable: id, timestamp, name and raw are as of any event, and
    `as_dict` gives the attributes as they came, undecoded.
    """

    __slots__ = ()
    type: ClassVar[str] = "Unknown"
    state: ClassVar[str] = "unknown"
    fields: ClassVar[tuple[str, ...]] = ()

    def __init__(self, raw: Mapping[str, Any]) -> None:
        name = raw["eventType"]
        self._set(raw, raw.get(f"{name[0].lower()}{name[1:]}EventAttributes"))

    @property
    def name(self) -> str:  # type: ignore[override]
        """The event type, as the API spells it."""
        return self.raw["eventType"]  # type: ignore[no-any-return]

    def as_dict(self) -> dict[str, Any]:
        """Return every attribute that was told, as it came, by its name in snake_case."""
        return {
            snake_case(member): value
            for member, value in self._attributes.items()
            if value is not None
        }
