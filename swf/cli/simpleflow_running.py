"""simpleflow's spelling of what runs workflows and activities."""

from __future__ import annotations

from typing import TextIO

import click

from swf.cli.arguments import arguments
from swf.cli.asked import Asked
from swf.cli.code import workflow_named
from swf.cli.ending import told_by_code
from swf.cli.middlewares import Hook, with_middlewares
from swf.cli.options import common, domain_name
from swf.cli.run import run_here, with_input
from swf.flow import Local, Workflow
from swf.flow.declaration import Ordered
from swf.flow.starting import Place, begin
from swf.models import Domain
from swf.transport import default_connection
from swf.wire import told


def ordered_as(
    cls: type[Workflow],
    workflow_id: str | None,
    tags: str | None,
    execution_timeout: str | None,
    decision_tasks_timeout: str | None,
    task_list: str | None = None,
) -> Ordered:
    """Return a workflow with what its execution was asked to have; `tags` has commas in it."""
    return cls.with_options(
        **told(
            workflow_id=workflow_id,
            task_list=task_list,
            tag_list=None if tags is None else [one.strip() for one in tags.split(",")],
            execution_start_to_close_timeout=execution_timeout,
            task_start_to_close_timeout=decision_tasks_timeout,
        )
    )


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
@common
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
    place = Place(Domain(domain_name(), connection=connection), connection)
    handle = begin(place, ordered, called.args, called.kwargs)
    click.echo(f"{handle.workflow_id} {handle.run_id}")
