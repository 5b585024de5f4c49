"""The commands that start, end and run again, in simpleflow's spelling."""

from __future__ import annotations

from importlib import import_module
from typing import Any, TextIO

import click

from swf.cli import executions, options
from swf.cli.arguments import arguments
from swf.cli.asked import Asked
from swf.cli.code import workflow_named
from swf.cli.running.middlewares import Hook, with_middlewares
from swf.cli.running.run import run_here, with_input
from swf.cli.running.standalone import ordered_as
from swf.cli.simpleflow.looking import of_execution
from swf.cli.workflow import acting
from swf.cli.workflow.ending import told_by_code
from swf.flow import Local
from swf.flow.starting import Place, begin
from swf.models import Domain
from swf.transport import default_connection


@click.command("workflow.start")
@click.argument("workflow")
@with_input
@click.option("--local", is_flag=True, help="Run it in this process.")
@click.option("--workflow-id", metavar="ID")
@click.option("-t", "--task-list", metavar="NAME")
@click.option("--execution-timeout", metavar="SECONDS")
@click.option("--decision-tasks-timeout", metavar="SECONDS")
@click.option("--tags", metavar="A,B")
@with_middlewares
@options.common
def workflow_start(
    asked: Asked,
    *,
    workflow: str,
    text: str | None,
    file: TextIO | None,
    local: bool,
    workflow_id: str | None,
    task_list: str | None,
    execution_timeout: str | None,
    decision_tasks_timeout: str | None,
    tags: str | None,
    before: tuple[Hook, ...],
    after: tuple[Hook, ...],
) -> None:
    """Start a workflow, as `swf workflow start` does; print its workflow id and run id.

    With --local it is run here to its end, and nothing is printed but what it prints itself.
    """
    called, cls = arguments(text, file), workflow_named(workflow)
    if local:
        with told_by_code(asked):
            run_here(cls, called, Local(before=before, after=after), workflow_id=workflow_id)
        return
    if before or after:
        raise click.UsageError(
            "--before and --after go with --local; elsewhere the worker takes them: "
            "`swf worker start MODULE --before NAME`"
        )
    ordered = ordered_as(
        cls, workflow_id, tags, execution_timeout, decision_tasks_timeout, task_list
    )
    connection = default_connection()
    place = Place(Domain(options.domain_name(), connection=connection), connection)
    handle = begin(place, ordered, called.args, called.kwargs)
    click.echo(f"{handle.workflow_id} {handle.run_id}")


@click.command("workflow.terminate")
@of_execution
@options.common
def workflow_terminate(_asked: Asked, /, workflow_id: str, run_id: str | None) -> None:
    """Close an open workflow execution at once."""
    acting.acted(workflow_id, run_id, lambda execution: execution.terminate())


@click.command("workflow.restart")
@of_execution
@options.common
def workflow_restart(_asked: Asked, /, workflow_id: str, run_id: str | None) -> None:
    """Start a workflow execution again; print its workflow id and run id."""
    started = acting.restarted(executions.found(workflow_id, run_id))
    click.echo(f"{started.workflow_id} {started.run_id}")


@click.command("activity.rerun")
@click.option("--workflow-id", required=True, metavar="ID")
@click.option("--run-id", metavar="ID")
@click.option("-i", "--input", "text", metavar="JSON", help="Other arguments than it had.")
@click.option("--scheduled-id", type=int, metavar="N", help="The event that scheduled it.")
@click.option("--activity-id", metavar="ID")
@click.option("--code", multiple=True, metavar="MODULE", help="Where its code is.")
@options.common
def activity_rerun(
    asked: Asked,
    /,
    workflow_id: str,
    activity_id: str | None,
    code: tuple[str, ...],
    **options_of_rerun: Any,
) -> None:
    """Run the code of an activity task here and now; nothing is sent to SWF."""
    if not code:
        raise click.UsageError(
            "say --code MODULE, where its code is: nothing is imported by a name out of a history"
        )
    options_of_rerun["code"] = code
    again = import_module("swf.cli.workflow.activity").run_again
    again(asked, workflow_id, activity_id, **options_of_rerun)
