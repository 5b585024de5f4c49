"""What SWF said a moment ago, remembered where asking again would cost many calls."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Generic, TypeVar

MOST: Final = 200
"""Answers that are remembered."""

T = TypeVar("T")


class Lately(Generic[T]):
    """Answers by name, each taken for true for some time; any thread may ask."""

    def __init__(self, fresh: timedelta, *, most: int = MOST) -> None:
        self._fresh = fresh
        self._most = most
        self._said: OrderedDict[Hashable, tuple[datetime, T]] = OrderedDict()
        self._guard = Lock()

    def said(self, name: Hashable, now: datetime, ask: Callable[[], T]) -> T:
        """Return what was said under a name, or what `ask` returns where that is too long ago."""
        with self._guard:
            known = self._said.get(name)
        if known is not None and timedelta() <= now - known[0] < self._fresh:
            return known[1]
        found = ask()
        with self._guard:
            self._said[name] = (now, found)
            self._said.move_to_end(name)
            while len(self._said) > self._most:
                self._said.popitem(last=False)
        return found
