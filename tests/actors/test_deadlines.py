"""What shall happen later happens once, in order, and not at all where it was called off."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.actors.deadlines import Deadlines
from swf.clock import ManualClock, SystemClock


@given(
    asked=st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=12),
    steps=st.lists(st.integers(0, 30), max_size=6),
)
def test_calls_are_made_at_their_time_in_order(
    asked: list[tuple[int, bool]], steps: list[int]
) -> None:
    """Each call is made once its time has come, unless it was called off before."""
    clock = ManualClock()
    deadlines, made = Deadlines(clock), []
    begun = clock.now()
    for number, (seconds, called_off) in enumerate(asked):
        one = deadlines.after(seconds, lambda number=number: made.append((clock.now(), number)))
        if called_off:
            deadlines.call_off(one)

    for step in steps:
        clock.advance(step)

    kept = [(seconds, number) for number, (seconds, off) in enumerate(asked) if not off]
    due = sorted((seconds, number) for seconds, number in kept if seconds <= sum(steps))
    if steps:
        assert sorted(made) == [(begun + timedelta(seconds=at), number) for at, number in due]
        assert [moment for moment, _ in made] == sorted(moment for moment, _ in made)


def test_a_call_may_ask_for_another() -> None:
    """What is due may have something else become due, in its own ring too."""
    clock = ManualClock()
    deadlines, made = Deadlines(clock), []
    deadlines.after(1, lambda: deadlines.after(1, lambda: made.append(clock.now())))

    clock.advance(5)

    assert made == [ManualClock().now() + timedelta(seconds=2)]


def test_an_error_of_one_call_keeps_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """A call that raises is logged, and those after it are made."""
    clock = ManualClock()
    deadlines, made = Deadlines(clock), []

    def broken() -> None:
        raise ValueError("odd")

    deadlines.after(1, broken)
    deadlines.after(1, lambda: made.append(1))
    clock.advance(1)

    assert made == [1]
    assert "ValueError: odd" in caplog.text


def test_an_alarm_is_kept_only_while_something_is_due() -> None:
    """Once nothing is left to wait for, nothing waits."""
    clock = ManualClock()
    deadlines = Deadlines(clock)
    deadlines.call_off(deadlines.after(5, lambda: None))

    clock.advance(5)

    assert clock.next_alarm is None
    deadlines.after(3, lambda: None)
    assert clock.next_alarm == clock.now() + timedelta(seconds=3)


def test_no_time_is_too_long() -> None:
    """A limit beyond all calendars is one that does not come."""
    Deadlines(ManualClock()).after(1e300, lambda: None)


def test_on_the_machines_clock_calls_are_made_too() -> None:
    """The clock's alarm makes the call, in its own thread."""
    made = threading.Event()

    Deadlines(SystemClock()).after(0.01, made.set)

    assert made.wait(30)
