"""Tells SWF, while an activity works, that it does; and the activity what SWF says to that."""

from __future__ import annotations

import logging
import math
import threading
from types import TracebackType
from typing import Any, Final, Protocol, Self

from swf.actors.backoff import may_pass
from swf.actors.tasks import HeartbeatReply
from swf.clock import Clock, SystemClock
from swf.constants import MAX_HEARTBEAT_DETAILS_LENGTH
from swf.exceptions import (
    ActivityCanceled,
    DoesNotExistError,
    ValidationError,
    ValidationTypeError,
)
from swf.wire import payload, sendable

logger = logging.getLogger(__name__)


LEAVE_SECONDS: Final = 1.0
"""How long the end of a block waits for a heartbeat that is on its way."""


class _Beats(Protocol):
    """What can send a heartbeat: an ActivityWorker."""

    def heartbeat(self, task_token: str, details: Any = None) -> HeartbeatReply:
        """Send one."""
        ...


class Heartbeat:
    """Sends a heartbeat every `interval` seconds from within the block, in a thread of its own.

    Each carries the latest details given to `heartbeat()`. An error is logged, and the next beat is
    sent as if nothing was; one that will not pass by itself stands in `error`. When SWF says that
    the task is closed, `lost` is true and the beats end. Leaving the block ends them too; for one
    that hangs it waits a second and no longer.

    An activity's `execute` gets one as its context.
    """

    def __init__(
        self,
        worker: _Beats,
        task_token: str,
        *,
        interval: float,
        clock: Clock | None = None,
    ) -> None:
        self.interval = check_interval("Heartbeat: interval", interval)
        self.error: Exception | None = None
        self._worker = worker
        self._task_token = task_token
        self._clock = clock or SystemClock()
        self._details: str | None = None
        self._finished = threading.Event()
        self._answering = False
        self._unwanted = threading.Event()  # canceled, or lost: no one waits for the result
        self._lost = False
        self._canceled = False
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.finish()
        # It may hang in its call; nobody needs its answer any more, and no task waits for it.
        self._thread.join(LEAVE_SECONDS)

    def finish(self) -> None:
        """Begin no further beat; one that is on its way may still arrive."""
        self._finished.set()

    def answering(self) -> None:
        """Let beats go on, and take it for no loss if one finds the task closed.

        For as long as the answer of the task is on its way, which may have closed it.
        """
        self._answering = True

    @property
    def cancel_requested(self) -> bool:
        """Whether SWF said that the activity shall be canceled."""
        return self._canceled

    @property
    def lost(self) -> bool:
        """Whether SWF said that the task is closed: it timed out, or its execution is over."""
        return self._lost

    def heartbeat(self, details: Any = None) -> None:
        """Have the next beat, and all after it, carry these details; nothing is sent at once.

        A str is carried as it is, anything else as JSON. Raises ValidationError where they are
        longer than 2048 characters or hold a lone surrogate.
        """
        text = payload(details, "details")
        if text is not None and len(text) > MAX_HEARTBEAT_DETAILS_LENGTH:
            raise ValidationError(
                f"details: has at most {MAX_HEARTBEAT_DETAILS_LENGTH} characters, not {len(text)}"
            )
        if text is not None and not sendable(text):
            raise ValidationError("details: must be valid Unicode")
        self._details = text

    def check_canceled(self, details: Any = None) -> None:
        """Return unless the work is not wanted any more: then raise ActivityCanceled.

        The worker answers it with RespondActivityTaskCanceled and `details`.
        """
        if self._unwanted.is_set():
            reason = "the task is closed" if self._lost else "a cancel was requested"
            raise ActivityCanceled(reason, details=details)

    def wait(self, seconds: float) -> bool:
        """Return True as soon as the work is not wanted any more, False once `seconds` passed."""
        return self._clock.wait(self._unwanted, seconds)

    def beat(self) -> None:
        """Send a heartbeat now; what it brings shows in `cancel_requested`, `lost` and `error`."""
        try:
            reply = self._worker.heartbeat(self._task_token, self._details)
        except DoesNotExistError as error:
            # Once an answer is on its way, it is that which finds out whether the task was lost.
            if not (self._answering or self._finished.is_set()):
                logger.warning("heartbeat: %s", error)
                self._lost = True
                self._unwanted.set()
            self._finished.set()
        except Exception as error:
            if may_pass(error):
                logger.warning("a heartbeat failed, the next one follows: %s", error)
                return
            logger.exception("a heartbeat failed")
            self.error = error
        else:
            self.error = None
            if reply.cancel_requested:
                self._canceled = True
                self._unwanted.set()

    def _run(self) -> None:
        while not self._clock.wait(self._finished, self.interval):
            self.beat()


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
