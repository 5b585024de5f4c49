"""One activity task at work: from its hand-over to its answer, within its limits."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from swf.actors.computer import Computer
from swf.actors.deadlines import Deadline
from swf.actors.heartbeat import Heartbeat
from swf.actors.job import Limits, job_of
from swf.actors.measuring import Measured
from swf.actors.outcome import Outcome, failure, outcome_of
from swf.actors.pool import Pool
from swf.actors.tasks import ActivityTask
from swf.actors.words import ids
from swf.exceptions import ActivityOverdueError, ActorError, ProcessEndedError
from swf.virtual_clock import enlist

if TYPE_CHECKING:
    from swf.actors.worker import ActivityWorker

logger = logging.getLogger(__name__)


class Stint:
    """Has one task computed, in this thread or in a process, and answers it once.

    Past its start-to-close limit, a process is ended; a thread is given up, and the task answered
    without it. Where no heartbeat went through for as long as the heartbeat limit, the task counts
    as lost.
    """

    def __init__(
        self,
        worker: ActivityWorker,
        task: ActivityTask,
        limits: Limits,
        pool: Pool | None,
        measured: Measured,
    ) -> None:
        self._worker, self._task, self._limits, self._pool = worker, task, limits, pool
        self._measured = measured
        self._thread = threading.current_thread()
        self._context = Heartbeat(
            worker,
            task.task_token,
            interval=worker._interval(task.activity_type, limits.heartbeat),
            clock=worker._clock,
            deadlines=worker._slots.deadlines,
            answered=self._answered,
        )
        self._lock = threading.Lock()
        self._deadlines: list[Deadline] = []
        self._beat_due: Deadline | None = None
        self._over = False
        self._computer: Computer | None = None
        self._ordered = False
        self._overdue: ActivityOverdueError | None = None

    def run(self) -> None:
        """Have the task computed, and answer it.

        Raises what no other task would fare better with.
        """
        with self._context:
            self._watch()
            fatal, outcome = None, Outcome("later")
            try:
                with self._measured.current():
                    outcome = self._computed()
            except ActorError as error:  # there are no processes any more
                fatal, outcome = error, failure(error)
            finally:
                mine = self._end()
            if not mine:
                self._worker._slots.came_back(self)
                return
            if self._pool is not None and self._pool.aborted:
                return
            self._context.answering()
            self._settle(outcome, lost=self._context.lost)
        if self._context.error is not None:
            what = "heartbeats of an activity task failed"
            self._worker._report(what, self._context.error, self._task)
        if fatal is not None:
            raise fatal

    def _settle(self, outcome: Outcome, *, lost: bool) -> None:
        self._worker._settle(self._task, outcome, lost=lost, measured=self._measured)

    def _watch(self) -> None:
        if self._limits.start_to_close is not None:
            call = self._expire if self._pool else self._expire_elsewhere
            self._after(self._limits.start_to_close, call)
        self._await_beat()

    def _after(self, seconds: float, call: Callable[[], object]) -> None:
        self._deadlines.append(self._worker._slots.deadlines.after(seconds, call))

    def _await_beat(self) -> None:
        """Begin the time within which a heartbeat has to go through."""
        if self._limits.heartbeat is None:
            return
        with self._lock:
            if self._beat_due is not None:
                self._worker._slots.deadlines.call_off(self._beat_due)
            if not self._over:
                self._beat_due = self._worker._slots.deadlines.after(
                    self._limits.heartbeat, self._fall_silent
                )

    def _end(self) -> bool:
        """Let no limit count any more; return whether the task is still this thread's to answer."""
        with self._lock:
            mine, self._over = not self._over, True
            for deadline in (*self._deadlines, self._beat_due):
                if deadline is not None:
                    self._worker._slots.deadlines.call_off(deadline)
        return mine

    # The code, in this thread or in a process

    def _computed(self) -> Outcome:
        if self._pool is None:
            return outcome_of(
                lambda: self._worker._compute(self._task, self._limits, self._context)
            )
        outcome = self._computed_by(self._pool)
        if self._overdue is not None and outcome.kind != "completed":
            return failure(self._overdue)
        if self._ordered and isinstance(outcome.error, ProcessEndedError):
            return Outcome("canceled")
        return outcome

    def _computed_by(self, pool: Pool) -> Outcome:
        job = job_of(self._task, self._worker.domain.name, self._limits, self._measured.told)
        while True:
            computer = pool.take()
            try:
                with self._lock:
                    if self._overdue is not None:  # while there was no process
                        return failure(self._overdue)
                    self._computer = computer
                if not computer.hand_over(job):
                    computer.ending = True
                    continue
                if self._context.lost or self._context.cancel_requested:
                    self._order()
                return computer.outcome(self._context)
            finally:
                with self._lock:
                    self._computer = None
                pool.give_back(computer)

    # What happens meanwhile, in threads of the heartbeat and of the clock

    def _answered(self) -> None:
        """Have the code know of what a heartbeat brought, and wait for the next."""
        if self._context.lost or self._context.cancel_requested:
            self._order()
        if not self._context.lost:
            self._await_beat()

    def _fall_silent(self) -> None:
        logger.error(
            "no heartbeat went through for %s s: the task counts as timed out by SWF",
            self._limits.heartbeat,
            extra=ids(self._task),
        )
        self._context.lose()
        self._order()

    def _order(self) -> None:
        """Tell the process that nobody wants the work, and end it if it does not heed that."""
        with self._lock:
            if self._computer is None:
                return
            self._computer.order("lose" if self._context.lost else "cancel")
            if not self._ordered:
                self._ordered = True
                self._after(self._worker.cancel_grace_seconds, self._terminate)

    def _terminate(self) -> None:
        with self._lock:
            if self._computer is not None:
                self._computer.terminate()
                self._after(self._worker.kill_grace_seconds, self._kill)

    def _kill(self) -> None:
        with self._lock:
            if self._computer is not None:
                self._computer.kill()

    def _expire(self) -> None:
        self._overdue = self._overdue_error("its process is ended")
        self._terminate()

    def _expire_elsewhere(self) -> None:
        # The answer may take minutes, and other limits wait for this one.
        thread = threading.Thread(target=self._give_up, name="overdue", daemon=True)
        thread.start()
        enlist(thread, self._worker._clock)

    def _give_up(self) -> None:
        """Answer the task in the thread's place, which is lost to its code."""
        if not self._end():
            return
        self._context.lose()
        self._worker._counts.add({"lost_slots": 1})
        self._worker._slots.lose(self, self._thread)
        error = self._overdue_error("no thread can be ended, so its slot is lost")
        try:
            self._settle(failure(error), lost=False)
        except Exception as hopeless:  # noqa: BLE001  (nobody calls us: the loop has to know)
            self._worker._slots.fail(hopeless)

    def _overdue_error(self, consequence: str) -> ActivityOverdueError:
        limit = self._limits.start_to_close
        return ActivityOverdueError(
            f"START_TO_CLOSE: at work for more than {limit:g} s; {consequence}"
        )
