"""The first and the last event of an execution, without the rest of its history."""

from __future__ import annotations

from swf.models import History, WorkflowExecution
from swf.models.event import Event


def first_event(execution: WorkflowExecution) -> Event | None:
    """Return the first event of an execution with a run id (GetWorkflowExecutionHistory)."""
    return _at_an_end(execution, reverse_order=False)


def last_event(execution: WorkflowExecution) -> Event | None:
    """Return the last event of an execution with a run id (GetWorkflowExecutionHistory)."""
    return _at_an_end(execution, reverse_order=True)


def _at_an_end(execution: WorkflowExecution, *, reverse_order: bool) -> Event | None:
    params = {
        "domain": execution.domain.name,
        "execution": {"workflowId": execution.workflow_id, "runId": execution.run_id},
        "maximumPageSize": 1,
        "reverseOrder": reverse_order,
    }
    page = execution.connection.call("GetWorkflowExecutionHistory", params)
    return History.from_pages([page]).first
