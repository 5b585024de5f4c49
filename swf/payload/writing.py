"""Values into text: JSON, with tags for what JSON has no word for.

The text of a value is always the same, whatever the order of its dicts and sets: replay compares
texts. Written by type and not by `json`, whose encoder takes tuples, enums and named tuples for
lists and numbers without asking.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from json.encoder import encode_basestring
from math import isfinite
from typing import Any, Final
from uuid import UUID

from swf.exceptions import PayloadEncodeError
from swf.payload.kinds import kind_of
from swf.payload.tags import MAX_DEPTH, TAG, TAG_TEXT
from swf.wire import sendable


class _UnfitError(Exception):
    """A value has no text; `steps` lead to it, the innermost first."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.steps: list[str] = []


def text_of(value: Any) -> str:
    """Return the text of a value; raises PayloadEncodeError for one that has none."""
    try:
        return _text(value, 0)
    except _UnfitError as error:
        raise _refused("value", error) from error.__cause__


def call_text(
    args: Iterable[Any], kwargs: Mapping[str, Any], context: Mapping[str, Any] | None
) -> str:
    """Return the text of a call; raises PayloadEncodeError for an argument that has none."""
    within = "args"
    try:
        positional = _items(args, 0)
        within = "context"
        told = "" if context is None else f'"context":{_mapping(context, 0)},'
        within = "kwargs"
        return f'{{"args":{positional},{told}"kwargs":{_mapping(kwargs, 0)}}}'
    except _UnfitError as error:
        raise _refused(within, error) from error.__cause__


def _refused(root: str, error: _UnfitError) -> PayloadEncodeError:
    steps = "".join(reversed(error.steps))
    if len(steps) > _LONGEST_PLACE:
        steps = f"{steps[:_LONGEST_PLACE]}…"
    return PayloadEncodeError(f"{root}{steps}: {error}")


_LONGEST_PLACE: Final = 200


def _text(value: Any, depth: int) -> str:
    return (_WRITERS.get(type(value)) or _instance)(value, depth)


def _items(values: Iterable[Any], depth: int) -> str:
    """Return the text of a list of these values."""
    if depth >= MAX_DEPTH:
        raise _UnfitError(
            f"is nested deeper than {MAX_DEPTH} containers, or contains itself; flatten it"
        )
    writers, below = _WRITERS, depth + 1
    texts: list[str] = []
    try:
        for value in values:
            text = (writers.get(type(value)) or _instance)(value, below)
            texts.append(text)
    except _UnfitError as error:
        error.steps.append(f"[{len(texts)}]")
        raise
    return f"[{','.join(texts)}]"


def _mapping(values: Mapping[Any, Any], depth: int) -> str:
    """Return the text of a dict: an object where all keys can be its names, else tagged pairs."""
    if not values:
        return "{}"
    if not all(map(_is_name, values)):
        return _pairs(values, depth)
    if depth >= MAX_DEPTH:
        return _items((), depth)  # which refuses it
    writers, below = _WRITERS, depth + 1
    texts: list[str] = []
    names = sorted(values)
    try:
        for name in names:
            value = values[name]
            text = (writers.get(type(value)) or _instance)(value, below)
            texts.append(f"{encode_basestring(name)}:{text}")
    except _UnfitError as error:
        error.steps.append(f"[{encode_basestring(names[len(texts)])}]")
        raise
    return f"{{{','.join(texts)}}}"


def _is_name(key: object) -> bool:
    """Tell whether a key can be a name in an object and still be told from others and from tags."""
    return type(key) is str and key != TAG and (key.isascii() or sendable(key))


def _pairs(values: Mapping[Any, Any], depth: int) -> str:
    if depth >= MAX_DEPTH:
        return _items((), depth)  # which refuses it
    texts: list[str] = []
    for key, value in values.items():
        try:
            texts.append(f"[{_text(key, depth + 1)},{_text(value, depth + 1)}]")
        except _UnfitError as error:
            error.steps.append(f"[{_shown(key)}]")
            raise
    return _tagged("dict", f"[{','.join(sorted(texts))}]")


def _shown(key: object) -> str:
    return repr(key) if isinstance(key, str | int | float) else f"<{type(key).__qualname__}>"


def _tagged(kind: str, text: str) -> str:
    return f'{{{TAG_TEXT}:["{kind}",{text}]}}'


def _tagging(kind: str, spell: Callable[[Any], str]) -> Callable[[Any, int], str]:
    """Return a writer of values of a kind that a plain ASCII text spells."""
    return lambda value, _: _tagged(kind, f'"{spell(value)}"')


def _str(value: str, _: int) -> str:
    if value.isascii() or sendable(value):
        return encode_basestring(value)
    spelled = b64encode(value.encode(errors="surrogatepass")).decode()
    return _tagged("str", f'"{spelled}"')


def _int(value: int, _: int) -> str:
    try:
        return int.__repr__(value)
    except ValueError:  # more digits than Python will write in decimal
        return _tagged("int", f'"{value:x}"')


def _float(value: float, _: int) -> str:
    return repr(value) if isfinite(value) else _tagged("float", f'"{value!r}"')


def _timedelta(value: timedelta, _: int) -> str:
    return _tagged("timedelta", f"[{value.days},{value.seconds},{value.microseconds}]")


def _tuple(value: tuple[Any, ...], depth: int) -> str:
    return _tagged("tuple", _items(value, depth))


def _frozenset(value: frozenset[Any], depth: int) -> str:
    return _tagged("frozenset", _members(value, depth))


def _set(value: set[Any], depth: int) -> str:
    return _tagged("set", _members(value, depth))


def _members(values: Iterable[Any], depth: int) -> str:
    if depth >= MAX_DEPTH:
        return _items((), depth)  # which refuses it
    try:
        return f"[{','.join(sorted(_text(value, depth + 1) for value in values))}]"
    except _UnfitError as error:
        error.steps.append("{…}")
        raise


def _instance(value: Any, depth: int) -> str:
    """Return the text of an instance of a registered class."""
    cls: type = type(value)
    kind = kind_of(cls)
    if kind is None:
        raise _UnfitError(f"a value of the type {_named(cls)} cannot travel; {_way_out(cls)}")
    try:
        parts = kind.take(value)
    except Exception as error:
        raise _UnfitError(f"{_named(cls)} cannot be taken apart: {error}") from error
    return _tagged("object", f"{encode_basestring(kind.name)},{_text(parts, depth + 1)}")


def _named(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _way_out(cls: type) -> str:
    for plain in (bool, int, float, str, bytes, list, dict, tuple, set, datetime):
        if issubclass(cls, plain) and not hasattr(cls, "_fields"):
            return f"send it as a plain {plain.__name__}, or register an enum with @register"
    return "if it is a dataclass, attrs class, named tuple, enum or exception: @register it"


_WRITERS: Final[dict[type, Callable[[Any, int], str]]] = {
    int: _int,
    str: _str,
    bool: lambda value, _: "true" if value else "false",
    type(None): lambda _, __: "null",
    float: _float,
    list: _items,
    dict: _mapping,
    tuple: _tuple,
    set: _set,
    frozenset: _frozenset,
    bytes: _tagging("bytes", lambda value: b64encode(value).decode()),
    datetime: _tagging("datetime", datetime.isoformat),
    date: _tagging("date", date.isoformat),
    time: _tagging("time", time.isoformat),
    timedelta: _timedelta,
    Decimal: _tagging("decimal", str),
    UUID: _tagging("uuid", str),
}
