"""Whether a reply can be SWF's: what is not would break far from where it came in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from swf.exceptions import ResponseError
from swf.shapes import OPERATIONS, SHAPES
from swf.transport.resource import resource_of

POLLS: Final = frozenset({"PollForActivityTask", "PollForDecisionTask"})
"""Operations whose reply, where there is no task, lacks what the model of the service requires."""

_KINDS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "boolean": bool,
    "integer": int,
    "list": list,
    "long": int,
    "string": str,
    "structure": dict,
    "timestamp": (int, float),
}


class _Member(NamedTuple):
    name: str
    required: bool
    kind: str
    types: type | tuple[type, ...]


def check_reply(
    operation: str,
    reply: Mapping[str, Any],
    *,
    params: Mapping[str, Any],
    request_id: str | None = None,
) -> None:
    """Raise ResponseError, naming the member, unless the reply has the operation's form.

    Only its outermost members are looked at, and that lists are of JSON objects: the cost of the
    check does not show beside that of the call.
    """
    wrong = _what_is_wrong(operation, reply)
    if wrong is not None:
        raise ResponseError(
            f"this is not a reply of SWF's: {wrong}",
            operation=operation,
            resource=resource_of(ResponseError, operation, params),
            request_id=request_id,
        )


def _what_is_wrong(operation: str, reply: Mapping[str, Any]) -> str | None:
    if operation in POLLS and not reply.get("taskToken"):
        return None
    for name, required, kind, types in _members(operation):
        value: Any = reply.get(name)
        if value is None:
            if required:
                return f"{name} is missing"
        elif not isinstance(value, types):
            return f"{name} is no {kind}, but {value!r:.80}"
        elif kind == "list" and not _are_structures(value):
            return f"{name} is no list of structures"
    return None


def _are_structures(items: Any) -> bool:
    return {*map(type, items)} <= {dict}


@cache
def _members(operation: str) -> tuple[_Member, ...]:
    output = OPERATIONS[operation]["output"]
    if output is None:
        return ()
    described = SHAPES[output]
    return tuple(
        _Member(name, name in described["required"], kind, _KINDS[kind])
        for name, shape in described["members"].items()
        for kind in (SHAPES[shape]["type"],)
    )
