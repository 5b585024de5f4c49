"""Runs what an actor does again and again, in threads, until it is told to drain."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from time import monotonic
from types import FrameType
from typing import Any, Final

from swf.actors.words import described

logger = logging.getLogger(__name__)

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)

LOOK_SECONDS: Final = 0.1
"""How long a runner may go on waiting that began to wait just when the loop was told to drain."""


class Loop:
    """Runners, each in a thread of its own, until all have returned.

    A runner returns soon after `draining` is set, `release` frees it from what it waits for, and it
    sets what stands in `aborting` for what must
    not outlive the program. The first runner that raises has all the others drain.
    """

    def __init__(
        self,
        runners: Sequence[Runner],
        name: str,
        *,
        release: Callable[[], object] = lambda: None,
    ) -> None:
        self._release = release
        self.draining = threading.Event()
        self.aborting: list[Callable[[], object]] = []
        self._lock = threading.Lock()
        self._failure: BaseException | None = None
        self._threads = [
            threading.Thread(target=self._run, args=(runner,), name=f"{name} {number}", daemon=True)
            for number, runner in enumerate(runners, 1)
        ]

    @property
    def alive(self) -> bool:
        """Whether a runner has not yet returned."""
        return any(thread.is_alive() for thread in self._threads)

    def start(self) -> None:
        """Have all runners run."""
        for thread in self._threads:
            thread.start()

    def run(self) -> None:
        """Have all runners run, and return when all have returned.

        In the main thread a first SIGINT or SIGTERM drains, a second one aborts. Raises the first
        error of a runner.
        """
        with handled_signals(self):
            try:
                self.start()
                self.join()
            except BaseException as error:
                if error is not self._failure:  # a signal has thrown us out of it
                    self.abort()
                raise

    def drain(self) -> None:
        """Have the runners return once they have finished what they are at."""
        self.draining.set()
        self._release()

    def abort(self) -> None:
        """End at once what a runner has begun outside of this process."""
        self.draining.set()
        for end in self.aborting:
            end()

    def join(self, timeout: float | None = None) -> bool:
        """Wait, at most `timeout` seconds, until all runners have returned; say whether they have.

        Raises the first error of a runner.
        """
        until = None if timeout is None else monotonic() + timeout
        for thread in self._threads:
            self._await(thread, until)
        if self.alive:
            return False
        if self._failure is not None:
            raise self._failure
        return True

    def _await(self, thread: threading.Thread, until: float | None) -> None:
        """Wait for a thread; while the loop drains, free it of what it began to wait for since."""
        while thread.is_alive() and (until is None or monotonic() < until):
            left = LOOK_SECONDS if until is None else min(LOOK_SECONDS, until - monotonic())
            thread.join(max(0.0, left))
            if self.draining.is_set():
                self._release()

    def _run(self, runner: Runner) -> None:
        try:
            runner(self)
        except BaseException as error:
            with self._lock:
                first = self._failure is None
                if first:
                    self._failure = error  # whoever joins is told of it
            self.draining.set()
            # Nobody may ever join: without the log, a loop in the background would end in silence.
            what = "ends, and so does the loop" if first else "ends after the first that failed"
            name = threading.current_thread().name
            logger.exception("%s %s: %s", name, what, described(error))  # noqa: TRY401


Runner = Callable[[Loop], None]
"""Does something again and again until the loop drains."""


@contextmanager
def handled_signals(loop: Loop, signals: Sequence[signal.Signals] = SIGNALS) -> Generator[None]:
    """Within the block the first of these signals drains the loop, the next aborts it.

    A loop that drains already goes on to, for the first of them. A signal that aborts is then
    handled as if it had come before the block. Handlers belong to the main thread: in any other,
    nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[int, Any] = {}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)  # None: not installed by Python

    came: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        came.append(number)
        if len(came) == 1:
            loop.drain()
            return
        restore()
        loop.abort()
        signal.raise_signal(number)

    for number in signals:
        before[number] = signal.signal(number, handle)
    try:
        yield
    finally:
        restore()
