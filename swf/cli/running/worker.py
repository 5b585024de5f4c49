"""`swf worker`: processes that run the code of activities."""

from __future__ import annotations

import logging

import click

from swf.actors import Isolation
from swf.cli import logs
from swf.cli.asked import Asked
from swf.cli.code import activities_named
from swf.cli.names import Noun
from swf.cli.options import common
from swf.cli.running import polling
from swf.cli.running.middlewares import Hook, with_middlewares
from swf.flow import Worker
from swf.flow.activities import DEFAULT_TASK_LIST


@click.group("worker", cls=Noun)
def command() -> None:
    """Run workers, which run the code of activities."""


@command.command("start")
@click.argument("activities", nargs=-1, metavar="MODULE[.NAME]...")
@polling.how_many
@click.option(
    "--isolation",
    type=click.Choice(["thread", "pool", "process"]),
    default="thread",
    show_default=True,
    help="Where the code of activities runs.",
)
@click.option(
    "--heartbeat",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="How often to tell SWF that a task is at work; else by the activity's time-out.",
)
@with_middlewares
@polling.elsewhere
@common
def start(
    asked: Asked,
    *,
    activities: tuple[str, ...],
    how_many: polling.HowMany,
    isolation: Isolation,
    heartbeat: float | None,
    before: tuple[Hook, ...],
    after: tuple[Hook, ...],
) -> None:
    """Do activities of these modules until Ctrl-C or SIGTERM.

    MODULE.NAME may be one activity, or a workflow: then its module's activities are done. Nothing
    else is ever called. Types are registered where they are not.

        swf worker start shop.activities -d shop -t work --threads 10
    """
    logs.configure(asked.verbosity, usual=logging.INFO)
    polling.check_named("activities", activities)
    known = activities_named(activities)
    named = [one.task_list or DEFAULT_TASK_LIST for one in known]
    polled = polling.task_list_of(how_many.task_list, named)
    domain, connection = polling.place()
    worker = Worker(
        known,
        polled,
        domain=domain,
        connection=connection,
        isolation=isolation,
        heartbeat_interval=heartbeat,
        before=before,
        after=after,
    )
    polling.poll(worker, [one.key for one in known], how_many)
