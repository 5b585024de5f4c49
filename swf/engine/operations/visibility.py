"""What clients see of executions and of task lists.

Source: ListOpenWorkflowExecutions, ListClosedWorkflowExecutions, CountOpenWorkflowExecutions,
CountClosedWorkflowExecutions, CountPendingActivityTasks, CountPendingDecisionTasks,
DescribeWorkflowExecution, GetWorkflowExecutionHistory.
"""

from __future__ import annotations

import json
from functools import partial
from math import ceil, floor
from typing import Any, Final

from swf.engine.faults import unknown_execution
from swf.engine.operations.paging import paged
from swf.engine.page import EventPage
from swf.engine.state import (
    ACTIVITY_TASK,
    CHILD,
    DECISION_TASK,
    LAMBDA_FUNCTION,
    TIMER,
    Link,
    Parent,
    Row,
)
from swf.engine.store import events, visibility
from swf.engine.store.visibility import Details, Listed, Position, Query
from swf.engine.view import Handler, View
from swf.wire import Count, Wire, told

_HAIR: Final = 0.01
"""Milliseconds by which a float of seconds may miss the millisecond that it means."""


# Lists and counts


def list_page(state: str, view: View, request: Wire) -> dict[str, Any]:
    """List…WorkflowExecutions: return a page, the latest first unless reversed."""
    view.registry.domain_known(request["domain"])
    query = _query(state, request)
    ascending = request.get("reverseOrder", False)

    def read(after: list[int] | None, size: int) -> list[Listed]:
        position = None if after is None else Position(*after)
        return visibility.listed(view.connection, query, size, position, ascending=ascending)

    operation = f"List{state}WorkflowExecutions"
    page, more = paged(view, operation, request, read, query.position)
    return {"executionInfos": [_info(row) for row in page], **more}


def count(state: str, view: View, request: Wire) -> dict[str, Any]:
    """Count…WorkflowExecutions: return how many a list would have in all its pages."""
    view.registry.domain_known(request["domain"])
    return _counted(visibility.counted(view.connection, _query(state, request)))


def count_pending(kind: str, view: View, request: Wire) -> dict[str, Any]:
    """CountPending…Tasks: return how many tasks on a task list are not started."""
    domain = view.registry.domain_known(request["domain"]).name
    task_list = request["taskList"]["name"]
    return _counted(visibility.pending(view.connection, domain, task_list, kind))


def _counted(count: Count) -> dict[str, Any]:
    return {"count": int(count), "truncated": count.truncated}


def _query(state: str, request: Wire) -> Query:
    by_close = "closeTimeFilter" in request
    bounds = request["closeTimeFilter" if by_close else "startTimeFilter"]
    latest = bounds.get("latestDate")
    of_type = request.get("typeFilter", {})
    return Query(
        domain=request["domain"],
        is_open=state == "Open",
        by_close=by_close,
        oldest=ceil(bounds["oldestDate"] * 1000 - _HAIR),
        **told(latest=None if latest is None else floor(latest * 1000 + _HAIR)),
        workflow_id=request.get("executionFilter", {}).get("workflowId"),
        type_name=of_type.get("name"),
        type_version=of_type.get("version") or None,
        tag=request.get("tagFilter", {}).get("tag"),
        close_status=request.get("closeStatusFilter", {}).get("status"),
    )


def _info(row: Listed) -> dict[str, Any]:
    info: dict[str, Any] = {
        "execution": {"workflowId": row.workflow_id, "runId": row.run_id},
        "workflowType": {"name": row.type_name, "version": row.type_version},
        "startTimestamp": row.started_at / 1000,
        "executionStatus": "OPEN" if row.close_status is None else "CLOSED",
        "cancelRequested": bool(row.cancel_requested),
    }
    if row.closed_at is not None:
        info["closeTimestamp"] = row.closed_at / 1000
        info["closeStatus"] = row.close_status
    if row.parent is not None:
        info["parent"] = Parent(*json.loads(row.parent)).link.wire()
    if row.tag_list is not None:
        info["tagList"] = json.loads(row.tag_list)
    return info


# One execution


def describe(view: View, request: Wire) -> dict[str, Any]:
    """DescribeWorkflowExecution: return configuration, status and what is open, or was."""
    row, details = _known(view, request)
    latest = details.latest_activity_at
    return {
        "executionInfo": _info(row),
        "executionConfiguration": {
            "taskStartToCloseTimeout": details.task_start_to_close,
            "executionStartToCloseTimeout": details.execution_start_to_close,
            "taskList": {"name": details.task_list},
            "childPolicy": details.child_policy,
            **told(taskPriority=details.task_priority, lambdaRole=details.lambda_role),
        },
        "openCounts": _open_counts(json.loads(details.open_counts)),
        **told(
            latestActivityTaskTimestamp=None if latest is None else latest / 1000,
            latestExecutionContext=details.execution_context,
        ),
    }


def _open_counts(counts: dict[str, int]) -> dict[str, int]:
    return {
        "openActivityTasks": counts.get(ACTIVITY_TASK, 0),
        # One may wait while another is started; they count as one.
        "openDecisionTasks": min(counts.get(DECISION_TASK, 0), 1),
        "openTimers": counts.get(TIMER, 0),
        "openChildWorkflowExecutions": counts.get(CHILD, 0),
        "openLambdaFunctions": counts.get(LAMBDA_FUNCTION, 0),
    }


def history(view: View, request: Wire) -> dict[str, Any]:
    """GetWorkflowExecutionHistory: return a page of all events so far, the first ones first."""
    row, details = _known(view, request)
    reverse = request.get("reverseOrder", False)

    def read(after: int | None, size: int) -> list[Row]:
        first, last = 1, details.last_event_id
        if after is not None:
            first, last = (first, after - 1) if reverse else (after + 1, last)
        return events.read(view.connection, row.run, first, last, size, reverse=reverse)

    page, more = paged(view, "GetWorkflowExecutionHistory", request, read, _event_id)
    return {"events": EventPage(page), **more}


def _event_id(row: Row) -> int:
    return row[0]


def _known(view: View, request: Wire) -> tuple[Listed, Details]:
    """Return the execution that a request names; raise Fault where there is none."""
    domain = view.registry.domain_known(request["domain"]).name
    link = Link(request["execution"]["workflowId"], request["execution"]["runId"])
    found = visibility.described(view.connection, domain, *link)
    if found is None:
        raise unknown_execution(*link)
    return found


READS: Final[dict[str, Handler]] = {
    "CountClosedWorkflowExecutions": partial(count, "Closed"),
    "CountOpenWorkflowExecutions": partial(count, "Open"),
    "CountPendingActivityTasks": partial(count_pending, ACTIVITY_TASK),
    "CountPendingDecisionTasks": partial(count_pending, DECISION_TASK),
    "DescribeWorkflowExecution": describe,
    "GetWorkflowExecutionHistory": history,
    "ListClosedWorkflowExecutions": partial(list_page, "Closed"),
    "ListOpenWorkflowExecutions": partial(list_page, "Open"),
}
WRITES: Final[dict[str, Handler]] = {}
