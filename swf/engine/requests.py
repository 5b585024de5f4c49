"""What a request must be before the engine looks at it: cleaned, and refused in SWF's words.

A cleaner for each shape is made once, from `swf.shapes` and `swf.rules`, on first use. It follows
the shape, never the request: however deep or wide a request is, only known members are looked at.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, NoReturn, Protocol

from swf.constants import MAX_REQUEST_BYTES
from swf.engine import faults
from swf.fault import Fault
from swf.rules import (
    BEGINNING_OF_TIME,
    END_OF_TIME,
    IDENTIFIERS,
    MEMBER_RULES,
    STRING_RULES,
    Path,
    Violation,
    is_identifier,
)
from swf.shapes import OPERATIONS, SHAPES
from swf.validation import CLOSING, attributes_member, violations
from swf.wire import sendable

Request = dict[str, Any]


class Cleaner(Protocol):
    """Returns what the engine takes a value for; None where that is nothing.

    It puts True into `broken` where the value breaks a rule, and raises Misfit where it is of
    another JSON type.
    """

    def __call__(self, value: Any, broken: list[bool], /) -> Any:
        """Return the value without what is null or unknown."""
        ...


class Misfit(Exception):
    """A value is of another JSON type than its shape; `steps` lead to it, innermost first."""

    def __init__(self, value: Any, expected: str) -> None:
        super().__init__(value, expected)
        self.value = value
        self.expected = expected
        self.steps: list[str | int] = []

    def fault(self) -> Fault:
        """Return the refusal of the request."""
        where = _place(tuple(reversed(self.steps))) or "the request"
        told = f"{_json_type(self.value)} at '{where}' can not be converted to {self.expected}"
        return Fault("SerializationException", told)


_EMPTY_IS_ABSENT: Final = frozenset(
    {"DurationInSecondsOptional", "PageToken", "VersionOptional", "WorkflowRunIdOptional"}
)
"""Shapes of texts that may be empty, which says no more than nothing."""

_FEW_DECISIONS: Final = 15
"""So many decisions, each as long as its shape allows, are no more than a request may have."""

_SHOWN_CHARACTERS: Final = 1_024
"""How much of a value its refusal repeats."""


def checked(operation: str, params: Any) -> Request:
    """Return a request without nulls and unknown members.

    Raises Fault: SerializationException where a value is of another JSON type,
    ValidationException that tells all that breaks a rule, TooManyTagsFault,
    RequestEntityTooLargeException, UnknownOperationException.
    """
    if not isinstance(operation, str):
        raise Fault("UnknownOperationException", "An operation is named by a string")
    if operation not in OPERATIONS:
        raise Fault("UnknownOperationException", f"Unknown operation: {operation[:80]}")
    described = OPERATIONS[operation]
    broken: list[bool] = []
    try:
        request: Request = _cleaner(described["input"])(params, broken)
    except Misfit as misfit:
        raise misfit.fault() from None
    if broken:
        _refuse(described["input"], request)
    if len(request.get("decisions", ())) > _FEW_DECISIONS:
        _check_size(request)
    return request


def _check_size(request: Request) -> None:
    size = len(json.dumps(request, ensure_ascii=False).encode())
    if size > MAX_REQUEST_BYTES:
        told = f"A request has at most {MAX_REQUEST_BYTES} bytes, this one {size}"
        raise Fault("RequestEntityTooLargeException", told, 413)


# Cleaning


@cache
def _cleaner(shape: str) -> Cleaner:
    kind = SHAPES[shape]["type"]
    made: Cleaner = _MAKERS[kind](shape)
    return made


def _structure(shape: str) -> Cleaner:
    described = SHAPES[shape]
    members = {name: _member(shape, name, member) for name, member in described["members"].items()}
    required = frozenset(described["required"])
    extra = _EXTRA.get(shape)

    def clean(value: Any, broken: list[bool], /) -> Request:
        if type(value) is not dict and not isinstance(value, Mapping):
            raise Misfit(value, "a structure")
        cleaned: Request = {}
        name = ""
        try:
            for name, member in value.items():
                if member is not None and name in members:
                    kept = members[name](member, broken)
                    if kept is not None:
                        cleaned[name] = kept
        except Misfit as misfit:
            misfit.steps.append(name)
            raise
        if not required <= cleaned.keys():
            broken.append(True)
        if extra is not None:
            extra(cleaned, broken)
        return cleaned

    return clean


def _member(structure: str, name: str, shape: str) -> Cleaner:
    """Return the cleaner of one member: its shape's, and what its place in a request adds."""
    clean = _cleaner(shape)
    rule = MEMBER_RULES.get((structure, name))
    if rule is None:
        return clean
    holds = rule.holds

    def clean_there(value: Any, broken: list[bool], /) -> Any:
        kept = clean(value, broken)
        # Rules of a place are about what its shape allows.
        if kept is not None and not broken and not holds(kept):
            broken.append(True)
        return kept

    return clean_there


def _list(shape: str) -> Cleaner:
    described = SHAPES[shape]
    clean_item = _cleaner(described["member"])
    most = described.get("max", math.inf)

    def clean(value: Any, broken: list[bool], /) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise Misfit(value, "a list")
        cleaned: list[Any] = []
        try:
            for item in value:
                if item is None:
                    continue
                cleaned.append(clean_item(item, broken))
        except Misfit as misfit:
            misfit.steps.append(len(cleaned))
            raise
        if len(cleaned) > most:
            broken.append(True)
        return cleaned

    return clean


def _string(shape: str) -> Cleaner:
    described = SHAPES[shape]
    least, most = described.get("min", 0), described.get("max", math.inf)
    holds = _text_rule(shape)
    empty_is_absent = shape in _EMPTY_IS_ABSENT

    def clean(value: Any, broken: list[bool], /) -> str | None:
        if type(value) is not str:
            value = _text(value)
        if not value.isascii() and not sendable(value):
            raise Misfit(value, "a string of Unicode")
        if not value and empty_is_absent:
            return None
        if not least <= len(value) <= most or (holds is not None and not holds(value)):
            broken.append(True)
        return value  # type: ignore[no-any-return]

    return clean


def _text_rule(shape: str) -> Callable[[str], bool] | None:
    """Return what a text of this shape obeys beside its length."""
    if "enum" in SHAPES[shape]:
        return frozenset(SHAPES[shape]["enum"]).__contains__
    if shape in IDENTIFIERS:
        return is_identifier
    rule = STRING_RULES.get(shape)
    return None if rule is None else rule.holds


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Misfit(value, "a string")
    return str.__str__(value)


def _integer(shape: str) -> Cleaner:
    described = SHAPES[shape]
    least, most = described.get("min", -(2**63)), described.get("max", 2**63 - 1)

    def clean(value: Any, broken: list[bool], /) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not -(2**63) <= value < 2**63:
            raise Misfit(value, "an integer")
        if not least <= value <= most:
            broken.append(True)
        return int(value)

    return clean


def _boolean(_shape: str) -> Cleaner:
    def clean(value: Any, _broken: list[bool], /) -> bool:
        if value is not True and value is not False:
            raise Misfit(value, "a boolean")
        return value

    return clean


def _timestamp(_shape: str) -> Cleaner:
    def clean(value: Any, broken: list[bool], /) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Misfit(value, "a timestamp")
        if not -(2**63) <= value < 2**63:  # nor nan
            raise Misfit(value, "a timestamp")
        if not BEGINNING_OF_TIME <= value < END_OF_TIME:
            broken.append(True)
        return value

    return clean


_MAKERS: Final[dict[str, Callable[[str], Cleaner]]] = {
    "structure": _structure,
    "list": _list,
    "string": _string,
    "integer": _integer,
    "long": _integer,
    "boolean": _boolean,
    "timestamp": _timestamp,
}

_OWN_ATTRIBUTES: Final = {
    one: (
        (own := attributes_member(one)),
        bool(SHAPES[f"{own[0].upper()}{own[1:]}"]["required"]),
    )
    for one in SHAPES["DecisionType"]["enum"]
}


def _decision(cleaned: Request, broken: list[bool]) -> None:
    """Take the lack of a decision's own attributes for attributes that are all null."""
    own, needed = _OWN_ATTRIBUTES.get(cleaned.get("decisionType", ""), ("", False))
    if own and own not in cleaned:
        cleaned[own] = {}
        if needed:
            broken.append(True)


def _decisions(cleaned: Request, broken: list[bool]) -> None:
    """Let only the last decision close the execution."""
    given: list[Request] = cleaned.get("decisions", [])
    if len(given) > 1 and any(one.get("decisionType") in CLOSING for one in given[:-1]):
        broken.append(True)


def _open_filters(cleaned: Request, broken: list[bool]) -> None:
    """Let one filter narrow the listing beside its time."""
    if len(_NARROWING & cleaned.keys()) > 1:
        broken.append(True)


def _closed_filters(cleaned: Request, broken: list[bool]) -> None:
    """Ask for one time filter, too."""
    _open_filters(cleaned, broken)
    if ("startTimeFilter" in cleaned) is ("closeTimeFilter" in cleaned):
        broken.append(True)


_NARROWING: Final = frozenset({"executionFilter", "typeFilter", "tagFilter", "closeStatusFilter"})

_EXTRA: Final[dict[str, Callable[[Request, list[bool]], None]]] = {
    "Decision": _decision,
    "RespondDecisionTaskCompletedInput": _decisions,
    "ListOpenWorkflowExecutionsInput": _open_filters,
    "CountOpenWorkflowExecutionsInput": _open_filters,
    "ListClosedWorkflowExecutionsInput": _closed_filters,
    "CountClosedWorkflowExecutionsInput": _closed_filters,
}
"""What structures obey beside their members; the words for it are those of `violations`."""


# Refusing


def _refuse(shape: str, request: Request) -> NoReturn:
    """Raise the Fault that tells what breaks a rule."""
    found = sorted(
        (one for one in violations(shape, request) if one.constraint), key=_type_of_decision_last
    )
    told = [_told(one) for one in found if not one.fault]
    alone = next((one for one in found if one.fault), None)
    if alone is not None and (not told or alone.path[0] == "decisions"):
        raise Fault(alone.fault, alone.constraint)
    errors = "error" if len(told) == 1 else "errors"
    raise faults.invalid(f"{len(told)} validation {errors} detected: {'; '.join(told)}")


def _type_of_decision_last(one: Violation) -> tuple[int, bool]:
    """Sort what is wrong with a decision's type behind what is wrong with its attributes."""
    index = next((step for step in one.path if isinstance(step, int)), -1)
    return index, one.path[-1] == "decisionType"


def _told(one: Violation) -> str:
    place = _place(one.path)
    return f"Value {_shown(one.value)} at '{place}' failed to satisfy constraint: {one.constraint}"


def _place(path: Path) -> str:
    """Return a place as SWF names it: `decisions.1.member.startTimerDecisionAttributes`."""
    return ".".join(f"{step + 1}.member" if isinstance(step, int) else step for step in path)


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    text = f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)
    cut = text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."
    return f"'{cut}'"


def _json_type(value: Any) -> str:
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (str, "STRING_VALUE"),
        (bool, "BOOLEAN_VALUE"),
        ((int, float), "NUMBER_VALUE"),
        (Mapping, "START_OBJECT"),
        ((list, tuple), "START_ARRAY"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "NULL_VALUE")
