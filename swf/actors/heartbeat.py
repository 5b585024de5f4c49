"""Tells SWF, while an activity works, that it does; and the activity what SWF says to that."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Protocol, Self

from swf.actors.backoff import may_pass
from swf.actors.beats import Beats
from swf.actors.deadlines import Deadline, Deadlines
from swf.actors.tasks import HeartbeatReply
from swf.clock import Clock, SystemClock
from swf.exceptions import DoesNotExistError, ValidationError, ValidationTypeError
from swf.metrics import catalogue
from swf.virtual_clock import enlist

logger = logging.getLogger(__name__)


LEAVE_SECONDS: Final = 1.0
"""How long the end of a block waits for a heartbeat that is on its way."""


class _Sender(Protocol):
    """What can send a heartbeat: an ActivityWorker."""

    def heartbeat(self, task_token: str, details: Any = None) -> HeartbeatReply:
        """Send one."""
        ...


class Heartbeat(Beats):
    """Sends a heartbeat every `interval` seconds from within the block, in a thread of its own.

    Each carries the latest details given to `heartbeat()`. An error is logged, and the next beat is
    sent as if nothing was; one that will not pass by itself stands in `error`. When SWF says that
    the task is closed, `lost` is true and the beats end. Leaving the block ends them too; for one
    that hangs it waits a second and no longer.

    An activity's `execute` gets one as its context. With `deadlines`, the thread begins only when
    the first beat is due, which most tasks never see. `answered` is called after each beat that
    SWF answered, in whatever way.
    """

    def __init__(
        self,
        worker: _Sender,
        task_token: str,
        *,
        interval: float,
        clock: Clock | None = None,
        deadlines: Deadlines | None = None,
        answered: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__()
        self.interval = check_interval("Heartbeat: interval", interval)
        self.error: Exception | None = None
        self._worker = worker
        self._task_token = task_token
        self._clock = clock or SystemClock()
        self._deadlines = deadlines
        self._answered = answered
        self._details: str | None = None
        self._finished = threading.Event()
        self._answering = False
        self._first: Deadline | None = None
        self._thread: threading.Thread | None = None
        self._since = self._clock.now()

    def __enter__(self) -> Self:
        self._since = self._clock.now()
        if self._deadlines is None:
            self._begin(self._run)
        else:
            self._first = self._deadlines.after(self.interval, self._begin_late)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.finish()
        if self._deadlines is not None and self._first is not None:
            self._deadlines.call_off(self._first)
        # It may hang in its call; nobody needs its answer any more, and no task waits for it.
        if self._thread is not None:
            self._thread.join(LEAVE_SECONDS)

    def finish(self) -> None:
        """Begin no further beat; one that is on its way may still arrive."""
        self._finished.set()

    def answering(self) -> None:
        """Let beats go on, and take it for no loss if one finds the task closed.

        For as long as the answer of the task is on its way, which may have closed it.
        """
        self._answering = True

    def wait(self, seconds: float) -> bool:
        """Return True as soon as the work is not wanted any more, False once `seconds` passed."""
        return self._clock.wait(self._unwanted, seconds)

    def lose(self) -> None:
        """Let the code know that its task is closed, and send no further beat."""
        super().lose()
        self._finished.set()

    def beat(self) -> None:
        """Send a heartbeat now; what it brings shows in `cancel_requested`, `lost` and `error`."""
        try:
            reply = self._worker.heartbeat(self._task_token, self._details)
        except DoesNotExistError as error:
            # Once an answer is on its way, it is that which finds out whether the task was lost.
            if self._answering or self._finished.is_set():
                self._finished.set()
                return
            logger.warning("heartbeat: %s", error)
            self.lose()
            catalogue.HEARTBEATS.add(("lost",))
        except Exception as error:
            catalogue.HEARTBEATS.add(("failed",))
            if may_pass(error):
                logger.warning("a heartbeat failed, the next one follows: %s", error)
            else:
                logger.exception("a heartbeat failed")
                self.error = error
            return
        else:
            self.error = None
            outcome = "cancel_requested" if reply.cancel_requested else "answered"
            catalogue.HEARTBEATS.add((outcome,))
            if reply.cancel_requested:
                self.cancel()
        self._answered()

    def _carry(self, text: str | None) -> None:
        self._details = text

    def _begin(self, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name="heartbeat", daemon=True)
        thread.start()
        enlist(thread, self._clock)
        self._thread = thread

    def _begin_late(self) -> None:
        try:
            self._begin(self._run_late)
        except RuntimeError:  # from Python 3.12 on a program that has come to its end begins none
            if self._deadlines is not None and not self._finished.is_set():
                self._beat_due()
                self._first = self._deadlines.after(self.interval, self._begin_late)

    def _run_late(self) -> None:
        if not self._finished.is_set():
            self._beat_due()
            self._run()

    def _run(self) -> None:
        while not self._clock.wait(self._finished, self.interval):
            self._beat_due()

    def _beat_due(self) -> None:
        """Send a heartbeat, and measure how late it is."""
        now = self._clock.now()
        late = (now - self._since).total_seconds() - self.interval
        catalogue.HEARTBEAT_LATENESS.observe(max(0.0, late))
        self.beat()
        self._since = self._clock.now()


def check_interval(argument: str, seconds: object) -> float:
    """Return the seconds between heartbeats; raise ValidationError, naming them, for none such."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ValidationTypeError(f"{argument}: must be a number of seconds, got {seconds!r}")
    if not seconds > 0:
        raise ValidationError(f"{argument}: must be positive, got {seconds!r}")
    if seconds > threading.TIMEOUT_MAX:
        raise ValidationError(
            f"{argument}: must be at most {math.floor(threading.TIMEOUT_MAX)}, got {seconds!r}"
        )
    return seconds
