"""What a look at the time tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from swf.schedules import ScheduleSpec
from swf.schedules.plan import MOST_AT_ONCE, MOST_COUNTED, Plan, plan

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def spec(window: int = 600, cron: str = "* * * * *") -> ScheduleSpec:
    return ScheduleSpec(cron=cron, workflow="job:1", catch_up_seconds=window)


@given(st.integers(0, 40_000_000), st.integers(1, 3_000), st.booleans())
def test_every_due_time_is_told_or_counted(
    microseconds: int, window: int, is_windowed: bool
) -> None:
    """Between two looks each due time is either told, in order, or counted as missed."""
    since, now = NOW, NOW + timedelta(milliseconds=microseconds)
    found = plan(spec(window), since, now, window=is_windowed)

    every = [int(one.timestamp()) for one in minutes(since, now)]
    assert found.missed + len(found.due) == len(every)
    assert list(found.due) == every[len(every) - len(found.due) :]
    oldest = now.timestamp() - window
    assert is_windowed or not found.missed
    assert all(at < oldest for at in every[: found.missed])
    assert found.following[0] > now.timestamp()
    assert Plan.from_json(found.to_json()) == found


def minutes(since: datetime, until: datetime) -> list[datetime]:
    number = int((until - since).total_seconds() // 60)
    return [since + timedelta(minutes=one + 1) for one in range(number)]


def test_a_long_outage_is_looked_at_in_no_time() -> None:
    """After years, what was missed is counted so far only, and what can be started is told."""
    begun = process_time()
    found = plan(spec(60, "@every 1s"), NOW - timedelta(days=4_000), NOW)

    assert found.missed == MOST_COUNTED
    assert found.due == tuple(int(NOW.timestamp()) - one for one in range(60, -1, -1))
    assert process_time() - begun < 5


def test_what_is_more_than_can_be_started_is_missed() -> None:
    """One look starts so many runs at most; those beyond count."""
    found = plan(spec(86_400, "@every 1s"), NOW - timedelta(seconds=5_000), NOW)

    assert (len(found.due), found.missed) == (MOST_AT_ONCE, 5_000 - MOST_AT_ONCE)


def test_after_the_end_nothing_follows() -> None:
    """Where nothing will ever be due again, there is no next."""
    ended = ScheduleSpec(cron="@daily", workflow="job:1", end=NOW)

    assert plan(ended, NOW, NOW).next is None
