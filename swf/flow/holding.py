"""What an open execution waits for, in words: for those who wait for it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from swf.flow.replay.matching import BLOCKED, attributes_of
from swf.wire import Wire

MOST: Final = 3
"""Activities that are named, at most."""


def held_by(events: Iterable[Wire]) -> str:
    """Return what holds an execution, as far as its history tells; empty where that is nothing.

    That is a program that cannot go on, or tasks that nobody has taken yet.
    """
    untaken: dict[int, str] = {}
    blocked = ""
    for event in events:
        kind, told = event["eventType"], attributes_of(event)
        if kind in ("ActivityTaskScheduled", "DecisionTaskScheduled"):
            untaken[event["eventId"]] = _told_task(told)
        elif kind.startswith(("ActivityTask", "DecisionTask")):
            untaken.pop(told.get("scheduledEventId", 0), None)
        if kind == "MarkerRecorded":
            blocked = _told_block(told) if told["markerName"] == BLOCKED else ""
        elif kind.endswith("Scheduled") and kind != "DecisionTaskScheduled":
            blocked = ""
    tasks = list(untaken.values())
    more = [f"{len(tasks) - MOST} more tasks wait"] if len(tasks) > MOST else []
    return "; ".join([*([blocked] if blocked else []), *tasks[:MOST], *more])


def _told_task(told: Wire) -> str:
    task_list = told["taskList"]["name"]
    if "activityType" not in told:
        return f"nobody has taken its decision task from task list {task_list!r}"
    named: dict[str, Any] = told["activityType"]
    return f"nobody has taken activity {named['name']!r} from task list {task_list!r}"


def _told_block(told: Wire) -> str:
    details = json.loads(told.get("details") or "{}")
    return f"it cannot go on: {details.get('error')}: {details.get('message')}"
