"""One request on its way through the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from swf.constants import DEFAULT_REGION
from swf.fault import Fault

Run = Callable[[Callable[[], None]], object]
"""Has a function run somewhere else, soon: an executor's `submit`."""


class Call:
    """One request: who asks for what, and then what it was answered with.

    `inside` says that the caller lives and dies with this process. `done` is called once, in
    whatever thread the answer was found, when `reply` (None for an operation without one) or
    `fault` is set.
    """

    __slots__ = (
        "done",
        "expires_at",
        "fault",
        "finished",
        "gone",
        "inside",
        "line",
        "operation",
        "params",
        "promote",
        "region",
        "reply",
    )

    def __init__(
        self,
        operation: str,
        params: Mapping[str, Any],
        *,
        region: str = DEFAULT_REGION,
        inside: bool = True,
        done: Callable[[Call], object],
    ) -> None:
        self.operation = operation
        self.params = params
        self.region = region
        self.inside = inside
        self.done = done
        self.reply: dict[str, Any] | None = None
        self.fault: Fault | None = None
        self.gone = False
        """Whether nobody waits for the answer any more."""
        self.line: tuple[str, str, str] | None = None
        """Where a poll waits: kind of task, domain, task list."""
        self.expires_at: float = 0
        """Until when a poll waits at most, in milliseconds since the epoch."""
        self.finished = False
        """Whether the writer has found its answer."""
        self.promote: Callable[[Callable[[], None]], object] | None = None
        """Has the writer's work done on behalf of this call; None where nobody can."""

    def answer(self) -> None:
        """Let the caller know, unless it has gone."""
        if not self.gone:
            self.done(self)


class Waiter:
    """Blocks a thread until its call is answered, and does the writer's work where it is asked."""

    __slots__ = ("_lock", "_work")

    def __init__(self) -> None:
        self._lock = Lock()
        self._lock.acquire()
        self._work: Callable[[], None] | None = None

    def done(self, _call: Call) -> None:
        """Wake the thread: its call is answered."""
        self._lock.release()

    def promote(self, work: Callable[[], None]) -> None:
        """Wake the thread to do the writer's work first."""
        self._work = work
        self._lock.release()

    def wait(self) -> None:
        """Return once the call is answered."""
        self._lock.acquire()
        while self._work is not None:
            work, self._work = self._work, None
            work()
            self._lock.acquire()
