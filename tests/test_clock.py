"""Time comes from a clock that a test can move."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.clock import Clock, ManualClock, SystemClock


class TestSystemClock:
    def test_it_tells_the_machine_s_time_in_utc(self):
        """The time told is aware, in UTC, and the machine's."""
        before, told, after = datetime.now(UTC), SystemClock().now(), datetime.now(UTC)

        assert before <= told <= after
        assert told.tzinfo is UTC

    def test_waiting_ends_with_the_event_or_the_time(self):
        """A wait tells whether the event was set or the time ran out."""
        event = threading.Event()
        assert SystemClock().wait(event, 0.001) is False

        event.set()

        assert SystemClock().wait(event, 60) is True

    def test_its_seconds_never_run_backwards(self):
        """The monotonic seconds are the machine's."""
        assert time.monotonic() <= SystemClock().monotonic() <= time.monotonic()


class TestManualClock:
    def test_it_stands_still(self):
        """Asked twice, it tells the same time, aware and in UTC."""
        clock: Clock = ManualClock()

        assert clock.now() == clock.now() == datetime(2020, 1, 1, tzinfo=UTC)

    @given(steps=st.lists(st.floats(0, 1e6)))
    def test_it_moves_by_what_it_is_moved(self, steps):
        """It is ahead of its start by the sum of its steps."""
        clock, expected = ManualClock(), ManualClock().now()

        for step in steps:
            clock.advance(step)
            expected += timedelta(seconds=step)

        assert clock.now() == expected

    def test_its_start_is_aware(self):
        """A start of any zone is kept in UTC; a naive one is refused."""
        start = datetime(2024, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))

        assert ManualClock(start).now() == start
        assert ManualClock(start).now().tzinfo is UTC
        with pytest.raises(ValueError, match="aware"):
            ManualClock(datetime(2024, 1, 1))  # noqa: DTZ001

    def test_it_is_never_moved_back(self):
        """A negative step is refused."""
        with pytest.raises(ValueError, match="negative"):
            ManualClock().advance(-1)

    def test_a_wait_ends_when_the_clock_has_been_moved_past_it(self):
        """A wait of an hour takes no time, once the clock is moved by an hour, and not before."""
        clock, event, ended = ManualClock(), threading.Event(), []
        waiter = threading.Thread(target=lambda: ended.append(clock.wait(event, 3600)))
        waiter.start()

        clock.advance(3599)
        waiter.join(0.05)
        assert ended == []
        # The waiter may have started late, and then counts its hour from the later time.
        clock.advance(3600)
        waiter.join(10)

        assert ended == [False]

    def test_a_wait_ends_when_its_event_is_set(self):
        """A wait tells at once that its event is set, though the clock stands still."""
        clock, event, ended = ManualClock(), threading.Event(), []
        waiter = threading.Thread(target=lambda: ended.append(clock.wait(event, 3600)))
        waiter.start()

        event.set()
        waiter.join(10)

        assert ended == [True]
