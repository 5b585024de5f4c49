"""The histories that were brought along in files; the latest are held, in memory alone."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from threading import Lock
from typing import Final

from swf.models import WorkflowExecution

MOST: Final = 20
"""Histories that are held."""

MOST_BYTES: Final = 40_000_000
"""How much text these may have been."""


class Imports:
    """Executions of which only a history is at hand, each under a key that cannot be guessed."""

    def __init__(self, *, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._held: OrderedDict[str, tuple[WorkflowExecution, int]] = OrderedDict()
        self._guard = Lock()

    def add(self, execution: WorkflowExecution, size: int) -> str:
        """Hold an execution, and return its key; those that were not looked at longest go."""
        key = secrets.token_urlsafe(12)
        with self._guard:
            self._held[key] = (execution, size)
            while len(self._held) > 1 and (
                len(self._held) > self._most
                or sum(size for _, size in self._held.values()) > self._most_bytes
            ):
                self._held.popitem(last=False)
        return key

    def get(self, key: str) -> WorkflowExecution | None:
        """Return the execution of a key; None where it is not held any more."""
        with self._guard:
            if key not in self._held:
                return None
            self._held.move_to_end(key)
            return self._held[key][0]

    def listed(self) -> list[tuple[str, WorkflowExecution]]:
        """Return what is held, with the keys, that looked at last first."""
        with self._guard:
            return [(key, held[0]) for key, held in reversed(self._held.items())]
