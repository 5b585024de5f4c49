"""An execution made again from its history alone, and histories that no execution can have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from swf.engine.state import (
    ACTIVITY_TASK,
    CHILD,
    DECISION_TASK,
    LAMBDA_FUNCTION,
    TIMER,
    Entity,
    Event,
    Execution,
)
from swf.engine.transitions.workflow_execution import new
from swf.engine.turn import FOLDS
from swf.exceptions import InconsistentHistoryError

_BEGINNING: Final = "WorkflowExecutionStarted"

_OPENS: Final = {
    "ActivityTaskScheduled": (ACTIVITY_TASK, "activityId"),
    "LambdaFunctionScheduled": (LAMBDA_FUNCTION, "id"),
    "TimerStarted": (TIMER, "timerId"),
}
"""What an event opens, and the member that names it: no two open ones have one name."""

_REFERS: Final = {
    **dict.fromkeys(
        ("DecisionTaskStarted", "DecisionTaskCompleted", "DecisionTaskTimedOut"),
        ("scheduledEventId", DECISION_TASK),
    ),
    **dict.fromkeys(
        (
            "ActivityTaskStarted",
            "ActivityTaskCompleted",
            "ActivityTaskFailed",
            "ActivityTaskTimedOut",
            "ActivityTaskCanceled",
        ),
        ("scheduledEventId", ACTIVITY_TASK),
    ),
    **dict.fromkeys(
        (
            "LambdaFunctionStarted",
            "LambdaFunctionCompleted",
            "LambdaFunctionFailed",
            "LambdaFunctionTimedOut",
            "StartLambdaFunctionFailed",
        ),
        ("scheduledEventId", LAMBDA_FUNCTION),
    ),
    **dict.fromkeys(("TimerFired", "TimerCanceled"), ("startedEventId", TIMER)),
    **dict.fromkeys(
        (
            "ChildWorkflowExecutionStarted",
            "ChildWorkflowExecutionCompleted",
            "ChildWorkflowExecutionFailed",
            "ChildWorkflowExecutionTimedOut",
            "ChildWorkflowExecutionCanceled",
            "ChildWorkflowExecutionTerminated",
        ),
        ("initiatedEventId", CHILD),
    ),
}
"""The member by which an event refers to what is open, and of what kind that is."""

_STARTS: Final = frozenset(
    {
        "ActivityTaskStarted",
        "ChildWorkflowExecutionStarted",
        "DecisionTaskStarted",
        "LambdaFunctionStarted",
    }
)
"""The events that happen to an entity once; others of its events tell which one it was."""


def rebuilt(
    run: int, domain: str, workflow_id: str, run_id: str, events: Iterable[Event]
) -> Execution:
    """Return the execution that a whole history tells of, as the engine would have it.

    Raises InconsistentHistoryError where there is no event, or none could be recorded like that.
    """
    told = list(events)
    if not told or told[0].type != _BEGINNING:
        raise InconsistentHistoryError(
            f"the history of {workflow_id!r} does not begin with a {_BEGINNING}"
        )
    first = told[0]
    try:
        execution = new(run, domain, workflow_id, run_id, first.attributes, first.at)
    except (KeyError, TypeError, ValueError) as error:
        raise _inconsistent(first, f"it lacks or misspells {error}") from error
    return fold(execution, told)


def fold(execution: Execution, events: Iterable[Event]) -> Execution:
    """Return the execution brought up to date with events that follow those it knows.

    Raises InconsistentHistoryError, naming the event, at one that contradicts those before it:
    the execution is then of no more use.
    """
    for event in events:
        contradiction = _contradiction(execution, event)
        if contradiction is not None:
            raise _inconsistent(event, contradiction)
        execution.last_event_id = event.id
        execution.last_event_at = event.at
        try:
            FOLDS[event.type](execution, event)
        except (KeyError, TypeError, ValueError) as error:
            raise _inconsistent(event, f"it lacks or misspells {error}") from error
    return execution


def _inconsistent(event: Event, contradiction: str) -> InconsistentHistoryError:
    return InconsistentHistoryError(f"event {event.id}, {event.type}: {contradiction}")


def _contradiction(execution: Execution, event: Event) -> str | None:
    """Return what speaks against an event as the next one; None where nothing does."""
    if event.type not in FOLDS:
        return "there is no such type of event"
    if event.id != execution.last_event_id + 1:
        return f"it follows event {execution.last_event_id}"
    if (event.type == _BEGINNING) != (event.id == 1):
        return f"a history begins with its {_BEGINNING}, and has no other"
    if not execution.is_open:
        return f"the execution is closed as {execution.close_status}"
    if event.at < execution.last_event_at:
        return "it is older than the event before it"
    return _of_decision_tasks(execution, event) or _of_others(execution, event)


def _of_decision_tasks(execution: Execution, event: Event) -> str | None:
    if event.type == "DecisionTaskScheduled" and execution.decision_scheduled_id:
        return f"event {execution.decision_scheduled_id} has scheduled a decision task already"
    if event.type == "DecisionTaskStarted" and execution.decision_started_id:
        return f"the decision task of event {execution.decision_started_id} is started already"
    return None


def _of_others(execution: Execution, event: Event) -> str | None:
    kind, member = _OPENS.get(event.type, ("", ""))
    if kind and (kind, event.attributes.get(member)) in execution.ids:
        return f"{member} {event.attributes[member]!r} is open already"
    if event.type == "ActivityTaskCancelRequested":
        activity_id = event.attributes.get("activityId", "")
        known = execution.named(ACTIVITY_TASK, activity_id)
        return None if known else f"no activity task {activity_id!r} is open"
    member, kind = _REFERS.get(event.type, ("", ""))
    if event.type == "StartChildWorkflowExecutionFailed" and event.attributes["initiatedEventId"]:
        member, kind = "initiatedEventId", CHILD
    return _of_reference(execution, event, member, kind) if kind else None


def _of_reference(execution: Execution, event: Event, member: str, kind: str) -> str | None:
    opened_id = event.attributes.get(member)
    entity = execution.open.get(opened_id) if isinstance(opened_id, int) else None
    if entity is None or entity.kind != kind:
        return f"its {member} is {opened_id!r}, by which no {kind} is open"
    return _of_start(entity, event, member)


def _of_start(entity: Entity, event: Event, member: str) -> str | None:
    """Return what speaks against the event's part in the entity's course."""
    if event.type in _STARTS:
        return f"it was started by event {entity.started_id}" if entity.started_id else None
    if member != "startedEventId" and "startedEventId" in event.attributes:
        started_id = event.attributes["startedEventId"]
        if started_id != entity.started_id:
            return f"its startedEventId is {started_id!r}, not {entity.started_id}"
    return None
