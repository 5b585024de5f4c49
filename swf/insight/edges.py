"""The first and the latest events of an execution, without the rest of its history."""

from __future__ import annotations

from swf.models import History, WorkflowExecution
from swf.models.event import Event
from swf.wire import Wire


def first_event(execution: WorkflowExecution) -> Event | None:
    """Return the first event of an execution with a run id (GetWorkflowExecutionHistory)."""
    return _at_an_end(execution, reverse_order=False)


def last_event(execution: WorkflowExecution) -> Event | None:
    """Return the last event of an execution with a run id (GetWorkflowExecutionHistory)."""
    return _at_an_end(execution, reverse_order=True)


def latest_events(execution: WorkflowExecution, most: int) -> list[Wire]:
    """Return the latest events of an execution with a run id, in order, at most so many.

    They are as SWF sends them, from one page (GetWorkflowExecutionHistory).
    """
    events: list[Wire] = _page(execution, most, reverse_order=True)["events"]
    return events[::-1]


def _at_an_end(execution: WorkflowExecution, *, reverse_order: bool) -> Event | None:
    return History.from_pages([_page(execution, 1, reverse_order=reverse_order)]).first


def _page(execution: WorkflowExecution, most: int, *, reverse_order: bool) -> Wire:
    params = {
        "domain": execution.domain.name,
        "execution": {"workflowId": execution.workflow_id, "runId": execution.run_id},
        "maximumPageSize": most,
        "reverseOrder": reverse_order,
    }
    return execution.connection.call("GetWorkflowExecutionHistory", params)
