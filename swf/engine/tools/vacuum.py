"""Giving the room of what is gone from a database back to the file system."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import attrs

from swf.engine.store import points, trouble
from swf.engine.store.database import migrate, open_writer
from swf.engine.store.lock import FileLock
from swf.exceptions import DatabaseMissingError


@attrs.frozen
class Vacuumed:
    """The bytes of a database file before and after."""

    before: int
    after: int


def vacuum(path: Path | str) -> Vacuumed:
    """Have the file of a database hold no more than what is in it; return its bytes.

    Cut off at any moment it is what it was before, or done; meanwhile as much room again is needed
    beside it. Raises DatabaseLockedError where a process has it open, DatabaseMissingError where
    there is none, DatabaseError where the disk is full.
    """
    path = Path(path)
    if not path.exists():
        raise DatabaseMissingError(f"{path}: there is no such database")
    lock = FileLock(path)
    lock.acquire()
    try:
        with closing(open_writer(path)) as connection, trouble.mapped(path):
            migrate(connection, path)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            before = path.stat().st_size
            points.reached("vacuum.before")
            connection.execute("VACUUM")
            points.reached("vacuum.committed")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            points.reached("vacuum.after")
    finally:
        lock.release()
    return Vacuumed(before, path.stat().st_size)
