"""`swf standalone`: a workflow on the SWF of the settings, with processes of its own."""

from __future__ import annotations

import logging
import re
from contextlib import nullcontext
from functools import partial
from typing import TextIO

import click

from swf.cli import logs
from swf.cli.arguments import arguments
from swf.cli.asked import Asked
from swf.cli.code import workflow_named
from swf.cli.options import common, domain_name
from swf.cli.running.middlewares import Hook, with_middlewares
from swf.cli.running.polling import measured
from swf.cli.running.repairing import (
    Done,
    RepairingDecider,
    RepairingWorker,
    Task,
    arguments_of,
    done_in,
)
from swf.cli.running.run import with_input
from swf.cli.workflow import live
from swf.cli.workflow.ending import show_result, told_by_code
from swf.flow import Standalone, Workflow
from swf.flow.declaration import Ordered
from swf.models import Domain, WorkflowExecution
from swf.transport import default_connection
from swf.wire import told


def _pattern(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Refuse what is no pattern."""
    try:
        re.compile(value or "")
    except re.error as error:
        raise click.BadParameter(f"{value!r} is no regular expression: {error}") from error
    return value


def _run(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Refuse what names no run."""
    if value is not None and not value.strip():
        raise click.BadParameter("say a workflow id, and the run id behind it if it must be")
    return value


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


def _broken(domain: Domain, repair: str) -> WorkflowExecution:
    """Return the execution that is named, with its run id: without one it is the latest run."""
    words = repair.rsplit(maxsplit=1)
    return WorkflowExecution(domain, *words, connection=domain.connection).upstream()


@click.command("standalone")
@click.argument("workflow", metavar="MODULE[.NAME]")
@with_input
@click.option("--workflow-id", metavar="ID", help="The workflow id; else one is made up.")
@click.option(
    "-D",
    "--deciders",
    "--nb-deciders",
    "deciders",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="So many processes of deciders.",
)
@click.option(
    "-W",
    "--workers",
    "--nb-workers",
    "workers",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    metavar="N",
    help="So many processes of workers.",
)
@click.option("--tags", metavar="A,B", help="The tags of the execution.")
@click.option("--execution-timeout", metavar="SECONDS", help="How long the execution may take.")
@click.option("--decision-tasks-timeout", metavar="SECONDS", help="How long a decision may take.")
@click.option(
    "--heartbeat",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="How often workers tell that they are at work; else by the activity's time-out.",
)
@with_middlewares
@click.option(
    "--display-status", type=bool, default=True, metavar="BOOL", help="Show what happens."
)
@click.option(
    "--repair",
    metavar="'ID [RUN_ID]'",
    callback=_run,
    help="Do not do again what this execution has completed; its arguments are taken, too.",
)
@click.option(
    "--force-activities",
    metavar="REGEX",
    callback=_pattern,
    help="With --repair: do activities and children again whose names match.",
)
@measured
@common
def command(
    asked: Asked,
    *,
    workflow: str,
    text: str | None,
    file: TextIO | None,
    workflow_id: str | None,
    deciders: int,
    workers: int,
    tags: str | None,
    execution_timeout: str | None,
    decision_tasks_timeout: str | None,
    heartbeat: float | None,
    before: tuple[Hook, ...],
    after: tuple[Hook, ...],
    display_status: bool,
    repair: str | None,
    force_activities: str | None,
) -> None:
    """Run a workflow on the SWF of the settings, with processes and task lists of its own.

    What happens is shown on stderr meanwhile, the result is printed as JSON. How it ends is told
    by the exit code: 0, 3 failed, 4 timed out, 5 canceled, 6 terminated.

        swf standalone --domain TestDomain examples.flow.basic --input '[1, 0.1]'

        swf standalone --domain TestDomain examples.flow.basic --repair basic-1
    """
    if force_activities is not None and repair is None:
        raise click.UsageError("--force-activities: goes with --repair")
    logs.configure(asked.verbosity, usual=logging.CRITICAL)  # what fails is told in the end
    called = arguments(text, file)
    cls = workflow_named(workflow)
    workflow_id = workflow_id or live.made_up(cls)
    ordered = ordered_as(cls, workflow_id, tags, execution_timeout, decision_tasks_timeout)
    connection = default_connection()
    domain = Domain(domain_name(), connection=connection)
    done: dict[Task, Done] = {}
    if repair is not None:
        broken = _broken(domain, repair)
        done = done_in(broken, force_activities)
        if text is None and file is None:
            called = arguments_of(broken, cls.payloads)
    is_shown = display_status and not asked.is_quiet
    alone = Standalone(
        domain=domain,
        connection=connection,
        deciders=deciders,
        workers=workers,
        quiet=True,
        heartbeat_interval=heartbeat,
        before=before,
        after=after,
        decider_class=partial(RepairingDecider, done=done),
        worker_class=partial(RepairingWorker, done=done),
    )
    progress = live.shown(domain, workflow_id, asked=asked) if is_shown else nullcontext()
    with told_by_code(asked), progress:
        result = alone.run(ordered, *called.args, **called.kwargs)
    show_result(asked, result)
