"""A complete copy of a database, made while it is in use."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from swf.engine.store import points, trouble


def copy(connection: sqlite3.Connection, target: Path) -> None:
    """Have a complete copy of what `connection` sees at `target`, readable by its owner only.

    Until the copy is complete and on disk, `target` is what it was before. Raises DatabaseError.
    """
    partial = target.with_name(f"{target.name}.partial")
    with trouble.mapped(target):
        try:
            _fill(connection, partial)
            points.reached("backup.copied")
            partial.replace(target)
        except BaseException:
            with suppress(FileNotFoundError):
                partial.unlink()
            raise
        sync_directory(target)
    points.reached("backup.after")


def _fill(connection: sqlite3.Connection, partial: Path) -> None:
    with suppress(FileNotFoundError):
        partial.unlink()  # of an attempt that was cut off
    create(partial)
    with closing(sqlite3.connect(partial, isolation_level=None)) as target:
        target.execute("PRAGMA synchronous = OFF")  # it is synced as a whole below
        connection.backup(target)
        # A copy is one file: with this, opening it does not begin with files beside it.
        target.execute("PRAGMA journal_mode = DELETE")
    points.reached("backup.before")
    sync(partial)


def create(path: Path) -> None:
    """Make an empty file that its owner alone may read; raise FileExistsError where one is."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    os.close(os.open(path, flags, 0o600))


def sync(path: Path) -> None:
    """Have the file's content on disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_directory(path: Path) -> None:
    """Have the file's name on disk, so that it is there after a power cut."""
    sync(path.parent)
