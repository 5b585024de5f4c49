"""How an execution of steps stands, as programs outside of it see it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from swf.flow.handle import Handle
from swf.flow.replay.matching import attributes_of
from swf.steps.body import WorkflowInstance, WorkflowStatus
from swf.steps.data import data_from
from swf.steps.failing import ExecutionError
from swf.wire import Wire, moment


def instance_of(handle: Handle[Any]) -> WorkflowInstance:
    """Return how an execution stands (DescribeWorkflowExecution, GetWorkflowExecutionHistory)."""
    closing = handle.closing()
    execution = handle.execution.upstream()
    kind: Any = execution.workflow_type
    state: dict[str, Any] = handle.payloads.load(execution.latest_execution_context) or {}
    data, began = state.get("data"), state.get("began")
    errors = [ExecutionError.from_value(one) for one in state.get("errors", ())]
    status = WorkflowStatus(state.get("status", WorkflowStatus.RUNNABLE))
    if closing is not None:
        status = WorkflowStatus.TERMINATED
        if closing["eventType"] == "WorkflowExecutionCompleted":
            status, data = WorkflowStatus.COMPLETE, handle.result_of(closing)
        elif closing["eventType"] == "WorkflowExecutionFailed":
            errors += _beside_steps(closing)
    return WorkflowInstance(
        id=handle.workflow_id,
        workflow_definition_id=kind.name,
        version=int(kind.version),
        data=data_from(data),
        status=status,
        create_time=datetime.fromtimestamp(began, UTC) if began else execution.start_timestamp,
        complete_time=execution.close_timestamp,
        at=tuple(state.get("at", ())) if closing is None else (),
        errors=tuple(errors),
    )


def _beside_steps(closing: Wire) -> list[ExecutionError]:
    """Return what has failed an execution where that was none of its steps."""
    reason: str = attributes_of(closing).get("reason") or ""
    if " has failed: " in reason:  # the step's own error is there
        return []
    return [ExecutionError("", reason, moment(closing["eventTimestamp"]))]
