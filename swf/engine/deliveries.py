"""What one execution asks of others, carried out in the transaction that recorded the asking."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from swf.engine.state import ActivityTask, Attributes, Execution, LambdaFunction, Parent
from swf.engine.transitions import (
    activity_task,
    child_workflow_execution,
    external_workflow_execution,
    lambda_function,
    workflow_execution,
)
from swf.engine.turn import (
    ApplyPolicy,
    CancelExternal,
    CancelUnstarted,
    ContinueAsNew,
    Delivery,
    SignalExternal,
    StartChild,
    StartFunction,
    TellParent,
    given,
)

if TYPE_CHECKING:
    from swf.engine.unit import Unit

UNKNOWN: Final = "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"
NO_ROLE: Final = "the execution was started without a lambdaRole"

_OF_THE_RUN: Final = (
    "childPolicy",
    "executionStartToCloseTimeout",
    "input",
    "lambdaRole",
    "tagList",
    "taskList",
    "taskPriority",
    "taskStartToCloseTimeout",
    "workflowType",
)
"""What a WorkflowExecutionStarted has in common with the events that ask for it."""


def carry_out(unit: Unit, source: Execution, delivery: Delivery) -> None:
    """Do what an execution asked for; where that is not possible, tell it so."""
    _HANDLERS[type(delivery)](unit, source, delivery)


def _start_child(unit: Unit, source: Execution, asked: StartChild) -> None:
    attributes = asked.attributes
    workflow_id = attributes["workflowId"]
    if unit.open_execution(source.domain, workflow_id) is not None:
        _tell(
            unit,
            source,
            child_workflow_execution.start_failed,
            asked.initiated_id,
            attributes,
            "WORKFLOW_ALREADY_RUNNING",
        )
        return
    parent = Parent(*source.link, asked.initiated_id)
    started = _started(attributes, parent=parent)
    child = unit.start(source.domain, workflow_id, started)
    _tell(unit, source, child_workflow_execution.started, asked.initiated_id, child.run_id)


def _signal(unit: Unit, source: Execution, asked: SignalExternal) -> None:
    attributes, initiated_id = asked.attributes, asked.initiated_id
    target = unit.open_execution(source.domain, attributes["workflowId"], attributes.get("runId"))
    told = external_workflow_execution
    if target is None:
        _tell(unit, source, told.signal_failed, initiated_id, attributes, UNKNOWN)
        return
    unit.act(
        target,
        workflow_execution.signal,
        attributes["signalName"],
        attributes.get("input"),
        source.link,
        initiated_id,
    )
    _tell(unit, source, told.signaled, initiated_id, target.link)


def _cancel(unit: Unit, source: Execution, asked: CancelExternal) -> None:
    attributes, initiated_id = asked.attributes, asked.initiated_id
    target = unit.open_execution(source.domain, attributes["workflowId"], attributes.get("runId"))
    told = external_workflow_execution
    if target is None:
        _tell(unit, source, told.cancel_failed, initiated_id, attributes, UNKNOWN)
        return
    unit.act(target, workflow_execution.request_cancel, source.link, initiated_id)
    _tell(unit, source, told.cancel_requested, initiated_id, target.link)


def _cancel_unstarted(unit: Unit, source: Execution, asked: CancelUnstarted) -> None:
    task = source.open.get(asked.scheduled_id)
    if isinstance(task, ActivityTask) and not task.started_id:
        _tell(unit, source, activity_task.cancel_unstarted, task)


def _continue(unit: Unit, source: Execution, asked: ContinueAsNew) -> None:
    started = _started(asked.attributes, parent=source.parent, continued_run_id=source.run_id)
    unit.start(source.domain, source.workflow_id, started, asked.new_run_id)


def _started(
    asked: Attributes, *, parent: Parent | None, continued_run_id: str | None = None
) -> Attributes:
    """Return the attributes of the WorkflowExecutionStarted that another execution asks for."""
    started = given(asked, *_OF_THE_RUN)
    started["parentInitiatedEventId"] = 0 if parent is None else parent.initiated_id
    if parent is not None:
        started["parentWorkflowExecution"] = parent.link.wire()
    if continued_run_id is not None:
        started["continuedExecutionRunId"] = continued_run_id
    return started


def _tell_parent(unit: Unit, source: Execution, asked: TellParent) -> None:
    parent = unit.run_of_parent(source.domain, asked.parent)
    if parent is not None:
        unit.act(
            parent,
            child_workflow_execution.closed,
            asked.parent.initiated_id,
            source.link,
            asked.outcome,
            asked.attributes,
        )


def _apply_policy(unit: Unit, source: Execution, asked: ApplyPolicy) -> None:
    child = unit.open_execution(source.domain, asked.child.workflow_id)
    if child is None or child.parent is None or child.parent.link != source.link:
        return
    if asked.policy == "TERMINATE":
        unit.act(child, workflow_execution.terminate, None, "CHILD_POLICY_APPLIED")
    else:  # REQUEST_CANCEL: abandoned children are not delivered to
        unit.act(child, workflow_execution.request_cancel, source.link, 0, "CHILD_POLICY_APPLIED")


def _start_function(unit: Unit, source: Execution, asked: StartFunction) -> None:
    task = source.open.get(asked.scheduled_id)
    if not isinstance(task, LambdaFunction):
        return
    if source.lambda_role is None:
        _tell(unit, source, lambda_function.start_failed, task, NO_ROLE)
        return
    _tell(unit, source, lambda_function.start, task)
    if task.started_id:
        unit.invoke(source, task, asked.attributes.get("input"))


def _tell(unit: Unit, source: Execution, transition: Callable[..., Any], *args: Any) -> None:
    """Let the asking execution know; a closed one hears nothing any more."""
    if source.is_open:
        unit.act(source, transition, *args)


_HANDLERS: dict[type, Callable[..., None]] = {
    StartChild: _start_child,
    SignalExternal: _signal,
    CancelExternal: _cancel,
    CancelUnstarted: _cancel_unstarted,
    ContinueAsNew: _continue,
    TellParent: _tell_parent,
    ApplyPolicy: _apply_policy,
    StartFunction: _start_function,
}
