"""How Python values look on SWF's wire, and back: names, durations, times, payloads.

Both columns speak this vocabulary; nothing here knows of a connection or of an engine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal, NamedTuple, NoReturn, Self

from swf.constants import NONE
from swf.exceptions import ValidationError, ValidationTypeError

Wire = Mapping[str, Any]
"""A JSON object as SWF sends or takes it: camelCase keys, times in seconds since the epoch."""

Duration = int | Literal["NONE"]
"""Whole seconds (days for a retention period), or NONE for no end."""

DurationLike = int | str | timedelta
"""What is accepted as a duration: seconds, a string of digits, 'NONE', or a timedelta."""


class TypeKey(NamedTuple):
    """What names a workflow type or an activity type within its domain."""

    name: str
    version: str


class ExecutionKey(NamedTuple):
    """What names a workflow execution within its domain; without run id, the open run."""

    workflow_id: str
    run_id: str | None = None


class Count(int):
    """A number of objects; where `truncated`, SWF stopped counting and there are more."""

    truncated: bool

    def __new__(cls, value: int, *, truncated: bool = False) -> Self:
        """Make a count of `value` objects."""
        count = super().__new__(cls, value)
        count.truncated = truncated
        return count


@cache
def snake_case(name: str) -> str:
    """Return `taskStartToCloseTimeout` as `task_start_to_close_timeout`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


@cache
def camel_case(name: str) -> str:
    """Return `task_start_to_close_timeout` as `taskStartToCloseTimeout`."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def told(**values: Any) -> dict[str, Any]:
    """Return the values that are not None: SWF is not told what the caller did not tell."""
    return {name: value for name, value in values.items() if value is not None}


def duration(
    value: DurationLike | None, argument: str, *, unit: timedelta = timedelta(seconds=1)
) -> Duration | None:
    """Return a duration as whole units or NONE; None stays None (not told).

    Raises ValidationError where the value is negative, broken, or not whole, and
    ValidationTypeError where it is of another type; both name the argument.
    """
    if value is None:
        return None
    if isinstance(value, timedelta):
        count, rest = divmod(value, unit)
        if rest:
            raise ValidationError(f"{argument}: {value!r} is not a whole number of {_unit(unit)}")
    elif isinstance(value, bool) or not isinstance(value, int | str):
        raise ValidationTypeError(
            f"{argument}: a duration is an int, a str, a timedelta or 'NONE', got {value!r}"
        )
    elif isinstance(value, int):
        count = value
    elif value == NONE:
        return NONE
    elif value.isascii() and value.isdigit() and len(value) <= 20:
        count = int(value)
    else:
        raise ValidationError(f"{argument}: a duration is digits or 'NONE', got {value!r}")
    if count < 0:
        raise ValidationError(f"{argument}: a duration is not negative, got {value!r}")
    if count > 99_999_999:
        raise ValidationError(f"{argument}: a duration has at most 8 digits, got {value!r}")
    return count


def _unit(unit: timedelta) -> str:
    return "days" if unit == timedelta(days=1) else "seconds"


def duration_text(value: Duration | None) -> str | None:
    """Return a duration as the wire spells it; None stays None."""
    return None if value is None else str(value)


def read_duration(value: str | None) -> Duration | None:
    """Return what the wire says as whole units or NONE; None (or nothing) is None."""
    if not value:
        return None
    return NONE if value == NONE else int(value)


def moment(value: float | datetime) -> datetime:
    """Return a time of the wire, seconds since the epoch, as an aware datetime in UTC.

    A client that parses replies by itself hands over datetimes: these are brought to UTC.
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime.fromtimestamp(value, UTC)


def epoch(value: datetime) -> float:
    """Return an aware datetime in seconds since the epoch, to the millisecond, as SWF counts."""
    return round(value.timestamp(), 3)


def sendable(text: str) -> bool:
    """Tell whether a text can be sent: UTF-8 has no way to say a lone surrogate."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def escaped(text: str) -> str:
    """Return the text with everything escaped that UTF-8 cannot say, so that it can be sent."""
    return text.encode(errors="backslashreplace").decode()


def shortened(text: str, most: int) -> str:
    """Return the text with at most so many characters; what is missing is marked by an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def json_value(text: str | bytes) -> Any:
    """Return the value of a JSON text.

    Raises ValueError where it is none, for the NaN and Infinity of Python's own reader too, and
    RecursionError where it is nested too deep.
    """
    return json.loads(text, parse_constant=_no_constant)


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a value of JSON")


def payload(value: Any, argument: str) -> str | None:
    """Return the text that carries a value: a str as it is, anything else as JSON; None is absent.

    Raises ValidationTypeError, naming the argument, where the value cannot be JSON.
    """
    if value is None or isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise ValidationTypeError(f"{argument}: not JSON-able: {error}") from error
