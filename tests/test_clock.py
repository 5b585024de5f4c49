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
        until = time.monotonic() + 60
        while not ended and time.monotonic() < until:
            clock.advance(3600)
            waiter.join(0.05)

        assert ended == [False]

    def test_a_wait_ends_when_its_event_is_set(self):
        """A wait tells at once that its event is set, though the clock stands still."""
        clock, event, ended = ManualClock(), threading.Event(), []
        waiter = threading.Thread(target=lambda: ended.append(clock.wait(event, 3600)))
        waiter.start()

        event.set()
        waiter.join(10)

        assert ended == [True]


def at(clock: ManualClock, seconds: float) -> datetime:
    """Return the moment that many seconds from now."""
    return clock.now() + timedelta(seconds=seconds)


class TestManualAlarm:
    @given(seconds=st.lists(st.integers(0, 9), max_size=8))
    def test_alarms_ring_in_the_order_of_their_moments(self, seconds):
        """Each rings once, the clock standing at its moment; the earlier made first in a tie."""
        clock, rung = ManualClock(), []
        start = clock.now()
        for number, second in enumerate(seconds):

            def ring(number=number):
                rung.append(((clock.now() - start).total_seconds(), number))

            clock.alarm(ring).set(at(clock, second))

        clock.advance(10)
        clock.advance(10)

        assert rung == sorted((second, number) for number, second in enumerate(seconds))
        assert clock.now() == start + timedelta(seconds=20)

    def test_an_alarm_does_not_ring_before_its_moment(self):
        """It rings in the step that reaches its moment, and in no later one."""
        clock, rung = ManualClock(), []
        clock.alarm(lambda: rung.append(clock.now())).set(at(clock, 5))

        clock.advance(4.999999)
        assert rung == []
        clock.advance(0.000001)
        clock.advance(100)

        assert rung == [datetime(2020, 1, 1, 0, 0, 5, tzinfo=UTC)]

    def test_what_a_ring_sets_off_rings_on_the_way(self):
        """A ring that sets its alarm anew is rung again within the same step, at each moment."""
        clock, rung = ManualClock(), []

        def ring() -> None:
            rung.append((clock.now() - start).total_seconds())
            if len(rung) < 10:
                alarm.set(at(clock, 60))

        start = clock.now()
        alarm = clock.alarm(ring)
        alarm.set(at(clock, 60))

        clock.advance(300)
        assert rung == [60, 120, 180, 240, 300]
        clock.advance(3600)

        assert rung == [60 * step for step in range(1, 11)]

    def test_a_ring_may_move_the_clock(self):
        """Moved within a ring, the clock is never set back by the step that rang."""
        clock = ManualClock()
        clock.alarm(lambda: clock.advance(100)).set(at(clock, 1))

        clock.advance(10)

        assert clock.now() == datetime(2020, 1, 1, 0, 1, 41, tzinfo=UTC)

    def test_a_moment_that_has_passed_rings_with_the_next_step(self):
        """What is due already rings when the clock is moved, be it by nothing, and time stands."""
        clock, rung = ManualClock(), []
        alarm = clock.alarm(lambda: rung.append(clock.now()))
        now = clock.now()

        alarm.set(at(clock, -5))
        assert rung == []
        clock.advance(0)

        assert rung == [now]

    def test_the_last_moment_counts(self):
        """Set anew, an alarm forgets its moment before; set to None, it has none."""
        clock, rung = ManualClock(), []
        alarm = clock.alarm(lambda: rung.append((clock.now() - start).total_seconds()))
        start = clock.now()

        alarm.set(at(clock, 5))
        alarm.set(at(clock, 8))
        alarm.set(at(clock, 3))
        assert clock.next_alarm == at(clock, 3)
        clock.advance(10)
        alarm.set(at(clock, 5))
        alarm.set(None)
        clock.advance(10)

        assert rung == [3]
        assert clock.next_alarm is None

    def test_the_next_alarm_is_the_earliest_that_is_set(self):
        """`next_alarm` passes over what is not set, or closed."""
        clock = ManualClock()
        first, second, _unset = (clock.alarm(int) for _ in range(3))
        assert clock.next_alarm is None

        first.set(at(clock, 1))
        second.set(at(clock, 2))
        assert clock.next_alarm == at(clock, 1)
        first.close()

        assert clock.next_alarm == at(clock, 2)

    def test_a_closed_alarm_is_silent(self):
        """Closed, be it twice, it rings neither as it was set nor as it is set later."""
        clock, rung = ManualClock(), []
        alarm = clock.alarm(lambda: rung.append(1))
        alarm.set(at(clock, 1))

        alarm.close()
        alarm.close()
        alarm.set(at(clock, 1))
        clock.advance(10)

        assert rung == []
        assert clock.next_alarm is None

    def test_a_ring_may_close_its_alarm(self):
        """Closing from within returns, and ends what the ring had set."""
        clock, rung = ManualClock(), []

        def ring() -> None:
            rung.append(1)
            alarm.set(at(clock, 1))
            alarm.close()

        alarm = clock.alarm(ring)
        alarm.set(at(clock, 1))
        clock.advance(10)

        assert rung == [1]

    def test_closing_waits_for_the_ring_under_way(self):
        """Once `close` has returned, nothing of the ring is still going on."""
        clock, began, go_on, told = ManualClock(), threading.Event(), threading.Event(), []

        def ring() -> None:
            began.set()
            go_on.wait(10)
            told.append("rung")

        def close() -> None:
            alarm.close()
            told.append("closed")

        alarm = clock.alarm(ring)
        alarm.set(at(clock, 1))
        threads = [threading.Thread(target=clock.advance, args=(1,))]
        threads[0].start()
        assert began.wait(10)
        threads.append(threading.Thread(target=close))
        threads[1].start()
        threads[1].join(0.05)
        assert told == []
        go_on.set()
        for thread in threads:
            thread.join(10)

        assert told == ["rung", "closed"]

    def test_an_alarm_closed_between_its_moment_and_its_ring_is_silent(self):
        """Of two alarms due at once, the first may close the second."""
        clock, rung = ManualClock(), []
        first = clock.alarm(lambda: second.close())
        second = clock.alarm(lambda: rung.append(1))
        first.set(at(clock, 1))
        second.set(at(clock, 1))

        clock.advance(1)

        assert rung == []

    def test_a_ring_that_raises_is_heard_of(self):
        """What a ring raises reaches who moved the clock; the other alarms ring afterwards."""
        clock, rung = ManualClock(), []

        def ring() -> None:
            raise RuntimeError("broken")

        clock.alarm(ring).set(at(clock, 1))
        clock.alarm(lambda: rung.append(1)).set(at(clock, 2))
        with pytest.raises(RuntimeError, match="broken"):
            clock.advance(10)
        clock.advance(10)

        assert rung == [1]


class Bell:
    """Notes when it was rung, by the machine's clock."""

    def __init__(self) -> None:
        self.rung: list[datetime] = []
        self.heard = threading.Semaphore(0)

    def __call__(self) -> None:
        self.rung.append(datetime.now(UTC))
        self.heard.release()

    def wait(self) -> bool:
        """Return whether it was rung (once more) within ten seconds."""
        return self.heard.acquire(timeout=10)


def soon(seconds: float) -> datetime:
    """Return the moment that many seconds from now, by the machine's clock."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


class TestSystemAlarm:
    def test_it_is_never_early_and_rings_once_for_each_setting(self):
        """The ring is not before its moment, and without a new moment there is no other."""
        bell = Bell()
        alarm = SystemClock().alarm(bell)
        moments = []

        for milliseconds in (-50, 0, 1, 3, 7, 20):
            moments.append(soon(milliseconds / 1000))
            alarm.set(moments[-1])
            assert bell.wait()
        alarm.close()

        assert len(bell.rung) == len(moments)
        assert all(moment <= rung for moment, rung in zip(moments, bell.rung, strict=True))

    def test_it_may_be_set_to_an_earlier_moment(self):
        """An alarm that waits for tomorrow rings today once it is set to today."""
        bell = Bell()
        alarm = SystemClock().alarm(bell)

        alarm.set(soon(86_400))
        alarm.set(soon(0.01))

        assert bell.wait()
        alarm.close()
        assert len(bell.rung) == 1

    def test_it_may_be_set_to_a_later_moment(self):
        """The earlier moment passes in silence, the later one rings."""
        bell = Bell()
        alarm = SystemClock().alarm(bell)

        alarm.set(soon(0.01))
        later = soon(0.06)
        alarm.set(later)

        assert bell.wait()
        alarm.close()
        assert len(bell.rung) == 1
        assert bell.rung[0] >= later

    def test_it_may_be_set_to_no_moment(self):
        """Set to None it waits for a moment again: the one before it is forgotten."""
        bell, other = Bell(), Bell()
        alarm, witness = SystemClock().alarm(bell), SystemClock().alarm(other)
        alarm.set(soon(0.02))
        alarm.set(None)
        witness.set(soon(0.05))

        assert other.wait()
        assert bell.rung == []
        alarm.set(soon(0))
        assert bell.wait()
        alarm.close()
        witness.close()

    def test_a_ring_may_set_its_alarm(self):
        """A moment that is set within the ring is rung as well."""
        bell = Bell()

        def ring() -> None:
            bell()
            if len(bell.rung) < 5:
                alarm.set(soon(0.001))

        alarm = SystemClock().alarm(ring)
        alarm.set(soon(0))

        assert all(bell.wait() for _ in range(5))
        alarm.close()

    def test_a_ring_may_close_its_alarm(self):
        """Closing from within returns, and ends the alarm's thread."""
        bell = Bell()

        def ring() -> None:
            alarm.set(soon(0))
            alarm.close()
            bell()

        alarm = SystemClock().alarm(ring)
        alarm.set(soon(0))
        assert bell.wait()
        alarm.close()

        assert len(bell.rung) == 1

    def test_closing_waits_for_the_ring_under_way(self):
        """Once `close` has returned, nothing of the ring is still going on."""
        began, go_on, told = threading.Event(), threading.Event(), []

        def ring() -> None:
            began.set()
            go_on.wait(10)
            told.append("rung")

        def close() -> None:
            alarm.close()
            told.append("closed")

        alarm = SystemClock().alarm(ring)
        alarm.set(soon(0))
        assert began.wait(10)
        closer = threading.Thread(target=close)
        closer.start()
        closer.join(0.05)
        assert told == []
        go_on.set()
        closer.join(10)

        assert told == ["rung", "closed"]

    def test_a_closed_alarm_is_silent(self):
        """Closed before it was ever set, or while it waits, it rings no more, nor when set."""
        bell, other = Bell(), Bell()
        unset, waiting = SystemClock().alarm(bell), SystemClock().alarm(bell)
        waiting.set(soon(0.02))
        unset.close()
        waiting.close()
        waiting.close()
        unset.set(soon(0))
        waiting.set(soon(0))
        witness = SystemClock().alarm(other)
        witness.set(soon(0.05))

        assert other.wait()
        witness.close()
        assert bell.rung == []

    def test_a_ring_that_raises_is_not_the_last(self, caplog):
        """An error within a ring is logged, and the alarm goes on."""
        bell = Bell()

        def ring() -> None:
            bell()
            raise RuntimeError("broken")

        alarm = SystemClock().alarm(ring)
        alarm.set(soon(0))
        assert bell.wait()
        alarm.set(soon(0))
        assert bell.wait()
        alarm.close()

        assert [record.exc_info[1].args for record in caplog.records] == [("broken",)] * 2

    def test_a_clock_that_is_set_back_does_not_ring_early(self):
        """The moment is the wall clock's: what it has not reached does not ring."""
        bell = Bell()

        class SetBack(SystemClock):
            """Is an hour behind until it was asked for the fifth time."""

            asked = 0

            def now(self) -> datetime:
                SetBack.asked += 1
                return super().now() - timedelta(hours=1 if SetBack.asked < 5 else 0)

        alarm = SetBack().alarm(bell)
        alarm.set(soon(-3599.99))
        assert bell.wait()
        alarm.close()

        assert len(bell.rung) == 1
