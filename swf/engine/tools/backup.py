"""A complete copy of a database, made while it is in use."""

from __future__ import annotations

import os
from pathlib import Path

from swf.engine.engine import Engine
from swf.engine.store import copies
from swf.engine.tools.access import Target, reading
from swf.exceptions import DatabaseError


def backup(source: Target, target: Path | str) -> Path:
    """Have the database as it is now, complete and in one file, at `target`; return its path.

    Calls are answered meanwhile, unless the database is in memory. The copy can be opened as any
    database; its owner alone may read it. An earlier backup there is replaced at once or not at
    all. Raises DatabaseError where `target` is in use, or cannot be written.
    """
    path = Path(target).absolute()
    _refuse(source, path)
    with reading(source) as connection:
        copies.copy(connection, path)
    return path


def _refuse(source: Target, target: Path) -> None:
    """Raise where a copy would replace a database that lives."""
    own = source.place.path if isinstance(source, Engine) else Path(source)
    same = own is not None and os.path.realpath(own) == os.path.realpath(target)
    if same or target.with_name(f"{target.name}-wal").exists():
        raise DatabaseError(f"{target}: is a database in use; name another file for the backup")
