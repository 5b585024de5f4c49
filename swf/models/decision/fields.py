"""How the arguments of decisions become their fields, and the fields what the wire carries.

The converters are as those of `swf.models.converting`: a decision refuses what they leave by
`on_wire`, which knows its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, cast, runtime_checkable

from swf.exceptions import ValidationError, ValidationTypeError
from swf.models.converting import as_seconds
from swf.wire import Duration, DurationLike, TypeKey, duration, duration_text, payload


@runtime_checkable
class Named(Protocol):
    """A model of a type."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def version(self) -> str:
        """Its version."""
        ...


@runtime_checkable
class ExecutionLike(Protocol):
    """A model, or a key, of an execution."""

    @property
    def workflow_id(self) -> str:
        """Its workflow id."""
        ...

    @property
    def run_id(self) -> str | None:
        """Its run id, or None for the open run."""
        ...


TypeLike = Named | tuple[str, str] | Mapping[str, str]
"""What is accepted as a type: a model, a key, (name, version), or the API's structure."""

TaskListLike = str | Mapping[str, str]
"""What is accepted as a task list: its name, or the API's structure."""


def as_given_seconds(value: DurationLike) -> Duration:
    """Return a duration that must be given in seconds, or 'NONE'."""
    return cast("Duration", as_seconds(value))


def as_payload(value: Any) -> str | None:
    """Return the text that carries a value: a str as it is, anything else as JSON."""
    try:
        return payload(value, "")
    except ValidationError:
        return cast("str", value)


def as_activity_type(value: TypeLike) -> TypeKey:
    """Return what names an activity type."""
    return _as_type(value, "WorkflowType")


def as_workflow_type(value: TypeLike) -> TypeKey:
    """Return what names a workflow type."""
    return _as_type(value, "ActivityType")


def _as_type(value: TypeLike, other: str) -> TypeKey:
    if isinstance(value, tuple) and len(value) == 2:
        return TypeKey(*value)
    if isinstance(value, Mapping) and set(value) == {"name", "version"}:
        return TypeKey(value["name"], value["version"])
    # By name, for the models' modules know connections, and a decision needs none.
    is_other = other in (kind.__name__ for kind in type(value).__mro__)
    if isinstance(value, Named) and not is_other:
        return TypeKey(value.name, value.version)
    return cast("TypeKey", value)


def as_workflow_id(value: str | ExecutionLike) -> str:
    """Let an execution pass: its decision takes workflow id and run id out of it."""
    return cast("str", value)


def on_wire(shape: str, value: Any, argument: str) -> Any:
    """Return a field's value as the wire carries it; None stays None.

    Raises ValidationError, naming the argument, where it cannot be carried. Lengths, patterns and
    enums are for `swf.validation` to check.
    """
    encode = _ENCODERS.get(shape)
    return value if encode is None or value is None else encode(value, argument)


def _duration(value: Any, argument: str) -> str | None:
    return duration_text(duration(value, argument))


def _activity_type(value: Any, argument: str) -> dict[str, str]:
    return _type(value, argument, "an ActivityType")


def _workflow_type(value: Any, argument: str) -> dict[str, str]:
    return _type(value, argument, "a WorkflowType")


def _type(value: Any, argument: str, model: str) -> dict[str, str]:
    if not isinstance(value, TypeKey):
        raise ValidationTypeError(
            f"{argument}: must be {model}, (name, version) or "
            f"{{'name': …, 'version': …}}, got {value!r}"
        )
    return {"name": value.name, "version": value.version}


def _task_list(value: Any, argument: str) -> dict[str, str]:
    if not isinstance(value, str):
        raise ValidationTypeError(f"{argument}: must be a name or {{'name': …}}, got {value!r}")
    return {"name": value}


def _priority(value: Any, argument: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        kind = ValidationError if isinstance(value, str) else ValidationTypeError
        raise kind(f"{argument}: must be an integer, got {value!r}")
    return str(value)


def _tags(value: Any, argument: str) -> list[str]:
    if not isinstance(value, tuple):
        raise ValidationTypeError(f"{argument}: must be a list of str, got {value!r}")
    return list(value)


_ENCODERS: Final[Mapping[str, Callable[[Any, str], Any]]] = {
    "ActivityType": _activity_type,
    "WorkflowType": _workflow_type,
    "Data": payload,
    "FunctionInput": payload,
    "DurationInSeconds": _duration,
    "DurationInSecondsOptional": _duration,
    "TagList": _tags,
    "TaskList": _task_list,
    "TaskPriority": _priority,
}
