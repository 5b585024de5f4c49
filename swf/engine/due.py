"""What time does by itself: time-outs, timers, forgetting what has been kept long enough."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any, Final

from swf.engine import transitions
from swf.engine.call import Call
from swf.engine.handing import EMPTY
from swf.engine.schedule import Schedule
from swf.engine.store.store import Store
from swf.engine.unit import Unit

logger = logging.getLogger(__name__)

AT_ONCE: Final = 100
"""How many time-outs one transaction carries out at most."""

PURGED_AT_ONCE: Final = 1_000
"""How many events one transaction forgets at most."""

HEARTBEATS_SAVED_WITHIN: Final = 1_000
"""Milliseconds until a heartbeat is saved, where nothing else saves it."""

RETRY_AFTER: Final = 1_000
"""Milliseconds until what is due is tried again where it failed."""

ALIVE: Final = "alive_at"
"""Under this name it is kept when the engine was known to run, in milliseconds since the epoch."""

ALIVE_EVERY: Final = 10_000
"""How many milliseconds lie between two such notes at least."""

ALIVE_WITHIN: Final = 30_000
"""And at most, while somebody elsewhere works on a task that may time out."""


class Ticker:
    """What the engine does by itself, as one more operation of the writer: `tick`."""

    def __init__(self, store: Store, schedule: Schedule) -> None:
        self._store = store
        self._schedule = schedule
        self._at_once = AT_ONCE
        self._alive_at = 0
        self.ended: list[Call] = []
        """Polls whose time is up, with their answer."""
        self.count = 0
        """How many time-outs and timers have come due."""

    def tick(self, unit: Unit, _request: Any) -> dict[str, Any]:
        """Do what is due, and find out when to look again."""
        # A batch may hold two of these: the second finds none, and those of the first are ended.
        self.ended += unit.waiting.expired(unit.now)
        for call in self.ended:
            call.reply = dict(EMPTY[call.line[0]]) if call.line else None
            call.finished = True
        self.count += carry_out(unit, self._at_once)
        unit.settle()
        self._schedule.next = None
        if self._store.runs.held_outside(1):
            self.keep_alive(unit.now, ALIVE_WITHIN)
            self._schedule.look_at(self._alive_at + ALIVE_WITHIN)
        for moment in next_moments(unit):
            self._schedule.look_at(moment)
        return {}

    def mistrust(self, unit: Unit) -> None:
        """See that what could not be carried out keeps nothing else from coming due."""
        if self._at_once > 1:
            self._at_once = 1  # to find out which it is
            return
        found = self._store.runs.due(unit.now, 1)
        for run, event_id in found:
            logger.error("what is due for event %s of run %s cannot be done", event_id, run)
            self._store.runs.hold_back(run, event_id)
            unit.cache.drop(run)
        self._at_once = AT_ONCE
        if not found:  # it was something else
            self._schedule.next = unit.now + RETRY_AFTER

    def keep_alive(self, moment: int, every: int = ALIVE_EVERY) -> None:
        """Note that the engine runs at this moment, unless it did so much less before."""
        if moment - self._alive_at >= every:
            self._alive_at = moment
            self._store.keep(ALIVE, str(moment))


def carry_out(unit: Unit, at_most: int = AT_ONCE) -> int:
    """Do what is due now, in the order in which it fell due; return how many deadlines that were.

    There may be more: `next_moments` tells.
    """
    unit.save_heartbeats()
    found = unit.runs.due(unit.now, at_most)
    for run, event_id in found:
        _time_out(unit, run, event_id)
    _purge(unit)
    return len(found)


def next_moments(unit: Unit) -> Iterator[int]:
    """Yield the moments at which something falls due next, in milliseconds since the epoch."""
    following = unit.runs.next_due()
    if following is not None:
        yield following
    purge = unit.runs.next_purge()
    if purge is not None:
        yield purge[0]


def _time_out(unit: Unit, run: int, event_id: int) -> None:
    execution = unit.execution(run)
    entity = None if execution is None else execution.open.get(event_id)
    if execution is None or entity is None or not entity.deadlines:
        unit.runs.hold_back(run, event_id)  # what fell due before it may just have closed it
        return
    moment, timeout_type = min(
        (moment, timeout_type) for timeout_type, moment in entity.deadlines.items()
    )
    if moment > unit.now:
        execution.touch(entity)  # the store is behind
        return
    unit.act(execution, transitions.time_out, entity, timeout_type)
    unit.deliver()  # a parent hears of its child before its own next clock runs out


def _purge(unit: Unit) -> None:
    left = PURGED_AT_ONCE
    while left > 0 and (purge := unit.runs.next_purge()) is not None and purge[0] <= unit.now:
        unit.cache.drop(purge[1])
        unit.touched.pop(purge[1], None)
        left -= max(unit.runs.purge(*purge, left), 1)
