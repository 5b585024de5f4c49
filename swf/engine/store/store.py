"""One database: the connection that writes, those that read, and what is kept beside the tables."""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Final

from swf.engine.store.database import BUSY_SECONDS, migrate, open_reader, open_writer
from swf.engine.store.lock import FileLock
from swf.engine.store.points import reached
from swf.engine.store.registry import Registry
from swf.engine.store.runs import Runs

READERS: Final = 8
"""Reading connections that are kept open while nobody reads."""

CHECKPOINT_COMMITS: Final = 400
"""After so many commits the write-ahead log is brought home."""

LOG_PAGES: Final = 16_384
"""Pages (of 4 KiB) in the log beyond which readers are waited for, so that it begins anew."""

READERS_MILLISECONDS: Final = 200
"""How long they are waited for."""

LOOK_SECONDS: Final = 0.01
"""How long nobody looks again whether all is in its place: a look may cost as much as a commit."""


class Store:
    """The database of one engine, on a file or in memory.

    The writer's connection belongs to whoever holds `lock`. Readers see what is committed; where
    the database is in memory they hold the lock too, since there is but one connection. Raises
    DatabaseError where the file cannot be used, or is another's.
    """

    def __init__(self, path: Path | None, durability: str) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.file_lock = None if path is None else FileLock(path)
        self._readers: deque[tuple[sqlite3.Connection, Registry]] = deque()
        self._commits = 0
        self._closed = False
        if self.file_lock is not None:
            self.file_lock.acquire()
        try:
            self.writer = open_writer(path, durability)
            migrate(self.writer, path)
            self._files = {} if path is None else _files(path)
            self._look_at = monotonic()
            # Checkpoints are this class's own business.
            self.writer.execute("PRAGMA wal_autocheckpoint = 0")
            self.registry = Registry(self.writer, caching=True)
            self.runs = Runs(self.writer)
            self.secret = bytes.fromhex(self.kept("secret") or self.keep("secret", _secret()))
        except BaseException:
            self._release()
            raise

    # The writer's part

    def begin(self) -> None:
        """Begin the writer's transaction."""
        self.writer.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Make the transaction last, if one is open; raise sqlite3.Error where that fails.

        It would not last in files that were moved away or removed: nobody would find it there.
        """
        if not self.writer.in_transaction:
            return
        self._check_place()
        reached("commit.before")
        self.writer.execute("COMMIT")
        reached("commit.after")

    def _check_place(self) -> None:
        """Raise sqlite3.OperationalError unless the files were in their place a moment ago."""
        if monotonic() < self._look_at:
            return
        for path, opened in self._files.items():
            try:
                is_there = os.path.samestat(path.stat(), opened)
            except OSError:
                is_there = False
            if not is_there:
                raise sqlite3.OperationalError(
                    f"{path} is not the file any more that was opened: it was moved or removed;"
                    " put it back, or end this process and open what is there"
                )
        self._look_at = monotonic() + LOOK_SECONDS

    def roll_back(self) -> None:
        """Undo the transaction, if one is open: SQLite ends some by itself."""
        if self.writer.in_transaction:
            self.writer.execute("ROLLBACK")

    def checkpoint(self, *, now: bool = False) -> None:
        """Bring the write-ahead log home once there were enough commits, or at once."""
        self._commits += 1
        if self.path is None or (self._commits < CHECKPOINT_COMMITS and not now):
            return
        self._commits = 0
        reached("checkpoint.before")
        mode = "TRUNCATE" if now else "PASSIVE"
        (_, pages, _) = self.writer.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
        if not now and pages > LOG_PAGES:
            self._begin_log_anew()
        reached("checkpoint.after")

    def _begin_log_anew(self) -> None:
        """Have the log begin again where readers keep it from that by taking turns.

        Who begins to read meanwhile does so without the log, so only those are waited for that read
        already, and not for long.
        """
        reached("log.full")
        self.writer.execute(f"PRAGMA busy_timeout = {READERS_MILLISECONDS}")
        try:
            self.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            self.writer.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")

    def kept(self, name: str) -> str | None:
        """Return a fact that is kept beside the tables."""
        found = self.writer.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if found is None else found[0]

    def keep(self, name: str, value: str) -> str:
        """Keep a fact beside the tables, and return it."""
        self.writer.execute(
            "INSERT INTO meta (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )
        return value

    # The readers' part

    @contextmanager
    def reading(self) -> Generator[tuple[sqlite3.Connection, Registry]]:
        """Lend a connection, and the registry on it, that sees one moment of the database."""
        if self.path is None:
            with self.lock:
                yield self.writer, self.registry
            return
        try:
            connection, registry = self._readers.pop()
        except IndexError:
            connection = open_reader(self.path)
            registry = Registry(connection)
        try:
            connection.execute("BEGIN")
            yield connection, registry
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if len(self._readers) < READERS and not self._closed:
                self._readers.append((connection, registry))
            else:
                connection.close()

    def close(self) -> None:
        """Close all connections and give the file free; the caller holds `lock`."""
        self._closed = True
        with suppress(sqlite3.Error):  # the next to open the file reads the log
            self.checkpoint(now=True)
        self._release()

    def _release(self) -> None:
        while self._readers:
            self._readers.pop()[0].close()
        if hasattr(self, "writer"):
            self.writer.close()
        if self.file_lock is not None:
            self.file_lock.release()


def _files(path: Path) -> dict[Path, os.stat_result]:
    """Return what a database and its write-ahead log are known by, while they are open."""
    return {one: one.stat() for one in (path, path.with_name(f"{path.name}-wal"))}


def _secret() -> str:
    return secrets.token_hex(32)
