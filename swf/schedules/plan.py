"""What a look at the time tells: which due times have come, and when the next ones are."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

import attrs

from swf.schedules.spec import ScheduleSpec

MOST_AT_ONCE: Final = 1_000
"""Due times that one look tells of; what is beyond counts as missed, or as skipped."""

MOST_COUNTED: Final = 10_000
"""How far missed due times are counted: after a long outage there are that many, at least."""

NEXT: Final = 5
"""Due times to come that are told."""


@attrs.frozen
class Plan:
    """What has come due since the last look; all in seconds since the epoch."""

    due: tuple[int, ...]
    """Those that can be started still, ascending."""
    missed: int
    """How many came too long ago."""
    following: tuple[int, ...]
    """The next ones."""

    @property
    def next(self) -> int | None:
        """The next due time; None where none will ever come."""
        return self.following[0] if self.following else None

    def to_json(self) -> list[Any]:
        """Return it as a marker has it."""
        return [list(self.due), self.missed, list(self.following)]

    @classmethod
    def from_json(cls, told: list[Any]) -> Plan:
        """Return what a marker tells."""
        due, missed, following = told
        return cls(tuple(due), missed, tuple(following))


def plan(spec: ScheduleSpec, since: datetime, now: datetime, *, window: bool = True) -> Plan:
    """Return what came due after `since`, until `now`.

    With `window` what is older than the schedule's catch-up window is missed; without, nothing is.
    """
    oldest = now - timedelta(seconds=spec.catch_up_seconds)
    begin, missed = since, 0
    if window and since < oldest:
        missed = sum(
            1 for _ in islice(_until(spec, since, oldest - timedelta(microseconds=1)), MOST_COUNTED)
        )
        begin = oldest - timedelta(seconds=1)
    came = list(islice(_until(spec, begin, now), MOST_AT_ONCE + MOST_COUNTED))
    if window:
        came = [due for due in came if due >= oldest.timestamp()]
    kept = came[:MOST_AT_ONCE]
    following = islice(spec.due_after(now), NEXT)
    return Plan(
        tuple(kept),
        missed + len(came) - len(kept),
        tuple(int(due.timestamp()) for due in following),
    )


def _until(spec: ScheduleSpec, since: datetime, until: datetime) -> Any:
    for due in spec.due_after(since):
        if due > until:
            return
        yield int(due.timestamp())
