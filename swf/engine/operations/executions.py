"""What clients do to executions: start, signal, request cancel, terminate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from swf.engine.faults import (
    WORKFLOW_TYPE,
    already_started,
    default_undefined,
    limit_exceeded,
    type_deprecated,
    unknown_execution,
    unknown_type,
)
from swf.engine.operations.tasks import Handler
from swf.engine.state import Execution
from swf.engine.transitions import workflow_execution
from swf.engine.turn import given
from swf.engine.unit import Unit
from swf.wire import TypeKey, Wire


def start(unit: Unit, request: Wire) -> dict[str, Any]:
    """StartWorkflowExecution: a new run is open, and its first decision task scheduled."""
    domain, workflow_id = request["domain"], request["workflowId"]
    unit.registry.domain_known(domain)
    key = TypeKey(request["workflowType"]["name"], request["workflowType"]["version"])
    registered = unit.workflow_type(domain, key)
    if registered is None:
        raise unknown_type(WORKFLOW_TYPE, key)
    if registered.deprecated:
        raise type_deprecated(WORKFLOW_TYPE, key)
    resolved, undefined = workflow_execution.resolved(request, registered.defaults)
    if undefined:
        raise default_undefined(undefined[0])
    if unit.open_execution(domain, workflow_id) is not None:
        raise already_started()
    most = unit.limits.open_executions
    if most is not None and unit.open_executions(domain) >= most:
        raise limit_exceeded(f"the domain has {most} open executions")
    started = {
        **resolved,
        **given(request, "workflowType", "input", "tagList"),
        "parentInitiatedEventId": 0,
    }
    return {"runId": unit.start(domain, workflow_id, started).run_id}


def signal(unit: Unit, request: Wire) -> None:
    """SignalWorkflowExecution: the signal is in the history, and the decider is told."""
    unit.act(
        _open(unit, request),
        workflow_execution.signal,
        request["signalName"],
        request.get("input"),
    )


def request_cancel(unit: Unit, request: Wire) -> None:
    """RequestCancelWorkflowExecution: the decider is asked to end the execution."""
    unit.act(_open(unit, request), workflow_execution.request_cancel)


def terminate(unit: Unit, request: Wire) -> None:
    """TerminateWorkflowExecution: the execution is closed, its children treated by policy."""
    unit.act(_open(unit, request), workflow_execution.terminate, request, "OPERATOR_INITIATED")


def _open(unit: Unit, request: Wire) -> Execution:
    domain, workflow_id, run_id = request["domain"], request["workflowId"], request.get("runId")
    unit.registry.domain_known(domain)
    execution = unit.open_execution(domain, workflow_id, run_id)
    if execution is None:
        raise unknown_execution(workflow_id, run_id)
    return execution


WRITES: Final[Mapping[str, Handler]] = {
    "RequestCancelWorkflowExecution": request_cancel,
    "SignalWorkflowExecution": signal,
    "StartWorkflowExecution": start,
    "TerminateWorkflowExecution": terminate,
}
