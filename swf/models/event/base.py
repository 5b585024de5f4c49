"""What every event of a history is: an immutable, typed view of what SWF recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Final, Self

from swf.exceptions import ValidationError
from swf.shapes import SHAPES
from swf.wire import ExecutionKey, TypeKey, moment, read_duration, snake_case

RENAMED: Final[Mapping[tuple[str, str], str]] = {
    # A Lambda task's own id and name would hide the event's.
    ("LambdaFunctionScheduledEventAttributes", "id"): "function_id",
    ("LambdaFunctionScheduledEventAttributes", "name"): "function_name",
    ("ScheduleLambdaFunctionFailedEventAttributes", "id"): "function_id",
    ("ScheduleLambdaFunctionFailedEventAttributes", "name"): "function_name",
}
"""Attributes whose field has another name than the API's own in snake_case."""


class Event:
    """One event of a workflow execution's history, as SWF recorded it.

    Subclasses are named as the API's event types and declare their attributes as annotations; each
    becomes a read-only property that decodes its value from `raw` when it is asked for. What the API
    leaves out is None.
    """

    __slots__ = ("_attributes", "raw")

    name: ClassVar[str]
    """The event type, as the API spells it: `ActivityTaskScheduled`."""
    type: ClassVar[str]
    """The kind of entity it is about: `ActivityTask`."""
    state: ClassVar[str]
    """What became of that entity: `scheduled`."""
    fields: ClassVar[tuple[str, ...]]
    """The names of the attributes, in the API's order."""
    attributes_key: ClassVar[str]

    raw: Mapping[str, Any]
    """The event as it came: never changed, and not to be changed."""
    _attributes: Mapping[str, Any]

    def __init__(self, raw: Mapping[str, Any]) -> None:
        if raw.get("eventType") != self.name:
            raise ValidationError(f"{self.name}: this is the event of a {raw.get('eventType')!r}")
        self._set(raw, raw.get(self.attributes_key))

    def _set(self, raw: Mapping[str, Any], attributes: Mapping[str, Any] | None) -> None:
        _set_raw(self, raw)
        _set_attributes(self, attributes or {})

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        shape = f"{cls.__name__}EventAttributes"
        if shape not in SHAPES:
            return  # an entity's base class, not an event type
        cls.name = cls.__name__
        cls.attributes_key = shape[0].lower() + shape[1:]
        names: list[str] = []
        for member, member_shape in SHAPES[shape]["members"].items():
            name = RENAMED.get((shape, member)) or snake_case(member)
            setattr(
                cls, name, property(_reader(member, member_shape), doc=f"`{member}` of the event.")
            )
            names.append(name)
        cls.fields = tuple(names)

    @property
    def id(self) -> int:
        """The event's number in its history, from 1."""
        return self.raw["eventId"]  # type: ignore[no-any-return]

    @property
    def timestamp(self) -> datetime:
        """When SWF recorded it, aware, in UTC."""
        return moment(self.raw["eventTimestamp"])

    def as_dict(self) -> dict[str, Any]:
        """Return every attribute that was told, decoded, by name."""
        values = ((name, getattr(self, name)) for name in self.fields)
        return {name: value for name, value in values if value is not None}

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{self.name} is immutable: cannot set {name!r}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{self.name} is immutable: cannot delete {name!r}")

    def __eq__(self, other: object) -> bool:
        return self.raw == other.raw if isinstance(other, Event) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.name, self.raw["eventId"], self.raw["eventTimestamp"]))

    def __reduce__(self) -> tuple[type[Self], tuple[Mapping[str, Any]]]:
        return (type(self), (self.raw,))

    def __repr__(self) -> str:
        fields = "".join(f", {name}={value!r}" for name, value in self.as_dict().items())
        return f"{self.name}({self.id}{fields})"


_set_raw: Final[Callable[[Event, Mapping[str, Any]], None]] = Event.raw.__set__  # type: ignore[attr-defined]
_set_attributes: Final[Callable[[Event, Mapping[str, Any]], None]] = Event._attributes.__set__  # type: ignore[attr-defined]


def _reader(member: str, shape: str) -> Callable[[Event], Any]:
    """Return the function that reads one attribute of an event and decodes it by its shape."""
    decode = _DECODERS.get(shape)
    if decode is None:
        return lambda event: event._attributes.get(member)

    def read(event: Event) -> Any:
        value = event._attributes.get(member)
        return None if value is None else decode(value)

    return read


def _type_key(value: Mapping[str, str]) -> TypeKey:
    return TypeKey(value["name"], value["version"])


def _execution_key(value: Mapping[str, str]) -> ExecutionKey:
    return ExecutionKey(value["workflowId"], value.get("runId"))


_DECODERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "ActivityType": _type_key,
    "WorkflowType": _type_key,
    "WorkflowExecution": _execution_key,
    "TaskList": lambda value: value["name"],
    "TagList": tuple,
    "TaskPriority": int,
    "DurationInSeconds": read_duration,
    "DurationInSecondsOptional": read_duration,
    "Timestamp": moment,
}
"""How the shapes that are not plain text or numbers are read."""
