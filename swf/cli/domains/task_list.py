"""`swf task-list`: where tasks wait for somebody who takes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import click

from swf.cli import options, output
from swf.cli.asked import Asked
from swf.cli.names import Noun
from swf.cli.output import Columns
from swf.insight import pollers
from swf.models import Domain

LIST: Final = Columns(
    {
        "task_list": "task list",
        "decision_tasks": "decision tasks",
        "deciders": "deciders",
        "activity_tasks": "activity tasks",
        "workers": "workers",
        "oldest": "oldest waits since",
    },
    id="task_list",
)

Backlogs = Mapping[tuple[str, str], Mapping[str, Any]]
"""What an embedded SWF tells of task lists, by kind of task and name."""


@click.group("task-list", cls=Noun)
def command() -> None:
    """Task lists: how many tasks wait on them, and who takes them."""


@command.command("list")
@output.watching
@options.common
def list_(asked: Asked, /, *, watch: float | None) -> None:
    """List the task lists of the domain, what waits on each, and how many poll it.

    Amazon SWF has no list of them and does not tell who polls: those are listed there that types
    have by default.

        swf task-list list --watch 2
    """
    output.repeatedly(lambda: _list(asked), watch)


def _list(asked: Asked) -> None:
    domain = options.domain()
    told = _told(domain)
    names = {name for _, name in told or {}}
    for found in (domain.workflows(), domain.activities()):
        names.update(one.upstream().task_list or "" for one in found)
    output.emit(asked, (row(domain, name, told) for name in sorted(names - {""})), LIST)


@command.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@options.common
def describe(asked: Asked, /, names: tuple[str, ...]) -> None:
    """Show how many tasks wait on task lists, and how many poll them where that can be told.

    swf task-list describe quickstart
    """
    domain = options.domain()
    told = _told(domain)
    output.emit(asked, (row(domain, name, told) for name in names), LIST)


def _told(domain: Domain) -> Backlogs | None:
    """Return what is told of task lists beyond SWF's operations; None where nothing is."""
    found = pollers.task_lists(domain.connection, domain.name)
    return None if found is None else {(one["kind"], one["taskList"]): one for one in found}


def row(domain: Domain, name: str, told: Backlogs | None) -> dict[str, Any]:
    """Return what waits on a task list, since when, and who polls it; None is not told."""
    kinds = [(told or {}).get((kind, name), {}) for kind in ("decision", "activity")]
    deciders, workers = ([one["identity"] for one in kind.get("pollers", ())] for kind in kinds)
    oldest = [kind["oldest"] for kind in kinds if kind.get("oldest") is not None]
    return {
        "task_list": name,
        "decision_tasks": int(domain.count_pending_decision_tasks(name)),
        "deciders": None if told is None else len(deciders),
        "activity_tasks": int(domain.count_pending_activity_tasks(name)),
        "workers": None if told is None else len(workers),
        "oldest": datetime.fromtimestamp(min(oldest), UTC) if oldest else None,
        "pollers": None if told is None else sorted({*deciders, *workers}, key=str),
    }
