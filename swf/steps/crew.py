"""What a host has at work: a decider, and a worker that calls steps."""

from __future__ import annotations

import threading
from typing import Final

from swf.actors import ActivityTask, Beats, Limits
from swf.actors.loop import Loop
from swf.exceptions import PollTimeout
from swf.flow.decider import Decider
from swf.flow.registry import Activities
from swf.flow.starting import Place
from swf.flow.worker import Worker
from swf.payload import Payloads
from swf.virtual_clock import VirtualClock

AGES: Final = 1e9
"""Seconds after which no host is there any more."""

QUICK_SECONDS: Final = 0.005
"""A step that takes longer works beside those that follow it."""


class HostDecider(Decider):
    """Decides for a host: where that is gone, others soon take what was sent to it."""

    sticky_seconds = 2

    def start(
        self,
        *,
        threads: int = 1,
        processes: int = 0,
        tasks: int | None = None,
        block: bool = True,
    ) -> None:
        """Poll and decide until `stop()` is called, also where the program has come to its end."""
        self._replay.begin()
        super().start(threads=threads, processes=processes, tasks=tasks, block=block)


class HostWorker(Worker):
    """Calls the steps of a host.

    Where SWF is in this process its threads take turns: steps that may begin at the same time begin
    in their order, and one that is over in `QUICK_SECONDS` has ended before the next one begins.
    """

    def __init__(
        self, activities: Activities, task_list: str, *, place: Place, payloads: Payloads
    ) -> None:
        connection = place.connection
        super().__init__(
            activities,
            task_list,
            domain=place.domain,
            connection=connection,
            clock=connection.clock,
            payloads=payloads,
        )
        # On a clock that skips idle time all that rests has to rest in a poll.
        self._takes_turns = connection.is_within and not isinstance(connection.clock, VirtualClock)
        self._turn = threading.Lock()
        self._newest = threading.Event()  # whether the step that was taken last has ended
        self._newest.set()
        self._mine = threading.local()

    def _prepare(self, loop: Loop, threads: int) -> None:
        super()._prepare(loop, threads)
        if not isinstance(self._clock, VirtualClock):
            # Its thread is there from now on: a program that has come to its end may get none.
            self._slots.deadlines.after(AGES, lambda: None)

    def poll(self, task_list: str | None = None, identity: str | None = None) -> ActivityTask:
        """Return the next task, when it is the turn of this thread.

        Raises PollTimeout where there is none, and once the host is stopped.
        """
        if not self._takes_turns:
            return super().poll(task_list, identity)
        with self._turn:
            if self._loop is not None and self._loop.draining.is_set():
                raise PollTimeout("the host is stopped")
            self._newest.wait(QUICK_SECONDS)
            task = super().poll(task_list, identity)
            self._newest = self._mine.ended = threading.Event()
        return task

    def _compute(self, task: ActivityTask, limits: Limits, context: Beats) -> str | None:
        try:
            return super()._compute(task, limits, context)
        finally:
            if self._takes_turns:
                self._mine.ended.set()
