"""Signs that an execution is not well although it goes on: what is worth a look before it stops."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from swf.insight.finding import Finding, problem, warning
from swf.insight.meters import Meter
from swf.insight.pending import Pending, pending_of
from swf.models import History
from swf.models.timeline.words import lasting

TRIES: Final = 3
"""So many attempts at one thing that failed are no accident."""

HELD_SECONDS: Final = 60.0
"""How long a decider may think; most take milliseconds."""

SOON: Final = 0.1
"""The share of its time that an execution has left when that is told."""


def signs(
    about: str, history: History, *, meters: Iterable[Meter], now: datetime
) -> Iterator[Finding]:
    """Yield what may keep an open execution from ending well, that which is worst first.

    Quotas that their meters tell to be near, attempts that fail again and again, a decision task
    that a decider holds, a time-out that is near. Raises InconsistentHistoryError where the events
    contradict each other.
    """
    for meter in meters:
        if meter.state != "ok":
            tell = problem if meter.state == "at" else warning
            yield tell(
                about,
                f"{meter.name}: {meter.value:,} of {meter.limit:,}; at the limit {meter.beyond}",
            )
    for one in pending_of(history):
        yield from _of_pending(about, one, now)
    yield from _of_time(about, history, now)


def _of_pending(about: str, one: Pending, now: datetime) -> Iterator[Finding]:
    failed = one.tries_failed
    if failed >= TRIES and one.failure is not None:
        name = one.next_attempt_of or one.id
        yield warning(
            about,
            f"{name!r} has failed {failed} times, the last time it {one.failure.words}",
            f"see its attempts: `swf workflow tasks {about}`",
        )
    if one.kind == "decision" and one.started is not None:
        held = (now - one.started).total_seconds()
        if held >= HELD_SECONDS:
            yield warning(
                about,
                f"decider {one.identity or ''!r} has had its decision task for {lasting(held)}: "
                f"it is slow, or gone",
            )


def _of_time(about: str, history: History, now: datetime) -> Iterator[Finding]:
    execution = history.compiled.execution
    limit = execution.execution_start_to_close_timeout
    if not isinstance(limit, int) or execution.is_closed:
        return
    left = limit - (now - execution.scheduled_at).total_seconds()
    if left <= SOON * limit:
        yield warning(
            about,
            f"it times out in {lasting(max(0.0, left))}, of the {lasting(limit)} it was given",
        )
