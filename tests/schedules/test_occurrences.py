"""When schedules are due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.schedules import ScheduleSpecError
from swf.schedules.occurrences import check, interval, occurrences

BERLIN = ZoneInfo("Europe/Berlin")
GREENWICH = ZoneInfo("UTC")

ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
).map(ZoneInfo)
MOMENTS = st.integers(0, 10 * 365 * 86_400).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


def field(least: int, most: int) -> st.SearchStrategy[str]:
    number = st.integers(least, most)
    return st.one_of(
        st.just("*"),
        number.map(str),
        st.integers(2, 20).map("*/{}".format),
        st.lists(number, min_size=2, max_size=3).map(lambda some: ",".join(map(str, some))),
        st.tuples(number, number).map(lambda two: f"{min(two)}-{max(two)}"),
    )


CRONS = st.tuples(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6)).map(" ".join)


def found(
    expressions: Sequence[str], zone: ZoneInfo, after: str, number: int, **limits: datetime
) -> list[str]:
    since = datetime.fromisoformat(after)
    dues = islice(occurrences(expressions, zone, since, **limits), number)
    return [f"{due.astimezone(zone):%d %H:%M:%S%z}" for due in dues]


def test_a_time_that_clocks_skip_is_due_right_after_the_gap() -> None:
    """In spring, what is due once a day at a time that does not exist is due when the gap ends."""
    assert found(["30 2 * * *"], BERLIN, "2026-03-28T00:00:00+00:00", 3) == [
        "28 02:30:00+0100",
        "29 03:00:00+0200",
        "30 02:30:00+0200",
    ]


def test_a_time_that_comes_twice_is_due_the_first_time() -> None:
    """In autumn, what is due once a day at a time that comes twice is due once, at the first."""
    assert found(["30 2 * * *"], BERLIN, "2026-10-24T00:00:00+00:00", 3) == [
        "24 02:30:00+0200",
        "25 02:30:00+0200",
        "26 02:30:00+0100",
    ]


def test_between_both_of_a_time_that_comes_twice_nothing_is_due_again() -> None:
    """Asked within the second of two equal hours, what was due in the first is not due again."""
    assert found(["0,45 2 * * *"], BERLIN, "2026-10-25T01:10:00+00:00", 1) == ["26 02:00:00+0100"]


@pytest.mark.parametrize("expression", ["*/30 * * * *", "0,30 * * * *"])
def test_what_is_due_all_day_goes_by_the_time_that_passes(expression: str) -> None:
    """With `*` for the hour, due times are as far from each other as ever, whatever clocks say."""
    spring = found([expression], BERLIN, "2026-03-29T00:00:00+00:00", 3)
    autumn = found([expression], BERLIN, "2026-10-24T23:59:00+00:00", 5)

    assert spring == ["29 01:30:00+0100", "29 03:00:00+0200", "29 03:30:00+0200"]
    assert autumn == [
        "25 02:00:00+0200",
        "25 02:30:00+0200",
        "25 02:00:00+0100",
        "25 02:30:00+0100",
        "25 03:00:00+0100",
    ]


def test_several_expressions_are_one_list() -> None:
    """What several expressions say at once is due once, and all is in order."""
    assert found(["0 * * * *", "*/30 * * * *"], GREENWICH, "2026-01-01T00:00:00+00:00", 3) == [
        "01 00:30:00+0000",
        "01 01:00:00+0000",
        "01 01:30:00+0000",
    ]


def test_start_and_end_are_within() -> None:
    """A due time at the very start or end of a schedule counts, none before or after."""
    start, end = datetime(2026, 1, 1, 3, tzinfo=UTC), datetime(2026, 1, 1, 4, tzinfo=UTC)

    assert found(["@hourly"], GREENWICH, "2025-12-01T00:00:00+00:00", 9, start=start, end=end) == [
        "01 03:00:00+0000",
        "01 04:00:00+0000",
    ]


def test_intervals_are_counted_from_the_start() -> None:
    """`@every` counts from the start of the schedule, else from the epoch: never from now."""
    start = datetime(2026, 1, 1, 0, 7, tzinfo=UTC)
    after = "2026-01-01T00:10:30+00:00"

    assert found(["@every 15m"], GREENWICH, after, 2) == ["01 00:15:00+0000", "01 00:30:00+0000"]
    assert found(["@every 15m"], GREENWICH, after, 1, start=start) == ["01 00:22:00+0000"]
    assert interval("@every 1h30m") == timedelta(minutes=90)


@given(CRONS, ZONES, MOMENTS)
def test_who_asks_from_due_time_to_due_time_is_told_the_same(
    expression: str, zone: ZoneInfo, after: datetime
) -> None:
    """The next after the next is the one after: nothing is lost, or twice, by asking anew."""
    at_once = list(islice(occurrences([expression], zone, after), 4))
    since, one_by_one = after, []
    for _ in at_once:
        since = next(occurrences([expression], zone, since))
        one_by_one.append(since)

    assert one_by_one == at_once
    assert at_once == sorted(set(at_once))
    assert all(due > after and not due.microsecond for due in at_once)


@given(CRONS, MOMENTS)
def test_in_utc_an_expression_is_due_at_the_minutes_that_fit_it(
    expression: str, after: datetime
) -> None:
    """Without summer time, due is what a look at each minute finds."""
    until = after + timedelta(days=2)
    dues = []
    for due in occurrences([expression], GREENWICH, after):
        if due > until:
            break
        dues.append(due)
    first = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    minutes = [first + timedelta(minutes=number) for number in range(2 * 24 * 60 + 1)]

    assert dues == [one for one in minutes if one <= until and fits(expression, one)]


def fits(expression: str, at: datetime) -> bool:
    """Whether a minute is one that an expression names, by the words of cron's manual."""
    minute, hour, day, month, weekday = expression.split()
    if not (within(minute, at.minute, 0) and within(hour, at.hour, 0)):
        return False
    days = within(day, at.day, 1), within(weekday, at.isoweekday() % 7, 0)
    both = day.startswith("*") or weekday.startswith("*")
    return within(month, at.month, 1) and (all(days) if both else any(days))


def within(text: str, value: int, least: int) -> bool:
    if text == "*":
        return True
    if text.startswith("*/"):
        return (value - least) % int(text[2:]) == 0
    if "-" in text:
        first, last = map(int, text.split("-"))
        return first <= value <= last
    return value in map(int, text.split(","))


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("0 3 * *", "has not five fields"),
        ("0 0 3 * * *", "has not five fields"),
        ("61 * * * *", "Bad minute"),
        ("@often", "no name of a time"),
        ("@every 0s", "no interval"),
        ("@every soon", "no interval"),
        ("@every 400d", "no interval"),
        ("0 0 31 4 1-1#6", "Bad"),
        ("0 0 30 2 *", "Bad day-of-month"),
        ("0 0 */15 * MON#2", "never due"),
    ],
)
def test_what_is_no_time_is_refused(expression: str, words: str) -> None:
    """An expression that is none, or is never due, is refused in words that say what would do."""
    with pytest.raises(ScheduleSpecError, match=words):
        check(expression)


def test_a_day_that_comes_once_in_years_is_found() -> None:
    """A leap day is due in leap years only; one that will not come for long is due all the same."""
    assert found(["0 0 29 2 *"], GREENWICH, "2096-03-01T00:00:00+00:00", 1) == ["29 00:00:00+0000"]
    assert (
        list(occurrences(["0 0 */15 * MON#2"], GREENWICH, datetime(2026, 1, 1, tzinfo=UTC))) == []
    )
