"""What an execution is at one moment: all that decides what may happen to it next.

The state is folded from the events by `swf.engine.transitions`. Only what an entity marks as
volatile (who holds a task, its place in line, its deadlines, a heartbeat's details) is not told by
any event. Times are milliseconds since the epoch; event ids are ints, 0 where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final, NamedTuple

import attrs

from swf.wire import TypeKey

Attributes = dict[str, Any]
"""The attributes of an event or of a decision: camelCase members of the wire, none of them None."""


class Event(NamedTuple):
    """One event of a history, as the engine records it."""

    id: int
    type: str
    at: int
    attributes: Attributes


Row = tuple[int, str, int, str, int]
"""An event as the store has it: id, type, time, attributes in JSON, checksum."""


class Link(NamedTuple):
    """Another execution of the domain."""

    workflow_id: str
    run_id: str

    def wire(self) -> dict[str, str]:
        """Return the execution as the wire names it."""
        return {"workflowId": self.workflow_id, "runId": self.run_id}


class Parent(NamedTuple):
    """The execution that started a child, and the event by which it did."""

    workflow_id: str
    run_id: str
    initiated_id: int

    @property
    def link(self) -> Link:
        """The parent execution."""
        return Link(self.workflow_id, self.run_id)


WORKFLOW_EXECUTION: Final = "workflow_execution"
DECISION_TASK: Final = "decision_task"
ACTIVITY_TASK: Final = "activity_task"
TIMER: Final = "timer"
CHILD: Final = "child_workflow_execution"
LAMBDA_FUNCTION: Final = "lambda_function"


@attrs.define(kw_only=True)
class Entity:
    """Something open in an execution, from the event that opened it to the one that closes it.

    `deadlines` maps a time-out's type to the moment when it is due. `waiting` says that the task
    may be handed out now, `seq` is its place in line, `inside` that a poller within this process
    holds it, `stored` that the store has a row of it. `facts` of a subclass name the fields that
    are its own.
    """

    kind: ClassVar[str]
    facts: ClassVar[tuple[str, ...]] = ()
    unique: ClassVar[bool] = False
    """Whether no two of the kind that are open have the same name."""

    event_id: int
    name: str = ""
    task_list: str | None = None
    priority: int = 0
    started_id: int = 0
    waiting: bool = attrs.field(default=False, eq=False)
    seq: int = attrs.field(default=0, eq=False)
    inside: bool = attrs.field(default=False, eq=False)
    stored: bool = attrs.field(default=False, eq=False)
    deadlines: dict[str, int] = attrs.field(factory=dict, eq=False)

    @property
    def due(self) -> int | None:
        """The moment of the earliest deadline; None where there is none."""
        return min(self.deadlines.values(), default=None)


@attrs.define(kw_only=True)
class OpenExecution(Entity):
    """The execution itself, which may time out; opened by WorkflowExecutionStarted."""

    kind = WORKFLOW_EXECUTION


@attrs.define(kw_only=True)
class DecisionTask(Entity):
    """A decision task; it waits only while no other of the execution is started."""

    kind = DECISION_TASK
    facts = ("start_to_close", "overridden")

    start_to_close: str = "NONE"
    overridden: bool = False
    """Whether it is on a task list that a decider asked for with a time-out, which reverts."""


@attrs.define(kw_only=True)
class ActivityTask(Entity):
    """An activity task; `name` is its activity id."""

    kind = ACTIVITY_TASK
    unique = True
    facts = ("start_to_close", "heartbeat", "cancel_requested_id", "heartbeat_details")

    start_to_close: str = "NONE"
    heartbeat: str = "NONE"
    cancel_requested_id: int = 0
    heartbeat_details: str | None = attrs.field(default=None, eq=False)


@attrs.define(kw_only=True)
class Timer(Entity):
    """A timer; `name` is its timer id."""

    kind = TIMER
    unique = True


def _type_key(value: Iterable[str]) -> TypeKey:
    return TypeKey(*value)


@attrs.define(kw_only=True)
class Child(Entity):
    """A child execution; `name` is its workflow id, `started_id` its ChildWorkflowExecutionStarted.

    `run_id` is empty until it has started, then that of its first run: no event of the parent tells
    where it continues as new. A workflow id may be that of two children, until the second is found
    to be running already.
    """

    kind = CHILD
    facts = ("workflow_type", "run_id")

    workflow_type: TypeKey = attrs.field(converter=_type_key)
    run_id: str = ""


@attrs.define(kw_only=True)
class LambdaFunction(Entity):
    """A Lambda task; `name` is its id, `function` the name of the function."""

    kind = LAMBDA_FUNCTION
    unique = True
    facts = ("function", "start_to_close")

    function: str
    start_to_close: str


KINDS: Final[dict[str, type[Entity]]] = {
    one.kind: one
    for one in (OpenExecution, DecisionTask, ActivityTask, Timer, Child, LambdaFunction)
}


@attrs.define(kw_only=True)
class Execution:
    """One run of a workflow: its configuration, its course so far, and what is open in it.

    `run` is its number in the store. `changed` collects the entities that the store does not know
    as they are, `unsaved` the events. `recent` holds, as the store has them, the latest events
    from some id on without a gap: those since the DecisionTaskStarted before the last, if it can.
    """

    run: int
    domain: str
    workflow_id: str
    run_id: str
    workflow_type: TypeKey
    # What it was started with, resolved
    task_list: str
    task_start_to_close: str
    execution_start_to_close: str
    child_policy: str
    task_priority: str | None = None
    lambda_role: str | None = None
    tag_list: tuple[str, ...] | None = None
    parent: Parent | None = None
    started_at: int
    # Its course
    closed_at: int | None = None
    close_status: str | None = None
    cancel_requested: bool = False
    last_event_id: int = 0
    last_event_at: int = 0
    latest_activity_at: int | None = None
    execution_context: str | None = None
    override: str | None = None
    """The task list that a decider asked for, in place of `task_list`."""
    override_schedule_to_start: str | None = None
    """How long a task may wait on it; None where the override is for good."""
    answered_started_id: int = 0
    """The DecisionTaskStarted of the last task that was answered (previousStartedEventId)."""
    last_started_id: int = 0
    """The latest DecisionTaskStarted."""
    previous_started_id: int = 0
    """The DecisionTaskStarted before that one, answered or not."""
    # What is open
    open: dict[int, Entity] = attrs.field(factory=dict)
    ids: dict[tuple[str, str], int] = attrs.field(factory=dict)
    """(kind, name) of what is open and unique by its name -> the event that opened it."""
    decision_scheduled_id: int = 0
    """The decision task that is scheduled and not started."""
    decision_started_id: int = 0
    """The *scheduled* event of the decision task that is started."""
    open_counts: dict[str, int] = attrs.field(factory=dict)
    """How many are open by kind; what a close drops stays counted."""
    # What the store has yet to be told
    changed: dict[int, Entity | None] = attrs.field(factory=dict, eq=False, repr=False)
    unsaved: list[Event] = attrs.field(factory=list, eq=False, repr=False)
    recent: list[Row] = attrs.field(factory=list, eq=False, repr=False)
    saved: tuple[str | None, bool] | None = attrs.field(default=None, eq=False, repr=False)
    """The close status and the cancel request that the store knows; None before it has a row."""

    @property
    def is_open(self) -> bool:
        """Whether anything may still be recorded."""
        return self.close_status is None

    @property
    def link(self) -> Link:
        """The execution as others refer to it."""
        return Link(self.workflow_id, self.run_id)

    def add(self, entity: Entity) -> None:
        """Open an entity."""
        self.open[entity.event_id] = entity
        if entity.unique:
            self.ids[entity.kind, entity.name] = entity.event_id
        self.open_counts[entity.kind] = self.open_counts.get(entity.kind, 0) + 1
        self.changed[entity.event_id] = entity

    def touch(self, entity: Entity) -> None:
        """Note that the store does not know the entity as it is now."""
        self.changed[entity.event_id] = entity

    def remove(self, event_id: int) -> Entity:
        """Close an entity and return it."""
        entity = self.open.pop(event_id)
        if entity.unique:
            del self.ids[entity.kind, entity.name]
        self.open_counts[entity.kind] -= 1
        self._forget(entity)
        return entity

    def drop_all(self) -> None:
        """Let go of everything open, since the execution is closed; the counts stay."""
        for entity in self.open.values():
            self._forget(entity)
        self.open.clear()
        self.ids.clear()
        self.decision_scheduled_id = self.decision_started_id = 0

    def _forget(self, entity: Entity) -> None:
        if entity.stored:
            self.changed[entity.event_id] = None
        else:
            self.changed.pop(entity.event_id, None)

    def named(self, kind: str, name: str) -> Entity | None:
        """Return what is open of this kind and name."""
        event_id = self.ids.get((kind, name))
        return None if event_id is None else self.open[event_id]

    def count(self, kind: str) -> int:
        """Return how many of a kind are open."""
        return self.open_counts.get(kind, 0)
