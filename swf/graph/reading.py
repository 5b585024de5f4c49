"""Tasks and specs out of plain JSON, which anybody may have written.

What arrives by the input of a workflow or by a signal is trusted with nothing: it has bounds, each
name in it is looked up in `specs.kinds`, and the first flaw is told by its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NoReturn

import attrs

from swf.graph.errors import GraphError
from swf.graph.specs.kinds import OWN_RETRIES, OWN_TASKS, RETRIES, SPECS, TASKS, known
from swf.graph.specs.plain import refused, shortened
from swf.graph.specs.retry_strategy import Retry
from swf.graph.specs.task import Task, task_id
from swf.rules import shown

SPEC_MEMBER: Final = "decider_spec"
"""Where an input has the spec of its graph."""

TASKS_MEMBER: Final = "activity_tasks"
"""Where an input has, at any depth, the tasks of its graph."""

MAX_TASKS: Final = 25_000
"""Tasks of a list that is not trusted."""

MAX_DEPTH: Final = 32
"""How deep the containers of what is not trusted may be nested."""

MAX_SIZE: Final = 10_000_000
"""Characters of what is not trusted: of its text, or of its texts together with a few for each
other value."""

SCHEMA: Final = 1
"""The version of this package's own JSON that is written and read."""

SPEC_FIELDS: Final = (
    "domain",
    "task_list",
    "default_activity_task_list",
    "repeat_workflow",
    "terminate_decider_after_completion",
    "terminate_workflow_after_completion",
    "activity_tasks",
)


def tasks_from(value: Any, *, place: str = "activity_tasks", trusted: bool = False) -> list[Task]:
    """Return the tasks of a list of plain JSON, floto's or this package's own.

    `place` says in messages where the list is from. `trusted` lifts the bounds. Raises GraphError,
    naming the place of the first flaw.
    """
    if not trusted:
        _check_bounds(value, place)
    return _tasks(value, place, trusted=trusted)


def spec_from(value: Any, *, trusted: bool = False) -> dict[str, Any]:
    """Return the fields of a decider's spec out of its JSON, as text or read already.

    `trusted` lifts the bounds. Raises GraphError, naming the place of the first flaw.
    """
    told = _read(value, trusted=trusted) if isinstance(value, str | bytes) else value
    place = "spec"
    if not isinstance(told, Mapping):
        refused(place, "must be a JSON object", told, wrong_type=True)
    if not trusted:
        _check_bounds(told, place)
    told = dict(told)
    if "schema" in told:
        version = told.pop("schema")
        if version != SCHEMA or isinstance(version, bool):
            rule = f"must be {SCHEMA}, the only version that this package knows"
            refused(f"{place}.schema", rule, version)
    else:
        known(told, "type", SPECS, place)
        told.pop("type")
    _check_fields(told, SPEC_FIELDS, place)
    told = {name: item for name, item in told.items() if item is not None}
    told["activity_tasks"] = _tasks(
        told.get("activity_tasks", []), "activity_tasks", trusted=trusted
    )
    return told


def _tasks(value: Any, place: str, *, trusted: bool) -> list[Task]:
    if not isinstance(value, list | tuple):
        refused(place, "must be a list of tasks", value, wrong_type=True)
    if len(value) > MAX_TASKS and not trusted:
        raise GraphError(f"{place}: has at most {MAX_TASKS} tasks, not {len(value)}")
    return [_task(one, f"{place}[{at}]") for at, one in enumerate(value)]


def _task(value: Any, place: str) -> Task:
    if not isinstance(value, Mapping):
        refused(place, "must be a JSON object that tells a task", value, wrong_type=True)
    told = dict(value)
    own = "kind" in told
    member, kinds, id_name = ("kind", OWN_TASKS, "id") if own else ("type", TASKS, "id_")
    kind = known(told, member, kinds, place)
    told.pop(member)
    _check_fields(told, (id_name, "requires", *kind.FIELDS), place)
    told = {name: item for name, item in told.items() if item is not None}
    for name in kind.REQUIRED:
        wanted = id_name if name == "id_" else name
        if wanted not in told:
            raise GraphError(f"{place}: {wanted} is required")
    if id_name in told:
        told["id_"] = task_id(told.pop(id_name), f"{place}.{id_name}")
    if "requires" in told:
        told["requires"] = _required(told["requires"], f"{place}.requires")
    if "retry_strategy" in told:
        told["retry_strategy"] = _retry(told["retry_strategy"], f"{place}.retry_strategy", own)
    return _made(kind, told, place)


def _made(kind: type[Task], told: dict[str, Any], place: str) -> Task:
    """Return the task; what it refuses is told by the place where it was read."""
    try:
        return kind(**told)
    except GraphError as error:
        message = error.message.removeprefix(f"{kind.__name__}.")
        raise type(error)(f"{place}.{message}") from error


def _required(value: Any, place: str) -> list[str]:
    """Return the ids that a task requires, each told as it is or as an object that has it."""
    if not isinstance(value, list | tuple):
        refused(place, "must be a list", value, wrong_type=True)
    return [_required_id(one, f"{place}[{at}]") for at, one in enumerate(value)]


def _required_id(value: Any, place: str) -> str:
    if not isinstance(value, Mapping):
        return task_id(value, place)
    if "id_" not in value:
        refused(place, "must be an id, or an object that has it as id_", value)
    return task_id(value["id_"], f"{place}.id_")


def _retry(value: Any, place: str, own: bool) -> Retry:
    if not isinstance(value, Mapping):
        refused(place, "must be a JSON object that tells a retry strategy", value, wrong_type=True)
    told = dict(value)
    member, kinds = ("kind", OWN_RETRIES) if own else ("type", RETRIES)
    read = known(told, member, kinds, place)
    told.pop(member)
    return read(told, place)


def _check_fields(told: Mapping[Any, Any], fields: Sequence[str], place: str) -> None:
    for name in told:
        if name not in fields:
            refused(place, f"has only the fields {', '.join(fields)}", name)


def _read(text: str | bytes, *, trusted: bool) -> Any:
    """Return what a text says; one that is no JSON, or says a name twice, is refused."""
    if len(text) > MAX_SIZE and not trusted:
        raise GraphError(f"spec: has at most {MAX_SIZE} characters, not {len(text)}")
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except GraphError:
        raise
    except RecursionError as error:
        raise GraphError("spec: is nested too deep; flatten it") from error
    except ValueError as error:
        raise GraphError(f"spec: is no JSON: {error}") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise GraphError(f"spec: an object of its JSON has {shown(twice)} twice")
    return told


def _refuse_constant(word: str) -> NoReturn:
    raise GraphError(f"spec: JSON has no {word}; give null or text")


class _TooDeepError(Exception):
    """A container is nested too deep; `steps` lead to it, the innermost first."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[str] = []


def _check_bounds(value: Any, place: str) -> None:
    try:
        _Measure(MAX_SIZE).take(value, MAX_DEPTH)
    except _TooDeepError as error:
        steps = shortened("".join(reversed(error.steps)))
        raise GraphError(
            f"{place}{steps}: is nested deeper than {MAX_DEPTH} containers; flatten it"
        ) from None
    except OverflowError:
        raise GraphError(f"{place}: has at most {MAX_SIZE} characters; split it") from None


@attrs.define
class _Measure:
    """Goes through a value and counts what it takes, up to a bound."""

    left: int

    def take(self, value: Any, depth: int) -> None:
        """Take what a value needs; raises OverflowError, or _TooDeepError with its place."""
        self.left -= 8 + (len(value) if isinstance(value, str) else 0)
        if self.left < 0:
            raise OverflowError
        if isinstance(value, Mapping):
            self._take_all(value.items(), depth)
        elif isinstance(value, list | tuple):
            self._take_all(enumerate(value), depth)

    def _take_all(self, parts: Iterable[tuple[Any, Any]], depth: int) -> None:
        if not depth:
            raise _TooDeepError
        for name, part in parts:
            self.left -= len(name) if isinstance(name, str) else 0
            try:
                self.take(part, depth - 1)
            except _TooDeepError as error:
                error.steps.append(f".{name}" if isinstance(name, str) else f"[{name}]")
                raise
