"""When a schedule is due: cron expressions in a time zone, and plain intervals.

Nothing here looks at a clock. Moments go in and come out aware, in UTC, in whole seconds.

What happens where clocks are put forward or back is what Debian's cron does. An expression that
names its minute and its hour is due once a day: where that time is skipped, at the first moment
after the gap; where it comes twice, the first time. One that has `*` for minute or hour goes by the
time that passes: it is due in neither gap, and in both of the hours that are called alike.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from swf.schedules.errors import ScheduleSpecError

ALIASES: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
"""Names of expressions, as cron has them."""

EVERY: Final = "@every"

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Where intervals are counted from, unless the schedule has a start."""

_INTERVAL: Final = re.compile(r"@every\s+((?:\d+[smhd])+)")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_LONGEST: Final = 366 * 86_400

_SAY: Final = (
    "say five fields (minute hour day month weekday, as in '0 3 * * *'), @hourly, @daily,"
    " @weekly, @monthly, @yearly, or @every 15m"
)


def occurrences(
    expressions: Sequence[str],
    zone: ZoneInfo,
    after: datetime,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
) -> Iterator[datetime]:
    """Yield the due times after a moment, ascending, each once; `start` and `end` are within.

    Raises ScheduleSpecError for an expression that is none.
    """
    if start is not None:
        after = max(after, start - timedelta(seconds=1))
    found = [_of_one(expression, zone, after, start or EPOCH) for expression in expressions]
    last = after
    for due in heapq.merge(*found):
        if end is not None and due > end:
            return
        if due > last:
            last = due
            yield due


def check(expression: str) -> None:
    """Return where an expression is due at some time; raise ScheduleSpecError where it is not."""
    due = _of_one(expression, ZoneInfo("UTC"), EPOCH, EPOCH)
    if next(due, None) is None:
        raise ScheduleSpecError(f"{expression!r} is never due: no year has such a day")


def interval(expression: str) -> timedelta | None:
    """Return how often `@every …` is due; None for what is no such expression.

    Raises ScheduleSpecError for an interval that is none, or longer than a year.
    """
    text = expression.strip().lower()
    if not text.startswith(EVERY):
        return None
    found = _INTERVAL.fullmatch(text)
    parts = re.findall(r"(\d+)([smhd])", found[1]) if found else []
    seconds = sum(int(number) * _UNITS[unit] for number, unit in parts)
    if not 0 < seconds <= _LONGEST:
        raise ScheduleSpecError(
            f"{expression!r}: no interval from 1 s to 366 d; say @every 30s, 15m, 1h30m or 2d"
        )
    return timedelta(seconds=seconds)


def _of_one(
    expression: str, zone: ZoneInfo, after: datetime, anchor: datetime
) -> Iterator[datetime]:
    every = interval(expression)
    return _intervals(every, after, anchor) if every else _cron(expression, zone, after)


def _intervals(every: timedelta, after: datetime, anchor: datetime) -> Iterator[datetime]:
    due = anchor + every * ((after - anchor) // every + 1)
    while True:
        yield due
        due += every


def _cron(expression: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    fields = _fields(expression)
    last = after
    for local in CronSim(fields, after.astimezone(zone)):
        due = local.astimezone(UTC)
        if due > last:  # what is in a gap, or comes twice, may not be
            last = due
            yield due


@lru_cache(maxsize=1_000)
def _fields(expression: str) -> str:
    """Return the five fields of an expression; raise ScheduleSpecError where it has none."""
    text = expression.strip()
    if text.startswith("@"):
        try:
            return ALIASES[text.lower()]
        except KeyError:
            raise ScheduleSpecError(f"{expression!r} is no name of a time; {_SAY}") from None
    if len(text.split()) != 5:
        raise ScheduleSpecError(f"{expression!r} has not five fields; {_SAY}")
    try:
        CronSim(text, EPOCH)
    except CronSimError as error:
        raise ScheduleSpecError(f"{expression!r}: {error}; {_SAY}") from error
    return text
