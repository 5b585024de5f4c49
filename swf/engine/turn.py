"""One command at work on one execution: what it records there, and what it asks of others.

The transitions are functions of a Turn. They read the execution's state and `Surroundings`, record
events, and leave deliveries; recording an event folds it into the state at once. None of them does
any I/O, and nothing here waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

import attrs

from swf.constants import (
    MAX_EVENTS,
    MAX_OPEN_ACTIVITY_TASKS,
    MAX_OPEN_CHILDREN,
    MAX_OPEN_LAMBDA_FUNCTIONS,
    MAX_OPEN_TIMERS,
)
from swf.engine.state import Attributes, Event, Execution, Link, Parent
from swf.wire import TypeKey, Wire

Fold = Callable[[Execution, Event], None]
"""Brings the state of an execution up to date with one event."""

FOLDS: Final[dict[str, Fold]] = {}
"""The fold of each event type; `swf.engine.transitions` fills it."""


def folds(event_type: str) -> Callable[[Fold], Fold]:
    """Declare the function that folds events of this type."""

    def declared(fold: Fold) -> Fold:
        FOLDS[event_type] = fold
        return fold

    return declared


@attrs.frozen
class Limits:
    """The quotas that executions obey; None is no limit."""

    events: int = MAX_EVENTS
    open_activity_tasks: int = MAX_OPEN_ACTIVITY_TASKS
    open_timers: int = MAX_OPEN_TIMERS
    open_children: int = MAX_OPEN_CHILDREN
    open_lambda_functions: int = MAX_OPEN_LAMBDA_FUNCTIONS
    open_executions: int | None = None
    pollers: int = 1_000


@attrs.frozen
class RegisteredType:
    """A registered type: whether it takes new work, and its defaults in the wire's words."""

    key: TypeKey
    deprecated: bool
    defaults: Wire
    """`configuration` of DescribeWorkflowType or DescribeActivityType."""


class Surroundings(Protocol):
    """What lies outside an execution and decides about it."""

    limits: Limits

    def workflow_type(self, domain: str, key: TypeKey) -> RegisteredType | None:
        """Return a registered workflow type."""
        ...

    def activity_type(self, domain: str, key: TypeKey) -> RegisteredType | None:
        """Return a registered activity type."""
        ...

    def open_executions(self, domain: str) -> int:
        """Return how many executions are open (only asked where a limit is set)."""
        ...

    def has_function(self, name: str) -> bool:
        """Tell whether a Lambda function of this name is registered."""
        ...


# What a turn asks of others. Deliveries are carried out in the same transaction, one by one, after
# the events of the turn that left them.


@attrs.frozen
class StartChild:
    """Start the child that the StartChildWorkflowExecutionInitiated of this id asks for."""

    initiated_id: int
    attributes: Attributes


@attrs.frozen
class SignalExternal:
    """Deliver the signal of a SignalExternalWorkflowExecutionInitiated."""

    initiated_id: int
    attributes: Attributes


@attrs.frozen
class CancelExternal:
    """Deliver the request of a RequestCancelExternalWorkflowExecutionInitiated."""

    initiated_id: int
    attributes: Attributes


@attrs.frozen
class CancelUnstarted:
    """Cancel the activity task of this scheduled event, which was not started."""

    scheduled_id: int


@attrs.frozen
class StartFunction:
    """Start the Lambda function that the LambdaFunctionScheduled of this id asks for."""

    scheduled_id: int
    attributes: Attributes


@attrs.frozen
class ContinueAsNew:
    """Start the next run, as the WorkflowExecutionContinuedAsNew says."""

    new_run_id: str
    attributes: Attributes


@attrs.frozen
class TellParent:
    """Tell the parent how its child ended.

    `outcome` is Completed, Failed, TimedOut, Canceled or Terminated, `attributes` what the event
    adds (result, reason, details, timeoutType).
    """

    parent: Parent
    outcome: str
    attributes: Attributes


@attrs.frozen
class ApplyPolicy:
    """Apply the closed parent's child policy to one open child."""

    child: Link
    policy: str


Delivery = (
    StartChild
    | SignalExternal
    | CancelExternal
    | CancelUnstarted
    | StartFunction
    | ContinueAsNew
    | TellParent
    | ApplyPolicy
)


class HistoryFull(Exception):
    """The next event would be the last that the history can hold, and does not close it."""


CLOSING_EVENTS: Final = frozenset(
    {
        "WorkflowExecutionCompleted",
        "WorkflowExecutionFailed",
        "WorkflowExecutionCanceled",
        "WorkflowExecutionContinuedAsNew",
        "WorkflowExecutionTimedOut",
        "WorkflowExecutionTerminated",
    }
)


@attrs.define
class Turn:
    """One command at work on one execution at one moment (milliseconds since the epoch)."""

    execution: Execution
    at: int
    around: Surroundings
    deliveries: list[Delivery] = attrs.field(factory=list)

    def record(self, event_type: str, attributes: Attributes) -> Event:
        """Record an event, fold it into the state, and return it.

        Time never runs backwards within a history. Raises HistoryFull where only the event that
        closes the execution still fits.
        """
        execution = self.execution
        event_id = execution.last_event_id + 1
        if event_id >= self.around.limits.events and event_type not in CLOSING_EVENTS:
            raise HistoryFull
        event = Event(event_id, event_type, max(self.at, execution.last_event_at), attributes)
        execution.last_event_id = event_id
        execution.last_event_at = event.at
        execution.unsaved.append(event)
        FOLDS[event_type](execution, event)
        return event

    def need_decision(self) -> None:
        """Schedule a decision task unless one is scheduled, or the execution is closed."""
        execution = self.execution
        if execution.is_open and not execution.decision_scheduled_id:
            self.record("DecisionTaskScheduled", decision_task_attributes(execution))

    def deliver(self, delivery: Delivery) -> None:
        """Ask something of others, once the events of this turn are recorded."""
        self.deliveries.append(delivery)


def decision_task_attributes(execution: Execution) -> Attributes:
    """Return the attributes of the DecisionTaskScheduled that the execution would get now."""
    attributes: Attributes = {
        "taskList": {"name": execution.override or execution.task_list},
        "startToCloseTimeout": execution.task_start_to_close,
        "scheduleToStartTimeout": "NONE",
    }
    if execution.override is not None and execution.override_schedule_to_start is not None:
        attributes["scheduleToStartTimeout"] = execution.override_schedule_to_start
    if execution.task_priority is not None:
        attributes["taskPriority"] = execution.task_priority
    return attributes


def given(attributes: Wire, *members: str) -> Attributes:
    """Return those of the members that were told, `control` or `input` for example."""
    return {name: attributes[name] for name in members if attributes.get(name) is not None}


def after(at: int, seconds: Any) -> int | None:
    """Return the moment that many seconds later; None where the time-out is NONE or not told."""
    return None if seconds in (None, "", "NONE") else at + int(seconds) * 1000


def deadlines(**moments: int | None) -> dict[str, int]:
    """Return the deadlines that there are."""
    return {name: moment for name, moment in moments.items() if moment is not None}
