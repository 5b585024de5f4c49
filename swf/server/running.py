"""Where the engine's work is done: in the loop's own thread, unless that would keep it waiting.

A commit on a fast disk takes less than handing it to another thread and back. What arrives in one
turn of the loop is begun before any of it is done, so that it shares a commit.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

Work = Callable[[], None]

SLOW_SECONDS: Final = 0.004
"""How long work may wait for a disk or a lock, on average, and still be done by the loop."""

_WEIGHT: Final = 1 / 8
_THREADS: Final = 4
_PROBED_AFTER: Final = 32
"""Works done in threads before it is tried whether the loop could do them."""


class Runner:
    """Does work at the end of the loop's turn, or in threads as long as it waits for a disk."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Serve this loop; to be made in its thread."""
        self._loop = loop
        self.home = threading.get_ident()
        self._due: list[Work] = []
        self._waited_seconds = 0.0
        self._elsewhere = 0
        self._pool: ThreadPoolExecutor | None = None

    def run(self, work: Work) -> None:
        """Have work done soon, from whatever thread."""
        if threading.get_ident() != self.home:
            self._loop.call_soon_threadsafe(self.run, work)
            return
        if not self._due:
            self._loop.call_soon(self._turn)
        self._due.append(work)

    def call(self, function: Callable[..., object], argument: object) -> None:
        """Call a function in the loop's thread, soon; at once where this is it."""
        if threading.get_ident() == self.home:
            function(argument)
        else:
            self._loop.call_soon_threadsafe(function, argument)

    def close(self) -> None:
        """Return once no thread is at work."""
        if self._pool is not None:
            self._pool.shutdown()

    def _turn(self) -> None:
        due, self._due = self._due, []
        for work in due:
            if self._waited_seconds < SLOW_SECONDS:
                self._waited_seconds += (self._timed(work) - self._waited_seconds) * _WEIGHT
            elif self._elsewhere >= _PROBED_AFTER:
                # What a thread waits for may be the loop, so only the loop can tell.
                self._elsewhere = 0
                self._waited_seconds = self._timed(work)
            else:
                self._elsewhere += 1
                self._threads().submit(work)

    def _timed(self, work: Work) -> float:
        """Do work, and return how many of its seconds were spent waiting."""
        began, busy = time.perf_counter(), time.thread_time()
        work()
        return time.perf_counter() - began - (time.thread_time() - busy)

    def _threads(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(_THREADS, "swf-server")
        return self._pool
