"""The decider and the workers of one process that has all of a workflow's code.

They learn of activities and children from the decisions that name them.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

from swf.actors import ActivityTask
from swf.actors import decider as actors
from swf.actors.deadlines import Deadline, Deadlines
from swf.actors.loop import Loop
from swf.actors.measuring import Measured
from swf.actors.outcome import Outcome
from swf.clock import Alarm, Clock
from swf.constants import MAX_IDENTITY_LENGTH
from swf.exceptions import PollTimeout
from swf.flow.activity_work import Hook
from swf.flow.decider import Decider
from swf.flow.handle import Handle
from swf.flow.registry import Activities
from swf.flow.replay.answer import Answer, DecisionTask
from swf.flow.replay.run import Run
from swf.flow.replay.thread import ReplayThread
from swf.flow.starting import Place
from swf.flow.worker import Worker
from swf.flow.workflow import Workflow
from swf.payload import Payloads
from swf.virtual_clock import VirtualClock
from swf.wire import Wire

logger = logging.getLogger(__name__)


class CrewDecider(Decider):
    """Decides for all that a crew runs: alone on its task list, in one thread."""

    def __init__(self, crew: Crew, workflow: type[Workflow]) -> None:
        self.crew = crew
        super().__init__(
            workflow,
            crew.task_list,
            domain=crew.place.domain,
            connection=crew.connection,
            identity=crew.identity,
            clock=crew.clock,
            when_blocked="fail",
            child_task_list=crew.task_list,
        )

    def _equip(self) -> None:
        super()._equip()
        self.own_task_list = self.task_list  # nobody else polls it
        self._replay = ReplayThread(inline=True)

    def start(
        self,
        *,
        threads: int = 1,
        processes: int = 0,
        tasks: int | None = None,
        block: bool = True,
    ) -> None:
        """Poll and decide in one thread until `stop()` is called."""
        actors.Decider.start(self, threads=threads, processes=processes, tasks=tasks, block=block)

    def run_once(self) -> None:
        """Poll once, decide, and answer."""
        self.work(own=True)

    def on_answer(self, made: Answer) -> None:
        """Have the crew know what the answer names."""
        self.crew.meet(made)

    def on_closed(self, workflow_id: str, run_id: str) -> None:  # noqa: ARG002
        """Stop where that was the execution that the crew is there for, and is closed by it."""
        crew = self.crew
        if crew.handle is not None and workflow_id == crew.handle.workflow_id:
            crew.closing = crew.handle.closing()
            if crew.closing is not None:
                crew.closed.set()
                self.stop()

    def _prepare(self, loop: Loop, threads: int) -> None:
        super()._prepare(loop, threads)
        loop.ending.append(self.close)  # in the thread of the loop, where the programs are

    def _begun(self, task: DecisionTask) -> Run:
        run = super()._begun(task)
        run.activity_task_list = self.crew.worker_of(run.payloads).task_list
        return run

    def _affinity(self, task: DecisionTask, made: Answer) -> dict[str, Any]:  # noqa: ARG002
        return {}


class CrewWorker(Worker):
    """Does the activities of workflows that have the same payloads.

    It has as many threads as there is work for, at most the crew's number.
    """

    def __init__(self, crew: Crew, payloads: Payloads, number: int) -> None:
        super().__init__(
            Activities(),
            f"{crew.task_list}-{number}",
            domain=crew.place.domain,
            connection=crew.connection,
            identity=crew.identity,
            clock=crew.clock,
            payloads=payloads,
            before=crew.before,
            after=crew.after,
            register=False,  # the decider has them registered before it names them
        )
        self._crew = crew
        if crew.by_hand:
            self._slots.deadlines = NoDeadlines(crew.clock)
        self.scheduled = 0  # how many tasks are to be polled, at most
        self.is_followed = False  # by a decision task, which nothing else belongs to
        self._most = crew.threads
        self._threads = self._polling = 0
        self._growing = threading.Lock()

    def poll(self, task_list: str | None = None, identity: str | None = None) -> ActivityTask:
        """Return the next activity task; have another thread poll where none does."""
        if self._loop is None:
            return super().poll(task_list, identity)
        with self._growing:
            self._polling += 1
        try:
            task = super().poll(task_list, identity)
        finally:
            with self._growing:
                self._polling -= 1
        if not self._polling:
            self._grow(self._loop)
        return task

    def _settle(
        self, task: ActivityTask, outcome: Outcome, *, lost: bool, measured: Measured
    ) -> None:
        if self.is_followed and outcome.kind != "later":
            decider = self._crew.decider
            decider.connection.ahead("PollForDecisionTask", decider.own_task_list)
        super()._settle(task, outcome, lost=lost, measured=measured)

    def _prepare(self, loop: Loop, threads: int) -> None:
        super()._prepare(loop, threads)
        self._threads = threads

    def _grow(self, loop: Loop) -> None:
        with self._growing:
            if self._threads >= self._most:
                return
            self._threads += 1
        loop.add(self._poll_until_drained)


class NoDeadlines(Deadlines):
    """Deadlines of work that is done by hand: no time passes in it, so that none is ever due."""

    def after(self, seconds: float, call: Callable[[], object]) -> Deadline:  # noqa: ARG002
        """Do nothing: it will not come to that."""
        return _NEVER

    def call_off(self, deadline: Deadline) -> None:
        """Do nothing."""


_NEVER: Final = Deadline(datetime.max.replace(tzinfo=UTC), lambda: None)


class Crew:
    """One decider, and a worker for each way in which payloads travel, on task lists of their own.

    They are there for the execution of `handle`: `closed` is set, and `closing` the event, once
    they have closed that. With `by_hand` everything happens in the thread that calls `work`: polls
    have to be answered at once then.
    """

    def __init__(
        self,
        place: Place,
        workflow: type[Workflow],
        task_list: str,
        *,
        threads: int,
        by_hand: bool = False,
        before: Iterable[Hook] = (),
        after: Iterable[Hook] = (),
    ) -> None:
        self.place = place
        self.connection = place.connection.by_hand() if by_hand else place.connection
        self.task_list = task_list
        self.threads = threads
        self.by_hand = by_hand
        self.before, self.after = tuple(before), tuple(after)
        self.handle: Handle[Any] | None = None
        self.closing: Wire | None = None
        self.closed = threading.Event()
        self.identity = f"{socket.gethostname()}:{os.getpid()}"[:MAX_IDENTITY_LENGTH]
        clock = place.connection.clock
        self.clock: Clock = (
            HandClock(clock) if by_hand and isinstance(clock, VirtualClock) else clock
        )
        self._payloads: list[Payloads] = []
        self._workers: list[CrewWorker] = []
        self._started = False
        self.decider = CrewDecider(self, workflow)

    def worker_of(self, payloads: Payloads) -> CrewWorker:
        """Return the worker of activities whose values travel so."""
        for known, worker in zip(self._payloads, self._workers, strict=True):
            if known is payloads:
                return worker
        made = CrewWorker(self, payloads, len(self._workers) + 1)
        self._payloads.append(payloads)
        self._workers.append(made)
        if self._started:
            made.start(block=False)
        return made

    def meet(self, made: Answer) -> None:
        """Know the activities and children that an answer names, before anybody is given one."""
        for child in made.children:
            self.decider.workflows.add(child)
        if made.run is None or not made.activities:
            return
        worker = self.worker_of(made.run.payloads)
        worker.activities.know(made.activities)
        scheduled = sum(one["decisionType"] == "ScheduleActivityTask" for one in made.decisions)
        worker.scheduled += scheduled
        worker.is_followed = scheduled == 1
        if scheduled:
            self.connection.ahead("PollForActivityTask", worker.task_list)

    # In threads

    def start(self) -> None:
        """Have all begin, each in threads of its own."""
        self._started = True
        self.decider.start(block=False)

    def check(self) -> None:
        """Raise what has ended one of them."""
        for one in (self.decider, *self._workers):
            one.join(0)

    def stop(self, drain_seconds: float) -> None:
        """Have all end; activities that are at work still are waited for, for so long.

        Raises what had ended one of them before.
        """
        self.decider.stop()
        try:
            self.decider.join(drain_seconds)
        finally:
            self._stop_workers(drain_seconds)

    def _stop_workers(self, drain_seconds: float) -> None:
        for worker in self._workers:
            worker.stop()
        for worker in self._workers:
            if not worker.join(drain_seconds):
                logger.warning("%r: activities are at work still, and go on alone", worker)

    # By hand

    def work(self) -> bool:
        """Take and answer one decision task, and all activity tasks that follow; False without."""
        worked = _took(self.decider)
        for worker in list(self._workers):
            while worker.scheduled and _took(worker):
                worker.scheduled -= 1
                worked = True
            worker.scheduled = 0
        return worked

    def close(self) -> None:
        """End what was done by hand."""
        self.decider.close()


def _took(actor: CrewDecider | CrewWorker) -> bool:
    try:
        actor.run_once()
    except PollTimeout:
        return False
    return True


class HandClock:
    """A virtual clock, for code that waits on it in the very thread that moves it.

    Such a wait is over at once, and no time passes in it: nobody else is at work meanwhile.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return self._clock.now()

    def wait(self, event: threading.Event, seconds: float) -> bool:  # noqa: ARG002
        """Return whether `event` is set, as if so many seconds had passed."""
        return event.is_set()

    def alarm(self, ring: Callable[[], object]) -> Alarm:
        """Return an alarm of the clock's."""
        return self._clock.alarm(ring)
