"""A store in a directory."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, ClassVar, Final

import attrs

from swf.payload.stores.base import ContentStore, is_key


def _absolute(path: str | os.PathLike[str]) -> Path:
    return Path(path).absolute()


@attrs.frozen
class FileStore(ContentStore):
    """Keeps payloads in a directory, which every process that reads them has to reach.

    A payload is on the disk when `put` returns. The time of a file's last change is its age. A
    directory that is not there is made its owner's alone; to share one, make it first.
    """

    name: ClassVar[str] = "file"

    path: Path = attrs.field(converter=_absolute)

    def _write(self, key: str, data: bytes) -> None:
        place = self._place(key)
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.parent.mkdir(exist_ok=True)
        with self._locked(fcntl.LOCK_SH):  # what is new cannot be collected as old meanwhile
            if self._is_whole(place, data):
                self._touch(place)
            else:
                self._write_new(place, data)

    def _read(self, key: str, most: int) -> bytes | None:
        try:
            with _opened(self._place(key)) as file:
                return file.read(most)
        except FileNotFoundError:
            return None

    def _keys(self) -> Iterator[str]:
        return (place.name for place in sorted(self.path.glob("??/*")) if is_key(place.name))

    def _delete(self, key: str) -> None:
        self._place(key).unlink(missing_ok=True)

    def _delete_older(self, key: str, moment: datetime) -> bool:
        place = self._place(key)
        with self._locked(fcntl.LOCK_EX):
            try:
                if place.stat().st_mtime >= moment.timestamp():
                    return False
                place.unlink()
            except FileNotFoundError:
                return False
            self._drop_unfinished(place.parent, moment)
            return True

    def _place(self, key: str) -> Path:
        return self.path / key[:2] / key

    def _is_whole(self, place: Path, data: bytes) -> bool:
        try:
            with _opened(place) as file:
                return file.read(len(data) + 1) == data
        except OSError:  # what is there, if anything, is replaced
            return False

    def _write_new(self, place: Path, data: bytes) -> None:
        unfinished = place.with_name(f"{_UNFINISHED}{uuid.uuid4().hex}")
        try:
            with unfinished.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            self._touch(unfinished)
            unfinished.replace(place)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        _sync_directory(place.parent)
        _sync_directory(self.path)

    def _touch(self, place: Path) -> None:
        now = self.clock.now().timestamp()
        os.utime(place, (now, now))

    def _drop_unfinished(self, directory: Path, moment: datetime) -> None:
        """Delete what processes that died have left."""
        for left in directory.glob(f"{_UNFINISHED}*"):
            if left.stat().st_mtime < moment.timestamp():
                left.unlink(missing_ok=True)

    @contextmanager
    def _locked(self, how: int) -> Generator[None]:
        descriptor = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | _PLAINLY, 0o666)
        try:
            fcntl.flock(descriptor, how)
            yield
        finally:
            os.close(descriptor)


_UNFINISHED: Final = "unfinished-"
_LOCK: Final = "lock"
_PLAINLY: Final = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""A link is not followed, and nobody waits for the other end of a pipe."""


def _opened(place: Path) -> BinaryIO:
    """Return a file to be read; raise OSError where there is none, or something else."""
    descriptor = os.open(place, os.O_RDONLY | _PLAINLY)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "is no plain file", str(place))
    return os.fdopen(descriptor, "rb")


def _sync_directory(path: Path) -> None:
    """Make sure that what was put into a directory is found there after a power failure."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
