"""What time does by itself: time-outs, timers, forgetting what has been kept long enough."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Final

from swf.engine import transitions
from swf.engine.unit import Unit

logger = logging.getLogger(__name__)

AT_ONCE: Final = 100
"""How many time-outs one transaction carries out at most."""

PURGED_AT_ONCE: Final = 1_000
"""How many events one transaction forgets at most."""

HEARTBEATS_SAVED_WITHIN: Final = 1_000
"""Milliseconds until a heartbeat is saved, where nothing else saves it."""


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
