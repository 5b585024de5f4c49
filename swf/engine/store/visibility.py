"""Executions as they are listed, counted and described; tasks as they are counted.

A page starts where the page before it ended, found on an index, so that it costs the same however
many executions there are. Where one index holds them under several values of a column that a query
leaves open, these are merged as they are read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from heapq import merge
from itertools import islice
from typing import Final, NamedTuple

import attrs

from swf.constants import CloseStatus
from swf.wire import Count

COUNTED_AT_MOST: Final = 10_000
"""How far counts are exact."""

_END_OF_TIME: Final = 2**63 - 1
_CLOSE_STATUSES: Final = tuple(CloseStatus)

_OPEN: Final = "e.close_status IS NULL AND e.quarantined IS NULL"
_CLOSED: Final = "e.close_status IS NOT NULL AND e.quarantined IS NULL"


class Listed(NamedTuple):
    """An execution as a list shows it; times are milliseconds since the epoch."""

    run: int
    workflow_id: str
    run_id: str
    type_name: str
    type_version: str
    started_at: int
    closed_at: int | None
    close_status: str | None
    parent: str | None
    """JSON of workflow id, run id and initiated event."""
    tag_list: str | None
    """JSON."""
    cancel_requested: int


class Details(NamedTuple):
    """What the description of an execution adds to its place in a list."""

    task_list: str
    task_start_to_close: str
    execution_start_to_close: str
    child_policy: str
    task_priority: str | None
    lambda_role: str | None
    last_event_id: int
    latest_activity_at: int | None
    execution_context: str | None
    open_counts: str
    """JSON: kind -> how many."""


class Position(NamedTuple):
    """Where a page ended: the time by which it is ordered, and the run."""

    at: int
    run: int


@attrs.frozen(kw_only=True)
class Query:
    """Which executions of a domain to list or to count; bounds are included, in milliseconds.

    At most one of workflow id, type, tag and close status is told. `by_close` says that bounds and
    order are of the time of closing, not of the start.
    """

    domain: str
    is_open: bool
    by_close: bool = False
    oldest: int
    latest: int = _END_OF_TIME
    workflow_id: str | None = None
    type_name: str | None = None
    type_version: str | None = None
    tag: str | None = None
    close_status: str | None = None

    @property
    def _order(self) -> str:
        return "close" if self.by_close else "start"

    @property
    def _status(self) -> str:
        return _OPEN if self.is_open else _CLOSED

    def position(self, row: Listed) -> Position:
        """Return where a page that ends with this execution ends."""
        at = row.closed_at if self.by_close else row.started_at
        return Position(at or 0, row.run)


class _Range(NamedTuple):
    """Executions that an index holds in the order of their time, then of their run."""

    source: str
    where: str
    values: tuple[str, ...]
    time: str
    run: str = "e.run"


def listed(
    connection: sqlite3.Connection,
    query: Query,
    size: int,
    after: Position | None = None,
    *,
    ascending: bool = False,
) -> list[Listed]:
    """Return at most `size` executions from a position on, the latest first unless `ascending`."""
    with ExitStack() as opened:
        ranges = [
            _rows(connection, one, query, after, ascending=ascending, opened=opened)
            for one in _ranges(connection, query)
        ]
        return list(islice(merge(*ranges, key=query.position, reverse=not ascending), size))


def counted(connection: sqlite3.Connection, query: Query) -> Count:
    """Return how many executions there are, exactly up to COUNTED_AT_MOST."""
    found = 0
    for one in _ranges(connection, query):
        found += _number(
            connection,
            f"{one.source} WHERE {one.where} AND {one.time} BETWEEN ? AND ?",
            (*one.values, query.oldest, query.latest),
            COUNTED_AT_MOST + 1 - found,
        )
    return _exact_or_truncated(found)


def pending(connection: sqlite3.Connection, domain: str, task_list: str, kind: str) -> Count:
    """Return how many tasks of a kind are on a task list and not started.

    Decision tasks that wait for another of their execution to end are among them.
    """
    found = 0
    for condition in ("waiting = 1", "waiting = 0 AND started_id = 0"):
        found += _number(
            connection,
            f"entity WHERE domain = ? AND task_list = ? AND kind = ? AND {condition}",
            (domain, task_list, kind),
            COUNTED_AT_MOST + 1 - found,
        )
    return _exact_or_truncated(found)


def described(
    connection: sqlite3.Connection, domain: str, workflow_id: str, run_id: str
) -> tuple[Listed, Details] | None:
    """Return what is told of an execution, open or closed; None where there is none."""
    columns = ", ".join((*Listed._fields, *Details._fields))
    row = connection.execute(
        f"SELECT {columns} FROM execution INDEXED BY execution_by_run_id"  # noqa: S608
        " WHERE domain = ? AND workflow_id = ? AND run_id = ? AND quarantined IS NULL",
        (domain, workflow_id, run_id),
    ).fetchone()
    if row is None:
        return None
    among = len(Listed._fields)
    return Listed(*row[:among]), Details(*row[among:])


# Which index holds what


def _ranges(connection: sqlite3.Connection, query: Query) -> list[_Range]:
    """Return the ranges that hold, together, what is asked for."""
    if query.workflow_id is not None:
        return [_of_workflow_id(query, query.workflow_id)]
    if query.type_name is not None:
        return _of_type(connection, query, query.type_name)
    if query.tag is not None:
        return [_tagged(query, query.tag)]
    if query.is_open:
        return [_range(query, "open_by_start", "", ())]
    status = query.close_status
    # They are few, and with a literal each statement is prepared once.
    return [
        _range(query, f"closed_by_status_{query._order}", f"e.close_status = '{one}' AND", ())
        for one in (_CLOSE_STATUSES if status is None else (CloseStatus(status),))
    ]


def _of_workflow_id(query: Query, workflow_id: str) -> _Range:
    index = "execution_of_workflow_id"
    if not query.is_open:
        index = f"closed_by_workflow_id_{query._order}"
    return _range(query, index, "e.workflow_id = ? AND", (workflow_id,))


def _of_type(connection: sqlite3.Connection, query: Query, name: str) -> list[_Range]:
    index = "open_by_type" if query.is_open else f"closed_by_type_{query._order}"
    versions = (
        _versions(connection, query, index, name)
        if query.type_version is None
        else [query.type_version]
    )
    return [
        _range(query, index, "e.type_name = ? AND e.type_version = ? AND", (name, version))
        for version in versions
    ]


def _versions(connection: sqlite3.Connection, query: Query, index: str, name: str) -> Iterator[str]:
    """Yield the versions of a type that have executions, each found by one look at the index."""
    version = ""
    while True:
        row = connection.execute(
            f"SELECT e.type_version FROM execution AS e INDEXED BY {index}"  # noqa: S608
            f" WHERE e.domain = ? AND e.type_name = ? AND e.type_version > ? AND {query._status}"
            " ORDER BY e.type_version LIMIT 1",
            (query.domain, name, version),
        ).fetchone()
        if row is None:
            return
        (version,) = row
        yield version


def _tagged(query: Query, tag: str) -> _Range:
    closed = 0 if query.is_open else 1
    return _Range(
        f"execution_tag AS t INDEXED BY tag_by_{query._order}"
        " CROSS JOIN execution AS e ON e.run = t.run",
        f"t.domain = ? AND t.tag = ? AND t.closed = {closed} AND e.quarantined IS NULL",
        (query.domain, tag),
        "t.closed_at" if query.by_close else "t.started_at",
        "t.run",
    )


def _range(query: Query, index: str, where: str, values: tuple[str, ...]) -> _Range:
    return _Range(
        f"execution AS e INDEXED BY {index}",
        f"e.domain = ? AND {where} {query._status}",
        (query.domain, *values),
        "e.closed_at" if query.by_close else "e.started_at",
    )


# Reading


def _rows(
    connection: sqlite3.Connection,
    one: _Range,
    query: Query,
    after: Position | None,
    *,
    ascending: bool,
    opened: ExitStack,
) -> Iterator[Listed]:
    """Yield the executions of a range, beyond a position, as they are asked for."""
    columns = ", ".join(f"e.{name}" for name in Listed._fields)
    order, beyond = ("ASC", ">") if ascending else ("DESC", "<")

    def select(bounds: str, *values: int) -> Iterator[Listed]:
        cursor = connection.execute(
            f"SELECT {columns} FROM {one.source} WHERE {one.where} AND {bounds}"  # noqa: S608
            f" ORDER BY {one.time} {order}, {one.run} {order}",
            (*one.values, *values),
        )
        opened.callback(cursor.close)
        return map(Listed._make, cursor)

    oldest, latest = query.oldest, query.latest
    if after is not None:
        # Compared as one row value the two would not bound the search in every index.
        yield from select(f"{one.time} = ? AND {one.run} {beyond} ?", *after)
        oldest, latest = (after.at + 1, latest) if ascending else (oldest, after.at - 1)
    yield from select(f"{one.time} BETWEEN ? AND ?", oldest, latest)


def _number(
    connection: sqlite3.Connection, source: str, values: tuple[str | int, ...], at_most: int
) -> int:
    (number,) = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM {source} LIMIT ?)",  # noqa: S608
        (*values, at_most),
    ).fetchone()
    return int(number)


def _exact_or_truncated(found: int) -> Count:
    return Count(min(found, COUNTED_AT_MOST), truncated=found > COUNTED_AT_MOST)
