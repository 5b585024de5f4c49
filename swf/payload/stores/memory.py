"""A store in the memory of this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

import attrs

from swf.exceptions import NotPicklableError
from swf.payload.stores.base import ContentStore


@attrs.frozen(eq=False)
class MemoryStore(ContentStore):
    """Keeps payloads in this process, for as long as it runs: for tests, and for `memory://`."""

    name: ClassVar[str] = "memory"

    _kept: dict[str, tuple[datetime, bytes]] = attrs.field(factory=dict, init=False, repr=False)
    _lock: Any = attrs.field(factory=threading.Lock, init=False, repr=False)

    def __reduce__(self) -> Any:
        raise NotPicklableError("a MemoryStore is in this process alone: use a FileStore")

    def _write(self, key: str, data: bytes) -> None:
        with self._lock:
            self._kept[key] = (self.clock.now(), data)

    def _read(self, key: str, most: int) -> bytes | None:
        with self._lock:
            _, data = self._kept.get(key, (None, None))
        return None if data is None else data[:most]

    def _keys(self) -> Iterator[str]:
        with self._lock:
            return iter(sorted(self._kept))

    def _delete(self, key: str) -> None:
        with self._lock:
            self._kept.pop(key, None)

    def _delete_older(self, key: str, moment: datetime) -> bool:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept[0] >= moment:
                return False
            del self._kept[key]
            return True
