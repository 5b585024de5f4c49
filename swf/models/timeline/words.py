"""What a timeline says in words: how long, when, with which arguments."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from swf.models.text import cut, plain

MINUTE: Final = 60
HOUR: Final = 3_600
DAY: Final = 86_400
LONGEST_INPUT: Final = 4_096
"""Characters of an input up to which it is read to be told short."""
LONGEST_ARGUMENT: Final = 18
MOST_ARGUMENTS: Final = 6


def lasting(seconds: float) -> str:
    """Return a time as people say it: `230 ms`, `2.4 s`, `45 s`, `1 h 30 min`, `2 d 4 h`."""
    if seconds < 0.9995:
        return f"{seconds * 1_000:.0f} ms" if seconds else "0 s"
    if seconds < 9.95:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    whole = round(seconds)
    if whole < 2 * MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return _two(whole, MINUTE, "min", 1, "s")
    if whole < DAY:
        return _two(whole, HOUR, "h", MINUTE, "min")
    return _two(whole, DAY, "d", HOUR, "h")


def _two(seconds: int, unit: int, name: str, part: int, part_name: str) -> str:
    count, rest = divmod(seconds, unit)
    rest //= part
    return f"{count} {name} {rest} {part_name}" if rest else f"{count} {name}"


def at(moment: datetime) -> str:
    """Return a time for people, in UTC, to the millisecond."""
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1_000:03d} UTC"


def arguments(text: str | None) -> str:
    """Return the arguments of a call, short, as its text tells them; "" where there are none.

    An object that is no call is told by its members, as though they were arguments.
    """
    if not text:
        return ""
    if len(text) > LONGEST_INPUT or text[0] not in '{["':
        return cut(plain(text[:LONGEST_INPUT]), LONGEST_ARGUMENT)
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return cut(plain(text), LONGEST_ARGUMENT)
    if not isinstance(told, Mapping):
        return _one(told)
    positional: Any = ()
    if told.keys() <= {"args", "kwargs", "context"}:
        positional, told = told.get("args"), told.get("kwargs")
    said = [_one(one) for one in positional] if isinstance(positional, list) else []
    if isinstance(told, Mapping):
        said += [f"{plain(str(name))}={_one(one)}" for name, one in told.items()]
    return cut(", ".join(said[:MOST_ARGUMENTS]), 3 * LONGEST_ARGUMENT)


def _one(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return cut(plain(text), LONGEST_ARGUMENT)
