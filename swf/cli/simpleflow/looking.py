"""The commands that look, in simpleflow's spelling, with its arguments and its columns.

Unlike there, closed executions are found without a run id, JSON always has keys, and an execution's
input and time are its own, not those of its first task.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

import click

from swf.cli import executions, options, output
from swf.cli.asked import Asked
from swf.cli.output import Columns, Row
from swf.cli.workflow import looking as noun
from swf.constants import CloseStatus
from swf.insight import tasks
from swf.insight.tasks import Task
from swf.models import WorkflowExecution

DAYS: Final = "swf.cli.days"
USUAL_DAYS: Final = 30
"""Since when simpleflow lists executions."""


def emit(asked: Asked, titles: Iterable[str], rows: Iterable[Row]) -> None:
    """Print rows that have their titles for keys; these are named where `--header` is said."""
    columns = Columns({title: title for title in titles}, id=next(iter(titles)))
    output.emit(asked, rows, columns, header=False)


def _is_data(asked: Asked) -> bool:
    return asked.output in {"json", "jsonl"} or asked.query is not None


def of_execution(function: Any) -> Any:
    """Return a command that takes a domain, WORKFLOW_ID and, if it must be, RUN_ID."""
    function = click.argument("run_id", required=False)(function)
    function = click.argument("workflow_id")(function)
    return options.domain_argument()(function)


def _days_or_domain(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    """Take `-d` as simpleflow's lists do, for a number of days; else for the domain, as usual."""
    if value is not None and value.isdecimal():
        ctx.meta[DAYS] = int(value)
    else:
        options.domain_in_effect(ctx, param, value)


def _days(ctx: click.Context, _param: click.Parameter, value: int | None) -> int:
    return ctx.meta.get(DAYS, USUAL_DAYS) if value is None else value


def _since(function: Any) -> Any:
    function = click.option(
        "--started-since",
        type=int,
        metavar="DAYS",
        callback=_days,
        help=f"Started since so many days; {USUAL_DAYS} where nothing is said.",
    )(function)
    function = click.option(
        "-d",
        "days_or_domain",
        metavar="DAYS|NAME",
        is_eager=True,
        expose_value=False,
        callback=_days_or_domain,
        help="A number: --started-since; a name: --domain.",
    )(function)
    return click.option(
        "-s",
        "--status",
        type=click.Choice(["open", "closed"]),
        default="open",
        show_default=True,
    )(function)


@click.command("workflow.list")
@options.domain_argument(required=False)
@_since
@options.without_d
def workflow_list(asked: Asked, /, status: str, started_since: int) -> None:
    """List workflow executions; `swf workflow list` lists closed ones too.

    swf workflow.list TestDomain
    """
    found = noun.filtered(status=status, since=f"{started_since}d")
    rows = (
        {
            "Workflow ID": one.workflow_id,
            "Workflow Type": one.workflow_type.name,
            "Status": one.status,
        }
        for one in found
    )
    emit(asked, ("Workflow ID", "Workflow Type", "Status"), rows)


@click.command("workflow.filter")
@options.domain_argument(required=False)
@_since
@click.option("--tag", default="", help="Tags, with commas between them.")
@click.option("--workflow-id")
@click.option("--workflow-type-name")
@click.option("--workflow-type-version")
@click.option("-c", "--close-status", type=click.Choice([str(one) for one in CloseStatus]))
@click.option("--from-date", metavar="WHEN", help="Instead of --started-since.")
@click.option("--to-date", metavar="WHEN")
@options.without_d
def workflow_filter(
    asked: Asked,
    /,
    status: str,
    started_since: int,
    tag: str,
    workflow_type_name: str | None,
    workflow_type_version: str | None,
    close_status: str | None,
    from_date: str | None,
    to_date: str | None,
    **filters: Any,
) -> None:
    """List the workflow executions that pass the filters, with all that a listing tells."""
    version = f":{workflow_type_version}" if workflow_type_version else ""
    found = noun.filtered(
        status=close_status or status,
        kind=f"{workflow_type_name or ''}{version}",
        tag=tuple(one.strip() for one in tag.split(",") if one.strip()),
        since=from_date or f"{started_since}d",
        until=to_date,
        **filters,
    )
    emit(asked, _detailed_titles(), map(_detailed, found))


def _detailed(execution: WorkflowExecution) -> Row:
    kind, parent = execution.workflow_type, execution.parent
    return {
        "Workflow ID": execution.workflow_id,
        "Workflow Type": None if kind is None else kind.name,
        "Workflow Version": None if kind is None else kind.version,
        "Run ID": execution.run_id,
        "Status": execution.status,
        "Close Status": execution.close_status,
        "Start Timestamp": execution.start_timestamp,
        "Close Timestamp": execution.close_timestamp,
        "Cancel Requested": execution.cancel_requested,
        "Tags": execution.tag_list,
        "Parent Workflow ID": None if parent is None else parent.workflow_id,
        "Parent Run ID": None if parent is None else parent.run_id,
    }


def _detailed_titles() -> Iterable[str]:
    return _detailed(WorkflowExecution("none", "none"))


@click.command("workflow.info")
@of_execution
@options.common
def workflow_info(asked: Asked, /, workflow_id: str, run_id: str | None) -> None:
    """Show a workflow execution.

    swf --header workflow.info TestDomain basic-example-1438722273
    """
    execution = executions.found(workflow_id, run_id)
    history = execution.history()
    kind, first, last = execution.workflow_type, history.first, history.last
    seconds = (last.timestamp - first.timestamp).total_seconds() if first and last else 0.0
    called = executions.called_with(getattr(first, "input", None))
    row = {
        "domain": execution.domain.name,
        "workflow_type.name": None if kind is None else kind.name,
        "workflow_type.version": None if kind is None else kind.version,
        "task_list": execution.task_list,
        "workflow_id": execution.workflow_id,
        "run_id": execution.run_id,
        "tag_list": ",".join(execution.tag_list or ()),
        "execution_time": seconds,
        "input": called if _is_data(asked) else str(called),
    }
    emit(asked, row, [row])


def _limit(function: Any) -> Any:
    return click.option("-n", "--nb-tasks", "limit", type=click.IntRange(1), metavar="N")(function)


@click.command("workflow.tasks")
@of_execution
@_limit
@options.common
def workflow_tasks(
    asked: Asked, /, workflow_id: str, run_id: str | None, limit: int | None
) -> None:
    """List the tasks of a workflow execution, those scheduled last first.

    swf --header workflow.tasks TestDomain basic-example-1438722273 --nb-tasks 3
    """
    found = tasks.tasks_of(executions.found(workflow_id, run_id).history())
    rows = (
        {
            "Tasks": task.name,
            "Last State": task.state,
            "Last State Time": f"{task.state_time:%Y-%m-%d %H:%M:%S.%f}",
            "Scheduled Time": f"{task.scheduled:%Y-%m-%d %H:%M:%S.%f}",
        }
        for task in islice(reversed(found), limit)
    )
    emit(asked, ("Tasks", "Last State", "Last State Time", "Scheduled Time"), rows)


@click.command("workflow.profile")
@of_execution
@_limit
@options.common
def workflow_profile(
    asked: Asked, /, workflow_id: str, run_id: str | None, limit: int | None
) -> None:
    """Show how long the tasks of a workflow execution waited and ran.

    swf --header workflow.profile TestDomain basic-example-1438722273
    """
    found = tasks.profile(executions.found(workflow_id, run_id).history())
    total = _seconds_at_work(found)
    rows = [
        {
            "Task": row["id"],
            "Last State": row["state"],
            "Scheduled": _minute(row["scheduled"]),
            "Time Scheduled": row["waited_seconds"],
            "Start": _minute(row["started"]),
            "Time Running": row["ran_seconds"],
            "End": _minute(row["closed"]),
            "Percentage of total time": 100 * row["ran_seconds"] / total if total else 0.0,
        }
        for row in found[:limit]
    ]
    titles = (
        "Task",
        "Last State",
        "Scheduled",
        "Time Scheduled",
        "Start",
        "Time Running",
        "End",
        "Percentage of total time",
    )
    emit(asked, titles, rows)


def _seconds_at_work(rows: Sequence[Row]) -> float:
    """Return the time from when the first task was started until the last was closed.

    That is simpleflow's total time; that of `swf workflow profile` is the whole execution's.
    """
    if not rows:
        return 0.0
    begun = min(row["started"] for row in rows)
    return float((max(row["closed"] for row in rows) - begun).total_seconds())


def _minute(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M}"


@click.command("workflow.history")
@click.argument("workflow_id")
@click.argument("run_id", required=False)
@click.option(
    "-o",
    "--output-format",
    "--of",
    "form",
    type=click.Choice(["events", "raw", "cooked"]),
    default="events",
    show_default=True,
)
@click.option("--reverse-order", type=bool, default=False, metavar="BOOL")
@options.simpleflow
def workflow_history(
    asked: Asked, /, workflow_id: str, run_id: str | None, form: str, *, reverse_order: bool
) -> None:
    """Print the history of a workflow execution: all its events, or its tasks, as JSON."""
    execution = executions.found(workflow_id, run_id)
    history = execution.history(reverse_order=reverse_order)
    asked.output = asked.output or "json"
    if form == "raw":
        output.emit_value(asked, history.raws)
    elif form == "events":
        output.emit(asked, map(noun.event_row, history), noun.EVENTS)
    else:
        output.emit(asked, map(tasks.row, tasks.tasks_of(history)), executions.TASKS)


@click.command("task.info")
@options.domain_argument()
@click.argument("workflow_id")
@click.argument("task_id")
@click.option("--details/--no-details", default=False)
@options.common
def task_info(asked: Asked, /, workflow_id: str, task_id: str, *, details: bool) -> None:
    """Show a task of a workflow execution, by its id."""
    found = tasks.tasks_of(executions.found(workflow_id).history())
    row = _task_row(executions.task_named(found, task_id), data=_is_data(asked))
    if not details:
        del row["details"]
    emit(asked, row, [row])


def _task_row(task: Task, *, data: bool) -> dict[str, Any]:
    called = executions.called_with(task.told.get("input"))
    return {
        "type": task.kind,
        "id": task.id,
        "name": task.name,
        "version": task.version,
        "state": task.state,
        "timestamp": task.state_time,
        "input": called if data else str(called),
        "result": task.told.get("result"),
        "reason": task.told.get("reason"),
        "details": task.told.get("details"),
    }
