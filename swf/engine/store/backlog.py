"""What waits on the task lists, and who polls them."""

from __future__ import annotations

import sqlite3
from typing import Any, Final

import attrs

from swf.engine.waiting import Waiting

_KINDS: Final = {"decision_task": "decision", "activity_task": "activity"}

_BACKLOG: Final = (
    "SELECT kind, task_list, priority, count(*), min(seq) FROM entity INDEXED BY line"
    " WHERE domain = ? AND waiting = 1 GROUP BY task_list, kind, priority"
)
_SINCE: Final = (
    "SELECT min(event.at) FROM entity INDEXED BY line"
    " JOIN event ON event.run = entity.run AND event.id = entity.event_id"
    " WHERE domain = ? AND task_list = ? AND kind = ? AND priority = ? AND seq = ? AND waiting = 1"
)
"""The first in line is the oldest of its priority: so the index alone is read to the end."""


def task_lists(
    connection: sqlite3.Connection, domain: str, waiting: Waiting
) -> list[dict[str, Any]]:
    """Return, for each kind of task and task list, what waits there and who polls."""
    found: dict[tuple[str, str], dict[str, Any]] = {}

    def item(kind: str, task_list: str) -> dict[str, Any]:
        fresh = {
            "kind": _KINDS[kind],
            "taskList": task_list,
            "backlog": 0,
            "oldest": None,
            "pollers": [],
        }
        return found.setdefault((kind, task_list), fresh)

    for kind, task_list, priority, count, first in connection.execute(_BACKLOG, (domain,)):
        one = item(kind, task_list)
        named = (domain, task_list, kind, priority, first)
        (at,) = connection.execute(_SINCE, named).fetchone()
        one["backlog"] += count
        if at is not None:  # as it is of an event that was lost
            one["oldest"] = min(one["oldest"] or at / 1000, at / 1000)
    for line, identity, at in waiting.pollers(domain):
        poller = {
            "identity": identity,
            "lastSeen": at / 1000,
            "waiting": waiting.holds(line, identity),
        }
        item(line[0], line[2])["pollers"].append(poller)
    return [found[key] for key in sorted(found)]


@attrs.frozen
class TaskListLoad:
    """How many tasks of a kind (decision, activity) wait on a task list, and how many polls."""

    domain: str
    name: str
    kind: str
    pending: int
    pollers: int


@attrs.frozen
class Load:
    """What is open and what waits in an SWF; `open_executions` has (domain, how many)."""

    open_executions: tuple[tuple[str, int], ...]
    task_lists: tuple[TaskListLoad, ...]


_OPEN: Final = (
    "SELECT domain, count(*) FROM execution INDEXED BY open_by_start"
    " WHERE close_status IS NULL AND quarantined IS NULL GROUP BY domain ORDER BY domain"
)
_PENDING: Final = (
    "SELECT domain, task_list, kind, count(*) FROM entity INDEXED BY line"
    " WHERE waiting = 1 GROUP BY domain, task_list, kind"
)


def load(connection: sqlite3.Connection, waiting: Waiting) -> Load:
    """Return what is open and what waits, of all domains: read from two indexes alone."""
    lines = {
        (domain, task_list, kind): (pending, 0)
        for domain, task_list, kind, pending in connection.execute(_PENDING)
    }
    for (kind, domain, task_list), pollers in waiting.lengths():
        pending, _ = lines.get((domain, task_list, kind), (0, 0))
        lines[domain, task_list, kind] = (pending, pollers)
    return Load(
        open_executions=tuple(connection.execute(_OPEN)),
        task_lists=tuple(
            TaskListLoad(domain, task_list, _KINDS[kind], *numbers)
            for (domain, task_list, kind), numbers in sorted(lines.items())
        ),
    )
