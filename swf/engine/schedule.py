"""When to look next for what is due."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from swf.clock import Clock

logger = logging.getLogger(__name__)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


class Schedule:
    """The earliest moment at which something may be due, and the alarm that is set to it.

    Moments are milliseconds since the epoch. `ring` is called at the moment, or before it where
    what was due then has gone.
    """

    def __init__(self, clock: Clock, ring: Callable[[], object]) -> None:
        self._clock = clock
        self._ring = ring
        self._alarm = clock.alarm(self._rung)
        self._armed: int | None = None
        self.next: int | None = None
        """The moment to look at; None where nothing is due ever."""

    def now(self) -> int:
        """Return the present moment."""
        return (self._clock.now() - _EPOCH) // _MILLISECOND

    @staticmethod
    def moment(milliseconds: int) -> datetime:
        """Return a moment as clocks tell it."""
        return _EPOCH + milliseconds * _MILLISECOND

    def look_at(self, moment: int | None) -> None:
        """Have what is due looked for at this moment, or before."""
        if moment is not None and (self.next is None or moment < self.next):
            self.next = moment

    def arm(self) -> None:
        """Have the alarm ring at the next moment; where none can be set, the next call tries it."""
        if self.next is not None and (self._armed is None or self.next < self._armed):
            before, self._armed = self._armed, self.next  # first: it may ring at once
            try:
                self._alarm.set(self.moment(self.next))
            except RuntimeError as error:  # no thread begins, and what was done is to be answered
                self._armed = before
                logger.warning("what falls due is not looked at before the next call: %s", error)

    def close(self) -> None:
        """Never ring again."""
        self._alarm.close()

    def _rung(self) -> None:
        self._armed = None
        self._ring()
