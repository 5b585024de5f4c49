"""Time, asked of an object, so that a test can move it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

logger = logging.getLogger(__name__)

LONGEST_NAP_SECONDS: Final = 5.0
"""How late an alarm may be where the machine's clock is set, or the machine slept."""


class Alarm(Protocol):
    """Calls a function at the moment it is set to: once, never before it."""

    def set(self, moment: datetime | None) -> None:
        """Ring at this moment and at no other; None rings never, one that has passed at once."""
        ...

    def close(self) -> None:
        """Never ring again; a ring under way is waited for, unless it is what closes."""
        ...


class Clock(Protocol):
    """Tells the time in aware UTC, and waits."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Return True as soon as `event` is set, False once `seconds` have passed without it."""
        ...

    def alarm(self, ring: Callable[[], object]) -> Alarm:
        """Return an alarm that is not set; it calls `ring`."""
        ...


class Ringing(Protocol):
    """What happens once its moment has come."""

    def ring(self) -> None:
        """Have it happen."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Return True as soon as `event` is set, False once `seconds` have passed without it."""
        return event.wait(seconds)

    def monotonic(self) -> float:
        """Return seconds that never run backwards, from an arbitrary origin."""
        return time.monotonic()

    def alarm(self, ring: Callable[[], object]) -> Alarm:
        """Return an alarm that rings in a thread of its own, which starts when it is first set."""
        return _ThreadAlarm(self, ring)


class _ThreadAlarm:
    """Waits in a thread for the moment it is set to."""

    def __init__(self, clock: SystemClock, ring: Callable[[], object]) -> None:
        self._clock = clock
        self._ring = ring
        self._moment: datetime | None = None
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def set(self, moment: datetime | None) -> None:
        """Ring at this moment and at no other; None rings never."""
        with self._changed:
            if self._closed:
                return
            sooner = moment is not None and (self._moment is None or moment < self._moment)
            self._moment = moment
            if self._thread is None and moment is not None:
                thread = threading.Thread(target=self._run, name="swf-alarm", daemon=True)
                thread.start()  # where it cannot be started now, the next alarm tries again
                self._thread = thread
            elif sooner:
                # A later moment is noticed when the earlier one has come.
                self._changed.notify()

    def close(self) -> None:
        """Never ring again; a ring under way is waited for, unless it is what closes."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        while self._rang_or_waited():
            pass

    def _rang_or_waited(self) -> bool:
        with self._changed:
            if self._closed:
                return False
            if self._moment is None:
                self._changed.wait()
                return True
            left = (self._moment - self._clock.now()).total_seconds()
            if left > 0:
                self._changed.wait(min(left, LONGEST_NAP_SECONDS))
                return True
            self._moment = None
        try:
            self._ring()
        except Exception:
            # The next ring may go well, and nobody else would ever notice that none comes.
            logger.exception("an alarm's ring failed", extra={"action": "alarm_failed"})
        return True


class ManualClock:
    """A clock that stands still until it is moved; waiting on it ends when it has been moved.

    `start` must be aware; the default is 2020-01-01T00:00:00Z.
    """

    def __init__(self, start: datetime | None = None) -> None:
        start = start or datetime(2020, 1, 1, tzinfo=UTC)
        if start.tzinfo is None:
            raise ValueError(f"ManualClock: start must be an aware datetime, got {start!r}")
        self._now = start.astimezone(UTC)
        self._moved = threading.Condition()
        self._alarms: list[_ManualAlarm] = []

    def __reduce__(self) -> tuple[type[ManualClock], tuple[datetime]]:
        return (type(self), (self.now(),))

    def now(self) -> datetime:
        """Return the moment that the clock was last moved to."""
        with self._moved:
            return self._now

    def advance(self, seconds: float) -> None:
        """Move the clock forward; waits that fall due end, alarms ring. It is never moved back.

        It stands at each alarm's own moment while that rings, in the order of the moments and in
        the caller's thread: what the alarm sets off and falls due on the way rings too. Zero
        seconds ring what is due already. What a ring raises is raised here.
        """
        if seconds < 0:
            raise ValueError(f"ManualClock.advance: seconds must not be negative, got {seconds!r}")
        self.advance_to(self.now() + timedelta(seconds=seconds))

    def advance_to(self, moment: datetime) -> None:
        """Move the clock forward to a moment, unless it has passed, as `advance` does."""
        while (alarm := self._next(moment)) is not None:
            alarm.ring()
        self._move(moment)

    @property
    def next_alarm(self) -> datetime | None:
        """The moment at which the next alarm rings; None where none is set."""
        with self._moved:
            return min((one.moment for one in self._alarms if one.moment), default=None)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Return True once `event` is set, False once the clock was moved past `seconds`."""
        with self._moved:
            due = self._now + timedelta(seconds=seconds)
            while not event.is_set() and self._now < due:
                # An event knows nothing of this condition, so it is looked at now and again.
                self._moved.wait(0.01)
        return event.is_set()

    def alarm(self, ring: Callable[[], object]) -> Alarm:
        """Return an alarm that rings within `advance`, in the thread that moves the clock."""
        alarm = _ManualAlarm(ring, self._alarms, self._moved)
        with self._moved:
            self._alarms.append(alarm)
        return alarm

    def _next(self, end: datetime) -> Ringing | None:
        """Move to what rings next by `end`, take it off, and return it."""
        with self._moved:
            due = [(one.moment, index) for index, one in enumerate(self._alarms) if one.moment]
            if not due or min(due)[0] > end:
                return None
            moment, index = min(due)
            self._now = max(self._now, moment)
            self._moved.notify_all()
            self._alarms[index].moment = None
            return self._alarms[index]

    def _move(self, end: datetime) -> None:
        with self._moved:
            self._now = max(self._now, end)
            self._moved.notify_all()


class _ManualAlarm:
    """Rings when its clock is moved; `alarms` and `moved` are the clock's own."""

    def __init__(
        self,
        ring: Callable[[], object],
        alarms: list[_ManualAlarm],
        moved: threading.Condition,
    ) -> None:
        self.moment: datetime | None = None
        self._ring = ring
        self._alarms = alarms
        self._moved = moved
        self._closed = False
        self._ringing = threading.RLock()  # a ring may close its own alarm

    def set(self, moment: datetime | None) -> None:
        """Ring at this moment and at no other; None rings never, one that has passed at once.

        At once is within the next `advance`, since the clock stands until then.
        """
        with self._moved:
            if not self._closed:
                self.moment = moment

    def ring(self) -> None:
        """Ring, unless it was closed meanwhile."""
        with self._ringing:
            if not self._closed:
                self._ring()

    def close(self) -> None:
        """Never ring again; a ring under way is waited for, unless it is what closes."""
        with self._moved:
            self._closed = True
            self.moment = None
            if self in self._alarms:
                self._alarms.remove(self)
        with self._ringing:
            pass
