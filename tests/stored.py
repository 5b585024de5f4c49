"""A database with rows that tests put there themselves, and what handlers make of them."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import attrs

import swf
from swf.engine.operations import domains, tags, types, visibility
from swf.engine.page import decoded
from swf.engine.requests import checked
from swf.engine.state import Event
from swf.engine.store import events
from swf.engine.store.registry import Registry
from swf.engine.tokens import Seal
from swf.engine.turn import Limits
from swf.engine.view import Handler, View

SCHEMA = Path(swf.__file__).parent / "engine" / "store" / "migrations" / "0001.sql"
DOMAIN = "orders"
HANDLERS: dict[str, Handler] = {
    operation: handler
    for module in (domains, tags, types, visibility)
    for operation, handler in {**module.READS, **module.WRITES}.items()
}


@contextmanager
def database() -> Iterator[sqlite3.Connection]:
    """Give an empty database in memory."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(SCHEMA.read_text(encoding="utf-8"))
        yield connection


def view(connection: sqlite3.Connection, **changes: Any) -> View:
    """Make what a handler gets, as of the year 2020."""
    told = {
        "registry": Registry(connection),
        "now": 1_577_836_800_000,
        "region": "eu-west-1",
        "seal": Seal(b"secret of the tests"),
        "limits": Limits(),
    }
    return View(connection=connection, **(told | changes))


@contextmanager
def viewed() -> Iterator[View]:
    """Give the view of a database that has one domain and nothing else."""
    with database() as connection:
        made = view(connection)
        ask(
            made,
            "RegisterDomain",
            name=DOMAIN,
            workflowExecutionRetentionPeriodInDays="30",
        )
        yield made


def ask(asked: View, operation: str, **request: Any) -> dict[str, Any]:
    """Return what a client reads of the answer to a request."""
    return decoded(HANDLERS[operation](asked, checked(operation, request)))


def later(earlier: View, seconds: float) -> View:
    """Return the view of a later request."""
    return attrs.evolve(earlier, now=earlier.now + int(seconds * 1000))


def pages(
    asked: View,
    operation: str,
    size: int,
    between: Callable[[], object] = lambda: None,
    **request: Any,
) -> Iterator[dict[str, Any]]:
    """Yield every page of a list; something may happen after each."""
    token: dict[str, str] = {}
    while True:
        reply = ask(asked, operation, **request, maximumPageSize=size, **token)
        yield reply
        if "nextPageToken" not in reply:
            return
        token = {"nextPageToken": reply["nextPageToken"]}
        between()


# Rows

_DEFAULTS: dict[str, Any] = {
    "domain": DOMAIN,
    "type_name": "Order",
    "type_version": "1",
    "task_list": "deciders",
    "task_start_to_close": "30",
    "execution_start_to_close": "3600",
    "child_policy": "TERMINATE",
    "started_at": 0,
}


def put(connection: sqlite3.Connection, table: str, **columns: Any) -> int:
    """Insert a row; return its row id."""
    marks = ", ".join("?" * len(columns))
    cursor = connection.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", tuple(columns.values())
    )
    return cursor.lastrowid or 0


def put_execution(connection: sqlite3.Connection, **columns: Any) -> int:
    """Insert an execution with its tags; return the number of its run."""
    names = connection.execute("SELECT coalesce(max(run), 0) + 1 FROM execution").fetchone()[0]
    row = _DEFAULTS | {"workflow_id": f"w{names}", "run_id": f"r{names}"} | columns
    tag_list = row.pop("tag_list", None)
    if tag_list is not None:
        row["tag_list"] = json.dumps(tag_list)
    run = put(connection, "execution", **row)
    for tag in dict.fromkeys(tag_list or ()):
        put(
            connection,
            "execution_tag",
            domain=row["domain"],
            tag=tag,
            closed="close_status" in row and row["close_status"] is not None,
            started_at=row["started_at"],
            closed_at=row.get("closed_at"),
            run=run,
        )
    return run


def put_events(connection: sqlite3.Connection, run: int, first: int, last: int) -> None:
    """Insert events of these ids into the history of a run."""
    told = [
        Event(one, "MarkerRecorded", 1000 + one, {"markerName": f"m{one}"})
        for one in range(first, last + 1)
    ]
    events.insert(connection, run, told)
    connection.execute("UPDATE execution SET last_event_id = ? WHERE run = ?", (last, run))


def forget(connection: sqlite3.Connection, run: int) -> None:
    """Delete an execution, as a purge does."""
    for table in ("execution_tag", "execution"):
        connection.execute(f"DELETE FROM {table} WHERE run = ?", (run,))


# What a statement costs


def plans(connection: sqlite3.Connection, act: Callable[[], object]) -> dict[str, list[str]]:
    """Return how the database goes about each statement of an act."""
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    try:
        act()
    finally:
        connection.set_trace_callback(None)
    return {
        text: [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}")]
        for text in statements
        if text.startswith("SELECT")
    }


def without_index(plan: Sequence[str]) -> list[str]:
    """Return the steps of a plan that read more than they have to, or sort."""
    found = re.compile(r"SEARCH .* USING |SCAN \(subquery|SCAN \w+ USING |CO-ROUTINE ")
    return [step for step in plan if not found.match(step)]


def steps(connection: sqlite3.Connection, act: Callable[[], object]) -> int:
    """Return how many instructions of the database an act takes."""
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    connection.set_progress_handler(step, 1)
    try:
        act()
    finally:
        connection.set_progress_handler(None, 1)
    return taken
