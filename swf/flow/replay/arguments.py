"""Futures among the arguments of a task, at any depth: found, and replaced by their results."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

import attrs

from swf.exceptions import PayloadEncodeError
from swf.flow.future import Future

SCALARS: Final = frozenset({str, int, float, bool, type(None), bytes})
"""What can hold no future."""


def futures_in(value: Any) -> list[Future[Any]]:
    """Return the futures anywhere in a value, done or not, each once.

    Raises PayloadEncodeError for a value that is within itself, or too deep to be sent.
    """
    found: dict[Future[Any], None] = {}
    try:
        _collect(value, found)
    except RecursionError:
        raise PayloadEncodeError(
            "the arguments of a task are nested too deep, or a part of them holds itself"
        ) from None
    return list(found)


def resolved(value: Any) -> Any:
    """Return a value with the results of futures in their place; they have to be done.

    Dicts, lists, tuples, sets, dataclasses and attrs classes are made anew where they hold one.
    """
    if type(value) in SCALARS:
        return value
    if isinstance(value, Future):
        return value._value
    if isinstance(value, dict):
        return {resolved(key): resolved(one) for key, one in value.items()}
    if isinstance(value, tuple):
        parts = [resolved(one) for one in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, list | set | frozenset):
        return type(value)(resolved(one) for one in value)
    fields = _fields(type(value))
    if fields and futures_in(value):
        return _made_anew(value, fields)
    return value


def substituted(
    name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments of a task with the results of futures in their place.

    Raises PayloadEncodeError where they do not fit there: a list within a set, for one.
    """
    try:
        return resolved(args), resolved(dict(kwargs))
    except Exception as error:
        raise PayloadEncodeError(
            f"{name}: the results of the futures in its arguments do not fit there:"
            f" {type(error).__name__}: {error}"
        ) from error


def _collect(value: Any, found: dict[Future[Any], None]) -> None:
    if type(value) in SCALARS:
        return
    if isinstance(value, Future):
        found[value] = None
    elif isinstance(value, Mapping):
        for key, one in value.items():
            _collect(key, found)
            _collect(one, found)
    elif isinstance(value, list | tuple):
        for one in value:
            _collect(one, found)
    elif isinstance(value, set | frozenset):
        for one in sorted(value, key=repr):  # a set has an order of its own in each process
            _collect(one, found)
    else:
        for name in _fields(type(value)):
            _collect(getattr(value, name, None), found)


def _fields(cls: type) -> dict[str, str | None]:
    """Return the fields of a class, and what its constructor calls them; None for "not at all"."""
    if attrs.has(cls):
        return {
            one.name: (one.alias or one.name) if one.init else None for one in attrs.fields(cls)
        }
    if dataclasses.is_dataclass(cls):
        return {one.name: one.name if one.init else None for one in dataclasses.fields(cls)}
    return {}


def _made_anew(value: Any, fields: Mapping[str, str | None]) -> Any:
    told = {name: resolved(getattr(value, name)) for name in fields}
    arguments = {argument: told[name] for name, argument in fields.items() if argument}
    made = type(value)(**arguments)
    for name, one in told.items():
        if fields[name] is None:
            object.__setattr__(made, name, one)
    return made
