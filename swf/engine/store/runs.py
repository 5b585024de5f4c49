"""Executions, what is open in them, and their events, as rows.

The writer's side of the store: it loads the state of one execution, and saves what changed of it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

from swf.engine.state import ACTIVITY_TASK, DECISION_TASK, KINDS, Entity, Execution, Parent
from swf.engine.store import events
from swf.wire import TypeKey

_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

_SCALARS: Final = (
    "run", "domain", "workflow_id", "run_id", "task_list", "task_start_to_close",
    "execution_start_to_close", "child_policy", "task_priority", "lambda_role", "started_at",
    "closed_at", "close_status", "last_event_id", "last_event_at", "latest_activity_at",
    "execution_context", "override", "override_schedule_to_start", "answered_started_id",
    "last_started_id", "previous_started_id",
)  # fmt: skip
"""Fields of an Execution that are columns as they are."""

_COLUMNS: Final = (
    *_SCALARS, "type_name", "type_version", "tag_list", "parent", "cancel_requested", "open_counts",
)  # fmt: skip

_COURSE: Final = (
    "last_event_id", "last_event_at", "latest_activity_at", "execution_context", "override",
    "override_schedule_to_start", "answered_started_id", "last_started_id", "previous_started_id",
)  # fmt: skip
"""What changes while the execution goes on."""

_SELECT: Final = f"SELECT {', '.join(_COLUMNS)} FROM execution WHERE run = ?"  # noqa: S608
_INSERT: Final = (
    f"INSERT INTO execution ({', '.join(_COLUMNS)}) "  # noqa: S608
    f"VALUES ({', '.join('?' * len(_COLUMNS))})"
)
_UPDATE: Final = (
    f"UPDATE execution SET {', '.join(f'{name} = ?' for name in _COURSE)}, open_counts = ? "  # noqa: S608
    "WHERE run = ?"
)
_UPDATE_STATUS: Final = (
    "UPDATE execution SET closed_at = ?, close_status = ?, cancel_requested = ? WHERE run = ?"
)
_ENTITY: Final = (
    "name", "task_list", "priority", "seq", "waiting", "started_id", "inside", "due", "deadlines",
    "facts",
)  # fmt: skip
_SELECT_ENTITIES: Final = (
    "SELECT event_id, kind, name, task_list, priority, seq, waiting, started_id, inside, deadlines,"
    " facts FROM entity WHERE run = ? ORDER BY event_id"
)
_INSERT_ENTITY: Final = (
    f"INSERT INTO entity (run, event_id, kind, domain, {', '.join(_ENTITY)}) "  # noqa: S608
    f"VALUES ({', '.join('?' * (4 + len(_ENTITY)))})"
)
_UPDATE_ENTITY: Final = (
    f"UPDATE entity SET {', '.join(f'{name} = ?' for name in _ENTITY)} "  # noqa: S608
    "WHERE run = ? AND event_id = ?"
)
_FIRST_IN_LINE: Final = {
    # A kind that is bound would have SQLite prepare the statement anew each time, to see whether it
    # is the one of a partial index.
    kind: "SELECT run, event_id FROM entity WHERE domain = ? AND task_list = ?"  # noqa: S608
    f" AND kind = '{kind}' AND waiting = 1 ORDER BY priority DESC, seq LIMIT 1"
    for kind in (ACTIVITY_TASK, DECISION_TASK)
}
_scalars: Final = attrgetter(*_SCALARS)
_course: Final = attrgetter(*_COURSE)
_EMPTY_AT_MOST: Final = 10_000
_RECENT_AT_MOST: Final = 500
_RECENT_LENGTH: Final = 4_096
"""Events of longer attributes, and more events, are read from the file when they are needed."""


class Runs:
    """The executions of one database, by the number of their run."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._execute = connection.execute
        self._last_run: int
        self._last_seq: int
        (self._last_run,) = self._one("SELECT coalesce(max(seq), 0) FROM sqlite_sequence")
        (self._last_seq,) = self._one("SELECT coalesce(max(seq), 0) FROM entity WHERE waiting = 1")
        self._empty: set[tuple[str, str | None, str]] = set()
        """Lines (domain, task list, kind) in which nothing waits, of those that were asked for."""
        self.recorded = 0
        """Events that were saved since the transaction began."""

    def _one(self, sql: str, *values: Any) -> Any:
        return self._execute(sql, values).fetchone()

    def next_run(self) -> int:
        """Return a number that no run has had."""
        self._last_run += 1
        return self._last_run

    # Finding

    def open_run(self, domain: str, workflow_id: str) -> int | None:
        """Return the number of the open run of a workflow id."""
        found = self._one(
            "SELECT run FROM execution WHERE domain = ? AND workflow_id = ?"
            " AND close_status IS NULL AND quarantined IS NULL",
            domain,
            workflow_id,
        )
        return None if found is None else found[0]

    def run_of(self, domain: str, workflow_id: str, run_id: str) -> int | None:
        """Return the number of a run, open or closed."""
        found = self._one(
            "SELECT run FROM execution WHERE domain = ? AND workflow_id = ? AND run_id = ?"
            " AND quarantined IS NULL",
            domain,
            workflow_id,
            run_id,
        )
        return None if found is None else found[0]

    def open_count(self, domain: str) -> int:
        """Return how many executions of a domain are open."""
        (count,) = self._one(
            "SELECT count(*) FROM execution"
            " WHERE domain = ? AND close_status IS NULL AND quarantined IS NULL",
            domain,
        )
        return int(count)

    def first_in_line(self, domain: str, task_list: str, kind: str) -> tuple[int, int] | None:
        """Return run and event of the task that is next to be handed out."""
        if self.known_empty(domain, task_list, kind):
            return None
        found: tuple[int, int] | None = self._one(_FIRST_IN_LINE[kind], domain, task_list)
        if found is None:
            if len(self._empty) >= _EMPTY_AT_MOST:
                self._empty.clear()
            self._empty.add((domain, task_list, kind))
        return found

    def known_empty(self, domain: str, task_list: str, kind: str) -> bool:
        """Tell whether it is known, without looking, that no task waits in a line."""
        return (domain, task_list, kind) in self._empty

    def forget(self) -> None:
        """Drop what was remembered of the lines, as after a rollback."""
        self._empty.clear()

    def next_due(self) -> int | None:
        """Return the moment of the first deadline of all."""
        found = self._one("SELECT due FROM entity WHERE due IS NOT NULL ORDER BY due LIMIT 1")
        return None if found is None else found[0]

    def due(self, now: int, at_most: int) -> list[tuple[int, int]]:
        """Return run and event of what is due, first what was due first, executions before all."""
        return self._execute(
            "SELECT run, event_id FROM entity WHERE due IS NOT NULL AND due <= ?"
            " ORDER BY due, kind = 'workflow_execution' DESC, event_id LIMIT ?",
            (now, at_most),
        ).fetchall()

    def held_inside(self) -> list[tuple[int, int]]:
        """Return run and event of the tasks that pollers of the owner's process held."""
        return self._execute(
            "SELECT run, event_id FROM entity WHERE inside = 1 ORDER BY run, event_id"
        ).fetchall()

    def held_outside(self, at_most: int = -1) -> list[tuple[int, int]]:
        """Return run and event of the tasks with deadlines that other processes' pollers hold."""
        return self._execute(
            "SELECT run, event_id FROM entity WHERE started_id > 0 AND inside = 0"
            " AND due IS NOT NULL AND kind IN ('activity_task', 'decision_task')"
            " ORDER BY run, event_id LIMIT ?",
            (at_most,),
        ).fetchall()

    def open_functions(self) -> list[tuple[int, int]]:
        """Return run and event of the Lambda tasks that are open."""
        return self._execute(
            "SELECT run, event_id FROM entity WHERE kind = 'lambda_function' ORDER BY run, event_id"
        ).fetchall()

    # Loading

    def load(self, run: int) -> Execution | None:
        """Return the state of an execution; None where there is no such run."""
        found = self._one(_SELECT, run)
        if found is None:
            return None
        column = dict(zip(_COLUMNS, found, strict=True))
        parent = column["parent"]
        tags = column["tag_list"]
        execution = Execution(
            **{name: column[name] for name in _SCALARS},
            workflow_type=TypeKey(column["type_name"], column["type_version"]),
            tag_list=None if tags is None else tuple(json.loads(tags)),
            parent=None if parent is None else Parent(*json.loads(parent)),
            cancel_requested=bool(column["cancel_requested"]),
            open_counts=json.loads(column["open_counts"]),
            saved=(column["close_status"], bool(column["cancel_requested"])),
        )
        for entity in self._entities(run):
            execution.open[entity.event_id] = entity
            if entity.unique:
                execution.ids[entity.kind, entity.name] = entity.event_id
            if entity.kind == "decision_task":
                if entity.started_id:
                    execution.decision_started_id = entity.event_id
                else:
                    execution.decision_scheduled_id = entity.event_id
        return execution

    def _entities(self, run: int) -> Iterator[Entity]:
        for row in self._execute(_SELECT_ENTITIES, (run,)):
            event_id, kind, name, task_list, priority, seq, waiting = row[:7]
            started_id, inside, deadlines, facts = row[7:]
            yield KINDS[kind](
                event_id=event_id,
                name=name,
                task_list=task_list,
                priority=priority,
                seq=seq,
                waiting=bool(waiting),
                started_id=started_id,
                inside=bool(inside),
                deadlines=json.loads(deadlines),
                stored=True,
                **json.loads(facts),
            )

    # Saving

    def save(self, execution: Execution) -> int | None:
        """Write what changed of an execution; return the earliest deadline among it."""
        self._save_execution(execution)
        if execution.unsaved:
            self._save_events(execution)
        if execution.changed:
            return self._save_entities(execution)
        return None

    def _save_execution(self, execution: Execution) -> None:
        counts = _numbers(execution.open_counts)
        status = (execution.close_status, execution.cancel_requested)
        if execution.saved is None:
            self._insert(execution, counts)
        else:
            self._execute(_UPDATE, (*_course(execution), counts, execution.run))
            if execution.saved != status:
                self._execute(_UPDATE_STATUS, (execution.closed_at, *status, execution.run))
        if execution.close_status is not None and execution.tag_list:
            self._execute(
                "UPDATE execution_tag SET closed = 1, closed_at = ? WHERE run = ?",
                (execution.closed_at, execution.run),
            )
        execution.saved = status

    def _insert(self, execution: Execution, counts: str) -> None:
        tags = execution.tag_list
        parent = execution.parent
        self._execute(
            _INSERT,
            (
                *_scalars(execution),
                *execution.workflow_type,
                None if tags is None else _encode(tags),
                None if parent is None else _encode(parent),
                execution.cancel_requested,
                counts,
            ),
        )
        for tag in dict.fromkeys(tags or ()):
            self._execute(
                "INSERT INTO execution_tag (domain, tag, closed, started_at, run)"
                " VALUES (?, ?, 0, ?, ?)",
                (execution.domain, tag, execution.started_at, execution.run),
            )

    def _save_events(self, execution: Execution) -> None:
        rows = events.insert(self._connection, execution.run, execution.unsaved)
        self.recorded += len(rows)
        execution.unsaved.clear()
        recent = execution.recent
        recent.extend(rows)
        first = execution.previous_started_id
        if len(recent) > _RECENT_AT_MOST or any(len(row[3]) > _RECENT_LENGTH for row in rows):
            recent.clear()
        elif recent[0][0] < first:
            del recent[: first - recent[0][0]]

    def _save_entities(self, execution: Execution) -> int | None:
        earliest = None
        for event_id, entity in execution.changed.items():
            if entity is None:
                self._execute(
                    "DELETE FROM entity WHERE run = ? AND event_id = ?", (execution.run, event_id)
                )
                continue
            due = self._save_entity(execution, entity)
            if due is not None and (earliest is None or due < earliest):
                earliest = due
        execution.changed.clear()
        return earliest

    def _save_entity(self, execution: Execution, entity: Entity) -> int | None:
        if entity.waiting:
            self._empty.discard((execution.domain, entity.task_list, entity.kind))
            if not entity.seq:
                self._last_seq += 1
                entity.seq = self._last_seq
        due = entity.due
        row = (
            entity.name,
            entity.task_list,
            entity.priority,
            entity.seq,
            entity.waiting,
            entity.started_id,
            entity.inside,
            due,
            _numbers(entity.deadlines),
            _facts(entity.facts, *[getattr(entity, name) for name in entity.facts]),
        )
        if entity.stored:
            self._execute(_UPDATE_ENTITY, (*row, execution.run, entity.event_id))
        else:
            key = (execution.run, entity.event_id, entity.kind, execution.domain)
            self._execute(_INSERT_ENTITY, (*key, *row))
            entity.stored = True
        return due

    def hold_back(self, run: int, event_id: int | None = None) -> None:
        """Have what is open in a run neither come due nor be handed out, or one thing of it."""
        which, values = ("", (run,)) if event_id is None else (" AND event_id = ?", (run, event_id))
        self._execute(
            f"UPDATE entity SET due = NULL, waiting = 0 WHERE run = ?{which}",  # noqa: S608
            values,
        )

    # Forgetting

    def schedule_purge(self, run: int, due: int) -> None:
        """Have a closed execution forgotten at this moment."""
        self._execute("INSERT OR IGNORE INTO purge (due, run) VALUES (?, ?)", (due, run))

    def next_purge(self) -> tuple[int, int] | None:
        """Return moment and run of what is to be forgotten next."""
        found: tuple[int, int] | None = self._one(
            "SELECT due, run FROM purge ORDER BY due, run LIMIT 1"
        )
        return found

    def purge(self, due: int, run: int, at_most: int) -> int:
        """Forget an execution, at most so many of its events at once; return how many that were.

        Nobody sees it from the first call on.
        """
        for table in ("entity", "execution_tag", "execution"):
            self._execute(f"DELETE FROM {table} WHERE run = ?", (run,))  # noqa: S608
        deleted = self._execute(
            "DELETE FROM event WHERE run = ? AND id <= ("
            "SELECT max(id) FROM (SELECT id FROM event WHERE run = ? ORDER BY id LIMIT ?))",
            (run, run, at_most),
        ).rowcount
        if deleted < at_most:
            self._execute("DELETE FROM purge WHERE due = ? AND run = ?", (due, run))
        return deleted


def _numbers(numbers: Mapping[str, int]) -> str:
    """Return a JSON object of numbers; their names need no escapes."""
    members = [f'"{name}":{number}' for name, number in numbers.items()]
    return f"{{{','.join(members)}}}"


@lru_cache(maxsize=256)
def _facts(names: tuple[str, ...], *values: Any) -> str:
    """Return the JSON of an entity's own facts: most entities of a type have the same."""
    return _encode(dict(zip(names, values, strict=True)))
