"""Events as rows: each with a checksum, none read without looking at it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Final
from zlib import crc32

from swf.engine.state import Event, Row
from swf.exceptions import CorruptEventError

_encode: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode

_INSERT: Final = (
    "INSERT INTO event (run, id, type, at, attributes, checksum) VALUES (?, ?, ?, ?, ?, ?)"
)
_SELECT: Final = (
    "SELECT id, type, at, attributes, checksum FROM event"
    " WHERE run = ? AND id BETWEEN ? AND ? ORDER BY id"
)
_FORWARD: Final = f"{_SELECT} LIMIT ?"
_BACKWARD: Final = f"{_SELECT} DESC LIMIT ?"


def checksum(run: int, event_id: int, event_type: str, at: int, attributes: str) -> int:
    """Return the CRC-32 of everything that a row tells of an event."""
    return crc32(f"{run}|{event_id}|{event_type}|{at}|{attributes}".encode())


def encoded(run: int, event: Event) -> Row:
    """Return an event of a run as it is stored; the attributes are JSON in ASCII."""
    event_id, event_type, at, attributes = event
    text = _encode(attributes)
    return event_id, event_type, at, text, checksum(run, event_id, event_type, at, text)


def insert(connection: sqlite3.Connection, run: int, events: Iterable[Event]) -> list[Row]:
    """Add events to the history of a run; return them as they are stored."""
    rows = [encoded(run, event) for event in events]
    connection.executemany(_INSERT, [(run, *row) for row in rows])
    return rows


def read(
    connection: sqlite3.Connection,
    run: int,
    first: int,
    last: int,
    limit: int | None = None,
    *,
    reverse: bool = False,
) -> list[Row]:
    """Return the events from `first` to `last`, both included, at most `limit` of them.

    With `reverse` the newest come first. Raises CorruptEventError where one of them is missing, or
    is not as it was recorded.
    """
    wanted = max(last - first + 1, 0)
    if limit is not None:
        wanted = min(wanted, limit)
    expected = range(last, last - wanted, -1) if reverse else range(first, first + wanted)
    query = connection.execute(_BACKWARD if reverse else _FORWARD, (run, first, last, wanted))
    rows: list[Row] = []
    try:
        rows.extend(query)
    except sqlite3.OperationalError as error:
        if "decode" not in str(error):
            raise
        raise _corrupt(run, expected[len(rows)], "it is no text any more") from error
    _check(run, rows, expected)
    return rows


def _check(run: int, rows: list[Row], expected: range) -> None:
    """Raise CorruptEventError unless these are the events expected, each as it was recorded."""
    for event_id, row in zip(expected, rows, strict=False):
        if row[0] != event_id:
            raise _corrupt(run, event_id, "it is missing")
        if row[4] != checksum(run, *row[:4]):
            raise _corrupt(run, event_id, "its checksum is wrong")
    if len(rows) < len(expected):
        raise _corrupt(run, expected[len(rows)], "it is missing")


def _corrupt(run: int, event_id: int, what: str) -> CorruptEventError:
    return CorruptEventError(f"event {event_id} of run {run}: {what}", run=run, event_id=event_id)
