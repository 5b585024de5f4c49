"""The one thread that runs programs: greenlets cannot leave the thread that made them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

T = TypeVar("T")


class _Job:
    """A call that waits for the thread, and for its outcome."""

    __slots__ = ("done", "error", "function", "value")

    def __init__(self, function: Callable[[], Any]) -> None:
        self.function = function
        self.value: Any = None
        self.error: BaseException | None = None
        self.done = threading.Lock()
        self.done.acquire()


class ReplayThread:
    """Calls functions one after the other in one thread, which starts with the first of them.

    With `inline` that is the thread that asks: always the same one then.
    """

    def __init__(self, *, inline: bool = False) -> None:
        self._inline = inline
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._guard: Final = threading.Lock()

    def call(self, function: Callable[[], T]) -> T:
        """Return what a function returns there, or raise what it raises."""
        if self._inline or threading.current_thread() is self._thread:
            return function()
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="swf-replay", daemon=True)
                self._thread.start()
        job = _Job(function)
        self._jobs.put(job)
        job.done.acquire()
        if job.error is not None:
            raise job.error
        value: T = job.value
        return value

    def close(self) -> None:
        """End the thread, once it has done what it was asked."""
        with self._guard:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            if thread is not threading.current_thread():
                thread.join()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job.value = job.function()
            except BaseException as error:  # noqa: BLE001  (raised where it was asked for)
                job.error = error
            job.done.release()
