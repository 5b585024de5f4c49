"""What all models have in common: immutability, comparison with upstream, lazy decoding."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, overload

import attrs

from swf.core import ConnectedSWFObject
from swf.exceptions import DoesNotExistError, ValidationError, ValidationTypeError
from swf.models import views
from swf.transport import Transport
from swf.validation import Violation, violations
from swf.wire import Duration, DurationLike, Wire, duration, duration_text, moment

SHAPE: Final = "shape"
"""The key of a field's metadata that names the API shape its value must obey."""

_put: Final = object.__setattr__
_new: Final = object.__new__


@attrs.frozen(repr=False)
class Difference:
    """One attribute whose local value is not the one upstream."""

    attr: str
    local: Any
    upstream: Any

    def __repr__(self) -> str:
        return f"Difference({self.attr!r}, {self.local!r}, {self.upstream!r})"

    def __iter__(self) -> Iterator[Any]:
        return iter((self.attr, self.local, self.upstream))


class ModelDiff:
    """What differs between a model and its upstream version; empty, and then false, if nothing.

    Made of `Difference`s or (attr, local, upstream) triples; those that do not differ are dropped.
    """

    __slots__ = ("_differences",)

    def __init__(self, *differences: Difference | tuple[str, Any, Any]) -> None:
        each = (Difference(*difference) for difference in differences)
        self._differences = tuple(one for one in each if one.local != one.upstream)

    @property
    def differing_fields(self) -> tuple[str, ...]:
        """The names of the attributes that differ."""
        return tuple(one.attr for one in self._differences)

    def as_list(self) -> list[Difference]:
        """Return the differences as a list."""
        return list(self._differences)

    def merge(self, other: ModelDiff) -> ModelDiff:
        """Return a diff with the differences of both; for one attribute, `other`'s."""
        return ModelDiff(*{one.attr: one for one in (*self, *other)}.values())

    def __contains__(self, attr: object) -> bool:
        return attr in self.differing_fields or attr in self._differences

    def __iter__(self) -> Iterator[Difference]:
        return iter(self._differences)

    def __len__(self) -> int:
        return len(self._differences)

    @overload
    def __getitem__(self, index: int | str) -> Difference: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Difference, ...]: ...
    def __getitem__(self, index: int | str | slice) -> Difference | tuple[Difference, ...]:
        if isinstance(index, str):
            for one in self._differences:
                if one.attr == index:
                    return one
            raise KeyError(index)
        return self._differences[index]

    def __eq__(self, other: object) -> bool:
        return (
            self._differences == other._differences
            if isinstance(other, ModelDiff)
            else NotImplemented
        )

    def __hash__(self) -> int:
        return hash(self.differing_fields)

    def __repr__(self) -> str:
        return f"ModelDiff({', '.join(map(repr, self._differences))})"


def of_shape(shape: str) -> dict[str, str]:
    """Return the metadata of a field whose value must obey an API shape."""
    return {SHAPE: shape}


def as_duration(
    argument: str, unit: timedelta = timedelta(seconds=1)
) -> Callable[[DurationLike | None], Duration | None]:
    """Return the converter of a field that holds a duration."""

    def convert(value: DurationLike | None) -> Duration | None:
        return duration(value, argument, unit=unit)

    return convert


def as_text_tuple(argument: str) -> Callable[[Any], tuple[str, ...] | None]:
    """Return the converter of a field that holds several strings."""

    def convert(value: Any) -> tuple[str, ...] | None:
        if isinstance(value, str | bytes | Mapping):
            raise ValidationTypeError(f"{argument}: must be a list of str, got {value!r}")
        return None if value is None else tuple(value)

    return convert


def as_priority(argument: str) -> Callable[[int | str | None], int | None]:
    """Return the converter of a field that holds a task priority."""

    def convert(value: int | str | None) -> int | None:
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        try:
            return int(str(value))
        except ValueError as error:
            raise ValidationTypeError(f"{argument}: must be an integer, got {value!r}") from error

    return convert


def optional_moment(value: float | datetime | None) -> datetime | None:
    """Return a time of the wire as an aware datetime in UTC; None stays None."""
    return None if value is None else moment(value)


def task_list_name(value: Any) -> Any:
    """Return the name of a task list that is given by name or as the API's {'name': …}."""
    return value.get("name") if isinstance(value, Mapping) else value


@cache
def _fields(model: type[Model]) -> tuple[attrs.Attribute[Any], ...]:
    """Return the fields of a model that tell something of the entity."""
    return tuple(one for one in attrs.fields(model) if not one.name.startswith("_"))


@cache
def _field_names(model: type[Model]) -> frozenset[str]:
    return frozenset(one.name for one in _fields(model))


@attrs.frozen(repr=False)
class Model(ConnectedSWFObject, ABC):
    """An immutable picture of one SWF entity, and what can be done to that entity.

    Two models are equal when all that they were told is equal; the connection does not count. One
    that came from SWF is decoded when a field is first read.
    """

    DoesNotExist: ClassVar[type[DoesNotExistError]]
    _undescribed: ClassVar[frozenset[str]] = frozenset({"domain"})  # what upstream never tells

    _connection: Transport | None = attrs.field(
        default=None,
        kw_only=True,
        repr=False,
        eq=False,
        validator=attrs.validators.optional(attrs.validators.instance_of(Transport)),
    )
    _source: tuple[Wire, Any] | None = attrs.field(init=False, default=None, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Refuse values that SWF would refuse, naming the argument and the rule."""
        found = list(self._violations())
        if found:
            kind = ValidationTypeError if any(one.wrong_type for one in found) else ValidationError
            raise kind(f"{type(self).__name__}: " + "; ".join(map(str, found)))

    def _violations(self) -> Iterator[Violation]:
        for field in _fields(type(self)):
            value = getattr(self, field.name)
            if value is not None and SHAPE in field.metadata:
                shape: str = field.metadata[SHAPE]
                yield from violations(shape, _on_wire(shape, value), (field.name,))

    @classmethod
    def _from_wire(cls, wire: Wire, context: Any, connection: Transport | None) -> Self:
        """Return the model of what SWF told; its fields are decoded when one is first read."""
        model = _new(cls)
        _put(model, "_source", (wire, context))
        _put(model, "_connection", connection)
        return model

    @classmethod
    @abstractmethod
    def _decode(cls, wire: Wire, context: Any, connection: Transport | None) -> dict[str, Any]:
        """Return the fields that a wire object tells; fields left out were not told."""

    if not TYPE_CHECKING:  # a type checker would take every name for an attribute

        def __getattr__(self, name: str) -> Any:
            """Fill the fields of a model from the wire; reached only while they are empty."""
            if name not in _field_names(type(self)):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            wire, context = self._source
            told = self._decode(wire, context, self._connection)
            for field in _fields(type(self)):
                _put(self, field.name, told.get(field.name))
            return told.get(name)

    @abstractmethod
    def upstream(self) -> Self:
        """Return the model as SWF has it now."""

    @property
    def exists(self) -> bool:
        """Whether SWF knows the entity (deprecated and closed ones included)."""
        try:
            self.upstream()
        except DoesNotExistError:
            return False
        return True

    @property
    def changes(self) -> ModelDiff:
        """What this model was told and is otherwise upstream; what it was not told is not compared.

        Raises the model's `DoesNotExist` where there is nothing upstream.
        """
        return self._compared_with(self.upstream())

    @property
    def is_synced(self) -> bool:
        """Whether the entity exists upstream and is as this model was told."""
        try:
            return not self.changes
        except DoesNotExistError:
            return False

    def _compared_with(self, upstream: Self) -> ModelDiff:
        differences = []
        for field in _fields(type(self)):
            local, remote = getattr(self, field.name), getattr(upstream, field.name)
            if local is None or field.name in self._undescribed:
                continue
            key = field.eq_key or _itself
            if key(local) != key(remote):
                differences.append((field.name, local, remote))
        return ModelDiff(*differences)

    def _as_dict(self) -> dict[str, Any]:
        """Return what the model was told, by field."""
        values = ((one.name, getattr(self, one.name)) for one in _fields(type(self)))
        return {name: value for name, value in values if value is not None}

    def __reduce__(self) -> tuple[Any, ...]:
        state = {one.name: getattr(self, one.name) for one in attrs.fields(type(self))}
        return (_restored, (type(self), state | {"_source": None} | getattr(self, "__dict__", {})))

    def __rich__(self) -> Any:
        return views.fields_table(repr(self), self._as_dict())

    def _repr_html_(self) -> str:
        return views.fields_html(repr(self), self._as_dict())


def _itself(value: Any) -> Any:
    return value


def _restored(model: type[Model], state: Mapping[str, Any]) -> Model:
    """Return the model that was pickled or copied."""
    restored = _new(model)
    for name, value in state.items():
        _put(restored, name, value)
    return restored


def _on_wire(shape: str, value: Any) -> Any:
    """Return a field's value as the wire would carry it."""
    if shape.startswith("Duration"):
        return duration_text(value)
    if shape == "TaskPriority":
        return str(value)
    if shape == "Timestamp" and isinstance(value, datetime) and value.tzinfo is None:
        return repr(value)  # a naive time names no moment, so it is refused as a wrong type
    return value
