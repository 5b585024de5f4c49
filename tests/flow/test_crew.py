"""What a crew works by in virtual time."""

from __future__ import annotations

import threading

from swf.flow.crew import HandClock, NoDeadlines
from swf.virtual_clock import VirtualClock


def test_a_wait_of_one_who_moves_the_clock_is_over_at_once() -> None:
    """A wait tells whether its event is set, and no time passes in it."""
    clock = VirtualClock()
    by_hand, event = HandClock(clock), threading.Event()
    began = clock.now()

    assert not by_hand.wait(event, 3_600)
    event.set()
    assert by_hand.wait(event, 3_600)
    assert by_hand.now() == began


def test_alarms_are_those_of_the_clock() -> None:
    """An alarm rings where the clock itself is moved past it."""
    clock, rung = VirtualClock(), []
    alarm = HandClock(clock).alarm(lambda: rung.append(clock.now()))
    alarm.set(clock.now())

    clock.advance(0)
    assert rung == [clock.now()]


def test_nothing_is_ever_due_of_work_by_hand() -> None:
    """Deadlines of work that takes no time are not kept, and set no alarm."""
    clock = VirtualClock()
    deadlines = NoDeadlines(clock)

    deadlines.call_off(deadlines.after(0, lambda: 1 / 0))
    assert clock.next_alarm is None
    clock.advance(1)
