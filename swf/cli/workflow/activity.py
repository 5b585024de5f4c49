"""`swf activity`: the activity tasks of an execution."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
from contextlib import redirect_stdout
from typing import Any

import click

from swf.cli import executions, output
from swf.cli.arguments import arguments
from swf.cli.asked import Asked
from swf.cli.code import activities_named
from swf.cli.executions import called_with
from swf.cli.names import Noun
from swf.cli.options import common, complete
from swf.exceptions import ActivityFailed
from swf.flow import ManualCompletion
from swf.insight import tasks
from swf.insight.tasks import Task


@click.group("activity", cls=Noun)
def command() -> None:
    """Activity tasks: list and describe those of an execution, answer one by its token, rerun."""


def _of_execution(function: Any) -> Any:
    return click.argument("workflow_id", shell_complete=complete("workflow_ids"))(
        click.option("--run-id", metavar="ID", help="Of this run.")(function)
    )


@command.command("list")
@_of_execution
@click.option("--open", "only_open", is_flag=True, help="Only those that have not ended.")
@common
def list_(asked: Asked, /, workflow_id: str, run_id: str | None, only_open: bool) -> None:
    """List the activity tasks of an execution, those scheduled last first.

    swf activity list basic-example-1438722273 --open
    """
    found = reversed(_activities(workflow_id, run_id))
    rows = (tasks.row(task) for task in found if task.is_open or not only_open)
    output.emit(asked, rows, executions.TASKS)


@command.command()
@_of_execution
@click.argument("activity_id", shell_complete=complete("activity_ids"))
@common
def describe(asked: Asked, /, workflow_id: str, activity_id: str, run_id: str | None) -> None:
    """Show all that is known of an activity task: state, times, input, result or reason.

    swf activity describe basic-example-1438722273 activity-examples.basic.double-1
    """
    found = executions.task_named(_activities(workflow_id, run_id), activity_id)
    output.emit_one(asked, tasks.row(found) | {"details": found.told.get("details")}, id="id")


def _activities(workflow_id: str, run_id: str | None) -> list[Task]:
    found = tasks.tasks_of(executions.found(workflow_id, run_id).history())
    return [task for task in found if task.kind == "activity"]


@command.command("complete")
@click.argument("task_token")
@click.argument("result", required=False, metavar="[JSON]")
@common
def complete_task(_asked: Asked, /, task_token: str, result: str | None) -> None:
    """Complete a task with a result; for activities that are answered elsewhere.

    swf activity complete "$TOKEN" '{"approved": true}'
    """
    ManualCompletion().complete(task_token, _value(result))


@command.command()
@click.argument("task_token")
@click.argument("reason")
@click.option("--details", metavar="TEXT", help="More of why.")
@common
def fail(_asked: Asked, /, task_token: str, reason: str, details: str | None) -> None:
    """Fail a task for a reason.

    swf activity fail "$TOKEN" 'no such customer' --details 'number 7'
    """
    ManualCompletion().fail(task_token, ActivityFailed(reason, details=details))


@command.command()
@click.argument("task_token")
@click.option("--details", metavar="JSON", help="What came of it.")
@common
def cancel(_asked: Asked, /, task_token: str, details: str | None) -> None:
    """Answer that a task was canceled, as had been requested.

    swf activity cancel "$TOKEN" --details '"half of it is done"'
    """
    ManualCompletion().cancel(task_token, _value(details))


@command.command()
@click.argument("task_token")
@click.option("--details", metavar="JSON", help="How far it got.")
@common
def heartbeat(asked: Asked, /, task_token: str, details: str | None) -> None:
    """Tell that a task is seen to; print whether it is to be canceled.

    swf activity heartbeat "$TOKEN" --details '{"done": 3}'
    """
    reply = ManualCompletion().heartbeat(task_token, _value(details))
    output.emit_one(asked, {"cancel_requested": reply.cancel_requested}, id="cancel_requested")


def _value(text: str | None) -> Any:
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise click.UsageError(f"{text!r} is not JSON: {error}; a text is '\"text\"'") from error


@command.command()
@_of_execution
@click.argument("activity_id", required=False, shell_complete=complete("activity_ids"))
@click.option("--scheduled-id", type=int, metavar="N", help="The event that scheduled it.")
@click.option("--code", required=True, multiple=True, metavar="MODULE", help="Where its code is.")
@click.option("-i", "--input", "text", metavar="JSON", help="Other arguments than it had.")
@common
def rerun(asked: Asked, /, workflow_id: str, activity_id: str | None, **options: Any) -> None:
    """Run the code of an activity task here and now, with what it was given; nothing is sent.

    swf activity rerun basic-example-1438722273 activity-7 --code examples.basic
    """
    run_again(asked, workflow_id, activity_id, **options)


def run_again(
    asked: Asked,
    workflow_id: str,
    activity_id: str | None,
    *,
    run_id: str | None,
    scheduled_id: int | None,
    code: tuple[str, ...],
    text: str | None,
) -> None:
    """Run the code of an activity task that a history tells of, and print its result as JSON.

    The code is taken from the modules that were named, never found by a name in the history.
    """
    if activity_id is None and scheduled_id is None:
        raise click.UsageError("say the activity id, or --scheduled-id")
    known = activities_named(code)
    found = _activities(workflow_id, run_id)
    if scheduled_id is not None:
        found = [one for one in found if one.scheduled_event_id == scheduled_id]
    task = executions.task_named(
        found, activity_id or (found[0].id if found else f"event {scheduled_id}")
    )
    activity = known.get(task.name, task.version or "")
    called: Any = called_with(task.told.get("input")) if text is None else arguments(text)._asdict()
    output.note(f"runs {activity.name} {activity.version} with {output.as_json(called)}")
    if isinstance(called, str):
        called = {"args": [called], "kwargs": {}}
    with redirect_stdout(sys.stderr):  # what its code prints is not its result
        result: Any = activity(*called["args"], **called["kwargs"])
        if isinstance(activity.callable, type):
            result = result.execute()
        if inspect.iscoroutine(result):
            result = asyncio.run(result)
    output.emit_value(asked, result)
