"""The JSON of a request's body as plain values, or a refusal: never an error of the server."""

from __future__ import annotations

import json
from json import JSONDecoder, JSONEncoder
from math import isfinite
from typing import Any, Final, NoReturn

from swf.fault import Fault
from swf.server.limits import MAX_DEPTH

_MAX_DIGITS: Final = 20
_LARGEST: Final = 2**63


def decoded(body: bytes) -> dict[str, Any]:
    """Return the object that a body is; an empty body is an empty one.

    Of two members of one name the last counts. Raises Fault (SerializationException) for what is
    no UTF-8, no JSON object or no text, for numbers that are none or too large, and for nesting
    deeper than MAX_DEPTH.
    """
    if not body:
        return {}
    try:
        value = _DECODER.decode(body.decode())
    except (ValueError, RecursionError) as error:
        raise _refused(_cause(error)) from None
    if not isinstance(value, dict):
        raise _refused("the body must be a JSON object")
    # Only what opens this often can be that deep: nearly every request is told by counting.
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _deeper(value, MAX_DEPTH):
        raise _refused(f"nested deeper than {MAX_DEPTH}")
    if (b"\\ud" in body or b"\\uD" in body) and not _sendable(value):
        raise _refused("half of a surrogate pair is no text")
    return value


def _cause(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos}"
    if isinstance(error, UnicodeDecodeError):
        return "the body is not UTF-8"
    if isinstance(error, RecursionError):
        return f"nested deeper than {MAX_DEPTH}"
    return str(error)


def _refused(cause: str) -> Fault:
    return Fault("SerializationException", cause)


def _whole(digits: str) -> int:
    # Digits are counted first: reading very many of them takes long.
    if len(digits) > _MAX_DIGITS or not -_LARGEST <= (value := int(digits)) < _LARGEST:
        raise ValueError("a number is out of range")
    return value


def _fraction(digits: str) -> float:
    value = float(digits)
    if not isfinite(value):
        raise ValueError("a number is out of range")
    return value


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _deeper(value: dict[str, Any], limit: int) -> bool:
    """Whether containers are nested deeper than `limit`, found level by level."""
    level: list[Any] = [value]
    for _ in range(limit):
        level = [
            child
            for container in level
            for child in (container.values() if isinstance(container, dict) else container)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def _sendable(value: Any) -> bool:
    try:
        _ENCODER.encode(value).encode()
    except UnicodeEncodeError:
        return False
    return True


_DECODER: Final = JSONDecoder(parse_int=_whole, parse_float=_fraction, parse_constant=_no_number)
_ENCODER: Final = JSONEncoder(ensure_ascii=False)
