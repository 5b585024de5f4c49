"""What stands for an event type that this release does not know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from swf.models.event.base import Event, attributes_key, set_raw
from swf.models.event.raw import check_raw
from swf.wire import snake_case


class UnknownEvent(Event):
    """An event of a type that SWF began to record after this release.

    The history around it stays readable: id, timestamp, name and raw are as of any event; what
    there is of attributes can be read by name in snake_case, as it came.
    """

    __slots__ = ()
    type: ClassVar[str] = "Unknown"
    state: ClassVar[str] = "unknown"

    def __init__(self, raw: Mapping[str, Any]) -> None:
        check_raw(raw)
        set_raw(self, raw)

    @property
    def name(self) -> str:  # type: ignore[override]
        """The event type, as the API spells it."""
        return self.raw["eventType"]  # type: ignore[no-any-return]

    @property
    def fields(self) -> tuple[str, ...]:  # type: ignore[override]
        """The names of the attributes that came."""
        return tuple(self._attributes())

    def as_dict(self) -> dict[str, Any]:
        """Return every attribute that was told, as it came, by name."""
        return {name: value for name, value in self._attributes().items() if value is not None}

    def _attributes(self) -> dict[str, Any]:
        told = self.raw.get(attributes_key(self.raw["eventType"]))
        if not isinstance(told, Mapping):
            return {}
        return {snake_case(member): value for member, value in told.items()}

    def __getattr__(self, name: str) -> Any:
        found = {} if name in ("raw", "fields") else self._attributes()
        if name in found:
            return found[name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
