"""What every store does, and what those of this package have in common."""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import ClassVar, Final, Protocol

import attrs

from swf.clock import Clock, SystemClock
from swf.exceptions import (
    PayloadError,
    PayloadMissingError,
    PayloadStoreError,
    PayloadTooLargeError,
    ValidationError,
)

MAX_STORED_BYTES: Final = 64 * 1024 * 1024
"""What a store takes and gives at most, unless it is told otherwise."""


class Store(Protocol):
    """Keeps bytes under keys, for every process that has to read them; safe in any thread.

    `name` is what it is called on the wire: a payload is fetched from the store of this name.
    """

    name: ClassVar[str]

    def put(self, data: bytes) -> str:
        """Keep the data and return its key; what is there already is as new from now on.

        Raises PayloadTooLargeError and PayloadStoreError.
        """
        ...

    def get(self, key: str, size: int) -> bytes:
        """Return the data under a key; `size` is how many bytes it should have.

        Raises PayloadMissingError, PayloadTooLargeError and PayloadStoreError.
        """
        ...

    def keys(self) -> Iterator[str]:
        """Yield the key of everything that is kept."""
        ...

    def delete(self, key: str) -> None:
        """Keep it no longer; nothing happens where there is nothing."""
        ...

    def collect(self, older_than: timedelta) -> list[str]:
        """Delete what was last put longer ago than this; return the keys of what was deleted."""
        ...


@attrs.frozen(kw_only=True)
class ContentStore(ABC):
    """A store whose keys are the SHA-256 of what lies under them: equal data is kept once.

    It takes and gives `max_bytes` at most. `clock` tells how old something is.
    """

    name: ClassVar[str]

    max_bytes: int = MAX_STORED_BYTES
    clock: Clock = attrs.field(factory=SystemClock, eq=False, repr=False)

    def put(self, data: bytes) -> str:
        """Keep the data and return its key; what is there already is as new from now on.

        Raises PayloadTooLargeError, and PayloadStoreError where the store cannot be written to.
        """
        self._check_size(len(data))
        key = hashlib.sha256(data).hexdigest()
        with self._told("written to"):
            self._write(key, data)
        return key

    def get(self, key: str, size: int) -> bytes:
        """Return the data under a key, of which no more than `size` bytes and one are read.

        Raises PayloadMissingError, PayloadTooLargeError, and PayloadStoreError where the store
        cannot be read.
        """
        self._check_size(size)
        data = None
        if is_key(key):  # nothing else can be a path within the store
            with self._told("read"):
                data = self._read(key, size + 1)
        if data is None:
            raise PayloadMissingError(
                f"{self} has nothing under {key!r}: it is another store than the payload was put "
                f"into, or the payload was deleted or collected before its time"
            )
        return data

    def keys(self) -> Iterator[str]:
        """Yield the key of everything that is kept; raises PayloadStoreError."""
        with self._told("listed"):
            yield from self._keys()

    def delete(self, key: str) -> None:
        """Keep it no longer; nothing happens where there is nothing. Raises PayloadStoreError."""
        if is_key(key):
            with self._told("written to"):
                self._delete(key)

    def collect(self, older_than: timedelta) -> list[str]:
        """Delete what was last put longer ago than this; return the keys of what was deleted.

        Raises ValidationError for a time that is not positive, and PayloadStoreError.
        """
        if older_than <= timedelta(0):
            raise ValidationError(
                f"collect: older_than: must be longer than the longest run and its retention "
                f"period together, got {older_than!r}"
            )
        moment = self.clock.now() - older_than
        with self._told("collected"):
            return [key for key in list(self._keys()) if self._delete_older(key, moment)]

    @abstractmethod
    def _write(self, key: str, data: bytes) -> None:
        """Keep the data, whole or not at all; what is there already is made new."""

    @abstractmethod
    def _read(self, key: str, most: int) -> bytes | None:
        """Return the data, its first `most` bytes; None where there is none."""

    @abstractmethod
    def _keys(self) -> Iterator[str]:
        """Yield every key."""

    @abstractmethod
    def _delete(self, key: str) -> None:
        """Delete what is under the key, if anything."""

    @abstractmethod
    def _delete_older(self, key: str, moment: datetime) -> bool:
        """Delete it if it was last written before the moment; tell whether that was so."""

    def _check_size(self, size: int) -> None:
        if size > self.max_bytes:
            raise PayloadTooLargeError(
                f"the payload has {size} bytes and {self} takes {self.max_bytes}: send less, or "
                f"raise its max_bytes="
            )

    @contextmanager
    def _told(self, done: str) -> Generator[None]:
        """Raise whatever goes wrong as PayloadStoreError."""
        try:
            yield
        except PayloadError:
            raise
        except Exception as error:
            raise PayloadStoreError(
                f"{self} cannot be {done}: {type(error).__name__}: {error}"
            ) from error


_KEY: Final = re.compile(r"[0-9a-f]{64}")


def is_key(name: str) -> bool:
    """Tell whether this can be the key of something in a `ContentStore`."""
    return _KEY.fullmatch(name) is not None
