"""Bringing a database up to date: numbered SQL files, each applied wholly or not at all.

`PRAGMA user_version` is the number of the last that was applied.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

from swf.engine.store import copies, points, trouble
from swf.exceptions import DatabaseError

APPLICATION_ID: Final = int.from_bytes(b"swf1")
"""What `PRAGMA application_id` is in a file of ours."""


class Migration(NamedTuple):
    """What takes a database from the format before `number` to `number`."""

    number: int
    script: str


@cache
def bundled() -> tuple[Migration, ...]:
    """Return the migrations of this version of the package, in order."""
    found = [
        Migration(int(one.name.removesuffix(".sql")), one.read_text(encoding="utf-8"))
        for one in (files("swf.engine.store") / "migrations").iterdir()
        if one.name.endswith(".sql")
    ]
    return tuple(sorted(found))


def newest() -> int:
    """Return the format that this version of the package writes."""
    return bundled()[-1].number


def migrate(
    connection: sqlite3.Connection,
    path: Path | None,
    migrations: Sequence[Migration] | None = None,
) -> None:
    """Have the database in the newest format; it is in the one before, or in it, at any moment.

    A file that holds something is copied to `<path>.v<format>.bak` first. `path` is None in memory.
    Raises DatabaseError where a step fails; the steps before it stay.
    """
    with trouble.mapped(path):
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        ahead = [one for one in migrations or bundled() if one.number > version]
        if ahead and version and path is not None:
            copies.copy(connection, path.with_name(f"{path.name}.v{version}.bak"))
        for migration in ahead:
            _apply(connection, migration, path)


def statements(script: str) -> Iterator[str]:
    """Yield the statements of a script; what follows the last semicolon is a comment."""
    statement = ""
    for part in script.split(";")[:-1]:
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement:
        raise ValueError(f"a statement does not end: {statement.strip()[:80]}")


def _apply(connection: sqlite3.Connection, migration: Migration, path: Path | None) -> None:
    points.reached("migrate.before")
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements(migration.script):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {migration.number}")
        points.reached("migrate.applied")
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        _roll_back(connection)
        if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_ERROR:
            raise
        raise DatabaseError(
            f"{path or 'the database in memory'}: cannot be brought to format "
            f"{migration.number} ({error}); it is as it was before"
        ) from error
    except BaseException:
        _roll_back(connection)
        raise
    points.reached("migrate.after")


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:  # a full disk makes SQLite roll back by itself
        connection.execute("ROLLBACK")
