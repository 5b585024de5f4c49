"""What a worker's tasks are at work on: its threads, and the processes beside them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import attrs

from swf.actors.backoff import Backoff
from swf.actors.beats import Beats
from swf.actors.deadlines import Deadlines
from swf.actors.job import Job, Work
from swf.actors.loop import Loop
from swf.actors.pool import Pool, default_there, pickled
from swf.clock import Clock
from swf.exceptions import SlotsLostError, ValidationError

if TYPE_CHECKING:
    from swf.actors.worker import ActivityWorker

logger = logging.getLogger(__name__)

Isolation = Literal["thread", "pool", "process"]
"""Where the code of a task runs: in the worker's thread, in a child process that is kept for the
next task, or in one that is not."""

LOST_SLOTS: Final = 8
"""So many threads may be held by overdue activities; each costs memory, and may cost CPU."""


class Slots:
    """The threads and processes that a worker has for its tasks, and the limits of these.

    Where processes end one after another without a task, the second one is replaced after
    `setback_seconds`, and each after it later.
    """

    def __init__(self, name: str, clock: Clock, *, setback_seconds: float = 1.0) -> None:
        self.deadlines = Deadlines(clock)
        self.pool: Pool | None = None
        self._name = name
        self._setback_seconds = setback_seconds
        self._loop: Loop | None = None
        self._lock = threading.Lock()
        self._lost: set[object] = set()

    def prepare(
        self,
        loop: Loop,
        worker: ActivityWorker,
        work: Work,
        *,
        threads: int,
        isolation: Isolation,
        count: Callable[[Mapping[str, int]], object],
    ) -> None:
        """Make what a loop of so many threads needs, and have it end with the loop.

        Raises ActorError where the work cannot be sent to other processes.
        """
        self._loop = loop
        self.pool = None
        loop.ending.append(self.deadlines.close)
        if isolation == "thread":
            return
        self.pool = Pool(
            pickled(work, self._name),
            default_there(worker.connection),
            name=self._name,
            slots=threads,
            fresh=isolation == "process",
            kill_grace=worker.kill_grace_seconds,
            backoff=Backoff(self._setback_seconds, 60),
            count=count,
        )
        loop.aborting.append(self.pool.abort)
        loop.ending.append(self.pool.close)

    def lose(self, holder: object, thread: threading.Thread) -> None:
        """Go on without a thread that an overdue activity holds.

        Where too many are held, the loop ends with SlotsLostError.
        """
        with self._lock:
            self._lost.add(holder)
            lost = len(self._lost)
        logger.error("%s: overdue activities hold %d of its threads", self._name, lost)
        if self._loop is None:
            return
        if lost > LOST_SLOTS:
            self.fail(
                SlotsLostError(
                    f"{self._name}: activities that do not end hold {lost} threads; processes can "
                    'be ended: start it with isolation="pool" or "process"'
                )
            )
        self._loop.give_up(thread)

    def came_back(self, holder: object) -> None:
        """Take note that an activity does not hold its thread any more."""
        with self._lock:
            self._lost.discard(holder)
        logger.warning("%s: an overdue activity has ended, too late to be answered", self._name)

    def fail(self, error: BaseException) -> None:
        """Have the loop end with an error."""
        if self._loop is not None:
            self._loop.fail(error)


@attrs.frozen
class Executes:
    """The work of a worker that does it in `execute`, for other processes."""

    worker: ActivityWorker

    def __call__(self, job: Job, beats: Beats) -> Any:
        """Have the worker execute the task of a job."""
        return self.worker.execute(self.worker.task_of(job), beats)


def check_isolation(kind: str, isolation: object, processes: int) -> None:
    """Raise ValidationError for a place where no code can run, or none beside child processes."""
    if isolation not in get_args(Isolation):
        known = ", ".join(map(repr, get_args(Isolation)))
        raise ValidationError(f"{kind}.start: isolation: must be one of {known}, got {isolation!r}")
    if processes and isolation != "thread":
        raise ValidationError(
            f"{kind}.start: isolation: processes that poll by themselves do the work in their "
            "threads; leave out one of both"
        )
