"""The data of a workflow, which all of its steps share."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import SimpleNamespace
from typing import Any, Final

import attrs

from swf.steps.errors import StepsTypeError, UnknownFieldError

NO_FIELDS: Final = (str, bytes, bool, int, float, complex, list, tuple, set, frozenset, type)
"""What has no fields by name, though some of it has attributes."""

_AS_TEXT: Final[Mapping[str, Any]] = {"format": 4} if sys.version_info >= (3, 14) else {}
"""Has annotations told as text (`annotationlib.Format.STRING`), where they would be evaluated."""


class Data(SimpleNamespace):
    """The data of a workflow: each field an attribute and an item, whatever its name.

    `vars(data)` is the fields as a dict. Reading a field that is not there raises
    UnknownFieldError.
    """

    def __getattr__(self, name: str) -> Any:
        raise UnknownFieldError(f"the workflow's data has no field {name!r}; it has {_told(self)}")

    def __getitem__(self, name: str) -> Any:
        try:
            return vars(self)[name]
        except KeyError:
            raise UnknownFieldError(
                f"the workflow's data has no field {name!r}; it has {_told(self)}"
            ) from None

    def __setitem__(self, name: str, value: Any) -> None:
        vars(self)[_field_name(name)] = value

    def __contains__(self, name: object) -> bool:
        return name in vars(self)

    def __iter__(self) -> Iterator[str]:
        return iter(vars(self))

    def __len__(self) -> int:
        return len(vars(self))


def data_from(value: object) -> Data:
    """Return what a workflow is started with as its data; None has no fields.

    A mapping gives its items, an attrs object or a dataclass its fields, any other object what is
    in its `__dict__`, else what its class says instead. Raises StepsTypeError for what has no
    fields by name.
    """
    data = Data()
    vars(data).update((_field_name(name), one) for name, one in _fields_of(value).items())
    return data


def _fields_of(value: object) -> Mapping[Any, Any]:
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return value
    if isinstance(value, NO_FIELDS):
        raise _no_fields(value)
    if attrs.has(type(value)):
        return attrs.asdict(value, recurse=False)  # type: ignore[arg-type]
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if not hasattr(value, "__dict__") or callable(value):
        raise _no_fields(value)
    made_otherwise = type(type(value)) is not type  # a model, say: its class says what is not data
    return {**({} if made_otherwise else _defaults_of(type(value))), **vars(value)}


def _defaults_of(kind: type) -> dict[str, Any]:
    """Return what a class says of its instances' attributes: no methods, nothing of its own."""
    found: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        annotated = inspect.get_annotations(base, **_AS_TEXT)
        found |= {
            name: value
            for name, value in vars(base).items()
            if not (name.startswith("_") or callable(value) or hasattr(value, "__get__"))
            and "ClassVar" not in str(annotated.get(name))
        }
    return found


def _no_fields(value: object) -> StepsTypeError:
    return StepsTypeError(
        f"data: must be a dict, an object with attributes, or None; a {type(value).__name__} has "
        f"no fields by name, got {value!r:.80}"
    )


def _field_name(name: object) -> str:
    if not isinstance(name, str):
        raise StepsTypeError(f"data: the name of a field must be a str, got {name!r:.80}")
    return name


def _told(data: Data) -> str:
    return ", ".join(sorted(vars(data))) or "none"
