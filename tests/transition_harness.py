"""One execution moved by pure transitions, and the little world around it.

Whatever a `Run` records is checked: each event's attributes are those that SWF's API allows, and
the history folded anew gives the execution that recorded it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import attrs

from swf.engine.state import ActivityTask, DecisionTask, Entity, Event, Execution
from swf.engine.transitions import decision_task, rebuilt, workflow_execution
from swf.engine.turn import Delivery, Limits, RegisteredType, Turn
from swf.validation import attributes_member, violations
from swf.wire import TypeKey

Wire = dict[str, Any]
Told = tuple[str, Wire]

START = 1_577_836_800_000
"""The moment at which runs begin, in milliseconds: 2020-01-01T00:00:00Z."""
YEAR = 31_536_000

ORDER = {"name": "order", "version": "1"}
"""A workflow type with a default for everything."""
PACK = {"name": "pack", "version": "1"}
"""An activity type with a default for everything."""
BARE = {"name": "bare", "version": "1"}
"""A workflow type and an activity type without defaults."""
GONE = {"name": "gone", "version": "1"}
"""A deprecated workflow type and a deprecated activity type."""
UNKNOWN = {"name": "unknown", "version": "1"}

DECIDERS = {"name": "deciders"}
WORKERS = {"name": "workers"}
OTHERS = {"name": "others"}
ROLE = "arn:aws:iam::123456789012:role/caller"

ORDER_DEFAULTS: Wire = {
    "defaultExecutionStartToCloseTimeout": "3600",
    "defaultTaskList": DECIDERS,
    "defaultTaskStartToCloseTimeout": "60",
    "defaultChildPolicy": "TERMINATE",
    "defaultTaskPriority": "3",
    "defaultLambdaRole": ROLE,
}
ORDER_VALUES: Wire = {
    "executionStartToCloseTimeout": "3600",
    "taskList": DECIDERS,
    "taskStartToCloseTimeout": "60",
    "childPolicy": "TERMINATE",
    "taskPriority": "3",
    "lambdaRole": ROLE,
}
PACK_DEFAULTS: Wire = {
    "defaultTaskList": WORKERS,
    "defaultTaskScheduleToStartTimeout": "100",
    "defaultTaskScheduleToCloseTimeout": "300",
    "defaultTaskStartToCloseTimeout": "200",
    "defaultTaskHeartbeatTimeout": "50",
    "defaultTaskPriority": "7",
}
PACK_VALUES: Wire = {
    "taskList": WORKERS,
    "scheduleToStartTimeout": "100",
    "scheduleToCloseTimeout": "300",
    "startToCloseTimeout": "200",
    "heartbeatTimeout": "50",
    "taskPriority": "7",
}
STARTED: Wire = {
    "workflowType": ORDER,
    "executionStartToCloseTimeout": "3600",
    "taskList": DECIDERS,
    "taskStartToCloseTimeout": "60",
    "childPolicy": "TERMINATE",
    "parentInitiatedEventId": 0,
}
"""The attributes of a run's WorkflowExecutionStarted, where a test does not tell others."""
CHILD_OF: Wire = {
    "parentWorkflowExecution": {"workflowId": "parent", "runId": "p1"},
    "parentInitiatedEventId": 7,
}
"""What makes it the one of a child."""
DECISION_NEEDED: Told = (
    "DecisionTaskScheduled",
    {"taskList": DECIDERS, "startToCloseTimeout": "60", "scheduleToStartTimeout": "NONE"},
)


def decision(decision_type: str, **attributes: Any) -> Wire:
    """Return a decision in the wire's words."""
    return {"decisionType": decision_type, attributes_member(decision_type): attributes}


def schedule(activity_id: str, **attributes: Any) -> Wire:
    """Return the decision to schedule an activity task, by default one of the full type."""
    told = {"activityType": PACK, "activityId": activity_id, **attributes}
    return decision("ScheduleActivityTask", **told)


def child(workflow_id: str, **attributes: Any) -> Wire:
    """Return the decision to start a child, by default one of the full type."""
    told = {"workflowType": ORDER, "workflowId": workflow_id, **attributes}
    return decision("StartChildWorkflowExecution", **told)


def timer(timer_id: str, seconds: int = 30, **attributes: Any) -> Wire:
    """Return the decision to start a timer."""
    told = {"timerId": timer_id, "startToFireTimeout": str(seconds), **attributes}
    return decision("StartTimer", **told)


def function(id: str, **attributes: Any) -> Wire:
    """Return the decision to schedule a Lambda task, by default of the function that there is."""
    return decision("ScheduleLambdaFunction", **{"id": id, "name": "add", **attributes})


def _types(defaults: Wire, key: Wire) -> dict[TypeKey, RegisteredType]:
    full, bare, gone = TypeKey(**key), TypeKey(**BARE), TypeKey(**GONE)
    return {
        full: RegisteredType(full, deprecated=False, defaults=defaults),
        bare: RegisteredType(bare, deprecated=False, defaults={}),
        gone: RegisteredType(gone, deprecated=True, defaults=defaults),
    }


@attrs.define
class World:
    """What lies outside an execution: types, quotas, functions."""

    limits: Limits = attrs.field(factory=Limits)
    open: int = 0
    workflow_types: dict[TypeKey, RegisteredType] = attrs.field(
        factory=lambda: _types(ORDER_DEFAULTS, ORDER)
    )
    activity_types: dict[TypeKey, RegisteredType] = attrs.field(
        factory=lambda: _types(PACK_DEFAULTS, PACK)
    )

    def workflow_type(self, domain: str, key: TypeKey) -> RegisteredType | None:
        return self.workflow_types.get(key) if domain == "shop" else None

    def activity_type(self, domain: str, key: TypeKey) -> RegisteredType | None:
        return self.activity_types.get(key) if domain == "shop" else None

    def open_executions(self, domain: str) -> int:
        return self.open

    def has_function(self, name: str) -> bool:
        return name == "add"


class Run:
    """An execution that has begun; `at` is the present moment in milliseconds.

    `recorded` is what the latest step recorded, `deliveries` what it asks of others.
    """

    def __init__(self, world: World | None = None, **started: Any) -> None:
        self.world = world or World()
        self.at = START
        self.history: list[Event] = []
        self.recorded: list[Told] = []
        self.deliveries: list[Delivery] = []
        self.run_ids: Iterator[str] = (f"next-{number}" for number in count(1))
        attributes = {**STARTED, **started}
        self.execution: Execution = workflow_execution.new(
            1, "shop", "order-1", "r1", attributes, self.at
        )
        self.act(workflow_execution.start, attributes)

    def act(self, transition: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Let a transition act now and return what it returns, whatever it raises half-way."""
        turn = Turn(self.execution, self.at, self.world)
        self.deliveries = turn.deliveries
        try:
            return transition(turn, *args, **kwargs)
        finally:
            self._take()

    def _take(self) -> None:
        events, self.execution.unsaved = self.execution.unsaved, []
        for event in events:
            found = list(violations(f"{event.type}EventAttributes", event.attributes))
            assert not found, (event, found)
        self.history += events
        self.recorded = [(event.type, event.attributes) for event in events]
        assert self.rebuilt() == self.execution

    def rebuilt(self) -> Execution:
        """Return the execution that the history alone tells of."""
        return rebuilt(1, "shop", "order-1", "r1", self.history)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.at += round(seconds * 1000)

    # Decision tasks

    def scheduled(self) -> DecisionTask:
        """Return the decision task that is scheduled and not started."""
        return self._task(DecisionTask, self.execution.decision_scheduled_id)

    def started(self) -> DecisionTask:
        """Return the decision task that is started."""
        return self._task(DecisionTask, self.execution.decision_started_id)

    def take(self) -> DecisionTask:
        """Have a decider take the decision task, and return that."""
        task = self.scheduled()
        self.act(decision_task.start, task, "decider")
        return task

    def answer(self, *decisions: Wire, **response: Any) -> list[Told]:
        """Answer the started decision task; return what follows the DecisionTaskCompleted."""
        request = {**response, "decisions": list(decisions)}
        self.act(decision_task.complete, self.started(), request, lambda: next(self.run_ids))
        return self.recorded[1:]

    def decide(self, *decisions: Wire, **response: Any) -> list[Told]:
        """Have a decision task taken and answered; return what follows its completion."""
        if not self.execution.decision_started_id:
            if not self.execution.decision_scheduled_id:
                self.act(Turn.need_decision)
            self.take()
        return self.answer(*decisions, **response)

    @property
    def decided(self) -> int:
        """The id of the latest DecisionTaskCompleted."""
        return next(one.id for one in reversed(self.history) if one.type == "DecisionTaskCompleted")

    # Others

    def activity(self, activity_id: str) -> ActivityTask:
        """Return an open activity task."""
        return self._task(ActivityTask, self.execution.ids["activity_task", activity_id])

    def opened(self, kind: str) -> Any:
        """Return the latest that was opened of this kind and is open."""
        return [one for one in self.execution.open.values() if one.kind == kind][-1]

    def _task(self, kind: type[Any], event_id: int) -> Any:
        task: Entity = self.execution.open[event_id]
        assert isinstance(task, kind)
        return task
