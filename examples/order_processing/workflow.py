"""What is done to an order, step by step: the plan, its types, and the decider that follows it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from swf.actors import Decider, DecisionTask
from swf.models import ActivityType, CompiledHistory, Domain, WorkflowType
from swf.models.decision import (
    CompleteWorkflowExecution,
    Decision,
    FailWorkflowExecution,
    ScheduleActivityTask,
    StartTimer,
)

DECISIONS: Final = "order-decisions"
"""The task list of the decider."""

WORK: Final = "order-work"
"""The task list of the worker."""

HOUR: Final = 3_600
DAY: Final = 24 * HOUR
"""In seconds. Time-outs are for what nobody knows to be dead; a crash of this program is known."""

ATTEMPTS: Final = 3
"""How often an activity may fail."""

FINAL_FAILURES: Final = ("CardDeclined",)
"""Reasons that trying again does not help."""


@attrs.frozen
class Activity:
    """A step of the plan that a worker does."""

    name: str


@attrs.frozen
class Pause:
    """A step of the plan that is to let time pass."""

    name: str
    seconds: int


PLAN: Final[tuple[Activity | Pause, ...]] = (
    Activity("reserve_stock"),
    Activity("charge_card"),
    Pause("cancellation_window", 2),
    Activity("ship_parcel"),
    Activity("send_receipt"),
)
"""What is done to an order, one step after the other."""


def workflow_type(domain: Domain) -> WorkflowType:
    """Return the type of all orders' executions."""
    return WorkflowType(
        domain,
        "process_order",
        "1",
        description="Takes an order from the shop to the customer",
        task_list=DECISIONS,
        child_policy="TERMINATE",
        execution_start_to_close_timeout=30 * DAY,
        task_start_to_close_timeout=HOUR,
    )


def activity_types(domain: Domain) -> list[ActivityType]:
    """Return the type of each activity of the plan."""
    return [
        ActivityType(
            domain,
            step.name,
            "1",
            task_list=WORK,
            task_heartbeat_timeout=HOUR,
            task_schedule_to_start_timeout="NONE",
            task_schedule_to_close_timeout="NONE",
            task_start_to_close_timeout=HOUR,
        )
        for step in PLAN
        if isinstance(step, Activity)
    ]


def next_decisions(history: CompiledHistory) -> list[Decision]:
    """Return what to do next with the order of this history; nothing while something is under way.

    It looks at where things are, not at what has just happened: asked twice, it says the same.
    """
    order = json.loads(history.execution.input or "{}")
    for step in PLAN:
        if isinstance(step, Pause):
            pending = _pause(history, step.name, step.seconds)
        else:
            pending = _activity(history, step.name, order)
        if pending is not None:
            return pending
    return [CompleteWorkflowExecution(result={"order": order["id"], "shipped": True})]


def _pause(history: CompiledHistory, name: str, seconds: int) -> list[Decision] | None:
    """Return what to do for a pause; None once it is over."""
    timer = history.timers.get(name)
    if timer is None:
        return [StartTimer(name, seconds)]
    return [] if timer.is_open else None


def _activity(
    history: CompiledHistory, name: str, order: Mapping[str, Any]
) -> list[Decision] | None:
    """Return what to do for an activity; None once it is done."""
    tries = [
        task
        for task in history.activities
        if task.activity_type is not None and task.activity_type.name == name
    ]
    failures = [task for task in tries if task.state not in ("completed", "timed_out")]
    if tries and tries[-1].is_open:
        return []
    if tries and tries[-1].state == "completed":
        return None
    if tries and tries[-1].state != "timed_out":
        reason = tries[-1].reason or tries[-1].cause or str(tries[-1].state)
        if len(failures) == ATTEMPTS or reason.startswith(FINAL_FAILURES):
            return [FailWorkflowExecution(reason=f"{name}: {reason}"[:256])]
        # Wait before the next try, and longer each time.
        waiting = _pause(history, f"{name}-backoff-{len(failures)}", 2 ** (len(failures) - 1))
        if waiting is not None:
            return waiting
    # What timed out was in the hands of a worker that died: another does it, at once.
    given = {"order": order, "attempt": len(failures) + 1}
    return [ScheduleActivityTask((name, "1"), f"{name}-{len(tries) + 1}", input=given)]


class OrderDecider(Decider):
    """Decides for each order what comes next, and tells what it saw and decided."""

    def __init__(
        self, domain: Domain, tell: Callable[[DecisionTask, list[Decision]], None]
    ) -> None:
        super().__init__(domain, DECISIONS)
        self.tell = tell

    def decide(self, task: DecisionTask) -> list[Decision]:
        """Return the next step of the order."""
        decisions = next_decisions(task.history.compiled)
        self.tell(task, decisions)
        return decisions
