"""`swf run`: a workflow with all that it needs, in this process."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any, TextIO, TypeVar

import click

from swf.cli import logs, output
from swf.cli.arguments import Arguments, arguments
from swf.cli.asked import Asked
from swf.cli.code import workflow_named
from swf.cli.names import Verb
from swf.cli.options import common
from swf.cli.serving import database
from swf.cli.workflow import live
from swf.cli.workflow.ending import show_result, told_by_code
from swf.flow import Local
from swf.flow.domain import domain_of
from swf.transport import connect
from swf.wire import told

F = TypeVar("F", bound=Callable[..., Any])


def with_input(command: F) -> F:
    """Return a command that takes the arguments of a workflow."""
    decorated: Any = click.option(
        "-i",
        "--input",
        "text",
        metavar="JSON",
        help='The arguments: \'[1, 2]\', \'{"args": [1], "kwargs": {"t": 2}}\', or the only one.',
    )(command)
    decorated = click.option(
        "--input-file",
        "file",
        type=click.File(encoding="utf-8"),
        metavar="FILE",
        help="A file of them; - is stdin.",
    )(decorated)
    result: F = decorated
    return result


@click.command("run", cls=Verb)
@click.argument("workflow", metavar="MODULE[.NAME]")
@with_input
@click.option("--db", metavar="FILE", help="Keep what happens in this file; else in memory.")
@click.option("--workflow-id", metavar="ID", help="The workflow id; else one is made up.")
@click.option("--virtual-time", is_flag=True, help="Wait for no timer: time passes by itself.")
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=16,
    show_default=True,
    metavar="N",
    help="Have so many activities at work at once, at most.",
)
@common
def command(
    asked: Asked,
    *,
    workflow: str,
    text: str | None,
    file: TextIO | None,
    db: str | None,
    workflow_id: str | None,
    virtual_time: bool,
    workers: int,
) -> None:
    """Run a workflow here, with a decider and workers, and print its result as JSON.

    Nothing else has to run, and no settings count. On a terminal it is shown what happens. How it
    ends is told by the exit code: 0, 3 failed, 4 timed out, 5 canceled, 6 terminated.

        swf run examples.flow.basic --input '[1, 0.1]'
    """
    if db is not None and virtual_time:
        raise click.UsageError("--virtual-time: goes without --db")
    url = None if db is None else database.url_of(db)
    called, cls = arguments(text, file), workflow_named(workflow)
    logs.configure(asked.verbosity, usual=logging.CRITICAL)  # what fails is told in the end
    with told_by_code(asked):
        if output.is_watched() and not virtual_time and not asked.is_quiet:
            result = _run_shown(cls, called, url, workers, workflow_id or live.made_up(cls))
        else:
            here = Local(virtual_time=virtual_time, url=url, workers=workers)
            result = run_here(cls, called, here, workflow_id=workflow_id)
    show_result(asked, result)


def _run_shown(
    workflow: Any, called: Arguments, url: str | None, workers: int, workflow_id: str
) -> Any:
    """Run a workflow in this process, and show on stderr what happens meanwhile."""
    workflow.check_arguments(called.args, called.kwargs)
    connection = connect(url or f"memory://{uuid.uuid4().hex}")
    try:
        domain = domain_of(None, connection)
        here = Local(connection=connection, domain=domain, workers=workers)
        with live.shown(domain, workflow_id):
            return run_here(workflow, called, here, workflow_id=workflow_id)
    finally:
        connection.close()


def run_here(
    workflow: Any, called: Arguments, here: Local | None = None, *, workflow_id: str | None = None
) -> Any:
    """Run a workflow in this process, in memory where nothing else is said; return its result."""
    ordered = workflow.with_options(**told(workflow_id=workflow_id))
    return (here or Local()).run(ordered, *called.args, **called.kwargs)
