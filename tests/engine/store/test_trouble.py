"""What goes wrong with a file has a class, and words that help."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from swf.engine.store import trouble
from swf.exceptions import DatabaseError, DatabaseFullError, DatabaseLockedError

PATH = Path("/nowhere/engine.db")


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_error_of_the_system_is_a_database_error(number):
    """Whatever the operating system says, the error names the file and the system's words."""
    error = trouble.of_os(OSError(number, os.strerror(number)), PATH)

    assert isinstance(error, DatabaseError)
    assert str(error).startswith(f"{PATH}: ")
    assert str(error).endswith(f"({os.strerror(number)})")


def test_an_error_without_code_is_told_as_it_is():
    """What the sqlite3 module itself finds wrong keeps its words."""
    error = trouble.of_sqlite(
        sqlite3.ProgrammingError("Cannot operate on a closed database."), PATH
    )

    assert type(error) is DatabaseError
    assert str(error) == f"{PATH}: cannot be used (Cannot operate on a closed database.)"


def test_in_memory_too_there_are_errors():
    """A database without a file is named as what it is."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.execute("PRAGMA max_page_count = 2")
        with (
            pytest.raises(DatabaseFullError, match="the database in memory: there is no room"),
            trouble.mapped(None),
        ):
            connection.execute("INSERT INTO t VALUES (zeroblob(10000))")


def test_what_is_mapped_already_is_left_alone():
    """An error of this package passes through, those that are the system's kind too."""
    error = DatabaseLockedError("words")
    with pytest.raises(DatabaseLockedError) as raised, trouble.mapped(PATH):
        raise error

    assert raised.value is error


def test_the_cause_is_kept():
    """The error it was is the cause of the error it became."""
    with pytest.raises(DatabaseFullError) as raised, trouble.mapped(PATH):
        raise OSError(errno.ENOSPC, "No space left on device")

    assert raised.value.__cause__.errno == errno.ENOSPC


def test_too_many_open_files_are_not_called_something_else(tmp_path):
    """A file that could be opened, but was not, is reported in SQLite's words."""
    path = tmp_path / "engine.db"
    path.touch()
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("ATTACH '/nowhere/at/all' AS other")
        except sqlite3.OperationalError as error:
            told = trouble.of_sqlite(error, path)

    assert str(told) == f"{path}: cannot be opened (unable to open database: /nowhere/at/all)"
