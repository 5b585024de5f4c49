"""What an event of each type tells: checked before the event is folded, so that folding can trust.

Lengths and characters are not looked at: what was recorded is what names things from there on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from swf.constants import NONE
from swf.models.event.base import Event, attributes_key
from swf.models.history.entities.base import refused
from swf.models.history.tolerances import LEFT_OUT, OTHER_SPELLINGS
from swf.shapes import SHAPES
from swf.wire import Wire

Fits = Callable[[Any], bool]

_DURATION: Final = re.compile(r"[0-9]{1,8}", re.ASCII)
_PRIORITY: Final = re.compile(r"-?[0-9]{1,10}", re.ASCII)


class Telling(NamedTuple):
    """What events of one type tell."""

    name: str
    """The event type, as SWF spells it."""
    key: str
    """The member of the raw event that carries the attributes."""
    required: tuple[str, ...]
    """The attributes that are always told."""
    fits: Mapping[str, Fits]
    """Whether a value can be that attribute's."""
    shapes: Mapping[str, str]
    """The shape of each attribute."""


def told_by(event: Event, telling: Telling) -> Wire:
    """Return the attributes of an event.

    Raises InconsistentHistoryError where they lack what SWF always tells, or tell what it cannot.
    """
    told = event.raw.get(telling.key)
    if not isinstance(told, Mapping):
        raise refused(event, f"it has no {telling.key}")
    for member in telling.required:
        if told.get(member) is None:
            raise refused(event, f"it does not tell {member}")
    fits = telling.fits
    for member, value in told.items():
        if value is not None and member in fits and not fits[member](value):
            words = _words(telling.shapes[member])
            raise refused(event, f"{member} must be {words}, got {value!r:.80}")
    return told


def _is_id(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_duration(value: Any) -> bool:
    return isinstance(value, str) and (value == NONE or _DURATION.fullmatch(value) is not None)


def _is_optional_duration(value: Any) -> bool:
    return value == "" or _is_duration(value)


def _is_priority(value: Any) -> bool:
    return isinstance(value, str) and _PRIORITY.fullmatch(value) is not None


def _is_type(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("name"), str)
        and isinstance(value.get("version"), str)
    )


def _is_execution(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("workflowId"), str)
        and isinstance(value.get("runId"), str | None)
    )


def _is_task_list(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("name"), str)


def _is_tag_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(tag, str) for tag in value)


_KINDS: Final[Mapping[str, tuple[Fits, str]]] = {
    "ActivityType": (_is_type, "a type's name and version"),
    "WorkflowType": (_is_type, "a type's name and version"),
    "WorkflowExecution": (_is_execution, "an execution's workflow id and run id"),
    "EventId": (_is_id, "the id of an event"),
    "TaskList": (_is_task_list, "a task list's name"),
    "TagList": (_is_tag_list, "a list of texts"),
    "TaskPriority": (_is_priority, "a number in a text"),
    "DurationInSeconds": (_is_duration, "seconds in digits or 'NONE'"),
    "DurationInSecondsOptional": (_is_optional_duration, "seconds in digits or 'NONE'"),
}
"""What fits a shape that is not plain text, and what to call it."""


def _fits(shape: str) -> Fits:
    allowed = SHAPES[shape].get("enum")
    if allowed is None:
        return _KINDS[shape][0] if shape in _KINDS else _is_text
    # Not a set: what is told may be unhashable.
    return allowed.__contains__


def _words(shape: str) -> str:
    allowed = SHAPES[shape].get("enum")
    if allowed is not None:
        return f"one of {', '.join(allowed)}"
    return _KINDS[shape][1] if shape in _KINDS else "a text"


def _telling(name: str, spelled: str) -> Telling:
    described = SHAPES[f"{name}EventAttributes"]
    return Telling(
        name,
        attributes_key(spelled),
        tuple(member for member in described["required"] if (name, member) not in LEFT_OUT),
        {member: _fits(shape) for member, shape in described["members"].items()},
        described["members"],
    )


TELLINGS: Final[Mapping[str, Telling]] = {
    **{name: _telling(name, name) for name in SHAPES["EventType"]["enum"]},
    **{other: _telling(name, other) for other, name in OTHER_SPELLINGS.items()},
}
"""What is known of each event type, by its name."""
