"""Time, asked of an object, so that a test can move it."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time in aware UTC, and waits."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Return True as soon as `event` is set, False once `seconds` have passed without it."""
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

    def __reduce__(self) -> tuple[type[ManualClock], tuple[datetime]]:
        return (type(self), (self.now(),))

    def now(self) -> datetime:
        """Return the moment that the clock was last moved to."""
        with self._moved:
            return self._now

    def advance(self, seconds: float) -> None:
        """Move the clock forward; waits that fall due end. A clock is never moved back."""
        if seconds < 0:
            raise ValueError(f"ManualClock.advance: seconds must not be negative, got {seconds!r}")
        with self._moved:
            self._now += timedelta(seconds=seconds)
            self._moved.notify_all()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Return True once `event` is set, False once the clock was moved past `seconds`."""
        with self._moved:
            due = self._now + timedelta(seconds=seconds)
            while not event.is_set() and self._now < due:
                # An event knows nothing of this condition, so it is looked at now and again.
                self._moved.wait(0.01)
        return event.is_set()
