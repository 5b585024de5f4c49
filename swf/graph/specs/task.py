"""The tasks that a graph is made of: values that say what is to be done, and after what."""

from __future__ import annotations

import hashlib
import json
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any, ClassVar, Final

from swf.flow.retry import RetryPolicy
from swf.graph.errors import GraphError
from swf.graph.specs.plain import (
    Schema,
    Spec,
    items,
    of_shape,
    of_shape_or_none,
    plain,
    refused,
)
from swf.graph.specs.retry_strategy import InstantRetry, Retry, retry_as_dict
from swf.graph.specs.retry_strategy import retry_strategy as retry_of
from swf.wire import sendable

MAX_ID: Final = 1_024
"""Characters of a task's id."""

MAX_DELAY: Final = 99_999_999
"""Seconds of the longest timer that SWF has digits for."""


class Task(Spec):
    """A task of a graph: it begins once all those that it requires are done.

    `id_` names it within the graph. `requires` are the tasks, or the ids of them, as they were
    given; `required_ids` their ids, each once. Two tasks of one type are equal if they say the
    same. Raises GraphError, naming the field, for what breaks a rule.
    """

    FLOTO_TYPE: ClassVar[str] = ""
    """How floto's JSON names this type."""

    KIND: ClassVar[str] = ""
    """How this package's own JSON names this type."""

    FIELDS: ClassVar[tuple[str, ...]] = ()
    """What a task of this type has beside `id_` and `requires`."""

    REQUIRED: ClassVar[tuple[str, ...]] = ()
    """What has to be told of a task of this type."""

    __slots__ = ("id_", "required_ids", "requires")

    id_: str
    requires: tuple[Task | str, ...]
    required_ids: tuple[str, ...]

    @abstractmethod
    def __init__(self) -> None: ...

    def to_dict(
        self, *, schema: Schema | None = None, types: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Return the plain JSON of this: floto's, or with `schema` this package's own.

        What is None is left out. In floto's, a requirement that is a task is told with its type,
        and so is one that is an id in `types`.
        """
        told = {name: self._told(name, schema) for name in self.FIELDS}
        told = {name: value for name, value in told.items() if value is not None}
        if schema is not None:
            told |= {"kind": self.KIND, "id": self.id_}
            required: list[Any] = list(self.required_ids)
        else:
            told |= {"type": self.FLOTO_TYPE, "id_": self.id_}
            required = self._required_with_types(types or {})
        if required:
            told["requires"] = required
        return told

    def _told(self, name: str, schema: Schema | None) -> Any:
        value = getattr(self, name)
        if isinstance(value, InstantRetry | RetryPolicy):
            return retry_as_dict(value, schema)
        return plain(value, name)

    def _required_with_types(self, types: Mapping[str, str]) -> list[dict[str, str] | str]:
        own = {one.id_: one.FLOTO_TYPE for one in self.requires if isinstance(one, Task)}
        told: list[dict[str, str] | str] = []
        for id_ in self.required_ids:
            known = own.get(id_) or types.get(id_)
            told.append(id_ if known is None else {"id_": id_, "type": known})
        return told

    def _content(self) -> tuple[object, ...]:
        told = [getattr(self, name) for name in self.FIELDS]
        return (self.id_, self.required_ids, *told)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._content() == other._content()

    def __hash__(self) -> int:
        return hash((type(self), self.id_))

    def __repr__(self) -> str:
        told = {name: getattr(self, name) for name in self.FIELDS}
        told["requires"] = list(self.required_ids) or None
        parts = "".join(f", {name}={value!r}" for name, value in told.items() if value is not None)
        return f"{type(self).__name__}(id_={self.id_!r}{parts})"

    def __reduce__(self) -> tuple[object, ...]:
        # by ids: a chain of thousands, each holding the one before, could not be pickled
        told = {name: getattr(self, name) for name in self.FIELDS}
        told |= {"id_": self.id_, "requires": self.required_ids}
        return _again, (type(self), told)


def _again(kind: type[Task], told: dict[str, Any]) -> Task:
    return kind(**told)


Requires = Iterable[Task | str]
"""What a task may be told to require: tasks, or ids of them."""


class _Work(Task):
    """What a task is of that has an SWF type: one that is scheduled or started, and may fail."""

    __slots__ = ("domain", "input", "retry_strategy", "task_list")

    input: Any
    retry_strategy: Retry | None
    task_list: str | None
    domain: str | None

    def _settle_work(
        self,
        named: Mapping[str, str],
        id_: str | None,
        requires: Requires | None,
        *,
        input: Any,
        retry_strategy: Any,
        task_list: Any,
        domain: Any,
    ) -> None:
        """Have all that was told; `named` are the two fields that say its type, the name first."""
        owner = type(self).__name__
        name, version = (
            of_shape(value, shape, f"{owner}.{field}")
            for (field, value), shape in zip(named.items(), ("Name", "Version"), strict=True)
        )
        given, required = _required(requires, f"{owner}.requires")
        own_input = plain(input, f"{owner}.input")
        self._settle(
            **named,
            id_=id_ or default_id(name, version, own_input, required),
            requires=given,
            required_ids=tuple(dict.fromkeys(required)),
            input=own_input,
            retry_strategy=retry_of(retry_strategy, f"{owner}.retry_strategy"),
            task_list=of_shape_or_none(task_list, "Name", f"{owner}.task_list"),
            domain=of_shape_or_none(domain, "DomainName", f"{owner}.domain"),
        )


class ActivityTask(_Work):
    """A task that an activity does.

    Its id is `activity_id` (or `id_`, which is the same), else name, version and a digest of its
    input and requirements. `input` is plain JSON. Without a `task_list` it goes to the decider's
    default. `domain` is told in its JSON and changes nothing.
    """

    FLOTO_TYPE: ClassVar[str] = "floto.specs.task.ActivityTask"
    KIND: ClassVar[str] = "activity"
    FIELDS: ClassVar[tuple[str, ...]] = (
        "name",
        "version",
        "input",
        "retry_strategy",
        "task_list",
        "domain",
    )
    REQUIRED: ClassVar[tuple[str, ...]] = ("name", "version")

    __slots__ = REQUIRED

    name: str
    version: str

    def __init__(
        self,
        name: str,
        version: str,
        activity_id: str | None = None,
        requires: Requires | None = None,
        input: Any = None,
        retry_strategy: Retry | None = None,
        task_list: str | None = None,
        *,
        domain: str | None = None,
        id_: str | None = None,
    ) -> None:
        self._settle_work(
            {"name": name, "version": version},
            _id(type(self).__name__, "activity_id", activity_id, id_),
            requires,
            input=input,
            retry_strategy=retry_strategy,
            task_list=task_list,
            domain=domain,
        )


class Generator(ActivityTask):
    """An activity task whose result is a list of further tasks.

    They require the generator, and what requires the generator requires all of them too.
    """

    __slots__ = ()

    FLOTO_TYPE: ClassVar[str] = "floto.specs.task.Generator"
    KIND: ClassVar[str] = "generator"


class ChildWorkflow(_Work):
    """A task that is a workflow execution of its own.

    Its id is `workflow_id` (or `id_`, which is the same), else the type's name and version and a
    digest of its input and requirements. `input` is plain JSON. `task_list` is the one of its
    deciders; without it, the type's default. `domain` is told in its JSON and changes nothing.
    """

    FLOTO_TYPE: ClassVar[str] = "floto.specs.task.ChildWorkflow"
    KIND: ClassVar[str] = "child_workflow"
    FIELDS: ClassVar[tuple[str, ...]] = (
        "workflow_type_name",
        "workflow_type_version",
        "input",
        "retry_strategy",
        "task_list",
        "domain",
    )
    REQUIRED: ClassVar[tuple[str, ...]] = ("workflow_type_name", "workflow_type_version")

    __slots__ = REQUIRED

    workflow_type_name: str
    workflow_type_version: str

    def __init__(
        self,
        workflow_type_name: str,
        workflow_type_version: str,
        workflow_id: str | None = None,
        requires: Requires | None = None,
        input: Any = None,
        retry_strategy: Retry | None = None,
        task_list: str | None = None,
        *,
        domain: str | None = None,
        id_: str | None = None,
    ) -> None:
        self._settle_work(
            {
                "workflow_type_name": workflow_type_name,
                "workflow_type_version": workflow_type_version,
            },
            _id(type(self).__name__, "workflow_id", workflow_id, id_),
            requires,
            input=input,
            retry_strategy=retry_strategy,
            task_list=task_list,
            domain=domain,
        )


class Timer(Task):
    """A task that is done once `delay_in_seconds` have passed since its requirements were.

    What requires it is delayed; required by none, it keeps the execution open for so long. SWF
    counts whole seconds: a part of one is rounded up.
    """

    FLOTO_TYPE: ClassVar[str] = "floto.specs.task.Timer"
    KIND: ClassVar[str] = "timer"
    FIELDS: ClassVar[tuple[str, ...]] = ("delay_in_seconds",)
    REQUIRED: ClassVar[tuple[str, ...]] = ("id_", "delay_in_seconds")

    __slots__ = FIELDS

    delay_in_seconds: float

    def __init__(self, id_: str, delay_in_seconds: float, requires: Requires | None = None) -> None:
        given, required = _required(requires, "Timer.requires")
        self._settle(
            id_=task_id(id_, "Timer.id_"),
            requires=given,
            required_ids=tuple(dict.fromkeys(required)),
            delay_in_seconds=_delay(delay_in_seconds),
        )


def default_id(name: str, version: str, input: Any, required_ids: Iterable[str]) -> str:
    """Return the id of a task that was given none: its type's and a digest of what it is told."""
    text = input if isinstance(input, str) else json.dumps(input, sort_keys=True)
    told = text + "".join(required_ids)
    digest = hashlib.sha1(told.encode(), usedforsecurity=False).hexdigest()[:10]
    return f"{name}:{version}:{digest}"


def task_id(value: Any, place: str) -> str:
    """Return what may be the id of a task; raises GraphError, naming the place, for what may not.

    SWF takes fewer characters than these: what it does not take is replaced where it is told.
    """
    if not isinstance(value, str):
        refused(place, "must be a str", value, wrong_type=True)
    if not 1 <= len(value) <= MAX_ID:
        refused(place, f"must have 1 to {MAX_ID} characters", value)
    if not sendable(value):
        refused(place, "must be valid Unicode", value)
    return value


def _id(owner: str, word: str, given: Any, id_: Any) -> str | None:
    """Return the id that was given by either of its two names; None where it was by none."""
    if given is None and id_ is None:
        return None
    if given is not None and id_ is not None and given != id_:
        raise GraphError(f"{owner}: {word} {given!r} and id_ {id_!r} are two ids; give one")
    return task_id(id_ if given is None else given, f"{owner}.{word if id_ is None else 'id_'}")


def _required(value: Any, place: str) -> tuple[tuple[Task | str, ...], list[str]]:
    """Return what a task requires as it was given, and the ids of that."""
    if value is None:
        return (), []
    given = tuple(items(value, place))
    return given, [_required_id(one, f"{place}[{at}]") for at, one in enumerate(given)]


def _required_id(value: Any, place: str) -> str:
    if isinstance(value, Task):
        return value.id_
    if not isinstance(value, str):
        refused(place, "must be a task or the id of one", value, wrong_type=True)
    return task_id(value, place)


def _delay(value: Any) -> float:
    place = "Timer.delay_in_seconds"
    if isinstance(value, bool) or not isinstance(value, int | float):
        refused(place, "must be a number of seconds", value, wrong_type=True)
    if not (isfinite(value) and 0 <= value <= MAX_DELAY):
        refused(place, f"must be 0 to {MAX_DELAY}", value)
    return value
