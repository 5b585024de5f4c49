"""The plain JSON that specs are made of, each value told by its place where it is none."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any, Final, Literal, NoReturn

from attrs.exceptions import FrozenInstanceError

from swf.graph.errors import GraphError, GraphTypeError
from swf.rules import shown
from swf.validation import violations
from swf.wire import sendable

MAX_DEPTH: Final = 100
"""How deep the containers of a value may be nested: as deep as payloads may be."""

_LONGEST_INT: Final = 2**1024
"""From here on an int has no float beside it, and other languages' JSON no number for it."""

Schema = Literal[1]
"""The versions of the JSON that is this package's own."""


class Spec(ABC):
    """A part of a definition: a value that does not change, and has a form as plain JSON."""

    __slots__ = ()

    def _settle(self, **values: object) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError

    @abstractmethod
    def to_dict(self, *, schema: Schema | None = None) -> dict[str, Any]:
        """Return the plain JSON of this: floto's, or with `schema` this package's own."""


def plain(value: Any, place: str) -> Any:
    """Return a copy of a value as plain JSON: tuples as lists, specs as what stands for them.

    Raises GraphError, naming the place within `place`, for what JSON has no word for.
    """
    return _plain(value, place, MAX_DEPTH)


def _plain(value: Any, place: str, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, place)
    if isinstance(value, int):
        return _int(value, place)
    if isinstance(value, float):
        return _float(value, place)
    if isinstance(value, Spec):
        return value.to_dict()
    if isinstance(value, Mapping | list | tuple):
        if not depth:
            raise GraphError(
                f"{shortened(place)}: is nested deeper than {MAX_DEPTH} containers, or contains"
                " itself; flatten it"
            )
        return _container(value, place, depth - 1)
    raise GraphTypeError(
        f"{place}: JSON has no word for a {type(value).__name__}; give text, numbers, True, False,"
        " None, lists and dicts of them (of a date its isoformat())"
    )


def _container(value: Any, place: str, depth: int) -> Any:
    if isinstance(value, Mapping):
        return {
            _key(key, place): _plain(item, f"{place}[{key!r}]", depth)
            for key, item in value.items()
        }
    return [_plain(item, f"{place}[{index}]", depth) for index, item in enumerate(value)]


def _key(key: object, place: str) -> str:
    if not isinstance(key, str):
        raise GraphTypeError(f"{place}: the names of a JSON object must be text, got {shown(key)}")
    return _text(key, place)


def _text(value: str, place: str) -> str:
    if not sendable(value):
        raise GraphError(f"{place}: must be valid Unicode, got {shown(value)}")
    return str.__str__(value)


def _int(value: int, place: str) -> int:
    if not -_LONGEST_INT < value < _LONGEST_INT:
        raise GraphError(f"{place}: JSON has no such long number; give it as text")
    return int(value)


def _float(value: float, place: str) -> float:
    if not isfinite(value):
        raise GraphError(f"{place}: JSON has no word for {value!r}; give None or text")
    return float(value)


def shortened(place: str) -> str:
    """Return a place that can be read, however deep it is."""
    return place if len(place) <= 200 else f"{place[:120]}…{place[-79:]}"


def refused(place: str, rule: str, value: object, *, wrong_type: bool = False) -> NoReturn:
    """Raise GraphError: what is at a place breaks a rule."""
    kind = GraphTypeError if wrong_type else GraphError
    raise kind(f"{place}: {rule}, got {shown(value)}")


def of_shape(value: Any, shape: str, place: str) -> Any:
    """Return a value that SWF takes as such a shape; raises GraphError naming place and rule."""
    for one in violations(shape, value):
        refused(place, one.rule, value, wrong_type=one.wrong_type)
    return value


def of_shape_or_none(value: Any, shape: str, place: str) -> Any:
    """Return None as it is, anything else as `of_shape` does."""
    return None if value is None else of_shape(value, shape, place)


def true_or_false(value: Any, place: str) -> bool:
    """Return a bool; raises GraphError for anything else."""
    if not isinstance(value, bool):
        refused(place, "must be true or false", value, wrong_type=True)
    return value


def items(value: Any, place: str) -> Iterable[Any]:
    """Return what can be gone through once and is no text; raises GraphError for anything else."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        refused(place, "must be a list", value, wrong_type=True)
    return value
