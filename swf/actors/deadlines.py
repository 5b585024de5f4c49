"""What shall happen after a while, unless it is called off: one alarm for all of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import attrs

from swf.clock import Alarm, Clock

logger = logging.getLogger(__name__)

_LONGEST: Final = timedelta(days=36_500).total_seconds()


@attrs.frozen(eq=False)
class Deadline:
    """A call that is due at a moment."""

    moment: datetime
    call: Callable[[], object]


class Deadlines:
    """Calls what was asked for once its time has come, in a thread of the clock's alarm.

    A call must be quick: those that are due later wait for it. What it raises is logged. There are
    as many as there are tasks at work, and nearly all of them are called off: both are cheap, and
    wake nobody.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._open: set[Deadline] = set()
        self._alarm: Alarm | None = None
        self._set_for: datetime | None = None

    def after(self, seconds: float, call: Callable[[], object]) -> Deadline:
        """Have the call made once so many seconds have passed."""
        deadline = Deadline(self._clock.now() + timedelta(seconds=min(seconds, _LONGEST)), call)
        with self._lock:
            self._open.add(deadline)
            if self._alarm is None:
                self._alarm = self._clock.alarm(self._ring)
            if self._set_for is None or deadline.moment < self._set_for:
                self._set_for = deadline.moment
                self._alarm.set(deadline.moment)
        return deadline

    def call_off(self, deadline: Deadline) -> None:
        """Never make the call, unless it is being made now.

        The alarm stays as it is: it finds nothing to do, which costs less than to set it anew.
        """
        with self._lock:
            self._open.discard(deadline)

    def close(self) -> None:
        """Make no call that was asked for, and keep no thread; what is asked for later is made."""
        with self._lock:
            self._open.clear()
            alarm, self._alarm, self._set_for = self._alarm, None, None
        if alarm is not None:
            alarm.close()

    def _ring(self) -> None:
        now = self._clock.now()
        with self._lock:
            due = sorted(
                (one for one in self._open if one.moment <= now), key=lambda one: one.moment
            )
            self._open.difference_update(due)
            self._set_for = min((one.moment for one in self._open), default=None)
            alarm = self._alarm
            if self._set_for is None:
                self._alarm = None  # an alarm may be a thread: none is kept for nothing
            elif alarm is not None:
                alarm.set(self._set_for)
                alarm = None
        if alarm is not None:
            alarm.close()
        for one in due:
            try:
                one.call()
            except Exception:
                logger.exception("what was due could not be done")
