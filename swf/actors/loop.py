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
from swf.exceptions import ActorError

logger = logging.getLogger(__name__)

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)

LOOK_SECONDS: Final = 0.1
"""How long a runner may go on waiting that began to wait just when the loop was told to drain."""


class Loop:
    """Runners, each in a thread of its own, until all have returned.

    A runner returns soon after `draining` is set, and `release` frees it from what it waits for.
    The first one that raises has all the others drain. What stands in `aborting` ends at once what
    must not outlive the program; what stands in `ending` is called when the last runner returns.
    """

    def __init__(
        self,
        runners: Sequence[Runner],
        name: str,
        *,
        release: Callable[[], object] = lambda: None,
        enlist: Callable[[threading.Thread], object] | None = None,
    ) -> None:
        self._release = release
        self._enlist = enlist
        self.draining = threading.Event()
        self.aborting: list[Callable[[], object]] = []
        self.ending: list[Callable[[], object]] = []
        self._name = name
        self._lock = threading.Lock()
        self._failure: BaseException | None = None
        self._begun = 0
        self._runners: dict[threading.Thread, Runner] = {}
        for runner in runners:
            self._add(runner)
        self._at_work = set(self._runners)

    @property
    def alive(self) -> bool:
        """Whether a runner has not yet returned."""
        return self._first_alive() is not None

    @property
    def has_me(self) -> bool:
        """Whether the present thread is one of the loop's, and was not given up."""
        return threading.current_thread() in self._runners

    def start(self) -> None:
        """Have all runners run; raises ActorError, and has none run on, where some cannot begin."""
        try:
            for thread in list(self._runners):
                thread.start()
        except RuntimeError as error:
            with self._lock:
                missing = [one for one in self._runners if one.ident is None]
                told = f"{len(self._runners) - len(missing)} of its {len(self._runners)} threads"
                for one in missing:
                    del self._runners[one]
                    self._at_work.discard(one)
            self.drain()
            self._end_if_last()
            raise ActorError(f"{self._name}: {told} begin: {error}; start fewer") from error

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

    def give_up(self, thread: threading.Thread) -> None:
        """Go on without a thread that may never return: unless the loop drains, with another.

        Its runner asks `has_me` when it does return. A thread that is none of the loop's changes
        nothing.
        """
        with self._lock:
            runner = self._runners.pop(thread, None)
            if runner is None:
                return
            self._at_work.discard(thread)
            if not self.draining.is_set():
                another = self._add(runner)
                self._at_work.add(another)
                another.start()
        self._end_if_last()

    def add(self, runner: Runner) -> None:
        """Have another runner run beside the others, unless the loop drains."""
        with self._lock:
            if not self.draining.is_set():
                another = self._add(runner)
                self._at_work.add(another)
                another.start()

    def fail(self, error: BaseException) -> None:
        """Drain, and have whoever joins be told of this error, unless there was one before."""
        with self._lock:
            self._failure = self._failure or error
        self.drain()

    def join(self, timeout: float | None = None) -> bool:
        """Wait, at most `timeout` seconds, until all runners have returned; say whether they have.

        Raises the first error of a runner.
        """
        until = None if timeout is None else monotonic() + timeout
        for thread in iter(self._first_alive, None):
            self._await(thread, until)
            if until is not None and monotonic() >= until:
                break
        if self.alive:
            return False
        if self._failure is not None:
            raise self._failure
        return True

    def _add(self, runner: Runner) -> threading.Thread:
        self._begun += 1
        name = f"{self._name} {self._begun}"
        thread = threading.Thread(target=self._run, args=(runner,), name=name, daemon=True)
        # A clock that skips idle time is to know of it before it polls for the first time.
        if self._enlist is not None:
            self._enlist(thread)
        self._runners[thread] = runner
        return thread

    def _first_alive(self) -> threading.Thread | None:
        with self._lock:
            return next((one for one in self._runners if one.is_alive()), None)

    def _await(self, thread: threading.Thread, until: float | None) -> None:
        """Wait for a thread; while the loop drains, free it of what it began to wait for since."""
        while thread.is_alive() and thread in self._runners:
            left = LOOK_SECONDS if until is None else min(LOOK_SECONDS, until - monotonic())
            if left < 0:
                return
            thread.join(left)
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
        finally:
            with self._lock:
                self._at_work.discard(threading.current_thread())
            self._end_if_last()

    def _end_if_last(self) -> None:
        """Have all be ended that ends with the loop, if no runner is at work any more."""
        with self._lock:
            if self._at_work:
                return
            ending, self.ending = self.ending, []
        for end in ending:
            end()


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
