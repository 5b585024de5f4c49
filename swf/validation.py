"""What the API's shapes and its written rules allow, checked before anything is sent.

A checker for each shape is made once, from `swf.shapes`, on first use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from swf.constants import (
    MAX_DOMAIN_TAGS,
    MAX_EXECUTION_SECONDS,
    MAX_LAMBDA_SECONDS,
    MAX_REQUEST_BYTES,
    MAX_RETENTION_DAYS,
    NONE,
)
from swf.exceptions import ValidationError, ValidationTypeError
from swf.shapes import OPERATIONS, SHAPES
from swf.wire import sendable, snake_case

Path = tuple[str | int, ...]


class Violation(NamedTuple):
    """One value that breaks a rule: where it is, what it is, what the rule says."""

    path: Path
    value: Any
    rule: str
    wrong_type: bool = False
    told: bool = False
    """Whether the rule says by itself what the value is."""

    @property
    def argument(self) -> str:
        """The place in the words of the Python API: `decisions[0].timer_id`."""
        text = ""
        for step in self.path:
            if isinstance(step, int):
                text += f"[{step}]"
            elif not step.endswith("DecisionAttributes"):
                text += f".{snake_case(step)}"
        return text.removeprefix(".")

    def __str__(self) -> str:
        argument = self.argument
        where = f"{argument}: " if argument else ""
        if self.told:
            return f"{where}{self.rule}"
        got = repr(self.value)
        shown = got if len(got) <= 80 else f"{got[:77]}..."
        return f"{where}{self.rule}, got {shown}"


Checker = Callable[[Any, Path], Iterator[Violation]]

IDENTIFIERS: Final = frozenset(
    {"ActivityId", "DomainName", "Name", "TimerId", "Version", "WorkflowId"}
)
"""Shapes whose values name something within SWF and so obey the identifier rule."""

_FORBIDDEN: Final = re.compile(r"[:/|\x00-\x1f\x7f-\x9f]")
_DURATION: Final = re.compile(r"[0-9]{1,8}")
_PRIORITY: Final = re.compile(r"-?[0-9]{1,10}")
_TAG_CHARACTERS: Final = re.compile(r"[\w\s.:/=+\-@]*")

_HEADER_BYTES: Final = 4_096
"""What the headers of a request may take of its bytes, signature and session token included."""

_END_OF_TIME: Final = 253_402_300_800
"""Seconds from the epoch to the year 10000, where a datetime ends."""

_NEVER_NONE: Final = frozenset(
    {
        ("StartTimerDecisionAttributes", "startToFireTimeout"),
    }
)
"""Durations that must be a number although the shape could say NONE, without other bound."""

_WITHIN_A_YEAR: Final = frozenset(
    {
        ("StartWorkflowExecutionInput", "executionStartToCloseTimeout"),
        ("RegisterWorkflowTypeInput", "defaultExecutionStartToCloseTimeout"),
    }
)
"""Durations of whole executions, none of which may take longer."""


def check_request(operation: str, params: Mapping[str, Any]) -> None:
    """Raise ValidationError, naming argument and rule, unless SWF may accept the request."""
    if not isinstance(operation, str):
        raise ValidationTypeError(f"operation: must be a str, got {operation!r}")
    if operation not in OPERATIONS:
        raise ValidationError(f"{operation!r} is not an operation of SWF")
    if not isinstance(params, Mapping):
        raise ValidationTypeError(
            f"params must be a mapping, got {params!r:.80}", operation=operation
        )
    shape = OPERATIONS[operation]["input"]
    found = list(violations(shape, params))
    if not found:
        return
    kind = ValidationTypeError if any(one.wrong_type for one in found) else ValidationError
    raise kind("; ".join(map(str, found)), operation=operation)


def violations(shape: str, value: Any, path: Path = ()) -> Iterator[Violation]:
    """Yield everything that keeps `value` from being a valid `shape`, in the order of the value."""
    yield from checker(shape)(value, path)


@cache
def checker(shape: str) -> Checker:
    """Return the function that checks a value of this shape."""
    kind = SHAPES[shape]["type"]
    if kind == "structure":
        return _structure(shape)
    if kind == "list":
        return _list(shape)
    if kind == "string":
        return _string(shape)
    return {"integer": _integer, "long": _integer, "boolean": _boolean, "timestamp": _timestamp}[
        kind
    ](shape)


def _structure(shape: str) -> Checker:
    described = SHAPES[shape]
    members = {
        name: _member_checker(shape, name, member) for name, member in described["members"].items()
    }
    required = described["required"]
    extra = _STRUCTURE_RULES.get(shape)

    def check(value: Any, path: Path) -> Iterator[Violation]:
        if not isinstance(value, Mapping):
            yield Violation(path, value, f"must be a mapping ({shape})", wrong_type=True)
            return
        for name in required:
            if value.get(name) is None:
                yield Violation((*path, name), None, "is required")
        for name, member in value.items():
            if name not in members:
                yield Violation(
                    (*path, str(name)), member, f"is not a member of {shape}", wrong_type=True
                )
            elif member is not None or name not in required:
                yield from members[name](member, (*path, name))
        if extra is not None:
            yield from extra(value, path)

    return check


def _list(shape: str) -> Checker:
    described = SHAPES[shape]
    member = checker(described["member"])
    most = described.get("max")

    def check(value: Any, path: Path) -> Iterator[Violation]:
        if not isinstance(value, list | tuple):
            yield Violation(path, value, "must be a list", wrong_type=True)
            return
        if most is not None and len(value) > most:
            yield Violation(path, value, f"has at most {most} items, not {len(value)}")
        for index, item in enumerate(value):
            yield from member(item, (*path, index))

    return check


def _string(shape: str) -> Checker:
    described = SHAPES[shape]
    least, most = described.get("min", 0), described.get("max")
    allowed = described.get("enum")
    identifier = shape in IDENTIFIERS
    by_pattern = _STRING_RULES.get(shape)

    def check(value: Any, path: Path) -> Iterator[Violation]:
        if not isinstance(value, str):
            yield Violation(path, value, "must be a str", wrong_type=True)
        elif allowed is not None:
            if value not in allowed:
                yield Violation(path, value, f"must be one of {', '.join(allowed)}")
        elif len(value) < least:
            yield Violation(path, value, f"has at least {least} character")
        elif not sendable(value):
            yield Violation(path, value, "must be valid Unicode")
        elif most is not None and len(value) > most:
            yield Violation(path, value, f"has at most {most} characters, not {len(value)}")
        elif identifier and (_FORBIDDEN.search(value) or value == "arn"):
            yield Violation(
                path, value, "must not contain ':', '/', '|' or a control character, nor be 'arn'"
            )
        elif by_pattern is not None and not by_pattern[0](value):
            yield Violation(path, value, by_pattern[1])

    return check


def _integer(shape: str) -> Checker:
    described = SHAPES[shape]
    least, most = described.get("min", -(2**63)), described.get("max", 2**63 - 1)

    def check(value: Any, path: Path) -> Iterator[Violation]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield Violation(path, value, "must be an int", wrong_type=True)
        elif not least <= value <= most:
            yield Violation(path, value, f"must be from {least} to {most}")

    return check


def _boolean(_shape: str) -> Checker:
    def check(value: Any, path: Path) -> Iterator[Violation]:
        if not isinstance(value, bool):
            yield Violation(path, value, "must be a bool", wrong_type=True)

    return check


def _timestamp(_shape: str) -> Checker:
    def check(value: Any, path: Path) -> Iterator[Violation]:
        if isinstance(value, datetime):
            if value.tzinfo is None:
                yield Violation(path, value, "must be an aware datetime")
        elif isinstance(value, bool) or not isinstance(value, int | float):
            yield Violation(path, value, "must be seconds since the epoch", wrong_type=True)
        elif not 0 <= value < _END_OF_TIME:  # which refuses nan too
            yield Violation(path, value, "must be seconds since the epoch, before the year 10000")

    return check


def _member_checker(structure: str, name: str, shape: str) -> Checker:
    """Return the checker of one member: its shape's, and what its place in a request adds."""
    check = checker(shape)
    rule = _MEMBER_RULES.get((structure, name))
    if rule is None:
        return check

    def both(value: Any, path: Path) -> Iterator[Violation]:
        found = list(check(value, path))
        yield from found
        if not found and not rule[0](value):
            yield Violation(path, value, rule[1])

    return both


def _within_a_year(value: str) -> bool:
    return not value or (value != NONE and int(value) <= MAX_EXECUTION_SECONDS)


def _is_duration(value: str) -> bool:
    return value == NONE or _DURATION.fullmatch(value) is not None


def _is_priority(value: str) -> bool:
    return _PRIORITY.fullmatch(value) is not None and -(2**31) <= int(value) < 2**31


def _is_retention(value: str) -> bool:
    return value == NONE or (
        value.isascii() and value.isdigit() and int(value) <= MAX_RETENTION_DAYS
    )


_StringRule = tuple[Callable[[str], bool], str]

_STRING_RULES: Final[dict[str, _StringRule]] = {
    "DurationInDays": (_is_retention, f"must be 0 to {MAX_RETENTION_DAYS} days or 'NONE'"),
    "DurationInSeconds": (_is_duration, "must be seconds in 1 to 8 digits or 'NONE'"),
    "DurationInSecondsOptional": (
        lambda value: not value or _is_duration(value),
        "must be seconds in at most 8 digits or 'NONE'",
    ),
    "TaskPriority": (_is_priority, "must be an integer from -2147483648 to 2147483647"),
    "ResourceTagKey": (
        lambda value: _TAG_CHARACTERS.fullmatch(value) is not None,
        "takes letters, digits, white space and _ . : / = + - @",
    ),
    "ResourceTagValue": (
        lambda value: _TAG_CHARACTERS.fullmatch(value) is not None,
        "takes letters, digits, white space and _ . : / = + - @",
    ),
}

_TRIMMED: Final[_StringRule] = (
    lambda value: value == value.strip(),
    "must not begin or end with white space",
)

_MEMBER_RULES: Final[dict[tuple[str, str], _StringRule]] = {
    **{
        place: (lambda value: value != NONE, "must be a number of seconds, not 'NONE'")
        for place in _NEVER_NONE
    },
    ("ScheduleLambdaFunctionDecisionAttributes", "startToCloseTimeout"): (
        lambda value: not value or (value != NONE and 1 <= int(value) <= MAX_LAMBDA_SECONDS),
        f"must be 1 to {MAX_LAMBDA_SECONDS} seconds",
    ),
    **dict.fromkeys(
        _WITHIN_A_YEAR,
        (
            _within_a_year,
            f"must be a number of seconds, not 'NONE', at most {MAX_EXECUTION_SECONDS} (a year)",
        ),
    ),
    **{
        place: (
            lambda value: len(value) <= MAX_DOMAIN_TAGS,
            f"has at most {MAX_DOMAIN_TAGS} items",
        )
        for place in (("TagResourceInput", "tags"), ("RegisterDomainInput", "tags"))
    },
    ("TaskList", "name"): _TRIMMED,
    ("RegisterDomainInput", "name"): _TRIMMED,
}

CLOSING: Final = frozenset(
    {
        "CancelWorkflowExecution",
        "CompleteWorkflowExecution",
        "ContinueAsNewWorkflowExecution",
        "FailWorkflowExecution",
    }
)
"""The decisions that close the execution: at most one in a list, and the last."""


def attributes_member(decision_type: str) -> str:
    """Return the member that carries a decision's attributes."""
    return f"{decision_type[0].lower()}{decision_type[1:]}DecisionAttributes"


def _decision(value: Mapping[str, Any], path: Path) -> Iterator[Violation]:
    """Refuse attributes of another decision type, and the lack of required ones."""
    named = value.get("decisionType")
    if not isinstance(named, str) or named not in SHAPES["DecisionType"]["enum"]:
        return
    own = attributes_member(named)
    for member in value:
        if member not in ("decisionType", own):
            yield Violation((*path, member), value[member], f"does not belong to {named}")
    if own not in value:
        for member in SHAPES[_capitalised(own)]["required"]:
            yield Violation((*path, own, member), None, f"is required by {named}")


def _capitalised(name: str) -> str:
    return name[0].upper() + name[1:]


def _decisions(value: Mapping[str, Any], path: Path) -> Iterator[Violation]:
    """Refuse a closing decision that is not the last, and a request that is too large."""
    given = value.get("decisions") or ()
    if not isinstance(given, list | tuple):
        return
    for index, decision in enumerate(given[:-1]):
        if isinstance(decision, Mapping) and decision.get("decisionType") in CLOSING:
            yield Violation(
                (*path, "decisions", index),
                decision["decisionType"],
                "closes the execution and so must be the last decision",
            )
    try:
        size = len(json.dumps(value))  # as it is sent: ASCII, a character beyond as \uXXXX
    except (TypeError, ValueError, RecursionError):
        return  # what cannot be JSON was reported by the members' own rules
    if size > MAX_REQUEST_BYTES - _HEADER_BYTES:
        yield Violation(
            (*path, "decisions"),
            f"{len(given)} decisions",
            f"a request has at most {MAX_REQUEST_BYTES} bytes, {_HEADER_BYTES} of them kept for its"
            f" headers; the body of this one has {size}",
        )


def _no_two_filters(*exclusive: str) -> Checker:
    def check(value: Mapping[str, Any], path: Path) -> Iterator[Violation]:
        given = [name for name in exclusive if value.get(name) is not None]
        if len(given) > 1:
            yield Violation(
                (*path, given[1]), value[given[1]], f"cannot go with {snake_case(given[0])}"
            )

    return check


def _closed_filters(value: Mapping[str, Any], path: Path) -> Iterator[Violation]:
    """Refuse a listing of closed executions without exactly one time filter, or with two others."""
    yield from _no_two_filters("startTimeFilter", "closeTimeFilter")(value, path)
    yield from _no_two_filters("executionFilter", "typeFilter", "tagFilter", "closeStatusFilter")(
        value, path
    )
    if value.get("startTimeFilter") is None and value.get("closeTimeFilter") is None:
        yield Violation((*path, "startTimeFilter"), None, "or close_time_filter is required")


_OPEN_FILTERS: Final = _no_two_filters("executionFilter", "typeFilter", "tagFilter")

_STRUCTURE_RULES: Final[dict[str, Checker]] = {
    "Decision": _decision,
    "RespondDecisionTaskCompletedInput": _decisions,
    "ListOpenWorkflowExecutionsInput": _OPEN_FILTERS,
    "CountOpenWorkflowExecutionsInput": _OPEN_FILTERS,
    "ListClosedWorkflowExecutionsInput": _closed_filters,
    "CountClosedWorkflowExecutionsInput": _closed_filters,
}
