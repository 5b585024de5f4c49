"""`swf worker`: processes that run the code of activities."""

from __future__ import annotations

import logging

import click

from swf.cli import logs, polling
from swf.cli.asked import Asked
from swf.cli.code import activities_named
from swf.cli.options import common
from swf.flow import Worker
from swf.flow.activities import DEFAULT_TASK_LIST


@click.group("worker")
def command() -> None:
    """Run workers, which run the code of activities."""


@command.command("start")
@click.argument("activities", nargs=-1, required=True, metavar="MODULE[.NAME]...")
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
@common
def start(
    asked: Asked,
    *,
    activities: tuple[str, ...],
    task_list: str | None,
    processes: int,
    threads: int,
    max_tasks: int | None,
    one_task: bool,
    isolation: str,
    heartbeat: float | None,
) -> None:
    """Do activities of these modules until Ctrl-C or SIGTERM.

    MODULE.NAME may be one activity, or a workflow: then its module's activities are done. Nothing
    else is ever called. Types are registered where they are not.

        swf worker start shop.activities -d shop -t work --threads 10
    """
    work(
        asked,
        activities,
        task_list,
        threads=threads,
        processes=processes,
        tasks=polling.tasks_of(max_tasks, one_task=one_task, processes=processes),
        isolation=isolation,
        heartbeat=heartbeat,
    )


def work(
    asked: Asked,
    targets: tuple[str, ...],
    task_list: str | None,
    *,
    threads: int,
    processes: int,
    tasks: int | None,
    isolation: str,
    heartbeat: float | None,
) -> None:
    """Do the activities of these names, until it is told to stop."""
    logs.configure(asked.verbosity, usual=logging.INFO)
    known = activities_named(targets)
    polled = polling.task_list_of(task_list, [one.task_list or DEFAULT_TASK_LIST for one in known])
    domain, connection = polling.place()
    worker = Worker(
        known,
        polled,
        domain=domain,
        connection=connection,
        isolation=isolation,  # type: ignore[arg-type]
        heartbeat_interval=heartbeat,
    )
    polling.poll(
        worker,
        [one.key for one in known],
        threads=threads,
        processes=processes,
        tasks=tasks,
    )
