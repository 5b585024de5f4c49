"""Decision tasks: scheduled by what happens, answered by deciders with a list of decisions.

Source: PollForDecisionTask, RespondDecisionTaskCompleted, DecisionTaskTimedOutEventAttributes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from swf.engine.state import Attributes, DecisionTask, Event, Execution
from swf.engine.transitions.decisions import carry_out
from swf.engine.turn import Turn, after, deadlines, folds, given
from swf.wire import Wire


def start(turn: Turn, task: DecisionTask, identity: str | None) -> Event:
    """PollForDecisionTask: record that a decider holds the task, and return the event."""
    started: Attributes = {"scheduledEventId": task.event_id}
    if identity is not None:
        started["identity"] = identity
    return turn.record("DecisionTaskStarted", started)


def complete(turn: Turn, task: DecisionTask, request: Wire, new_run_id: Callable[[], str]) -> None:
    """RespondDecisionTaskCompleted: record the answer and, in order, what the decisions come to.

    A decision task follows where one of them was refused; one that was scheduled meanwhile may be
    handed out. What the decisions ask of others, and what follows later, is left as deliveries.
    """
    completed = given(request, "executionContext", "taskList", "taskListScheduleToStartTimeout")
    completed["scheduledEventId"] = task.event_id
    completed["startedEventId"] = task.started_id
    decided = turn.record("DecisionTaskCompleted", completed).id
    refused = False
    for decision in request.get("decisions") or ():
        if not carry_out(turn, decision, decided, new_run_id):
            refused = True
    if refused:
        turn.need_decision()


def time_out(turn: Turn, task: DecisionTask, timeout_type: str) -> None:
    """Record that a clock of the task ran out, and schedule the next one.

    That is on the execution's own task list again, where this one was on a list that a decider
    asked for with a time-out.
    """
    timed_out = {
        "timeoutType": timeout_type,
        "scheduledEventId": task.event_id,
        "startedEventId": task.started_id,
    }
    turn.record("DecisionTaskTimedOut", timed_out)
    turn.need_decision()


@folds("DecisionTaskScheduled")
def _scheduled(execution: Execution, event: Event) -> None:
    told = event.attributes
    task = DecisionTask(
        event_id=event.id,
        task_list=told["taskList"]["name"],
        priority=int(told.get("taskPriority", 0)),
        waiting=not execution.decision_started_id,
        start_to_close=told.get("startToCloseTimeout", "NONE"),
        overridden=execution.override_schedule_to_start is not None,
        deadlines=deadlines(SCHEDULE_TO_START=after(event.at, told.get("scheduleToStartTimeout"))),
    )
    execution.add(task)
    execution.decision_scheduled_id = event.id


@folds("DecisionTaskStarted")
def _started(execution: Execution, event: Event) -> None:
    scheduled_id = event.attributes["scheduledEventId"]
    task = cast("DecisionTask", execution.open[scheduled_id])
    task.started_id = event.id
    task.waiting = False
    task.deadlines = deadlines(START_TO_CLOSE=after(event.at, task.start_to_close))
    execution.touch(task)
    execution.decision_scheduled_id = 0
    execution.decision_started_id = scheduled_id
    execution.previous_started_id = execution.last_started_id
    execution.last_started_id = event.id


@folds("DecisionTaskCompleted")
def _completed(execution: Execution, event: Event) -> None:
    told = event.attributes
    execution.remove(told["scheduledEventId"])
    execution.decision_started_id = 0
    execution.answered_started_id = told["startedEventId"]
    execution.execution_context = told.get("executionContext", execution.execution_context)
    if "taskList" in told:
        execution.override = told["taskList"]["name"]
        execution.override_schedule_to_start = told.get("taskListScheduleToStartTimeout")
    _free_the_next(execution)


@folds("DecisionTaskTimedOut")
def _timed_out(execution: Execution, event: Event) -> None:
    scheduled_id = event.attributes["scheduledEventId"]
    task = cast("DecisionTask", execution.remove(scheduled_id))
    temporary = task.overridden and execution.override_schedule_to_start is not None
    # Another list that was asked for since then has not failed.
    if temporary and execution.override == task.task_list:
        execution.override = execution.override_schedule_to_start = None
    if scheduled_id == execution.decision_started_id:
        execution.decision_started_id = 0
        _free_the_next(execution)
    else:
        execution.decision_scheduled_id = 0


def _free_the_next(execution: Execution) -> None:
    """Let the scheduled task be handed out, now that none is started."""
    if execution.decision_scheduled_id:
        task = execution.open[execution.decision_scheduled_id]
        task.waiting = True
        execution.touch(task)
