"""What waits on the task lists, and who polls them."""

from __future__ import annotations

import sqlite3
from typing import Any, Final

from swf.engine.waiting import Waiting

_KINDS: Final = {"decision_task": "decision", "activity_task": "activity"}

_BACKLOG: Final = (
    "SELECT kind, task_list, count(*), min(event.at) FROM entity"
    " JOIN event ON event.run = entity.run AND event.id = entity.event_id"
    " WHERE domain = ? AND waiting = 1 GROUP BY kind, task_list"
)


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

    for kind, task_list, count, oldest in connection.execute(_BACKLOG, (domain,)):
        item(kind, task_list).update(backlog=count, oldest=oldest / 1000)
    for line, identity, at in waiting.pollers(domain):
        poller = {
            "identity": identity,
            "lastSeen": at / 1000,
            "waiting": waiting.holds(line, identity),
        }
        item(line[0], line[2])["pollers"].append(poller)
    return [found[key] for key in sorted(found)]
