"""`swf task-list`: where tasks wait for somebody who takes them."""

from __future__ import annotations

from typing import Any, Final

import click

from swf.cli import options, output
from swf.cli.asked import Asked
from swf.cli.names import Noun
from swf.cli.output import Columns
from swf.models import Domain

LIST: Final = Columns(
    {
        "task_list": "task list",
        "decision_tasks": "decision tasks",
        "activity_tasks": "activity tasks",
    },
    id="task_list",
)


@click.group("task-list", cls=Noun)
def command() -> None:
    """Task lists: how many tasks wait on them for somebody who takes them."""


@command.command("list")
@options.common
def list_(asked: Asked, /) -> None:
    """List the task lists that types of the domain have by default, and what waits on each.

    SWF has no list of task lists: others may be named where executions and tasks are started.
    """
    domain = options.domain()
    names: set[str] = set()
    for found in (domain.workflows(), domain.activities()):
        names.update(one.upstream().task_list or "" for one in found)
    output.emit(asked, (row(domain, name) for name in sorted(names - {""})), LIST)


@command.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@options.common
def describe(asked: Asked, /, names: tuple[str, ...]) -> None:
    """Show how many tasks wait on task lists; about how many, says SWF.

    swf task-list describe quickstart
    """
    domain = options.domain()
    output.emit(asked, (row(domain, name) for name in names), LIST)


def row(domain: Domain, name: str) -> dict[str, Any]:
    """Return how many tasks wait on a task list."""
    return {
        "task_list": name,
        "decision_tasks": int(domain.count_pending_decision_tasks(name)),
        "activity_tasks": int(domain.count_pending_activity_tasks(name)),
    }
