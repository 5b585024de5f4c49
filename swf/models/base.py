"""What all models have in common: immutability, comparison with upstream, lazy decoding."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, overload

import attrs

from swf.core import ConnectedSWFObject
from swf.exceptions import (
    DoesNotExistError,
    ResponseError,
    ValidationError,
    ValidationTypeError,
)
from swf.models import views
from swf.rules import Violation
from swf.transport import Transport
from swf.validation import violations
from swf.wire import Wire, duration, duration_text, moment

SHAPE: Final = "shape"
"""The key of a field's metadata that names the API shape its value must obey."""

SAME_BY: Final = "same_by"
"""The key of a field's metadata that holds what its values are compared by."""

KIND: Final = "kind"
"""The key of a field's metadata that holds the class of its values."""

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

    def __rich_repr__(self) -> Iterator[Any]:
        yield from self

    def __iter__(self) -> Iterator[Any]:
        return iter((self.attr, self.local, self.upstream))


class ModelDiff:
    """What differs between a model and its upstream version; empty, and then false, if nothing.

    Made of `Difference`s or (attr, local, upstream) triples, the last of an attribute counting;
    those that do not differ are dropped.
    """

    __slots__ = ("_differences",)

    def __init__(self, *differences: Difference | tuple[str, Any, Any]) -> None:
        each = {attr: Difference(attr, *values) for attr, *values in differences}
        self._differences = tuple(one for one in each.values() if one.local != one.upstream)

    @property
    def differing_fields(self) -> tuple[str, ...]:
        """The names of the attributes that differ."""
        return tuple(one.attr for one in self._differences)

    def as_list(self) -> list[Difference]:
        """Return the differences as a list."""
        return list(self._differences)

    def merge(self, other: ModelDiff) -> ModelDiff:
        """Return a diff with the differences of both; for one attribute, `other`'s."""
        return ModelDiff(*self, *other)

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

    def __rich_repr__(self) -> Iterator[Any]:
        yield from self


def of_shape(shape: str) -> dict[str, str]:
    """Return the metadata of a field whose value must obey an API shape."""
    return {SHAPE: shape}


def of_kind(kind: str, key: Callable[[Any], Any] | None = None) -> dict[str, Any]:
    """Return the metadata of a field that holds objects of the class of this name.

    They are the same where `key`, if given, says the same of both.
    """
    return {KIND: kind, SAME_BY: key or _itself}


def optional_moment(value: float | datetime | None) -> datetime | None:
    """Return a time of the wire as an aware datetime in UTC; None stays None."""
    return None if value is None else moment(value)


@cache
def _fields(model: type[Model]) -> tuple[attrs.Attribute[Any], ...]:
    """Return the fields of a model that tell something of the entity."""
    return tuple(one for one in attrs.fields(model) if not one.name.startswith("_"))


@cache
def _checked(model: type[Model]) -> tuple[tuple[str, bool, attrs.Attribute[Any]], ...]:
    """Return these fields, each with its name and whether there is none without it."""
    return tuple((one.name, one.default is attrs.NOTHING, one) for one in _fields(model))


@cache
def _field_names(model: type[Model]) -> frozenset[str]:
    return frozenset(one.name for one in _fields(model))


@attrs.frozen(repr=False, eq=False)
class Model(ConnectedSWFObject, ABC):
    """An immutable picture of one SWF entity, and what can be done to that entity.

    Two models are equal when they name the same entity and do not contradict each other: a field
    that either was not told (None) does not count, nor does the connection. So what a listing
    returns equals the model written by hand; `is_synced` minds what upstream lacks, too. A model
    that came from SWF is decoded when a field is first read.
    """

    DoesNotExist: ClassVar[type[DoesNotExistError]]
    _undescribed: ClassVar[frozenset[str]] = frozenset({"domain"})  # what upstream never tells

    _connection: Transport | None = attrs.field(default=None, kw_only=True, alias="connection")
    _source: tuple[Wire, Any] | None = attrs.field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        """Refuse values that SWF would refuse, naming the argument and the rule."""
        found = list(self._violations())
        if found:
            kind = ValidationTypeError if any(one.wrong_type for one in found) else ValidationError
            raise kind(f"{type(self).__name__}: " + "; ".join(map(str, found)))

    def _violations(self) -> Iterator[Violation]:
        connection: object = self._connection
        if connection is not None and not isinstance(connection, Transport):
            yield Violation(("connection",), connection, "must be a connection", wrong_type=True)
        for name, is_needed, field in _checked(type(self)):
            value = getattr(self, name)
            if value is not None or is_needed:
                yield from _field_violations(field, value)

    @classmethod
    def _from_wire(cls, wire: Wire, context: Any, connection: Transport | None) -> Self:
        """Return the model of what SWF told; its fields are decoded when one is first read."""
        model = _new(cls)
        _put(model, "_source", (wire, context))
        _put(model, "_connection", connection)
        return model

    @classmethod
    def _trusted(cls, connection: Transport | None, **told: Any) -> Self:
        """Return a model of what SWF told, which is not for us to refuse."""
        model = _new(cls)
        _put(model, "_source", None)
        _put(model, "_connection", connection)
        _fill(model, told)
        return model

    @classmethod
    @abstractmethod
    def _decode(cls, wire: Wire, context: Any, connection: Transport | None) -> dict[str, Any]:
        """Return the fields that a wire object tells; fields left out were not told."""

    if not TYPE_CHECKING:  # a type checker would take every name for an attribute

        def __getattr__(self, name: str) -> Any:
            """Fill the fields of a model from the wire; reached only while they are empty."""
            if name not in _field_names(type(self)):
                # A property that raised AttributeError gets here too: it raises its own again.
                return object.__getattribute__(self, name)
            wire, context = self._source
            try:
                told = self._decode(wire, context, self._connection)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise ResponseError(
                    f"{type(self).__name__}: this is not what SWF tells of one: {error!r}"
                ) from error
            _fill(self, told)
            return object.__getattribute__(self, name)

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

    @abstractmethod
    def _identity(self) -> tuple[str, ...]:
        """Return what names the entity within its account and region."""

    @abstractmethod
    def _shown(self) -> tuple[str, ...]:
        """Return what of its name a model shows where it is one of many."""

    def _compared_with(self, upstream: Self) -> ModelDiff:
        differences = [
            (field.name, local, remote)
            for field, local, remote in self._pairs(upstream)
            if local is not None
            and field.name not in self._undescribed
            and not _same(field, local, remote)
        ]
        return ModelDiff(*differences)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Model) or self.DoesNotExist is not other.DoesNotExist:
            return NotImplemented  # of another kind; a subclass is of the same
        if self._identity() != other._identity():
            return False
        return all(
            mine is None or theirs is None or _same(field, mine, theirs)
            for field, mine, theirs in self._pairs(other)
        )

    def __hash__(self) -> int:
        return hash((self.DoesNotExist, *self._identity()))

    def _pairs(self, other: Model) -> Iterator[tuple[attrs.Attribute[Any], Any, Any]]:
        """Yield each field that SWF tells of with its value here and there.

        A field without metadata is a subclass's own.
        """
        for field in _fields(type(self)):
            if field.metadata:
                yield field, getattr(self, field.name), getattr(other, field.name)

    def _as_dict(self) -> dict[str, Any]:
        """Return what the model was told, by field."""
        values = ((one.name, getattr(self, one.name)) for one in _fields(type(self)))
        return {name: value for name, value in values if value is not None}

    def __reduce__(self) -> tuple[Any, ...]:
        state = {one.name: getattr(self, one.name) for one in attrs.fields(type(self))}
        return (_restored, (type(self), state | {"_source": None} | getattr(self, "__dict__", {})))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._shown()))})"

    def __rich_repr__(self) -> Iterator[Any]:
        yield from self._shown()

    def __rich__(self) -> Any:
        return views.fields_table(repr(self), self._as_dict())

    def _repr_html_(self) -> str:
        return views.fields_html(repr(self), self._as_dict())


def _same(field: attrs.Attribute[Any], mine: Any, theirs: Any) -> bool:
    key: Callable[[Any], Any] = field.metadata.get(SAME_BY, _itself)
    return mine is theirs or (
        mine is not None and theirs is not None and bool(key(mine) == key(theirs))
    )


def _fill(model: Model, told: Mapping[str, Any]) -> None:
    """Set every field of a model: to what was told, else to its default."""
    for field in _fields(type(model)):
        known = field.name in told
        _put(model, field.name, told[field.name] if known else _default(field, model))


def _default(field: attrs.Attribute[Any], model: Model) -> Any:
    default: Any = field.default
    if field.metadata or default is attrs.NOTHING:
        return None  # what SWF left out it did not tell
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
        return default.factory(model) if default.takes_self else default.factory()
    return default


def _itself(value: Any) -> Any:
    return value


def _restored(model: type[Model], state: Mapping[str, Any]) -> Model:
    """Return the model that was pickled or copied."""
    restored = _new(model)
    for name, value in state.items():
        _put(restored, name, value)
    return restored


def _names_of(cls: type) -> list[str]:
    return [one.__name__ for one in cls.__mro__]


def _field_violations(field: attrs.Attribute[Any], value: Any) -> Iterator[Violation]:
    """Yield what keeps a field from holding this value."""
    path = (field.name,)
    kind: str | None = field.metadata.get(KIND)
    if kind not in (None, type(value).__name__) and kind not in _names_of(type(value)):
        yield Violation(path, value, f"must be a {kind}", wrong_type=True)
    shape: str | None = field.metadata.get(SHAPE)
    if shape is None:
        return
    if shape.startswith("Duration"):
        unit = timedelta(days=1) if shape == "DurationInDays" else timedelta(seconds=1)
        try:
            text = duration_text(duration(value, field.name, unit=unit))
        except ValidationError as error:
            rule = error.message.removeprefix(f"{field.name}: ")
            wrong_type = isinstance(error, ValidationTypeError)
            yield Violation(path, value, rule, wrong_type, told=True)
        else:
            yield from violations(shape, text, path)
    elif shape == "Timestamp" and (not isinstance(value, datetime) or value.tzinfo is None):
        yield Violation(path, value, "must be an aware datetime", wrong_type=True)
    elif shape == "TaskPriority" and (isinstance(value, bool) or not isinstance(value, int)):
        yield Violation(path, value, "must be an integer", wrong_type=True)
    else:
        yield from violations(shape, str(value) if shape == "TaskPriority" else value, path)
