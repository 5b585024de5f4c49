"""The database of an engine that runs, or a file that no engine has open."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from swf.engine.engine import Engine
from swf.engine.store.database import migrate, open_reader, open_writer
from swf.engine.store.lock import FileLock

Target = Engine | Path | str
"""An engine of this process, or the path of a database, which may be in use by another."""


@contextmanager
def reading(target: Target) -> Generator[sqlite3.Connection]:
    """Lend a connection that sees one moment of the database.

    Where that is in memory, no call is answered meanwhile. Raises DatabaseError where a file cannot
    be read.
    """
    if isinstance(target, Engine):
        with target.reading() as connection:
            yield connection
        return
    with closing(open_reader(Path(target))) as connection:
        connection.execute("BEGIN")
        yield connection


@contextmanager
def owning(path: Path) -> Generator[sqlite3.Connection]:
    """Lend a connection that writes to a file that nobody has open, within one transaction.

    Raises DatabaseLockedError where a process has it open.
    """
    lock = FileLock(path)
    lock.acquire()
    try:
        with closing(open_writer(path)) as connection:
            migrate(connection, path)
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
    finally:
        lock.release()
