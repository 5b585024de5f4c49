"""Time that passes in no time, while nobody has anything to do.

Threads that rest on a clock of this kind, in a poll of an SWF that lives by it or in `wait`, are
its parties. It moves to the next moment at which something happens, and only while all of its
parties rest and every SWF on it is still.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime, timedelta
from itertools import count
from time import monotonic
from typing import Final

import attrs

from swf.clock import Clock, ManualClock, Ringing

LOOK_SECONDS: Final = 0.01
"""How late it may be noticed that a thread has ended: nobody is told of that."""

NAP_SECONDS: Final = 0.002
"""How late a thread that waits notices that its time has come."""

REACHED_SECONDS: Final = 0.05
"""How often it is looked whether what is waited for has come, while there is no rest."""


@attrs.frozen
class Standing:
    """How an SWF stands: whether nothing is going on in it, and when something falls due next."""

    is_still: bool
    deadline: datetime | None = None


Held = Callable[[], AbstractContextManager[Standing]]
"""Holds an SWF within a block, so that nothing happens in it, and tells how it stands."""


@attrs.define(order=True)
class _Wait:
    """A thread that waits for a moment; of those that wait for the same the first goes first."""

    due: datetime
    number: int
    over: bool = attrs.field(default=False, order=False)


@attrs.frozen(order=True)
class _Appointment:
    """Something that is to happen at a moment."""

    moment: datetime
    number: int
    action: Callable[[], object] = attrs.field(order=False)

    def ring(self) -> None:
        self.action()


class VirtualClock(ManualClock):
    """A clock that skips the time in which nothing happens, and stands still otherwise.

    `skip_until`, `skip`, `step` and `skipping` move it: from one moment at which something falls
    due to the next, each once everything that came before is at rest. A thread that has polled an
    SWF on this clock, or waited on it, holds time from then on until it ends, unless it rests in
    such a poll or wait; so does one that was enlisted before it began. The thread that has the
    clock skip, and what other processes do, holds nothing.

    What falls due at one moment happens in one order: first what SWF has due, then appointments
    made with `at`, then threads that wait, each of these as they came. `advance` asks nobody.
    """

    def __init__(self, start: datetime | None = None) -> None:
        super().__init__(start)
        self._numbers = count()
        self._engines: list[Held] = []
        self._parties: dict[threading.Thread, Callable[[], bool]] = {}
        """The threads that are waited for, and what tells whether they rest."""
        self._exempt: list[threading.Thread] = []
        """The threads that have the clock skip."""
        self._waits: list[_Wait] = []
        self._appointments: list[_Appointment] = []
        self._changes = 0
        """Grows with whatever may have brought everything to rest."""
        self._moving = threading.RLock()

    # Who lives by it

    def attend(self, held: Held) -> None:
        """Have time wait for what happens in an SWF, and stop where something falls due in it."""
        with self._moved:
            self._engines.append(held)

    def leave(self, held: Held) -> None:
        """Undo `attend`."""
        with self._moved:
            self._engines.remove(held)

    def enlist(self, thread: threading.Thread) -> None:
        """Have time wait for a thread from now on, before it is started even, until it ends."""
        with self._moved:
            self._parties.setdefault(thread, _works)

    def changed(self) -> None:
        """Have it looked again whether everything is at rest."""
        with self._moved:
            self._changes += 1
            self._moved.notify_all()

    @contextmanager
    def resting(self, rests: Callable[[], bool]) -> Generator[None]:
        """Within the block this thread rests whenever `rests()` is true; it is a party for good."""
        thread = threading.current_thread()
        with self._moved:
            if thread not in self._exempt:
                self._parties[thread] = rests
            self.changed()
        try:
            yield
        finally:
            with self._moved:
                if thread in self._parties:
                    self._parties[thread] = _works

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Return True once `event` is set, False once the clock was moved past `seconds`."""
        with self._moved:
            wait = _Wait(self.now() + timedelta(seconds=seconds), next(self._numbers))
            wait.over = seconds <= 0
            self._waits.append(wait)
        try:
            with self.resting(lambda: not (wait.over or event.is_set())):
                # An event knows nothing of this clock, so that is looked at now and again.
                while not (event.is_set() or wait.over):
                    event.wait(NAP_SECONDS)
        finally:
            with self._moved:
                self._waits.remove(wait)
        return event.is_set()

    def at(self, when: datetime | float, action: Callable[[], object]) -> None:
        """Have `action` called at a moment, or so many seconds from now, where the clock is moved.

        It should not wait for the clock itself. Raises ValueError for a moment that is not aware.
        """
        moment = when if isinstance(when, datetime) else self.now() + timedelta(seconds=when)
        if moment.tzinfo is None:
            raise ValueError(f"VirtualClock.at: must be an aware datetime, got {when!r}")
        with self._moved:
            heapq.heappush(self._appointments, _Appointment(moment, next(self._numbers), action))
            self.changed()

    # Moving it

    def advance(self, seconds: float) -> None:
        """Move the clock forward whoever is at work; alarms and appointments ring on the way."""
        with self._moving:
            super().advance(seconds)

    def advance_to(self, moment: datetime) -> None:
        """Move the clock forward to a moment, unless it has passed, as `advance` does."""
        with self._moving:
            try:
                super().advance_to(moment)
            finally:
                with self._moved:
                    for wait in self._waits:
                        wait.over = wait.over or wait.due <= self._now
                    self.changed()

    def step(self) -> bool:
        """Move to the next moment at which something happens; False where there is none.

        The clock is moved once everything is at rest, which is waited for. What happens then has
        begun when this returns.
        """
        with self._skips():
            return self._step()

    def skip(self, seconds: float) -> None:
        """Move the clock forward by so much, step by step, each once everything is at rest.

        Raises ValueError for a negative number.
        """
        if seconds < 0:
            raise ValueError(f"VirtualClock.skip: seconds must not be negative, got {seconds!r}")
        end = self.now() + timedelta(seconds=seconds)
        with self._skips():
            while self._step(end):
                pass

    def skip_until(self, reached: Callable[[], bool]) -> bool:
        """Move the clock, step by step, until `reached()`; return whether it is.

        It is asked before each step, once everything is at rest, and now and again before that. It
        is False where nothing more falls due, ever, by itself.
        """
        look_at = monotonic()
        with self._skips():
            while True:
                seen, is_still = self._changes, self._is_still()
                if is_still or monotonic() >= look_at:
                    look_at = monotonic() + REACHED_SECONDS
                    if reached():
                        return True
                if not is_still:
                    self._await_change(seen)
                elif self._moved_once() is False:
                    return reached()

    @contextmanager
    def skipping(self) -> Generator[None]:
        """Within the block the clock moves by itself, step by step, once everything is at rest.

        Raises at the end of the block what an appointment has raised.
        """
        over = threading.Event()
        failures: list[BaseException] = []

        def drive() -> None:
            while not over.is_set():
                seen = self._changes
                try:
                    moved = self._moved_once(over=over)
                except BaseException as error:  # noqa: BLE001  (it is raised where it is seen)
                    failures.append(error)
                else:
                    if not moved:
                        self._await_change(seen)

        driver = threading.Thread(target=drive, name="swf-clock", daemon=True)
        with self._skips():
            driver.start()
            try:
                yield
            finally:
                with self._moved:
                    over.set()
                    self.changed()
                driver.join()
                if failures:
                    raise failures[0]

    @contextmanager
    def _skips(self) -> Generator[None]:
        """Within the block nobody waits for this thread: it is the one that waits."""
        thread = threading.current_thread()
        with self._moved:
            self._exempt.append(thread)
        try:
            yield
        finally:
            with self._moved:
                self._exempt.remove(thread)

    def _step(self, end: datetime | None = None) -> bool:
        """Move once, as soon as everything is at rest."""
        while True:
            seen = self._changes
            moved = self._moved_once(end)
            if moved is not None:
                return moved
            self._await_change(seen)

    def _await_change(self, seen: int) -> None:
        with self._moved:
            self._moved.wait_for(lambda: self._changes != seen, LOOK_SECONDS)

    def _moved_once(
        self, end: datetime | None = None, *, over: threading.Event | None = None
    ) -> bool | None:
        """Move to the next moment, not beyond `end`, and have happen there what is first.

        False says that nothing is left, None that something is going on, that the clock is on its
        way still, or that it is over.
        """
        with self._moving:  # what rings has to come to its end, too
            with self._frozen() as standings:
                if standings is None or (over is not None and over.is_set()):
                    return None
                moment, wait = self._next_stop(standings)
                if moment is None or (end is not None and moment > end):
                    moment, wait = end, None
                found = None if moment is None else self._next(moment)
                if moment is None or found is None:
                    return self._moved_to(moment, wait)
                is_there = self._now >= moment
            found.ring()
            self.changed()
            return True if is_there else None

    def _moved_to(self, moment: datetime | None, wait: _Wait | None) -> bool:
        """Move to a moment at which nothing rings; return whether a wait ends there."""
        if moment is not None:
            self._move(moment)
        if wait is not None:
            wait.over = True
        return wait is not None

    def _next_stop(self, standings: list[Standing]) -> tuple[datetime | None, _Wait | None]:
        """Return the next moment at which something happens, and the wait that it ends, if any."""
        waits = [wait for wait in self._waits if not wait.over]
        moments = [one.deadline for one in standings if one.deadline is not None]
        moments += [one.moment for one in self._appointments[:1]]
        first = min(waits, default=None)
        if first is not None and (not moments or first.due < min(moments)):
            return max(first.due, self._now), first
        return max(min(moments), self._now) if moments else None, None

    def _next(self, end: datetime) -> Ringing | None:
        """Move to what rings next by `end`, take it off, and return it."""
        with self._moved:
            first = self._appointments[0] if self._appointments else None
            alarm = self.next_alarm
            if first is None or first.moment > end or (alarm and alarm <= first.moment):
                return super()._next(end)
            self._move(first.moment)
            return heapq.heappop(self._appointments)

    # Whether everything is at rest

    def _is_still(self) -> bool:
        with self._frozen() as standings:
            return standings is not None

    @contextmanager
    def _frozen(self) -> Generator[list[Standing] | None]:
        """Hold everything as it is within the block; give None where something is going on.

        Who rests now has rested since both locks were taken: nobody begins to rest, and no poll is
        answered, without one of them. So nobody has woken another before he was looked at.
        """
        with ExitStack() as held:
            if not self._all_rest():  # the cheap look first: it is in nobody's way
                yield None
                return
            standings = [held.enter_context(one()) for one in list(self._engines)]
            held.enter_context(self._moved)
            still = all(one.is_still for one in standings) and self._all_rest()
            yield standings if still else None

    def _all_rest(self) -> bool:
        with self._moved:
            for thread in list(self._parties):
                if thread.ident is not None and not thread.is_alive():
                    del self._parties[thread]
            return all(rests() or thread in self._exempt for thread, rests in self._parties.items())


def enlist(thread: threading.Thread, clock: Clock) -> None:
    """Have time wait for a thread that works by a clock, where that is a virtual one.

    What begins beside a thread that time waited for would else be overtaken before it got anywhere.
    """
    if isinstance(clock, VirtualClock):
        clock.enlist(thread)


def _works() -> bool:
    """Tell of a thread that it does not rest."""
    return False
