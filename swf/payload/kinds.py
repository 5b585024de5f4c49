"""Which classes are known on the wire, and under which name.

A text names a class by what it was registered under here, and is refused where nothing was: no
module is imported, and no attribute looked up, because a text says so.
"""

from __future__ import annotations

import builtins
import dataclasses
import enum
import inspect
import sys
import threading
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final, TypeVar, overload

import attrs

from swf import exceptions
from swf.exceptions import ValidationError, ValidationTypeError

_C = TypeVar("_C", bound=type)

_BUILTIN: Final = builtins.__name__
_ERRORS: Final = {module.__name__: module for module in (builtins, exceptions)}
"""The modules whose exceptions are known without being registered."""

_MAIN: Final = frozenset({"__main__", "__mp_main__"})
"""What one and the same program is called, in its first process and in those that it spawned."""


@attrs.frozen
class Kind:
    """A class that is known on the wire: its name there, and how its instances come apart."""

    name: str
    cls: type
    take: Callable[[Any], Any]
    """Return what an instance consists of, as a value that can travel."""
    make: Callable[[Any], Any]
    """Return the instance that consists of this."""


_lock: Final = threading.RLock()
_by_name: Final[dict[str, Kind]] = {}
_by_class: Final[dict[type, Kind]] = {}
_unresolved: Final[list[Callable[..., Any]]] = []


@overload
def register(cls: _C, *, name: str | None = None) -> _C: ...


@overload
def register(cls: None = None, *, name: str | None = None) -> Callable[[_C], _C]: ...


def register(cls: Any = None, *, name: str | None = None) -> Any:
    """Make a class known on the wire, and return it: a decorator, with a name or without.

    Dataclasses, attrs classes, named tuples, enums and exceptions travel under `name`, which is
    `module.qualname` where none is given. Raises ValidationTypeError for any other class and
    ValidationError for a name that another class has.
    """
    if cls is None:
        return partial(register, name=name)
    if not isinstance(cls, type):
        raise ValidationTypeError(f"register: must be given a class, got {cls!r}")
    _add(cls, name or wire_name(cls))
    return cls


def register_annotations(function: Callable[..., Any]) -> None:
    """Make known the classes in a signature, and those of their fields, when one is first met.

    Dataclasses, attrs classes, named tuples and enums are taken, under their default names; what
    cannot be resolved, or is taken, is passed over.
    """
    with _lock:
        _unresolved.append(function)


def kind_of(cls: type) -> Kind | None:
    """Return the kind of a class; None where it is not known."""
    kind = _by_class.get(cls)
    if kind is None and _is_known_error(cls):
        return _add(cls, wire_name(cls))
    if kind is None:
        _resolve()
        kind = _by_class.get(cls)
    return kind


def kind_named(name: str) -> Kind | None:
    """Return the kind that has this name on the wire; None where it is not known."""
    kind = _by_name.get(name)
    if kind is None:
        module, _, last = name.rpartition(".")
        cls = vars(_ERRORS[module]).get(last) if module in _ERRORS else None
        if isinstance(cls, type) and _is_known_error(cls):
            return _add(cls, name)
        _resolve()
        kind = _by_name.get(name)
    return kind


def wire_name(cls: type) -> str:
    """Return the name that a class has on the wire where it was given none."""
    known = _by_class.get(cls)
    if known is not None:
        return known.name
    module = "__main__" if cls.__module__ in _MAIN else cls.__module__
    return f"{module}.{cls.__qualname__}"


def _add(cls: type, name: str) -> Kind:
    take, make = _parts(cls)
    with _lock:
        other = _by_name.get(name)
        if other is not None and not _is_same(other.cls, cls):
            raise ValidationError(
                f"register: {name!r} is the name of {other.cls!r} already; give {cls!r} another: "
                f"register(name=...)"
            )
        kind = _by_name[name] = _by_class[cls] = Kind(name, cls, take, make)
    return kind


def _is_same(one: type, other: type) -> bool:
    """Tell whether these are one class, perhaps defined once more (in a notebook, by a reload)."""
    return (one.__module__, one.__qualname__) == (other.__module__, other.__qualname__)


def _is_known_error(cls: type) -> bool:
    # Others may call a class of theirs like one of these: it is not that one.
    module = _ERRORS.get(cls.__module__)
    known = module is not None and vars(module).get(cls.__qualname__) is cls
    return known and issubclass(cls, Exception)


# How instances come apart


_Parts = tuple[Callable[[Any], Any], Callable[[Any], Any]]


def _parts(cls: type) -> _Parts:
    """Return how to take an instance of a class apart, and how to make it again."""
    if issubclass(cls, enum.Flag):
        return (lambda flag: flag.value), cls  # a combination has no name
    if issubclass(cls, enum.Enum):
        return (lambda member: member.name), lambda name: cls[name]
    if issubclass(cls, BaseException):
        return _error_parts(cls)
    if fields := _fields(cls):
        return _field_parts(cls, fields)
    if dataclasses.is_dataclass(cls) or attrs.has(cls):
        return (lambda _: {}), _called_with(cls)
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return _named_parts, _called_with(cls)
    raise ValidationTypeError(
        f"register: {cls!r} is no dataclass, attrs class, named tuple, enum or exception; "
        f"make it one, or give Payloads a converter= of your own"
    )


def _called_with(cls: Callable[..., Any]) -> Callable[[Any], Any]:
    return lambda data: cls(**data)


def _named_parts(value: Any) -> dict[str, Any]:
    return dict(value._asdict())


@attrs.frozen
class _Field:
    """A field of a class: its name, and its name as an argument; None where it is none."""

    name: str
    argument: str | None


def _fields(cls: type) -> list[_Field]:
    if dataclasses.is_dataclass(cls):
        return [_Field(one.name, one.name if one.init else None) for one in dataclasses.fields(cls)]
    if attrs.has(cls):
        return [_Field(one.name, one.alias if one.init else None) for one in attrs.fields(cls)]
    return []


def _field_parts(cls: type, fields: list[_Field]) -> _Parts:
    names = [one.name for one in fields]
    arguments = {one.name: one.argument for one in fields if one.argument}
    others = [one.name for one in fields if not one.argument]

    def take(value: Any) -> dict[str, Any]:
        # What was never set, as a slot may be, is not there to be sent.
        return {name: getattr(value, name) for name in names if hasattr(value, name)}

    def make(data: Mapping[str, Any]) -> Any:
        unknown = sorted(data.keys() - set(names))
        if unknown:
            raise ValueError(f"it has no field {unknown[0]!r}")
        made = cls(**{arguments[name]: data[name] for name in data if name in arguments})
        for name in others:
            if name in data:
                object.__setattr__(made, name, data[name])
        return made

    return take, make


def _error_parts(cls: type) -> _Parts:
    """Return the parts of an error: its own constructor, which may take anything, is not called."""
    base: Any = next(each for each in cls.__mro__ if each.__module__ == _BUILTIN)
    new: Any = cls.__new__
    fields = _fields(cls)

    def take(error: BaseException) -> dict[str, Any]:
        _, args, *rest = base.__reduce__(error)
        state = dict(rest[0] or {}) if rest else {}
        state.update((one.name, getattr(error, one.name)) for one in fields)
        state.pop("__notes__", None)  # told by the traceback
        data: dict[str, Any] = {"args": list(args)}
        if state:
            data["state"] = state
        if error.__cause__ is not None:
            data["cause"] = error.__cause__
        return data

    def make(data: Mapping[str, Any]) -> BaseException:
        error: BaseException = new(cls, *data["args"])
        base.__init__(error, *data["args"])
        for name, value in data.get("state", {}).items():
            object.__setattr__(error, name, value)
        error.__cause__ = data.get("cause")
        return error

    return take, make


# The classes of signatures


def _resolve() -> None:
    """Register the classes of the signatures that were not looked at yet."""
    with _lock:
        functions = _unresolved.copy()
        _unresolved.clear()
        for function in functions:
            for cls in _classes_of(function, set()):
                if cls not in _by_class:
                    _add_if_free(cls)


def _add_if_free(cls: type) -> None:
    try:
        _add(cls, wire_name(cls))
    except ValidationError:  # someone took its name, or it is of no kind
        return


def _classes_of(annotated: Any, seen: set[Any]) -> Iterator[type]:
    """Yield the classes that a function's or a class's annotations name, and theirs in turn."""
    for name, annotation in getattr(annotated, "__annotations__", {}).items():
        # One by one: what is imported for type checkers only shall not hide the others.
        one = types.SimpleNamespace(__annotations__={name: annotation})
        try:
            hints = typing.get_type_hints(one, _names_around(annotated))
        except Exception:  # noqa: BLE001, S112  (any code at all runs in an annotation)
            continue
        yield from _classes_in(hints[name], seen)


def _names_around(annotated: Any) -> dict[str, Any]:
    """Return the names that annotations can use where they are written."""
    plain = inspect.unwrap(annotated)
    module = sys.modules.get(getattr(plain, "__module__", ""))
    return getattr(plain, "__globals__", None) or vars(module or types)


def _classes_in(hint: Any, seen: set[Any]) -> Iterator[type]:
    for argument in typing.get_args(hint):
        yield from _classes_in(argument, seen)
    cls = typing.get_origin(hint) or hint
    if isinstance(cls, type) and cls not in seen and _is_data(cls):
        seen.add(cls)
        yield cls
        yield from _classes_of(cls, seen)


def _is_data(cls: type) -> bool:
    return (
        dataclasses.is_dataclass(cls)
        or attrs.has(cls)
        or (issubclass(cls, enum.Enum) and cls.__module__ != enum.__name__)
        or (issubclass(cls, tuple) and hasattr(cls, "_fields"))
    )
