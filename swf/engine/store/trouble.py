"""What went wrong with a file, in the classes of this package, with the way out of it."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from swf.exceptions import (
    DatabaseCorruptError,
    DatabaseError,
    DatabaseForeignError,
    DatabaseFullError,
    DatabaseLockedError,
    DatabaseMissingError,
    DatabaseReadOnlyError,
)

_MAGIC: Final = b"SQLite format 3\0"

_FULL: Final = "there is no room left on the disk; make some and try again"
_READ_ONLY: Final = "may not be written to; see who owns it and its directory, and their modes"
_CORRUPT: Final = "is damaged; restore it from a backup"
_BUSY: Final = "is locked by another program; close what has it open"
_DISK: Final = "could not be read or written: the disk is full, over quota, or failing"

_OS: Final[dict[int, tuple[type[DatabaseError], str]]] = {
    errno.ENOENT: (DatabaseMissingError, "the directory does not exist; make it first"),
    errno.ENOTDIR: (DatabaseMissingError, "what should be its directory is a file"),
    errno.EISDIR: (DatabaseError, "is a directory; name a file"),
    errno.EACCES: (DatabaseReadOnlyError, _READ_ONLY),
    errno.EPERM: (DatabaseReadOnlyError, _READ_ONLY),
    errno.EROFS: (DatabaseReadOnlyError, "is on a file system that is mounted read-only"),
    errno.ENOSPC: (DatabaseFullError, _FULL),
    errno.EDQUOT: (DatabaseFullError, "the quota is used up; make room and try again"),
}

_SQLITE: Final[dict[int, tuple[type[DatabaseError], str]]] = {
    sqlite3.SQLITE_FULL: (DatabaseFullError, _FULL),
    sqlite3.SQLITE_READONLY: (DatabaseReadOnlyError, _READ_ONLY),
    sqlite3.SQLITE_CORRUPT: (DatabaseCorruptError, _CORRUPT),
    sqlite3.SQLITE_BUSY: (DatabaseLockedError, _BUSY),
    sqlite3.SQLITE_LOCKED: (DatabaseLockedError, _BUSY),
    sqlite3.SQLITE_IOERR: (DatabaseError, _DISK),
}


def of_os(error: OSError, path: Path) -> DatabaseError:
    """Return what an error of the operating system means for the file at this path."""
    kind, words = _OS.get(error.errno or 0, (DatabaseError, "cannot be used"))
    return kind(f"{path}: {words} ({error.strerror})")


def of_sqlite(error: sqlite3.Error, path: Path | None) -> DatabaseError:
    """Return what an error of SQLite means for the file at this path; None is in memory."""
    where = path or "the database in memory"
    # What the module itself finds wrong has no code.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if path is not None and path.is_dir():
        return DatabaseError(f"{path}: is a directory; name a file")
    if code == sqlite3.SQLITE_NOTADB and path is not None:
        return _no_database(path)
    if code == sqlite3.SQLITE_CANTOPEN and path is not None:
        return _not_opened(error, path)
    kind, words = _SQLITE.get(code, (DatabaseError, "cannot be used"))
    return kind(f"{where}: {words} ({error})")


@contextmanager
def mapped(path: Path | None) -> Generator[None]:
    """Raise what SQLite or the operating system finds wrong as a DatabaseError of this path."""
    try:
        yield
    except sqlite3.Error as error:
        raise of_sqlite(error, path) from error
    except DatabaseError:
        raise  # some are OSErrors too
    except OSError as error:
        raise of_os(error, path or Path(":memory:")) from error


def _no_database(path: Path) -> DatabaseError:
    ours = False
    with suppress(OSError), path.open("rb") as file:
        ours = file.read(len(_MAGIC)) == _MAGIC
    if ours:
        return DatabaseCorruptError(f"{path}: {_CORRUPT} (its header makes no sense)")
    return DatabaseForeignError(f"{path}: is not an SQLite database; name another file")


def _not_opened(error: sqlite3.Error, path: Path) -> DatabaseError:
    """SQLite does not tell why it could not open a file, so this is found out."""
    if not path.exists():
        return DatabaseMissingError(f"{path}: there is no such file")
    usable = all(
        os.access(one, os.R_OK | os.W_OK, effective_ids=os.access in os.supports_effective_ids)
        for one in (path, path.parent)
    )
    if not usable:
        return DatabaseReadOnlyError(f"{path}: {_READ_ONLY} ({error})")
    return DatabaseError(f"{path}: cannot be opened ({error})")
