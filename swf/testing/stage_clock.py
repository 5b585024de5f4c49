"""The clock of a stage: before it moves, all there is to do is done, by the thread that waits."""

from __future__ import annotations

import threading
from asyncio import events
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import copy_context
from datetime import datetime, timedelta
from typing import NoReturn, cast

from greenlet import getcurrent, greenlet

from swf.actors import Heartbeat
from swf.clock import Alarm
from swf.exceptions import ActorError
from swf.virtual_clock import VirtualClock, _Wait


class AtWork(greenlet):
    """An activity at work in the thread of the test; where it waits, the test goes on.

    `interval` is that of its heartbeats, None where it needs none.
    """

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(work)
        self.gr_context = copy_context()
        self.heartbeat: Heartbeat
        self.interval: float | None = None
        self._goes_on: Callable[[], bool] = lambda: True

    @property
    def is_ready(self) -> bool:
        """Whether what it waits for has come."""
        return self._goes_on()

    def wait(self, goes_on: Callable[[], bool]) -> None:
        """Have whoever made it go on go on themselves, until this returns True."""
        self._goes_on = goes_on
        with outside_asyncio():
            cast("greenlet", self.parent).switch()

    def go_on(self) -> bool:
        """Begin, or go on after the wait, in the place of the caller; return whether it waits.

        Raises what it raises.
        """
        self.parent = getcurrent()
        self.switch()
        return not self.dead

    def end(self) -> None:
        """End it where it waits."""
        self.parent = getcurrent()
        self.throw()


class StageClock(VirtualClock):
    """A virtual clock for which the thread that waits does the work that time is waiting for.

    Only that thread moves it: the one that made it.
    """

    def __init__(self, start: datetime | None = None) -> None:
        super().__init__(start)
        self._thread = threading.current_thread()
        self.work: Callable[[], bool] = lambda: False
        """Does all there is to do, and returns whether there was something."""

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Return True as soon as `event` is set, False once the clock was moved past `seconds`."""
        activity = getcurrent()
        if not isinstance(activity, AtWork):
            return super().wait(event, seconds)
        wait = _Wait(self.now() + timedelta(seconds=seconds), next(self._numbers))
        wait.over = seconds <= 0
        with self._moved:
            self._waits.append(wait)
        try:
            while not (event.is_set() or wait.over):
                activity.wait(lambda: event.is_set() or wait.over)
        finally:
            with self._moved:
                self._waits.remove(wait)
        return event.is_set()

    @contextmanager
    def beating(self, activity: AtWork) -> Generator[None]:
        """Within the block an activity at work beats as often as it has to."""
        alarm: Alarm | None = None

        def ring() -> None:
            beat(activity)
            set_next()

        def set_next() -> None:
            if alarm is not None and activity.interval is not None:
                alarm.set(self.now() + timedelta(seconds=activity.interval))

        alarm = None if activity.interval is None else self.alarm(ring)
        set_next()
        try:
            yield
        finally:
            if alarm is not None:
                alarm.close()

    def skipping(self) -> NoReturn:
        """Raise ActorError: nobody but the thread that waits does the work."""
        raise ActorError("skipping: on a stage, time is skipped by whoever waits: result(), skip()")

    def _moved_once(
        self, end: datetime | None = None, *, over: threading.Event | None = None
    ) -> bool | None:
        if threading.current_thread() is not self._thread:
            raise ActorError("a stage is worked, and its clock moved, by the thread that made it")
        with outside_asyncio():
            if self.work():
                self.changed()
                return None
        return super()._moved_once(end, over=over)


def beat(activity: AtWork) -> None:
    """Send a heartbeat of an activity that is at work."""
    activity.heartbeat.beat()


@contextmanager
def outside_asyncio() -> Generator[None]:
    """Within the block the thread is in no event loop, so that it may run one."""
    before = events._get_running_loop()
    events._set_running_loop(None)
    try:
        yield
    finally:
        events._set_running_loop(before)
