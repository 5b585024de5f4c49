"""What the API's shapes and its written rules allow, checked before anything is sent.

A checker for each shape is made once, from `swf.shapes`, on first use.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from swf.constants import MAX_REQUEST_BYTES
from swf.exceptions import ValidationError, ValidationTypeError
from swf.rules import (
    AS_IDENTIFIER,
    BEGINNING_OF_TIME,
    END_OF_TIME,
    IDENTIFIERS,
    MEMBER_RULES,
    NOT_NULL,
    STRING_RULES,
    Path,
    Violation,
    is_identifier,
    longer,
    one_of,
    shorter,
)
from swf.shapes import OPERATIONS, SHAPES
from swf.wire import sendable, snake_case

Found = Sequence[Violation]

Checker = Callable[[Any], Found]
"""Returns what is wrong with a value, each by its place within it: as a rule, nothing."""

_FINE: Final[Found] = ()

_LONG: Final = 1_000
"""From here on a text is data, and no name of anything."""

_REMEMBERED: Final = 200
"""So many texts that were right are known for each member of a request, at most."""

_HEADER_BYTES: Final = 4_096
"""What the headers of a request may take of its bytes, signature and session token included."""


def check_request(operation: str, params: Mapping[str, Any]) -> None:
    """Raise ValidationError, naming argument and rule, unless SWF may accept the request."""
    if not isinstance(operation, str):
        raise ValidationTypeError(f"operation: must be a str, got {operation!r}")
    if operation not in OPERATIONS:
        raise ValidationError(f"{operation!r} is not an operation of SWF")
    if type(params) is not dict and not isinstance(params, Mapping):
        raise ValidationTypeError(
            f"params must be a mapping, got {params!r:.80}", operation=operation
        )
    shape = OPERATIONS[operation]["input"]
    found = checker(shape)(params)
    if not found:
        return
    kind = ValidationTypeError if any(one.wrong_type for one in found) else ValidationError
    raise kind("; ".join(map(str, found)), operation=operation)


def check_value(where: str, shape: str, value: Any, *path: str) -> None:
    """Raise ValidationError, naming where, path and rule, unless this is a valid `shape`."""
    for found in violations(shape, value, path):
        kind = ValidationTypeError if found.wrong_type else ValidationError
        raise kind(f"{where}: {found}")


def check_count(argument: str, value: object, least: int) -> None:
    """Raise ValidationError, naming the argument, unless this is an int of at least so much."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValidationTypeError(f"{argument}: must be an int, got {value!r}")
    if value < least:
        raise ValidationError(f"{argument}: must be at least {least}, got {value!r}")


def violations(shape: str, value: Any, path: Path = ()) -> Iterator[Violation]:
    """Yield everything that keeps `value` from being a valid `shape`, in the order of the value."""
    for one in checker(shape)(value):
        yield one._replace(path=(*path, *one.path)) if path else one


def _under(step: str | int, found: Found) -> Found:
    """Return what was found in a part as what is found in the whole."""
    return [one._replace(path=(step, *one.path)) for one in found]


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
    extra = STRUCTURE_RULES.get(shape)

    def check(value: Any) -> Found:
        if type(value) is not dict and not isinstance(value, Mapping):
            return [Violation((), value, f"must be a mapping ({shape})", wrong_type=True)]
        found: list[Violation] = []
        for name in required:  # as a comprehension it would cost a call where nothing is wrong
            if value.get(name) is None:
                words = "is required"
                found.append(Violation((name,), None, words, constraint=NOT_NULL))
        for name, member in value.items():
            known = members.get(name)
            if known is None:
                words = f"is not a member of {shape}"
                found.append(Violation((str(name),), member, words, wrong_type=True))
                continue
            check_member, right = known
            if right is not None and type(member) is str and member in right:
                continue
            if member is not None or name not in required:
                broken = check_member(member)
                if broken:
                    found += _under(name, broken)
        return found if extra is None else [*found, *extra(value)]

    return check


def _list(shape: str) -> Checker:
    described = SHAPES[shape]
    member = checker(described["member"])
    most = described.get("max")

    def check(value: Any) -> Found:
        if not isinstance(value, list | tuple):
            return [Violation((), value, "must be a list", wrong_type=True)]
        found: list[Violation] = []
        if most is not None and len(value) > most:
            words = f"has at most {most} items, not {len(value)}"
            found.append(Violation((), value, words, constraint=shorter(most)))
        for index, item in enumerate(value):
            broken = member(item)
            if broken:
                found += _under(index, broken)
        return found

    return check


def _string(shape: str) -> Checker:
    described = SHAPES[shape]
    least, most = described.get("min", 0), described.get("max")
    allowed = described.get("enum")
    identifier = shape in IDENTIFIERS
    rule = STRING_RULES.get(shape)

    def check(value: Any) -> Found:
        words, constraint = "", ""
        if not isinstance(value, str):
            return [Violation((), value, "must be a str", wrong_type=True)]
        if allowed is not None:
            if value in allowed:
                return _FINE
            words, constraint = f"must be one of {', '.join(allowed)}", one_of(shape)
        elif len(value) < least:
            words, constraint = f"has at least {least} character", longer(least)
        elif not value.isascii() and not sendable(value):
            words = "must be valid Unicode"
        elif most is not None and len(value) > most:
            words = f"has at most {most} characters, not {len(value)}"
            constraint = shorter(most)
        elif identifier and not is_identifier(value):
            words, constraint = AS_IDENTIFIER, f"Member {AS_IDENTIFIER}"
        elif rule is None or rule.holds(value):
            return _FINE
        else:
            return [rule.broken(value, ())]
        return [Violation((), value, words, constraint=constraint)]

    return check


def _integer(shape: str) -> Checker:
    described = SHAPES[shape]
    least, most = described.get("min", -(2**63)), described.get("max", 2**63 - 1)

    def check(value: Any) -> Found:
        if not isinstance(value, int) or isinstance(value, bool):
            return [Violation((), value, "must be an int", wrong_type=True)]
        if least <= value <= most:
            return _FINE
        bound = f"less than or equal to {most}"
        if value < least:
            bound = f"greater than or equal to {least}"
        words, constraint = f"must be from {least} to {most}", f"Member must have value {bound}"
        return [Violation((), value, words, constraint=constraint)]

    return check


def _boolean(_shape: str) -> Checker:
    def check(value: Any) -> Found:
        if isinstance(value, bool):
            return _FINE
        return [Violation((), value, "must be a bool", wrong_type=True)]

    return check


def _timestamp(_shape: str) -> Checker:
    def check(value: Any) -> Found:
        if isinstance(value, datetime):
            aware = value.tzinfo is not None
            return _FINE if aware else [Violation((), value, "must be an aware datetime")]
        if isinstance(value, bool) or not isinstance(value, int | float):
            words = "must be seconds since the epoch"
            return [Violation((), value, words, wrong_type=True)]
        if BEGINNING_OF_TIME <= value < END_OF_TIME:  # which nan is not
            return _FINE
        words = "must be seconds since the epoch, of the years 1 to 9999"
        return [Violation((), value, words, constraint=f"Member {words}")]

    return check


def _member_checker(structure: str, name: str, shape: str) -> tuple[Checker, set[str] | None]:
    """Return the checker of one member: its shape's, and what its place in a request adds.

    With it come the texts that it has found right before: of short texts alone.
    """
    check = checker(shape)
    rule = MEMBER_RULES.get((structure, name))

    def both(value: Any) -> Found:
        found = check(value)
        if found or rule is None or rule.holds(value):
            return found
        return [rule.broken(value, ())]

    described = SHAPES[shape]
    is_name = described["type"] == "string" and described.get("max", _LONG) < _LONG
    if is_name:
        return _remembering(both)
    return (check if rule is None else both), None


def _remembering(check: Checker) -> tuple[Checker, set[str]]:
    """Return a checker of short texts, and those that it has found right: they may pass at once.

    Most of a request is the same each time: names, versions, task lists, time-outs.
    """
    right: set[str] = set()

    def remembered(value: Any) -> Found:
        found = check(value)
        if not found and type(value) is str:
            if len(right) >= _REMEMBERED:
                right.clear()
            right.add(value)
        return found

    return remembered, right


_INVALID: Final = "ValidationException"

CLOSING: Final = frozenset(
    {
        "CancelWorkflowExecution",
        "CompleteWorkflowExecution",
        "ContinueAsNewWorkflowExecution",
        "FailWorkflowExecution",
    }
)
"""The decisions that close the execution: at most one in a list, and the last."""


@cache
def attributes_member(decision_type: str) -> str:
    """Return the member that carries a decision's attributes."""
    return f"{decision_type[0].lower()}{decision_type[1:]}DecisionAttributes"


def _decision(value: Mapping[str, Any]) -> Found:
    """Refuse attributes of another decision type, and the lack of required ones."""
    named = value.get("decisionType")
    if not isinstance(named, str) or named not in SHAPES["DecisionType"]["enum"]:
        return _FINE
    own = attributes_member(named)
    if len(value) == 2 and own in value:
        return _FINE
    found = [
        Violation((member,), value[member], f"does not belong to {named}")
        for member in value
        if member not in ("decisionType", own)
    ]
    if own not in value:
        words = f"is required by {named}"
        found += [
            Violation((own, member), None, words, constraint=NOT_NULL)
            for member in SHAPES[_capitalised(own)]["required"]
        ]
    return found


def _capitalised(name: str) -> str:
    return name[0].upper() + name[1:]


def _decisions(value: Mapping[str, Any]) -> Found:
    """Refuse a closing decision that is not the last, and a request that is too large."""
    given = value.get("decisions") or ()
    if not isinstance(given, list | tuple):
        return _FINE
    if len(given) < 2 and value.get("executionContext") is None:
        return _FINE  # the texts of one decision, as long as each may be, are not so much
    found = [
        Violation(
            ("decisions", index),
            decision["decisionType"],
            "closes the execution and so must be the last decision",
            constraint="Close must be last decision in list",
            fault=_INVALID,
        )
        for index, decision in enumerate(given[:-1])
        if isinstance(decision, Mapping) and decision.get("decisionType") in CLOSING
    ]
    try:
        size = len(json.dumps(value))  # as it is sent: ASCII, a character beyond as \uXXXX
    except (TypeError, ValueError, RecursionError):
        return found  # what cannot be JSON was reported by the members' own rules
    if size > MAX_REQUEST_BYTES - _HEADER_BYTES:
        words = (
            f"a request has at most {MAX_REQUEST_BYTES} bytes, {_HEADER_BYTES} of them kept for its"
            f" headers; the body of this one has {size}"
        )
        found.append(Violation(("decisions",), f"{len(given)} decisions", words))
    return found


def _no_two_filters(*exclusive: str) -> Checker:
    def check(value: Mapping[str, Any]) -> Found:
        given = [name for name in exclusive if value.get(name) is not None]
        if len(given) < 2:
            return _FINE
        return [
            Violation(
                (given[1],),
                value[given[1]],
                f"cannot go with {snake_case(given[0])}",
                constraint="Cannot specify more than one exclusive filters in the same query: "
                f"[{', '.join(given)}]",
                fault=_INVALID,
            )
        ]

    return check


_OTHER_FILTERS: Final = _no_two_filters(
    "executionFilter", "typeFilter", "tagFilter", "closeStatusFilter"
)

_TIME_FILTERS: Final = _no_two_filters("startTimeFilter", "closeTimeFilter")


def _closed_filters(value: Mapping[str, Any]) -> Found:
    """Refuse a listing of closed executions without exactly one time filter, or with two others."""
    both = "Cannot specify both a startTimeFilter and a closeTimeFilter"
    found = [one._replace(constraint=both) for one in _TIME_FILTERS(value)]
    found += _OTHER_FILTERS(value)
    if value.get("startTimeFilter") is None and value.get("closeTimeFilter") is None:
        words = "or close_time_filter is required"
        constraint = "Must specify time filter"
        found.append(
            Violation(("startTimeFilter",), None, words, constraint=constraint, fault=_INVALID)
        )
    return found


_OPEN_FILTERS: Final = _no_two_filters("executionFilter", "typeFilter", "tagFilter")

STRUCTURE_RULES: Final[dict[str, Checker]] = {
    "Decision": _decision,
    "RespondDecisionTaskCompletedInput": _decisions,
    "ListOpenWorkflowExecutionsInput": _OPEN_FILTERS,
    "CountOpenWorkflowExecutionsInput": _OPEN_FILTERS,
    "ListClosedWorkflowExecutionsInput": _closed_filters,
    "CountClosedWorkflowExecutionsInput": _closed_filters,
}
