"""How arguments become fields, of models and of decisions alike.

A converter takes what it can and leaves the rest as it is: what has the field knows its name, and
refuses it then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Final, cast

from swf.exceptions import ValidationError
from swf.wire import Duration, DurationLike, duration

_DAY: Final = timedelta(days=1)
_DIGITS: Final = re.compile(r"[+-]?[0-9]{1,11}", re.ASCII)


def as_seconds(value: DurationLike | None) -> Duration | None:
    """Return a duration in seconds, or 'NONE'."""
    try:
        return duration(value, "")
    except ValidationError:
        return cast("Duration", value)


def as_days(value: DurationLike | None) -> Duration | None:
    """Return a duration in days, or 'NONE'."""
    try:
        return duration(value, "", unit=_DAY)
    except ValidationError:
        return cast("Duration", value)


def as_task_list(value: str | Mapping[str, str] | None) -> str | None:
    """Return the name of a task list that is given by name or as the API's {'name': …}."""
    if isinstance(value, Mapping) and set(value) == {"name"}:
        return value["name"]
    return cast("str | None", value)


def as_priority(value: int | str | None) -> int | None:
    """Return a task priority as a number."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    return cast("int | None", value)


def as_tags(value: Iterable[str] | None) -> tuple[str, ...] | None:
    """Return tags in their order; those of a set, which has none, sorted."""
    if isinstance(value, AbstractSet):
        return tuple(sorted(value, key=str))
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        return cast("tuple[str, ...] | None", value)
    return tuple(value)
