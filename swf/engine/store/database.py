"""Opening the database file of an engine: what it must be, and how SQLite is to treat it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final
from urllib.parse import quote

from swf.engine.store import copies, trouble
from swf.engine.store.migration import APPLICATION_ID, migrate, newest
from swf.exceptions import (
    DatabaseError,
    DatabaseForeignError,
    DatabaseMissingError,
    DatabaseNewerError,
)

__all__ = ["BUSY_SECONDS", "DURABILITIES", "migrate", "open_reader", "open_writer"]

DURABILITIES: Final = {"full": 2, "normal": 1}
"""What `PRAGMA synchronous` is for each durability.

`full` survives the loss of power, `normal` the end of the process only: after a loss of power the
latest commits may be gone, none of them by half.
"""

STATEMENTS: Final = 256
"""How many prepared statements a connection keeps."""
OPEN_SECONDS: Final = 0.5
"""How long opening waits for a program that has the file locked; that is none of ours."""
BUSY_SECONDS: Final = 5
"""The same, once it is open."""


def open_writer(path: Path | None, durability: str = "full") -> sqlite3.Connection:
    """Return the connection that writes to the file, which is made where it is missing.

    In memory where `path` is None. It commits statement by statement unless BEGIN is executed, and
    may be used from any thread, by one at a time. The file may still have to be migrated
    (`migration.migrate`). Raises DatabaseError, of the class that says what is wrong with the file;
    none but a file of ours is changed.
    """
    if durability not in DURABILITIES:
        raise ValueError(f"durability is 'full' or 'normal', got {durability!r}")
    if path is None:
        return _connected(":memory:")
    with trouble.mapped(path):
        _made(path)
        connection = _connected(os.fspath(path.absolute()))
        try:
            _check(connection, path)
            _check_name(path)
            _set_up(connection, path, durability)
        except BaseException:
            connection.close()
            raise
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """Return a connection that sees what is committed to the file, and cannot write.

    Raises DatabaseError, of the class that says what is wrong with the file.
    """
    with trouble.mapped(path):
        connection = _connected(f"file:{quote(os.fspath(path.absolute()))}?mode=ro", uri=True)
        try:
            _check(connection, path)
            _check_up_to_date(connection, path)
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        except BaseException:
            connection.close()
            raise
    return connection


def _connected(name: str, *, uri: bool = False) -> sqlite3.Connection:
    return sqlite3.connect(
        name,
        uri=uri,
        timeout=OPEN_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=STATEMENTS,
    )


def _made(path: Path) -> None:
    """Have a file there, made such that its owner alone may read it."""
    if not path.parent.is_dir():
        raise DatabaseMissingError(
            f"{path}: the directory {path.parent} does not exist; make it first"
        )
    try:
        copies.create(path)
    except FileExistsError:
        return
    copies.sync_directory(path)


def _check_name(path: Path) -> None:
    """See that nobody can come to the file by another name."""
    if path.stat().st_nlink > 1:
        # Under each name it would have a write-ahead log and an owner of its own.
        raise DatabaseError(
            f"{path}: has another name (a hard link), by which another process could use it too;"
            " remove one of the names"
        )


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """See that the file is ours, or still empty; nothing is written to it."""
    application = _number(connection, "application_id")
    version = _number(connection, "user_version")
    if application == APPLICATION_ID and version > newest():
        raise DatabaseNewerError(
            f"{path}: was written by a later version of this package (its format is {version}, "
            f"this one knows up to {newest()}); upgrade the package, or name another file"
        )
    if application == APPLICATION_ID:
        return
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application or version or tables:
        raise DatabaseForeignError(f"{path}: is the database of another program; name another file")


def _check_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    if _number(connection, "user_version") < newest():
        raise DatabaseError(
            f"{path}: was written by an earlier version of this package; open it with an engine "
            "once, which brings it up to date"
        )


def _set_up(connection: sqlite3.Connection, path: Path, durability: str) -> None:
    """Have what the engine's promises rest on, and see that it is so."""
    # Tried first: SQLite opens for reading what it may not write, and says nothing.
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"PRAGMA user_version = {_number(connection, 'user_version')}")
    connection.execute("ROLLBACK")
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise DatabaseError(
            f"{path}: cannot have a write-ahead log (its journal is {mode!r}); "
            "put it on a local file system"
        )
    wanted = DURABILITIES[durability]
    connection.execute(f"PRAGMA synchronous = {wanted}")
    if _number(connection, "synchronous") != wanted:
        raise DatabaseError(f"{path}: SQLite does not keep to durability {durability!r}")
    # Where a plain sync leaves data in the drive's cache (macOS), these do not.
    connection.execute(f"PRAGMA fullfsync = {durability == 'full'}")
    connection.execute("PRAGMA checkpoint_fullfsync = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    (value,) = connection.execute(f"PRAGMA {pragma}").fetchone()
    return int(value)
