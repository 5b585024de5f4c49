"""Virtual time: it moves only while everything rests, and stops wherever something happens."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.clock import ManualClock
from swf.virtual_clock import Standing, VirtualClock

START = datetime(2020, 1, 1, tzinfo=UTC)
A_WHILE = 0.05
"""Real seconds in which a clock that did not hold would have moved."""


def after(seconds: float) -> datetime:
    """Return the moment so many seconds from the start."""
    return START + timedelta(seconds=seconds)


def seconds(clock: ManualClock) -> float:
    """Return how far a clock has moved."""
    return (clock.now() - START).total_seconds()


class Work:
    """A thread that does something, told step by step by the test."""

    def __init__(self, clock: VirtualClock, does: Callable[[], object]) -> None:
        self.go_on = threading.Event()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(does,), daemon=True)
        clock.enlist(self.thread)

    def _run(self, does: Callable[[], object]) -> None:
        assert self.go_on.wait(10)
        does()
        self.ended.set()

    def begin(self) -> None:
        self.thread.start()
        self.go_on.set()

    def join(self) -> None:
        self.thread.join(10)
        assert self.ended.is_set()


def begun(clock: VirtualClock, does: Callable[[], object]) -> Work:
    """Return a thread for which time waits, and that has begun."""
    work = Work(clock, does)
    work.begin()
    return work


class Shop:
    """What lives by a clock: it is still or not, and something falls due in it."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.is_still = True
        self.deadlines: list[datetime] = []
        self.rung: list[float] = []
        self.alarm = clock.alarm(self.ring)
        clock.attend(self.held)

    @contextmanager
    def held(self) -> Iterator[Standing]:
        yield Standing(self.is_still, min(self.deadlines, default=None))

    def due(self, *moments: float) -> None:
        """Have something fall due so many seconds after the start."""
        self.deadlines += [after(moment) for moment in moments]
        self.alarm.set(min(self.deadlines))

    def ring(self) -> None:
        self.rung.append(seconds(self.clock))
        self.deadlines = [one for one in self.deadlines if one > self.clock.now()]
        self.alarm.set(min(self.deadlines, default=None))


# Where it stops


def test_it_stands_still_until_it_is_told_to_skip():
    """Whatever falls due, time is held where nobody has it skip."""
    clock = VirtualClock()
    Shop(clock).due(5)

    assert clock.now() == START
    assert VirtualClock(after(9)).now() == after(9)


def test_a_step_leads_to_the_next_deadline_and_no_further():
    """Each step stops where something falls due; with nothing due there is none."""
    clock = VirtualClock()
    shop = Shop(clock)
    shop.due(5, 8)

    assert [clock.step(), seconds(clock)] == [True, 5]
    assert [clock.step(), seconds(clock)] == [True, 8]
    assert [clock.step(), seconds(clock)] == [False, 8]
    assert shop.rung == [5, 8]


def test_an_alarm_without_deadline_leads_nowhere():
    """What only keeps house rings on the way to something else, and is no reason to go there."""
    clock, rung = VirtualClock(), []
    clock.alarm(lambda: rung.append(seconds(clock))).set(after(5))

    assert clock.step() is False
    clock.at(9, lambda: rung.append("met"))

    assert clock.step()
    assert rung == [5, "met"]


def test_a_deadline_without_alarm_is_no_step():
    """Where something should be due and nothing rings, nobody steps on the spot for ever."""
    clock = VirtualClock()
    shop = Shop(clock)
    shop.deadlines = [after(-3)]

    assert clock.step() is False
    assert clock.now() == START


def test_skip_goes_so_far_and_stops_on_the_way():
    """`skip` ends exactly where it was told to; what is due till then has come, in order."""
    clock = VirtualClock()
    shop = Shop(clock)
    shop.due(2, 4, 6)

    clock.skip(4)
    assert [shop.rung, seconds(clock)] == [[2, 4], 4]
    clock.skip(1)

    assert [shop.rung, seconds(clock)] == [[2, 4], 5]
    with pytest.raises(ValueError, match="negative"):
        clock.skip(-1)


def test_skip_until_stops_as_soon_as_it_is_reached():
    """No step is taken once it is reached; it is False where nothing is left to come."""
    clock = VirtualClock()
    shop = Shop(clock)
    shop.due(2, 4, 6)

    assert clock.skip_until(lambda: True)
    assert clock.skip_until(lambda: 4 in shop.rung)
    assert shop.rung == [2, 4]
    assert not clock.skip_until(lambda: False)
    assert seconds(clock) == 6


def test_one_that_left_is_not_asked_any_more():
    """After `leave` neither deadlines nor unrest of an SWF count."""
    clock = VirtualClock()
    shop = Shop(clock)
    shop.due(5)
    shop.is_still = False

    clock.leave(shop.held)

    assert clock.step() is False


def test_it_may_go_to_another_process():
    """A copy tells the same time, and goes its own way."""
    clock = VirtualClock(after(5))

    copy = pickle.loads(pickle.dumps(clock))
    clock.advance(1)

    assert type(copy) is VirtualClock
    assert copy.now() == after(5)


# The order of what happens at one moment


events = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["deadline", "appointment", "wait"])), max_size=6
)


@given(events=events)
def test_one_moment_has_one_order(events):
    """First what an SWF has due, then appointments, then waits; each as they came."""
    clock, seen = VirtualClock(), []
    shop = Shop(clock)
    works = []
    for number, (moment, kind) in enumerate(events):

        def note(kind=kind, number=number) -> None:
            seen.append((seconds(clock), kind, number))

        if kind == "deadline":
            shop.due(moment + 1)
        elif kind == "appointment":
            clock.at(moment + 1, note)
        else:
            works.append(waiting(clock, moment + 1, note))

    while clock.step():
        pass

    for work in works:
        work.join()
    kinds = ["appointment", "wait"]
    expected = sorted(
        (moment + 1, kinds.index(kind), number)
        for number, (moment, kind) in enumerate(events)
        if kind != "deadline"
    )
    assert [(at, kinds.index(kind), number) for at, kind, number in seen] == expected
    assert shop.rung == sorted({moment + 1 for moment, kind in events if kind == "deadline"})


def waiting(clock: VirtualClock, moment: float, then: Callable[[], object]) -> Work:
    """Return a thread that waits already, and does something after."""
    work = begun(clock, lambda: (clock.wait(threading.Event(), moment), then()))
    clock.skip(0)
    return work


def test_deadlines_come_before_appointments_made_earlier():
    """An appointment waits for the SWF's part of its moment, though it was made before."""
    clock, seen = VirtualClock(), []
    clock.at(5, lambda: seen.append(list(shop.rung)))
    shop = Shop(clock)
    shop.due(5)

    assert clock.step()
    assert clock.step()

    assert seen == [[5]]


def test_an_appointment_may_be_a_moment():
    """Seconds count from now, moments are what they are, and a naive one is refused."""
    clock, seen = VirtualClock(), []
    clock.advance(10)
    clock.at(after(12), lambda: seen.append(seconds(clock)))
    clock.at(1, lambda: seen.append(seconds(clock)))
    clock.at(after(3), lambda: seen.append(seconds(clock)))  # has passed: comes first of all

    while clock.step():
        pass

    assert seen == [10, 11, 12]
    with pytest.raises(ValueError, match="aware"):
        clock.at(datetime(2020, 1, 1), print)  # noqa: DTZ001


def test_an_appointment_may_make_another():
    """What an appointment sets up comes in its turn, at the same moment even."""
    clock, seen = VirtualClock(), []
    clock.at(5, lambda: (seen.append("a"), clock.at(0, lambda: seen.append("b"))))
    clock.at(5, lambda: seen.append("c"))

    clock.skip(5)

    assert seen == ["a", "c", "b"]


# What holds it


def held_by(clock: VirtualClock, let_go: Callable[[], object]) -> None:
    """Assert that a step waits until something is let go, and is taken then."""
    met = threading.Event()
    clock.at(60, met.set)
    stepping = threading.Thread(target=clock.step)
    stepping.start()
    assert not met.wait(A_WHILE)
    assert clock.now() < after(60)
    let_go()
    stepping.join(10)

    assert met.is_set()


def test_a_thread_that_is_to_begin_holds_time():
    """From being enlisted until it has ended, a thread holds time, be it started or not."""
    clock, go_on = VirtualClock(), threading.Event()
    work = Work(clock, lambda: go_on.wait(10))

    def end() -> None:
        work.begin()
        assert not work.ended.wait(A_WHILE)
        assert clock.now() == START
        go_on.set()

    held_by(clock, end)


def test_a_thread_that_has_waited_holds_time_until_it_waits_again():
    """Between two waits a thread is at work, though nobody enlisted it."""
    clock, worked = VirtualClock(), threading.Event()
    first, second = threading.Event(), threading.Event()

    def run() -> None:
        clock.wait(first, 3600)
        worked.wait(10)
        clock.wait(second, 3600)

    thread = threading.Thread(target=run)
    clock.enlist(thread)
    thread.start()
    first.set()

    held_by(clock, worked.set)
    second.set()
    thread.join(10)


def test_a_wait_ends_when_its_event_is_set():
    """It tells so at once, and the time that it would have taken has not passed."""
    clock, event, told = VirtualClock(), threading.Event(), []
    work = begun(clock, lambda: told.append(clock.wait(event, 3600)))

    event.set()
    work.join()

    assert told == [True]
    assert clock.step() is False
    assert clock.now() == START


def test_a_wait_of_no_time_is_none():
    """It tells whether the event is set."""
    clock, event = VirtualClock(), threading.Event()

    assert clock.wait(event, 0) is False
    event.set()
    assert clock.wait(event, -1) is True


def test_an_swf_that_is_not_still_holds_time():
    """What goes on in an SWF has to come to its end."""
    clock = VirtualClock()
    shop = Shop(clock)
    shop.is_still = False

    def end() -> None:
        shop.is_still = True
        clock.changed()

    held_by(clock, end)


def test_who_was_woken_between_two_looks_holds_time():
    """Rest counts where nothing can happen any more, not where it was seen a moment before."""
    clock, rests = VirtualClock(), [True]

    @contextmanager
    def held() -> Iterator[Standing]:
        rests[0] = False  # a task was handed out just before the SWF was taken hold of
        yield Standing(is_still=True)

    ended = threading.Event()

    def rest() -> None:
        with clock.resting(lambda: rests[0]):
            ended.wait(10)

    party = begun(clock, rest)
    clock.attend(held)

    held_by(clock, ended.set)
    party.join()
    assert not rests[0]


def test_who_has_it_skip_is_not_waited_for():
    """A thread that was a party is none while it has the clock skip, and is one again after."""
    clock, met = VirtualClock(), threading.Event()
    clock.wait(threading.Event(), 0)  # this thread is a party from now on
    clock.at(5, met.set)

    assert clock.step()
    assert met.is_set()

    clock.at(5, print)
    other = threading.Thread(target=clock.step)
    other.start()
    other.join(A_WHILE)
    assert other.is_alive()
    with clock.skipping():
        other.join(10)
    assert not other.is_alive()


def test_who_skips_may_wait():
    """Within `skipping()`, a wait on the clock takes its time, and none of the machine's."""
    clock = VirtualClock()

    with clock.skipping():
        assert clock.wait(threading.Event(), 86_400) is False

    assert seconds(clock) == 86_400


def test_reached_is_asked_while_there_is_no_rest():
    """What is waited for is looked at now and again though time is held: it may be a time limit."""
    clock, looks = VirtualClock(), []
    never = threading.Thread(target=print)
    clock.enlist(never)

    assert clock.skip_until(lambda: looks.append(1) or len(looks) > 2)
    assert clock.now() == START


# By hand, and in the background


def test_it_can_be_moved_by_hand_whoever_is_at_work():
    """`advance` waits for nobody: alarms and appointments ring, waits end."""
    clock, seen = VirtualClock(), []
    shop = Shop(clock)
    shop.due(1)
    clock.enlist(threading.Thread(target=print))
    work = begun(clock, lambda: seen.append(clock.wait(threading.Event(), 5)))
    clock.at(2, lambda: seen.append(seconds(clock)))

    clock.advance(4)
    assert seen == [2]
    assert shop.rung == [1]
    assert not work.ended.wait(A_WHILE)
    until = monotonic() + 60
    while not work.ended.wait(A_WHILE) and monotonic() < until:
        clock.advance(5)  # the thread may have begun late, and then waits from there on
    work.join()

    assert seen == [2, False]


def test_skipping_takes_every_step_there_is():
    """Within the block it goes on by itself, with what comes up meanwhile too; and not after."""
    clock, met = VirtualClock(), threading.Event()
    with clock.skipping():
        clock.at(5, lambda: clock.at(5, met.set))
        assert met.wait(10)
    clock.at(5, lambda: pytest.fail("nobody has it skip"))
    threading.Event().wait(A_WHILE)

    assert seconds(clock) == 10


def test_what_an_appointment_raises_is_heard_of():
    """It is raised by the step, or at the end of the block; other appointments are kept."""
    clock, met = VirtualClock(), threading.Event()

    def fail() -> None:
        raise RuntimeError("broken")

    clock.at(1, fail)
    with pytest.raises(RuntimeError, match="broken"):
        clock.step()
    clock.at(1, fail)
    clock.at(2, met.set)
    with pytest.raises(RuntimeError, match="broken"), clock.skipping():
        assert met.wait(10)


def test_blocks_may_be_within_each_other():
    """Time is skipped until the last block is left, and no appointment is kept twice."""
    clock, seen, met = VirtualClock(), [], threading.Event()
    for second in range(1, 50):
        clock.at(second, lambda: seen.append(seconds(clock)))
    clock.at(50, met.set)

    with clock.skipping():
        with clock.skipping():
            pass
        assert met.wait(10)

    assert seen == list(range(1, 50))


def test_an_appointment_may_move_the_clock():
    """Moved within an appointment, the clock goes on from there."""
    clock, seen = VirtualClock(), []
    clock.at(1, lambda: (clock.skip(100), seen.append(seconds(clock))))
    clock.at(50, lambda: seen.append(seconds(clock)))

    while clock.step():
        pass

    assert seen == [50, 101]
