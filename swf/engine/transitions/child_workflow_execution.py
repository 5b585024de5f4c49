"""Children: started by decisions, and what the parent hears of their ends.

Source: StartChildWorkflowExecutionDecisionAttributes and the ChildWorkflowExecution events.
"""

from __future__ import annotations

from typing import cast

from swf.engine.state import CHILD, Attributes, Child, Event, Execution, Link
from swf.engine.transitions.workflow_execution import UNDEFINED_CAUSES, resolved
from swf.engine.turn import StartChild, Turn, folds, given
from swf.wire import TypeKey, Wire


def start(turn: Turn, decision: Attributes, decided: int) -> bool:
    """StartChildWorkflowExecution: record its Initiated event, completed from the type's defaults.

    The child is started by a delivery. Where it cannot be, record
    StartChildWorkflowExecutionFailed, which names no initiated event, and return False.
    """
    told, cause = _resolve(turn, decision)
    if cause is not None:
        _fail(turn, 0, {**decision, "decisionTaskCompletedEventId": decided}, cause)
        return False
    initiated = {
        **given(decision, "workflowType", "workflowId", "control", "input", "tagList"),
        **told,
        "decisionTaskCompletedEventId": decided,
    }
    event = turn.record("StartChildWorkflowExecutionInitiated", initiated)
    turn.deliver(StartChild(event.id, initiated))
    return True


def _resolve(turn: Turn, decision: Attributes) -> tuple[Attributes, str | None]:
    """Return what the child is started with, or why it cannot be."""
    execution, around = turn.execution, turn.around
    named = decision["workflowType"]
    registered = around.workflow_type(execution.domain, TypeKey(named["name"], named["version"]))
    if registered is None:
        return {}, "WORKFLOW_TYPE_DOES_NOT_EXIST"
    if registered.deprecated:
        return {}, "WORKFLOW_TYPE_DEPRECATED"
    limits = around.limits
    if execution.count(CHILD) >= limits.open_children:
        return {}, "OPEN_CHILDREN_LIMIT_EXCEEDED"
    most = limits.open_executions
    if most is not None and around.open_executions(execution.domain) + _asked(turn) >= most:
        return {}, "OPEN_WORKFLOWS_LIMIT_EXCEEDED"
    told, undefined = resolved(decision, registered.defaults)
    return told, UNDEFINED_CAUSES[undefined[0]] if undefined else None


def _asked(turn: Turn) -> int:
    """Return how many children the decisions before this one have asked for."""
    return sum(isinstance(delivery, StartChild) for delivery in turn.deliveries)


def started(turn: Turn, initiated_id: int, run_id: str) -> None:
    """Record that the child runs; nothing where the parent is closed. A decision task follows."""
    child = _open(turn.execution, initiated_id)
    if child is None:
        return
    told = {
        "workflowExecution": {"workflowId": child.name, "runId": run_id},
        "workflowType": child.workflow_type._asdict(),
        "initiatedEventId": initiated_id,
    }
    turn.record("ChildWorkflowExecutionStarted", told)
    turn.need_decision()


def start_failed(turn: Turn, initiated_id: int, attributes: Wire, cause: str) -> None:
    """Record that the child could not be started; nothing where the parent is closed.

    `attributes` are those of the StartChildWorkflowExecutionInitiated. A decision task follows.
    """
    if _open(turn.execution, initiated_id) is None:
        return
    _fail(turn, initiated_id, attributes, cause)
    turn.need_decision()


def closed(
    turn: Turn, initiated_id: int, child: Link, outcome: str, attributes: Attributes
) -> None:
    """Record how the child ended; nothing where it is not open here, or the parent is closed.

    `outcome` is Completed, Failed, Canceled, TimedOut or Terminated, `attributes` what the event
    adds of it. A decision task follows.
    """
    known = _open(turn.execution, initiated_id)
    if known is None:
        return
    told = {
        **attributes,
        "workflowExecution": child.wire(),
        "workflowType": known.workflow_type._asdict(),
        "initiatedEventId": initiated_id,
        "startedEventId": known.started_id,
    }
    turn.record(f"ChildWorkflowExecution{outcome}", told)
    turn.need_decision()


def _open(execution: Execution, initiated_id: int) -> Child | None:
    return cast("Child | None", execution.open.get(initiated_id))


def _fail(turn: Turn, initiated_id: int, attributes: Wire, cause: str) -> None:
    told = given(
        attributes, "workflowType", "workflowId", "control", "decisionTaskCompletedEventId"
    )
    told["cause"] = cause
    told["initiatedEventId"] = initiated_id
    turn.record("StartChildWorkflowExecutionFailed", told)


@folds("StartChildWorkflowExecutionInitiated")
def _initiated(execution: Execution, event: Event) -> None:
    named = event.attributes["workflowType"]
    execution.add(
        Child(
            event_id=event.id,
            name=event.attributes["workflowId"],
            workflow_type=TypeKey(named["name"], named["version"]),
        )
    )


@folds("StartChildWorkflowExecutionFailed")
def _start_failed(execution: Execution, event: Event) -> None:
    if event.attributes["initiatedEventId"]:
        execution.remove(event.attributes["initiatedEventId"])


@folds("ChildWorkflowExecutionStarted")
def _started(execution: Execution, event: Event) -> None:
    child = cast("Child", execution.open[event.attributes["initiatedEventId"]])
    child.started_id = event.id
    child.run_id = event.attributes["workflowExecution"]["runId"]
    execution.touch(child)


@folds("ChildWorkflowExecutionCompleted")
@folds("ChildWorkflowExecutionFailed")
@folds("ChildWorkflowExecutionTimedOut")
@folds("ChildWorkflowExecutionCanceled")
@folds("ChildWorkflowExecutionTerminated")
def _closed(execution: Execution, event: Event) -> None:
    execution.remove(event.attributes["initiatedEventId"])
