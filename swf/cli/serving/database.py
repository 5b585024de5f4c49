"""The database file that a command is about, and who has it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Final
from urllib.parse import quote

import attrs

from swf import settings
from swf.engine import Place
from swf.engine.store.lock import FileLock
from swf.exceptions import DatabaseError, DatabaseLockedError, SettingsError

DEFAULT: Final = "swf.db"
"""The file of who names none, in the current folder."""

_LOOK_SECONDS: Final = 0.05


@attrs.frozen
class Standing:
    """How it stands with a database: `state` is serving, in use, stopped or missing."""

    database: str
    state: str
    pid: int | None = None
    address: str | None = None
    bytes: int | None = None


def url_of(told: str | None) -> str:
    """Return the URL of a database that was told as a file or a URL; None is that of the settings.

    Where the settings name another endpoint, or none, it is the default file's.
    """
    if told is None:
        endpoint = settings.get().get("endpoint_url", "")
        told = endpoint if endpoint.startswith("sqlite:") else DEFAULT
    return told if "://" in told else f"sqlite:///{quote(str(Path(told).absolute()))}"


def path_of(told: str | None) -> Path:
    """Return the path of the file that was told, or that the settings name.

    Raises SettingsError for an SWF that is in no file.
    """
    path = Place.of(url_of(told)).path
    if path is None:
        raise SettingsError(f"{told}: is kept in memory; name a file")
    return path


def standing(path: Path) -> Standing:
    """Return how it stands with a database; a file that is not there is not made."""
    if not path.exists():
        return Standing(str(path), "missing")
    size = path.stat().st_size
    lock = FileLock(path)
    try:
        lock.acquire()
    except DatabaseLockedError as error:
        state = "serving" if error.address else "in use"
        return Standing(str(path), state, error.pid, error.address, size)
    lock.release()
    return Standing(str(path), "stopped", bytes=size)


def stop(path: Path, seconds: float) -> Standing:
    """Have the server of a database stopped, and return how it stood before.

    Raises DatabaseError where the file is in use by what is no server, and where the server has
    not stopped within so many seconds.
    """
    found = standing(path)
    if found.state == "in use":
        who = "another process" if found.pid is None else f"process {found.pid}"
        raise DatabaseError(f"{path}: is in use by {who}, which is no server; stop that itself")
    if found.state != "serving" or found.pid is None:
        return found
    os.kill(found.pid, signal.SIGTERM)
    until = time.monotonic() + seconds
    while standing(path).pid == found.pid:
        if time.monotonic() > until:
            raise DatabaseError(
                f"{path}: process {found.pid} has not stopped within {seconds:g} seconds; "
                f"wait, or end it with kill -9 {found.pid}: nothing that was acknowledged is lost"
            )
        time.sleep(_LOOK_SECONDS)
    return found
