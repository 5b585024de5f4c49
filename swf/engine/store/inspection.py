"""Looking at every row of a database, whatever state it is in; setting aside what is broken."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Final, NamedTuple
from zlib import crc32

from swf.engine.state import Event

MESSAGES_AT_MOST: Final = 100
"""How many of its complaints SQLite is asked for."""

_EVENTS: Final = (
    # As bytes: what is damaged may be no text any more, and has to be told all the same.
    "SELECT id, CAST(type AS BLOB), at, CAST(attributes AS BLOB), checksum FROM event"
    " WHERE run = ? ORDER BY id"
)

_STRAYS: Final = {
    "has events, and there is no such execution": (
        "SELECT DISTINCT run FROM event WHERE run NOT IN (SELECT run FROM execution)"
        " AND run NOT IN (SELECT run FROM purge)"
    ),
    "has something open, and there is no such execution": (
        "SELECT DISTINCT run FROM entity WHERE run NOT IN"
        " (SELECT run FROM execution WHERE quarantined IS NULL)"
    ),
    "is listed by a tag otherwise than it is": (
        "SELECT t.run FROM execution_tag t LEFT JOIN execution e USING (run)"
        " WHERE e.run IS NULL OR t.domain <> e.domain OR t.started_at <> e.started_at"
        " OR t.closed <> (e.close_status IS NOT NULL) OR t.closed_at IS NOT e.closed_at"
    ),
    "is closed, and would never be forgotten": (
        "SELECT run FROM execution WHERE close_status IS NOT NULL AND quarantined IS NULL"
        " AND run NOT IN (SELECT run FROM purge)"
    ),
}
"""What is said of a run, and what finds those of which it is true."""


class Stored(NamedTuple):
    """An execution's place among the others."""

    run: int
    domain: str
    workflow_id: str
    run_id: str
    last_event_id: int
    quarantined: str | None


class StoredEvent(NamedTuple):
    """An event as its row has it, which may be anything."""

    id: int
    type: bytes | None
    at: int | None
    attributes: bytes | None
    checksum: int

    def is_sound(self, run: int) -> bool:
        """Tell whether it is as it was recorded."""
        if self.type is None or self.at is None or self.attributes is None:
            return False
        told = b"%d|%d|%b|%d|%b" % (run, self.id, self.type, self.at, self.attributes)
        return crc32(told) == self.checksum

    def event(self) -> Event:
        """Return the event, which has to be sound."""
        attributes = json.loads(self.attributes or b"")
        return Event(self.id, (self.type or b"").decode(), self.at or 0, attributes)


class Row(NamedTuple):
    """What an entity's row says beside its state."""

    event_id: int
    domain: str
    waiting: int
    due: int | None


def complaints(connection: sqlite3.Connection) -> list[str]:
    """Return what SQLite itself finds wrong with the file."""
    found = connection.execute(f"PRAGMA integrity_check({MESSAGES_AT_MOST})").fetchall()
    return [message for (message,) in found if message != "ok"]


def executions(connection: sqlite3.Connection) -> list[Stored]:
    """Return every execution, by run."""
    rows = connection.execute(
        "SELECT run, domain, workflow_id, run_id, last_event_id, quarantined FROM execution"
        " ORDER BY run"
    )
    return [Stored(*row) for row in rows]


def events(connection: sqlite3.Connection, run: int) -> Iterator[StoredEvent]:
    """Yield the events of a run as they are found, by id; nothing is held against them here."""
    for row in connection.execute(_EVENTS, (run,)):
        yield StoredEvent(*row)


def entity_rows(connection: sqlite3.Connection, run: int) -> list[Row]:
    """Return what is open in a run, by the event that opened it."""
    rows = connection.execute(
        "SELECT event_id, domain, waiting, due FROM entity WHERE run = ? ORDER BY event_id", (run,)
    )
    return [Row(*row) for row in rows]


def strays(connection: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """Yield run and complaint where the tables disagree about what there is."""
    for complaint, query in _STRAYS.items():
        for (run,) in connection.execute(query):
            yield run, complaint


def quarantine(connection: sqlite3.Connection, run: int, why: str) -> None:
    """Set a run aside: no call finds it any more, nothing of it falls due or is handed out.

    Its events, and what they tell of it, stay to be looked at.
    """
    connection.execute("UPDATE execution SET quarantined = ? WHERE run = ?", (why, run))
    for table in ("entity", "execution_tag"):
        connection.execute(f"DELETE FROM {table} WHERE run = ?", (run,))  # noqa: S608
