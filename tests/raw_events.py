"""Raw events as SWF records them: one made by hand, or any that the API's shapes allow."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from swf.shapes import SHAPES

EVENT_TYPES: tuple[str, ...] = SHAPES["EventType"]["enum"]
TIME = 1_420_142_400.123
"""2015-01-01T20:00:00.123Z."""


def attributes_member(name: str) -> str:
    """Return the member of a raw event that carries the attributes of this type."""
    return f"{name[0].lower()}{name[1:]}EventAttributes"


def raw_event(event_id: int, name: str, /, *, at: Any = TIME, **attributes: Any) -> dict[str, Any]:
    """Return a raw event with the attributes given, spelled as the API spells them."""
    return {
        "eventId": event_id,
        "eventType": name,
        "eventTimestamp": at,
        attributes_member(name): attributes,
    }


_DURATIONS = st.integers(0, 99_999_999).map(str) | st.just("NONE")
_SPECIAL = {
    "DurationInSeconds": _DURATIONS,
    "DurationInSecondsOptional": _DURATIONS | st.just(""),
    "TaskPriority": st.integers(-(2**31), 2**31 - 1).map(str),
}


def values(shape: str) -> st.SearchStrategy[Any]:
    """Return what draws a value of this shape."""
    described = SHAPES[shape]
    if shape in _SPECIAL:
        return _SPECIAL[shape]
    if "enum" in described:
        return st.sampled_from(described["enum"])
    kind = described["type"]
    if kind == "structure":
        return structures(shape)
    if kind == "list":
        return st.lists(values(described["member"]), max_size=described["max"])
    if kind == "long":
        return st.integers(0, 30_000)
    return st.text(min_size=described.get("min", 0), max_size=min(described.get("max", 9), 9))


def structures(shape: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return what draws a structure: with every required member, and some others, perhaps null."""
    described = SHAPES[shape]
    drawn = {name: values(member) for name, member in described["members"].items()}
    needed = {name: drawn[name] for name in described["required"]}
    others = {name: drawn[name] | st.none() for name in drawn if name not in needed}
    return st.fixed_dictionaries(needed, optional=others)


@st.composite
def raw_events(draw: st.DrawFn, name: str | None = None) -> dict[str, Any]:
    """Draw a raw event, of one type or of any."""
    kind = name or draw(st.sampled_from(EVENT_TYPES))
    return {
        "eventId": draw(st.integers(1, 25_000)),
        "eventType": kind,
        "eventTimestamp": draw(st.integers(1_350_000_000_000, 1_900_000_000_000)) / 1000,
        attributes_member(kind): draw(structures(f"{kind}EventAttributes")),
    }
