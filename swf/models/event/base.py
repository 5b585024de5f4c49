"""What every event of a history is: an immutable, typed view of what SWF recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, NoReturn

from swf.exceptions import FieldError, ValidationError, ValidationTypeError
from swf.models.event.raw import check_raw
from swf.shapes import SHAPES
from swf.wire import Duration, ExecutionKey, TypeKey, json_value, moment, read_duration, snake_case

RENAMED: Final[Mapping[tuple[str, str], str]] = {
    # A Lambda task's own id and name would hide the event's.
    ("LambdaFunctionScheduledEventAttributes", "id"): "function_id",
    ("LambdaFunctionScheduledEventAttributes", "name"): "function_name",
    ("ScheduleLambdaFunctionFailedEventAttributes", "id"): "function_id",
    ("ScheduleLambdaFunctionFailedEventAttributes", "name"): "function_name",
}
"""Attributes whose field has another name than the API's own in snake_case."""

_ELSEWHERE: Final = frozenset({"parent_initiated_event_id", "external_initiated_event_id"})
"""Fields that count in the history of another execution."""


class Event:
    """One event of a workflow execution's history, as SWF recorded it.

    Subclasses are named as the API's event types and declare their attributes as annotations; each
    is a read-only property that decodes its value from `raw` when it is asked for. What `raw`
    leaves out, or has as null, is None; an id that does not apply is 0 where SWF says 0. Payloads
    (`input`, `result`, `details`, `control`, …) are the text as recorded: `load` decodes it.

    Two events are equal when they are of one type and all that they tell is equal, whatever kind of
    number or datetime carries the time. Raises ValidationError where `raw` is not an event of the
    class.
    """

    __slots__ = ("raw",)

    name: ClassVar[str]
    """The event type, as the API spells it: `ActivityTaskScheduled`."""
    type: ClassVar[str]
    """The kind of entity it is about: `ActivityTask`."""
    state: ClassVar[str]
    """What became of that entity: `scheduled`."""
    fields: ClassVar[tuple[str, ...]]
    """The names of the attributes, in the API's order."""
    attributes_key: ClassVar[str]
    """The member of `raw` that carries the attributes."""

    raw: Mapping[str, Any]
    """The event as it came: never changed, and not to be changed."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        check_raw(raw)
        if raw["eventType"] != getattr(self, "name", None):
            raise ValidationError(
                f"{type(self).__name__}: eventType must be its own, got {raw['eventType']!r}"
            )
        set_raw(self, raw)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        shape = f"{cls.__name__}EventAttributes"
        if shape not in SHAPES:
            return  # an entity's base class, not an event type
        cls.name = cls.__name__
        cls.attributes_key = key = attributes_key(cls.name)
        names: list[str] = []
        for member, member_shape in SHAPES[shape]["members"].items():
            name = RENAMED.get((shape, member)) or snake_case(member)
            read = _reader(key, member, member_shape)
            setattr(cls, name, property(read, doc=f"`{member}` of the event."))
            names.append(name)
        cls.fields = tuple(names)

    @property
    def id(self) -> int:
        """The event's number in its history, from 1."""
        return self.raw["eventId"]  # type: ignore[no-any-return]

    @property
    def timestamp(self) -> datetime:
        """When SWF recorded it, aware, in UTC.

        Raises ValidationError where the recorded number is no time that a datetime can tell.
        """
        recorded = self.raw["eventTimestamp"]
        try:
            if isinstance(recorded, datetime):
                return moment(recorded)
            return _from_epoch(recorded, UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise ValidationError(
                f"{self.name}({self.id}): eventTimestamp is no time: {error}"
            ) from error

    @property
    def links(self) -> dict[str, int]:
        """The ids of the earlier events of this history that it names, by field.

        Ids that SWF did not tell or that do not apply (0), and ids that count in another
        execution's history, are left out.
        """
        named = ((field, getattr(self, field)) for field in self.fields if is_link(field))
        return {field: event_id for field, event_id in named if event_id}

    def load(self, field: str) -> Any:
        """Return the value of the JSON text in a field; None where nothing was recorded.

        Raises ValidationError, naming event and field, where the text is not JSON or the field is
        no text, and FieldError where the event has no such field.
        """
        if field not in self.fields:
            raise FieldError(
                f"{self.name}({self.id}) has no field {field!r}; it has {', '.join(self.fields)}"
            )
        text = getattr(self, field)
        if text is None:
            return None
        if not isinstance(text, str):
            raise ValidationTypeError(f"{self.name}({self.id}).{field}: is no text, got {text!r}")
        try:
            return json_value(text)
        except (ValueError, RecursionError) as error:
            raise ValidationError(f"{self.name}({self.id}).{field}: not JSON: {error}") from error

    def as_dict(self) -> dict[str, Any]:
        """Return every attribute that was told, decoded, by name.

        Raises ValidationError, naming event and field, where one is not of the API's form.
        """
        values = ((name, getattr(self, name)) for name in self.fields)
        return {name: value for name, value in values if value is not None}

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{self.name} is immutable: cannot set {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{self.name} is immutable: cannot delete {name!r}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Event):
            return NotImplemented
        if self.raw == other.raw:
            return True
        if self.id != other.id or self.name != other.name:
            return False
        try:
            return self.timestamp == other.timestamp and self.as_dict() == other.as_dict()
        except ValidationError:
            return False  # what cannot be read is equal to its like only

    def __hash__(self) -> int:
        return hash((self.name, self.id))

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.raw,))

    def __repr__(self) -> str:
        fields = "".join(f", {name}={value!r}" for name, value in shown(self).items())
        return f"{self.name}({self.id}{fields})"


set_raw: Final[Callable[[Event, Mapping[str, Any]], None]] = vars(Event)["raw"].__set__
"""Give a bare event its `raw`: for the registry, which builds events that were checked."""


def shown(event: Event) -> dict[str, Any]:
    """Return an event's attributes for people: as they came where they cannot be read."""
    try:
        return event.as_dict()
    except ValidationError:
        key = attributes_key(event.name)
        told = event.raw[key]
        return dict(told) if isinstance(told, Mapping) else {key: told}


_from_epoch: Final = datetime.fromtimestamp


def attributes_key(name: str) -> str:
    """Return the member of a raw event that carries the attributes of this event type."""
    return f"{name[:1].lower()}{name[1:]}EventAttributes"


def is_link(field: str) -> bool:
    """Tell whether a field holds the id of an earlier event of the same history."""
    return field.endswith("_event_id") and field not in _ELSEWHERE


def _reader(key: str, member: str, shape: str) -> Callable[[Event], Any]:
    """Return the function that reads one attribute of an event and decodes it by its shape."""
    decode = _DECODERS.get(shape)
    if decode is None:

        def read(event: Event) -> Any:
            try:
                return event.raw[key].get(member)
            except (KeyError, AttributeError):
                return _untold(event, key)
    else:

        def read(event: Event) -> Any:
            try:
                value = event.raw[key].get(member)
            except (KeyError, AttributeError):
                return _untold(event, key)
            if value is None:
                return None
            try:
                return decode(value)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                field = f"{event.name}({event.id}).{snake_case(member)}"
                raise ValidationError(f"{field}: cannot be read of {value!r:.80}") from error

    return read


def _untold(event: Event, key: str) -> None:
    """Take attributes that are absent or null for untold; refuse what is no structure."""
    if event.raw.get(key) is not None:
        raise ValidationTypeError(
            f"{event.name}({event.id}): {key} must be a mapping, got {event.raw[key]!r}"
        )


def _type_key(value: Mapping[str, str]) -> TypeKey:
    return TypeKey(_text(value["name"]), _text(value["version"]))


def _execution_key(value: Mapping[str, str]) -> ExecutionKey:
    return ExecutionKey(_text(value["workflowId"]), value.get("runId"))


def _task_list(value: Mapping[str, str]) -> str:
    return _text(value["name"])


def _tag_list(value: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError("tags are several")
    return tuple(map(_text, value))


def _priority(value: str) -> int:
    return int(_text(value))


def _duration(value: str) -> Duration | None:
    return read_duration(_text(value))


def _text(value: str) -> str:
    if not isinstance(value, str):
        raise TypeError("it is no text")
    return value


_DECODERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "ActivityType": _type_key,
    "WorkflowType": _type_key,
    "WorkflowExecution": _execution_key,
    "TaskList": _task_list,
    "TagList": _tag_list,
    "TaskPriority": _priority,
    "DurationInSeconds": _duration,
    "DurationInSecondsOptional": _duration,
}
"""How the shapes that are not plain text or numbers are read."""
