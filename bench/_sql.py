"""The SQL of a step alone: tables, indexes and rows of the engine's schema, and nothing else.

What the disk and SQLite allow, had the engine itself no cost at all: nothing is looked up, and all
rows are made beforehand. A step is two transactions: one where the decision is recorded, and the
activity task scheduled and handed to the worker that waits for it; one where its result is
recorded, and the next decision task handed to the decider. Each has three events, an entity that
goes, one that comes, and the course of the execution.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import _sides
from _given import ACTIVITY, DECISIONS, DOMAIN, INPUT, RESULT, WORK
from _sides import Found, Timed
from attrs import frozen

SCHEMA = Path(__file__).parent.parent / "swf" / "engine" / "store" / "migrations" / "0001.sql"
NOW = 1_750_000_000_000

_EVENT = "INSERT INTO event (run, id, type, at, attributes, checksum) VALUES (?, ?, ?, ?, ?, ?)"
_COURSE = (
    "UPDATE execution SET last_event_id = ?, last_event_at = ?, latest_activity_at = ?,"
    " answered_started_id = ?, last_started_id = ?, previous_started_id = ?, open_counts = ?"
    " WHERE run = ?"
)
_GONE = "DELETE FROM entity WHERE run = ? AND event_id = ?"
_COMES = (
    "INSERT INTO entity (run, event_id, kind, domain, name, task_list, priority, seq, waiting,"
    " started_id, inside, due, deadlines, facts) VALUES (?, ?, ?, ?, ?, ?, 0, ?, 0, ?, 1, ?, ?, ?)"
)
_STARTED = (
    "INSERT INTO execution (run, domain, workflow_id, run_id, type_name, type_version, task_list,"
    " task_start_to_close, execution_start_to_close, child_policy, started_at)"
    " VALUES (?, ?, ?, ?, 'process-order', '1', 'deciders', '60', '86400', 'TERMINATE', ?)"
)
_COUNTS = '{"workflow_execution":1,"decision_task":1,"activity_task":0}'


@frozen
class Change:
    """The rows of one transaction."""

    events: list[tuple[object, ...]]
    gone: tuple[object, ...]
    comes: tuple[object, ...]
    course: tuple[object, ...]


def write(connection: sqlite3.Connection, change: Change) -> None:
    """Write the rows of one transaction."""
    connection.executemany(_EVENT, change.events)
    connection.execute(_GONE, change.gone)
    connection.execute(_COMES, change.comes)
    connection.execute(_COURSE, change.course)


def start(connection: sqlite3.Connection, run: int) -> None:
    """Write an execution whose first decision task is held by a decider."""
    connection.execute(_STARTED, (run, DOMAIN, f"order-{run}", f"22{run:030}", NOW))
    due = NOW + 86_400_000
    told = _json(START_TO_CLOSE=due)
    connection.execute(
        _COMES, (run, 1, "workflow_execution", DOMAIN, "", None, 0, 0, due, told, "{}")
    )
    connection.execute(_COMES, _decision_task(run, 2))


def changes(run: int, count: int) -> Iterator[Change]:
    """Yield the two transactions of each step."""
    for last in range(3, 3 + count * 6, 6):
        yield _decided(run, last)
        yield _completed(run, last + 3)


def _decided(run: int, last: int) -> Change:
    scheduled = _json(
        activityType=ACTIVITY,
        activityId=str(last),
        input=INPUT,
        decisionTaskCompletedEventId=last + 1,
        taskList=WORK,
        scheduleToStartTimeout="NONE",
        scheduleToCloseTimeout="3600",
        startToCloseTimeout="600",
        heartbeatTimeout="NONE",
    )
    due = NOW + last + 600_000
    return Change(
        [
            _event(run, last + 1, "DecisionTaskCompleted", _ids(last - 1, last)),
            _event(run, last + 2, "ActivityTaskScheduled", scheduled),
            _event(run, last + 3, "ActivityTaskStarted", _taken(last + 2, "worker-1")),
        ],
        (run, last - 1),
        (
            *(run, last + 2, "activity_task", DOMAIN, str(last), "workers", run * 10**6 + last),
            *(last + 3, due, _json(SCHEDULE_TO_CLOSE=due + 3_000_000, START_TO_CLOSE=due)),
            _json(start_to_close="600", heartbeat="NONE", cancel_requested_id=0),
        ),
        _course(run, last + 3, last),
    )


def _completed(run: int, last: int) -> Change:
    result = _json(result=RESULT, scheduledEventId=last - 1, startedEventId=last)
    scheduled = _json(taskList=DECISIONS, startToCloseTimeout="60", scheduleToStartTimeout="NONE")
    return Change(
        [
            _event(run, last + 1, "ActivityTaskCompleted", result),
            _event(run, last + 2, "DecisionTaskScheduled", scheduled),
            _event(run, last + 3, "DecisionTaskStarted", _taken(last + 2, "decider-1")),
        ],
        (run, last - 1),
        _decision_task(run, last + 2),
        _course(run, last + 3, last + 3),
    )


def _event(run: int, event_id: int, kind: str, attributes: str) -> tuple[object, ...]:
    row = (run, event_id, kind, NOW + event_id, attributes)
    return (*row, crc32("|".join(map(str, row)).encode()))


def _decision_task(run: int, event_id: int) -> tuple[object, ...]:
    due = NOW + event_id + 60_000
    return (
        *(run, event_id, "decision_task", DOMAIN, "", "deciders", run * 10**6 + event_id),
        *(event_id + 1, due, _json(START_TO_CLOSE=due)),
        _json(start_to_close="60", overridden=False),
    )


def _course(run: int, last: int, started: int) -> tuple[object, ...]:
    at = NOW + last
    return (last, at, at, started - 6, started, started - 6, _COUNTS, run)


def _ids(scheduled: int, started: int) -> str:
    return _json(scheduledEventId=scheduled, startedEventId=started)


def _taken(scheduled: int, identity: str) -> str:
    return _json(scheduledEventId=scheduled, identity=identity)


def _json(**members: object) -> str:
    return json.dumps(members, separators=(",", ":"))


def database(folder: Path) -> sqlite3.Connection:
    """Return a connection to a new file with the engine's tables, set up as the engine does."""
    connection = sqlite3.connect(folder / "alone.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(SCHEMA.read_text())
    return connection


def steps(count: int, folder: Path) -> Found:
    """Write the rows of so many steps of one workflow, two commits for each."""
    connection = database(folder)
    start(connection, 1)
    made = list(changes(1, count))
    with Timed() as timed:
        for change in made:
            connection.execute("BEGIN IMMEDIATE")
            write(connection, change)
            connection.execute("COMMIT")
    return {**timed.each(count), "sync": _sides.sync_seconds(folder)}
