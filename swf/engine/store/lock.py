"""Who owns a database file: one engine of one process, which the lock file beside it names.

The lock is `fcntl.lockf`'s: it goes with its process, however that ends, and a forked child does
not inherit it. Such a lock is lost when its process closes *any* descriptor of the file, so nothing
here opens a lock file that this process holds.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
import threading
import time
from pathlib import Path
from typing import Any, Final

import attrs

from swf.engine.store import trouble
from swf.exceptions import DatabaseError, DatabaseLockedError

_PATIENCE_SECONDS: Final = 0.4
"""How long a lock file is read again that its new owner has not written yet."""
_TRIES: Final = 5
_MAX_BYTES: Final = 65_536


@attrs.define
class _Held:
    """The lock files that this process holds, by real path; emptied in a forked child."""

    descriptors: dict[str, int] = attrs.field(factory=dict)
    guard: threading.Lock = attrs.field(factory=threading.Lock)

    def forget(self) -> None:
        """Own nothing: what a child inherits are its parent's descriptors, not its locks."""
        self.guard = threading.Lock()  # a thread that is not here any more may have held it
        for descriptor in self.descriptors.values():
            os.close(descriptor)
        self.descriptors.clear()


_held = _Held()
os.register_at_fork(after_in_child=_held.forget)


class FileLock:
    """The ownership of the database at a path; `<path>.lock` beside it says whose it is.

    The file stays when the lock is released: where it was removed, two processes could each hold a
    lock on a file of that name.
    """

    def __init__(self, path: Path) -> None:
        self.database = Path(os.path.realpath(path))
        self.path = self.database.with_name(f"{self.database.name}.lock")

    def __repr__(self) -> str:
        return f"FileLock({str(self.database)!r})"

    @property
    def held(self) -> bool:
        """Whether this process owns the database by this path."""
        return str(self.path) in _held.descriptors

    def acquire(self) -> None:
        """Own the database from here on, until `release` or the end of this process.

        Raises DatabaseLockedError within a second where another process, or another engine of this
        one, owns it; another DatabaseError where the lock file cannot be used.
        """
        with _held.guard:
            if self.held:
                raise DatabaseLockedError(
                    f"{self.database}: is open in this process already (pid {os.getpid()}); "
                    "use that engine, or close it first",
                    pid=os.getpid(),
                )
            _held.descriptors[str(self.path)] = descriptor = self._locked()
            try:
                self._write({"pid": os.getpid()})
            except BaseException:
                del _held.descriptors[str(self.path)]
                os.close(descriptor)
                raise

    def announce(
        self, address: str, *, access_key: str | None = None, secret_key: str | None = None
    ) -> None:
        """Tell other processes that the database is served at this URL, for requests so signed."""
        with _held.guard:
            self._write(
                {
                    "pid": os.getpid(),
                    "address": address,
                    "access_key": access_key,
                    "secret_key": secret_key,
                }
            )

    def release(self) -> None:
        """Own the database no longer; nothing happens where this process does not own it."""
        with _held.guard:
            descriptor = _held.descriptors.get(str(self.path))
            if descriptor is None:
                return
            os.ftruncate(descriptor, 0)  # keys are nobody's business once nobody serves
            del _held.descriptors[str(self.path)]
            os.close(descriptor)

    def _locked(self) -> int:
        """Return a descriptor of the lock file with the lock on it."""
        for _ in range(_TRIES):
            descriptor = self._opened()
            try:
                locked = self._try(descriptor)
            except BaseException:
                os.close(descriptor)
                raise
            if locked:
                return descriptor
            os.close(descriptor)
        raise DatabaseError(f"{self.path}: is removed again and again, and cannot be locked")

    def _try(self, descriptor: int) -> bool:
        """Lock the file; return False where it is not the one beside the database any more."""
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES):
                raise self._refusal(descriptor) from None
            raise DatabaseError(
                f"{self.path}: cannot be locked ({error.strerror}); "
                "put the database on a local file system"
            ) from error
        try:
            beside = self.path.stat(follow_symlinks=False)
        except FileNotFoundError:
            return False
        return os.path.samestat(beside, os.fstat(descriptor))

    def _opened(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            descriptor = os.open(self.path, flags, 0o600)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise DatabaseError(
                    f"{self.path}: is a symbolic link, which a lock file must not be; remove it"
                ) from error
            raise trouble.of_os(error, self.path) from error
        try:
            self._check(os.fstat(descriptor))
            os.fchmod(descriptor, 0o600)
        except OSError as error:
            os.close(descriptor)
            raise trouble.of_os(error, self.path) from error
        except DatabaseError:
            os.close(descriptor)
            raise
        return descriptor

    def _check(self, found: os.stat_result) -> None:
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            raise DatabaseError(f"{self.path}: is no plain file of its own; remove it")

    def _refusal(self, descriptor: int) -> DatabaseLockedError:
        told = _told(descriptor)
        pid = told.get("pid")
        owner = "another process" if pid is None else f"process {pid}"
        address = told.get("address")
        if address is None:
            way = f"stop {owner}, have it serve its engine over HTTP, or name another file"
        else:
            way = f"connect to {address}, where it is served"
        return DatabaseLockedError(
            f"{self.database}: is in use by {owner}; {way}",
            pid=pid,
            address=address,
            access_key=told.get("access_key"),
            secret_key=told.get("secret_key"),
        )

    def _write(self, told: dict[str, Any]) -> None:
        descriptor = _held.descriptors.get(str(self.path))
        if descriptor is None:
            raise DatabaseError(f"{self.database}: is not owned by this process")
        whole = {"pid": None, "address": None, "access_key": None, "secret_key": None, **told}
        text = json.dumps(whole).encode()
        try:
            # Longer than what it replaces, or as long, so that no reader sees the tail of that.
            os.pwrite(descriptor, text.ljust(os.fstat(descriptor).st_size), 0)
            os.ftruncate(descriptor, len(text))
        except OSError as error:
            raise trouble.of_os(error, self.path) from error


def _told(descriptor: int) -> dict[str, Any]:
    """Return what the owner wrote; nothing where that cannot be read.

    A lock that was taken a moment ago may still have the words of the owner before it.
    """
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while True:
        told = _parsed(os.pread(descriptor, _MAX_BYTES, 0))
        if (told and _runs(told["pid"])) or time.monotonic() > give_up:
            return told
        time.sleep(0.01)


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) and isinstance(told.get("pid"), int) else {}


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
