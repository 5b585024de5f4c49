"""Activity tasks: scheduled by decisions, done by workers, timed out by four clocks.

Source: ScheduleActivityTaskDecisionAttributes, RequestCancelActivityTaskDecisionAttributes,
PollForActivityTask, RespondActivityTaskCompleted, RespondActivityTaskFailed,
RespondActivityTaskCanceled, RecordActivityTaskHeartbeat, ActivityTaskTimedOutEventAttributes.
"""

from __future__ import annotations

from typing import Final, cast

from swf.engine.state import ACTIVITY_TASK, ActivityTask, Attributes, Event, Execution
from swf.engine.turn import CancelUnstarted, Turn, after, deadlines, folds, given
from swf.wire import TypeKey, Wire

HEARTBEAT: Final = "HEARTBEAT"
"""The deadline that each heartbeat puts off."""

_RESOLVED: Final = (
    # member, the type's default, and why it cannot be scheduled where neither is told; in the
    # order in which they are looked at
    ("taskList", "defaultTaskList", "DEFAULT_TASK_LIST_UNDEFINED"),
    (
        "scheduleToStartTimeout",
        "defaultTaskScheduleToStartTimeout",
        "DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED",
    ),
    (
        "scheduleToCloseTimeout",
        "defaultTaskScheduleToCloseTimeout",
        "DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED",
    ),
    (
        "startToCloseTimeout",
        "defaultTaskStartToCloseTimeout",
        "DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    ),
    (
        "heartbeatTimeout",
        "defaultTaskHeartbeatTimeout",
        "DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED",
    ),
)


def schedule(turn: Turn, decision: Attributes, decided: int) -> bool:
    """ScheduleActivityTask: record ActivityTaskScheduled, completed from the type's defaults.

    Where it cannot be scheduled, record ScheduleActivityTaskFailed and return False.
    """
    scheduled = given(decision, "activityType", "activityId", "control", "input", "taskPriority")
    scheduled["decisionTaskCompletedEventId"] = decided
    cause = _resolve(turn, decision, scheduled)
    if cause is not None:
        failed = {
            "activityType": decision["activityType"],
            "activityId": decision["activityId"],
            "cause": cause,
            "decisionTaskCompletedEventId": decided,
        }
        turn.record("ScheduleActivityTaskFailed", failed)
        return False
    turn.record("ActivityTaskScheduled", scheduled)
    return True


def _resolve(turn: Turn, decision: Attributes, scheduled: Attributes) -> str | None:
    """Complete what will be scheduled from the type's defaults, or return why it cannot be."""
    execution = turn.execution
    named = decision["activityType"]
    key = TypeKey(named["name"], named["version"])
    registered = turn.around.activity_type(execution.domain, key)
    if registered is None:
        return "ACTIVITY_TYPE_DOES_NOT_EXIST"
    if registered.deprecated:
        return "ACTIVITY_TYPE_DEPRECATED"
    if (ACTIVITY_TASK, decision["activityId"]) in execution.ids:
        return "ACTIVITY_ID_ALREADY_IN_USE"
    if execution.count(ACTIVITY_TASK) >= turn.around.limits.open_activity_tasks:
        return "OPEN_ACTIVITIES_LIMIT_EXCEEDED"
    defaults = registered.defaults
    for member, default, undefined in _RESOLVED:
        value = decision.get(member)
        if value is None:
            value = defaults.get(default)
        if value is None:
            return undefined
        scheduled[member] = value
    if "taskPriority" not in scheduled and "defaultTaskPriority" in defaults:
        scheduled["taskPriority"] = defaults["defaultTaskPriority"]
    return None


def request_cancel(turn: Turn, decision: Attributes, decided: int) -> bool:
    """RequestCancelActivityTask: record ActivityTaskCancelRequested.

    A task that was not started is canceled by a delivery. Where none is open by this id, record
    RequestCancelActivityTaskFailed and return False.
    """
    activity_id = decision["activityId"]
    task = cast("ActivityTask | None", turn.execution.named(ACTIVITY_TASK, activity_id))
    if task is None:
        failed = {
            "activityId": activity_id,
            "cause": "ACTIVITY_ID_UNKNOWN",
            "decisionTaskCompletedEventId": decided,
        }
        turn.record("RequestCancelActivityTaskFailed", failed)
        return False
    asked_before = task.cancel_requested_id
    requested = {"activityId": activity_id, "decisionTaskCompletedEventId": decided}
    turn.record("ActivityTaskCancelRequested", requested)
    # A second request in the same list finds the task still open: it is canceled once.
    if not task.started_id and not asked_before:
        turn.deliver(CancelUnstarted(task.event_id))
    return True


def cancel_unstarted(turn: Turn, task: ActivityTask) -> None:
    """Record that a task is canceled that no worker took; nothing where one has, or it is closed.

    A decision task follows.
    """
    if task.started_id or turn.execution.open.get(task.event_id) is not task:
        return
    cancel(turn, task, {})


def start(turn: Turn, task: ActivityTask, identity: str | None) -> Event:
    """PollForActivityTask: record that a worker holds the task, and return the event."""
    started: Attributes = {"scheduledEventId": task.event_id}
    if identity is not None:
        started["identity"] = identity
    return turn.record("ActivityTaskStarted", started)


def heartbeat(execution: Execution, task: ActivityTask, details: str | None, at: int) -> bool:
    """RecordActivityTaskHeartbeat: put its deadline off; tell whether a cancel was requested.

    The details are remembered for an ActivityTaskTimedOut; a heartbeat without any leaves those of
    the one before.
    """
    if details is not None:
        task.heartbeat_details = details
    due = after(at, task.heartbeat)
    if due is not None:
        task.deadlines[HEARTBEAT] = due
    execution.touch(task)
    return bool(task.cancel_requested_id)


def complete(turn: Turn, task: ActivityTask, request: Wire) -> None:
    """RespondActivityTaskCompleted: record the result; a decision task follows."""
    _answer(turn, "ActivityTaskCompleted", task, given(request, "result"))


def fail(turn: Turn, task: ActivityTask, request: Wire) -> None:
    """RespondActivityTaskFailed: record reason and details; a decision task follows."""
    _answer(turn, "ActivityTaskFailed", task, given(request, "reason", "details"))


def cancel(turn: Turn, task: ActivityTask, request: Wire) -> None:
    """RespondActivityTaskCanceled: record details and, if any, the latest request to cancel.

    A decision task follows.
    """
    told = given(request, "details")
    if task.cancel_requested_id:
        told["latestCancelRequestedEventId"] = task.cancel_requested_id
    _answer(turn, "ActivityTaskCanceled", task, told)


def time_out(turn: Turn, task: ActivityTask, timeout_type: str) -> None:
    """Record that a clock of the task ran out, with the details of its last heartbeat.

    A decision task follows.
    """
    told: Attributes = {"timeoutType": timeout_type}
    if task.heartbeat_details is not None:
        told["details"] = task.heartbeat_details
    _answer(turn, "ActivityTaskTimedOut", task, told)


def _answer(turn: Turn, event_type: str, task: ActivityTask, told: Attributes) -> None:
    told["scheduledEventId"] = task.event_id
    told["startedEventId"] = task.started_id
    turn.record(event_type, told)
    turn.need_decision()


@folds("ActivityTaskScheduled")
def _scheduled(execution: Execution, event: Event) -> None:
    told, at = event.attributes, event.at
    task = ActivityTask(
        event_id=event.id,
        name=told["activityId"],
        task_list=told["taskList"]["name"],
        priority=int(told.get("taskPriority", 0)),
        waiting=True,
        start_to_close=told.get("startToCloseTimeout", "NONE"),
        heartbeat=told.get("heartbeatTimeout", "NONE"),
        deadlines=deadlines(
            SCHEDULE_TO_START=after(at, told.get("scheduleToStartTimeout")),
            SCHEDULE_TO_CLOSE=after(at, told.get("scheduleToCloseTimeout")),
        ),
    )
    execution.add(task)
    execution.latest_activity_at = at


@folds("ActivityTaskStarted")
def _started(execution: Execution, event: Event) -> None:
    task = cast("ActivityTask", execution.open[event.attributes["scheduledEventId"]])
    task.started_id = event.id
    task.waiting = False
    moments = deadlines(
        SCHEDULE_TO_CLOSE=task.deadlines.get("SCHEDULE_TO_CLOSE"),
        START_TO_CLOSE=after(event.at, task.start_to_close),
        HEARTBEAT=after(event.at, task.heartbeat),
    )
    task.deadlines = moments
    execution.touch(task)
    execution.latest_activity_at = event.at


@folds("ActivityTaskCancelRequested")
def _cancel_requested(execution: Execution, event: Event) -> None:
    event_id = execution.ids[ACTIVITY_TASK, event.attributes["activityId"]]
    task = cast("ActivityTask", execution.open[event_id])
    task.cancel_requested_id = event.id
    execution.touch(task)
    execution.latest_activity_at = event.at


@folds("ActivityTaskCompleted")
@folds("ActivityTaskFailed")
@folds("ActivityTaskTimedOut")
@folds("ActivityTaskCanceled")
def _closed(execution: Execution, event: Event) -> None:
    execution.remove(event.attributes["scheduledEventId"])
    execution.latest_activity_at = event.at


@folds("ScheduleActivityTaskFailed")
@folds("RequestCancelActivityTaskFailed")
def _refused(_execution: Execution, _event: Event) -> None:
    """Change nothing: a refused decision leaves no trace but its event."""
