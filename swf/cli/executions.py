"""Executions as the command line finds and shows them: open or closed, with or without run id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import unquote

import attrs
import click

from swf.cli import options
from swf.cli.failing import NOT_FOUND, Failure
from swf.cli.output import Columns
from swf.constants import ChildPolicy
from swf.exceptions import DomainDoesNotExist, WorkflowExecutionDoesNotExist
from swf.insight.edges import last_event
from swf.insight.tasks import Task
from swf.models import WorkflowExecution
from swf.nearest import nearest
from swf.payload import Payloads

LISTED: Final = 200
"""Executions that are looked through for a workflow id like the one that was typed."""

PAUSE_SECONDS: Final = 0.5
"""Between two looks at an execution that is watched."""

LIST: Final = Columns(
    {
        "workflow_id": "workflow id",
        "workflow_type": "type",
        "workflow_version": "version",
        "status": "status",
        "started": "started",
        "closed": "closed",
    },
    id="workflow_id",
    wide={"tags": "tags", "parent": "parent", "run_id": "run id"},
)


TASKS: Final = Columns(
    {
        "kind": "kind",
        "name": "task",
        "id": "id",
        "state": "state",
        "state_time": "since",
        "scheduled": "scheduled",
        "outcome": "outcome",
    },
    id="id",
    wide={
        "version": "version",
        "attempt": "attempt",
        "waited_seconds": "waited",
        "ran_seconds": "ran",
        "scheduled_event_id": "event",
    },
)


def child_policy(function: Any) -> Any:
    """Return a command that takes what is done to children when their parent is ended."""
    return click.option(
        "--child-policy",
        type=click.Choice([str(one) for one in ChildPolicy]),
        help="What is done to its children where it is ended from outside.",
    )(function)


def named(function: Any, *, required: bool = True) -> Any:
    """Return a command that takes WORKFLOW_ID and, if it must be, RUN_ID."""
    function = click.argument("run_id", required=False)(function)
    completed = options.complete("workflow_ids")
    return click.argument("workflow_id", required=required, shell_complete=completed)(function)


def found(workflow_id: str, run_id: str | None = None) -> WorkflowExecution:
    """Return an execution of the domain in effect, described in full.

    Without run id it is the open run, else the one started last. Fails where there is none, naming
    the workflow id that is nearest.
    """
    domain = options.domain()
    run_id = None if run_id is None else unquote(run_id)
    try:
        return WorkflowExecution(domain, workflow_id, run_id).upstream()
    except DomainDoesNotExist:
        raise
    except WorkflowExecutionDoesNotExist as error:
        known = [one.workflow_id for one in domain.executions()[:LISTED]]
        run = "" if run_id is None else f" with run id {run_id!r}"
        raise Failure(
            f"no execution {workflow_id!r}{run} in domain {domain.name!r}"
            f"{nearest(workflow_id, [one for one in known if one != workflow_id])}"
            "; `swf workflow list` shows those there are",
            NOT_FOUND,
        ) from error


def task_named(tasks: Sequence[Task], task_id: str) -> Task:
    """Return the latest of these tasks that has an id; fails where none has, naming the nearest."""
    for task in reversed(tasks):
        if task.id == task_id:
            return task
    known = [one.id for one in tasks]
    way_out = "; `swf workflow tasks` shows those there are"
    raise Failure(f"no task {task_id!r}{nearest(task_id, known)}{way_out}", NOT_FOUND)


def row(execution: WorkflowExecution) -> dict[str, Any]:
    """Return what a listing tells of an execution."""
    kind, parent = execution.workflow_type, execution.parent
    return {
        "workflow_id": execution.workflow_id,
        "run_id": execution.run_id,
        "workflow_type": None if kind is None else kind.name,
        "workflow_version": None if kind is None else kind.version,
        "status": execution.close_status or execution.status,
        "started": execution.start_timestamp,
        "closed": execution.close_timestamp,
        "cancel_requested": execution.cancel_requested,
        "tags": execution.tag_list,
        "parent": None if parent is None else parent.workflow_id,
    }


def description(execution: WorkflowExecution) -> dict[str, Any]:
    """Return all that SWF tells of an execution that was described."""
    counts = execution.open_counts
    return {
        "domain": execution.domain.name,
        **row(execution),
        "task_list": execution.task_list,
        "task_priority": execution.task_priority,
        "child_policy": execution.child_policy,
        "execution_start_to_close_timeout": execution.execution_start_to_close_timeout,
        "task_start_to_close_timeout": execution.task_start_to_close_timeout,
        "lambda_role": execution.lambda_role,
        "open": None if counts is None else attrs.asdict(counts),
        "latest_activity_task": execution.latest_activity_task_timestamp,
        "latest_execution_context": execution.latest_execution_context,
    }


def outcome_of(execution: WorkflowExecution) -> dict[str, str]:
    """Return the result, reason, cause and details that the last event of a closed execution tells.

    It is empty for an open one (GetWorkflowExecutionHistory is asked for the last event alone).
    """
    last = last_event(execution) if execution.close_status is not None else None
    told = {name: getattr(last, name, None) for name in ("result", "reason", "cause", "details")}
    return {name: str(value) for name, value in told.items() if value is not None}


def called_with(text: str | None) -> Any:
    """Return what an input stands for: `args` and `kwargs` where it is a call, else the text."""
    try:
        call = Payloads().parse_call(text)
    except ValueError:
        return text
    return {"args": list(call.args), "kwargs": call.kwargs}
