"""What every store does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Protocol


class Store(Protocol):
    """Keeps bytes under keys, for every process that has to read them; picklable.

    `name` is what it is called on the wire: a payload is fetched from the store of this name.
    """

    @property
    def name(self) -> str:
        """What the store is called on the wire."""
        ...

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
