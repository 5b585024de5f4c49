"""One run of one graph: what is ready begins, and what ends makes others ready."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from swf.exceptions import PayloadError, SWFError
from swf.flow.errors import TaskError, TaskFailed
from swf.flow.future import Future
from swf.graph.plan import Plan
from swf.graph.progress import Progress, restored
from swf.graph.reading import tasks_from
from swf.graph.scheduling import begin, own_input, policy_of
from swf.graph.specs.task import Generator, Task, Timer
from swf.payload import Payloads
from swf.wire import shortened

if TYPE_CHECKING:
    from swf.graph.workflow import GraphWorkflow

FAILED: Final = "task_failed"
LIMIT_REACHED: Final = "task_retry_limit_reached"

EVENTS_PER_TASK: Final = 6
"""What a task adds to a history: three events of its own, and those of the decision after it.

With another number, executions that are open would not be replayed alike.
"""

LONGEST_ERROR: Final = 1_000
"""Characters that are told of the error of a task."""

SHORTEST_ERROR: Final = 50
"""Characters that are told of each, where many have failed, before some are left out."""

ROOM_FOR_ERRORS: Final = 24_000
"""Bytes of all that is told of errors: SWF takes 32,768, and codecs need some, too."""


class Walk:
    """Takes a workflow through a graph; a decision costs as much as has happened since the last.

    Nothing waits but `go`: each task that ends has those begin that it made ready. After `go`,
    `failures` has the errors of tasks that failed for good, by id; `is_drained` says that the run
    is to continue as new, as `progress` says.
    """

    def __init__(
        self,
        workflow: GraphWorkflow,
        plan: Plan,
        *,
        task_list: str,
        root: Mapping[str, Any],
        progress: Mapping[str, Any] | None,
    ) -> None:
        self.plan = plan
        self.failures: dict[str, str] = {}
        self.reason = FAILED
        self.is_drained = False
        self._workflow = workflow
        self._task_list = task_list
        self._root = root
        self._over: Future[None] = Future(workflow._run.scheduler)
        told = None if progress is None else restored(progress, plan)
        self._results: dict[str, Any] = dict(told.results) if told else {}
        self._grown: list[tuple[str, Any]] = list(told.grown) if told else []
        self._deadlines: dict[str, float] = dict(told.deadlines) if told else {}
        self._ready: deque[str] = deque()
        self._open = 0  # without the timers
        self._timers = 0
        self._has_heard = False  # of something, in this run
        self._longest_error = LONGEST_ERROR
        self._queue(plan.ready())

    def go(self) -> None:
        """Return when all tasks are done, one has failed, or the run is to continue as new."""
        self._begin_ready()
        self._pass_over_signals()
        try:
            _ = self._over.result
        finally:
            self._over._resolve(None)  # whatever ends the run, nothing begins any more

    def result(self) -> dict[str, Any] | None:
        """Return the results of the tasks that nothing requires, by id; None where none has one."""
        found = {id_: self._results[id_] for id_ in self.plan.leaves() if id_ in self._results}
        return found or None

    def progress(self) -> dict[str, Any]:
        """Return how far it has come, for the run that continues this one."""
        plan = self.plan
        needed = set(plan.leaves())
        for id_ in plan.tasks:
            if id_ not in plan.finished:
                needed.update(plan.requirements(id_))
        return Progress(
            done=tuple(id_ for id_ in plan.tasks if id_ in plan.finished),
            results={id_: one for id_, one in self._results.items() if id_ in needed},
            grown=tuple(self._grown),
            deadlines=self._deadlines,
        ).as_value(plan)

    # Beginning

    def _queue(self, ids: Iterable[str]) -> None:
        """Have tasks begin next: timers first, whose time counts from now."""
        for id_ in ids:
            if isinstance(self.plan.tasks[id_], Timer):
                self._ready.appendleft(id_)
            else:
                self._ready.append(id_)

    def _begin_ready(self) -> None:
        """Have begin what is ready, unless the run shall end first."""
        ready = self._ready
        while ready and not self._over.done and self._may_begin(ready[0]):
            self._begin(ready.popleft())
        if self._over.done:
            return
        if len(self.plan.finished) == len(self.plan.tasks):
            self._over._resolve(None)
        elif self._has_heard and not self._open and self._is_full():
            self.is_drained = True
            self._over._resolve(None)

    def _is_full(self) -> bool:
        """Tell whether the history has no room for what is ready, or is long though all waits."""
        if self._ready:
            return self._timers >= self._room()
        return self._workflow.should_continue_as_new

    def _pass_over_signals(self, signal: Future[Any] | None = None) -> None:
        """Have signals taken, and dropped: they mean nothing here, and fill the history alone."""
        if signal is not None:
            self._has_heard = True
            self._begin_ready()
        following = self._workflow.wait_signal()
        while following.done:  # handed on by the run before
            following = self._workflow.wait_signal()
        following._when_done(self._pass_over_signals)

    def _may_begin(self, id_: str) -> bool:
        """Tell whether a task has a place among those open, and its events in the history.

        The longer that is, the fewer are open; where it is full, the run continues as new. In each
        run one begins at least, and all timers that were begun before.
        """
        workflow = self._workflow
        if isinstance(self.plan.tasks[id_], Timer):
            has_place = self._timers < workflow.max_open_timers
        else:
            has_place = self._open < workflow.max_open_activities
        if not has_place:
            return False
        if not (self._has_heard or self._open):
            return True
        return self._open + self._timers < self._room()

    def _room(self) -> int:
        """Return for how many tasks the history has room."""
        workflow = self._workflow
        return (workflow.continue_as_new_at - workflow._run.started_id) // EVENTS_PER_TASK

    def _begin(self, id_: str) -> None:
        task = self.plan.tasks[id_]
        seconds = None
        if isinstance(task, Timer):
            self._timers += 1
            seconds = self._seconds_left(task)
        else:
            self._open += 1
        future = begin(
            self._workflow,
            task,
            self._context(task),
            task_list=self._task_list,
            seconds=seconds,
        )
        future._when_done(partial(self._ended, task))

    def _seconds_left(self, timer: Timer) -> float:
        """Return after how long a timer is to fire, which a run before may have started."""
        now = self._workflow.now().timestamp()
        deadline = self._deadlines.setdefault(timer.id_, now + timer.delay_in_seconds)
        return max(0.0, deadline - now)

    def _context(self, task: Task) -> dict[str, Any]:
        """Return what a task is told: results, or the input of the graph, and its own input."""
        if isinstance(task, Timer):
            return {}
        results = self._results
        required = self.plan.requirements(task.id_)
        told = {id_: results[id_] for id_ in required if id_ in results} if required else self._root
        return {**told, **own_input(task)}

    # Ending

    def _ended(self, task: Task, future: Future[Any]) -> None:
        self._has_heard = True
        if isinstance(task, Timer):
            self._timers -= 1
            self._deadlines.pop(task.id_, None)
        else:
            self._open -= 1
        error = future.exception
        if error is not None:
            self._fail(task, error)
            return
        try:
            self._take(task, future.result)
        except SWFError as flaw:
            self._fail(task, flaw)
            return
        self._queue(self.plan.done(task.id_))
        self._begin_ready()

    def _take(self, task: Task, result: Any) -> None:
        """Have the result of a task: of a generator, its tasks."""
        if isinstance(task, Generator):
            tasks = [] if result is None else result
            self.plan.grow(task.id_, tasks_from(tasks, place=f"result of {task.id_!r}"))
            self._grown.append((task.id_, tasks))
        elif result is not None:
            self._results[task.id_] = result

    def _fail(self, task: Task, error: BaseException) -> None:
        """Take note of a failure; the first one ends the run, with all that come with it."""
        if not self.failures:
            is_retried = policy_of(task) is not None and isinstance(error, TaskError)
            self.reason = LIMIT_REACHED if is_retried else FAILED
        self.failures[task.id_] = shortened(
            told_of(error, self._workflow.payloads), self._longest_error
        )
        self._make_room()
        self._over._resolve(None)

    def _make_room(self) -> None:
        """Have errors told shorter, and only the first of them, where SWF has no room for all."""
        told = self.failures
        while len(json.dumps(told, ensure_ascii=False).encode(errors="replace")) > ROOM_FOR_ERRORS:
            if self._longest_error == SHORTEST_ERROR:
                told.popitem()
                continue
            self._longest_error = max(SHORTEST_ERROR, self._longest_error * 3 // 4)
            for id_, text in told.items():
                told[id_] = shortened(text, self._longest_error)


def told_of(error: BaseException, payloads: Payloads) -> str:
    """Return what is told of an error: as its reason says it, where there is one."""
    text = str(error)
    if isinstance(error, TaskFailed):
        if error.reason:
            text = error.reason
        elif error.details:  # as workers of floto tell what went wrong
            text = error.details
        if text in (FAILED, LIMIT_REACHED) and error.details:  # of a child that is a graph too
            text = f"{text}: {_opened(error.details, payloads)}"
    return shortened(text, LONGEST_ERROR)


def _opened(details: str, payloads: Payloads) -> str | None:
    try:
        return payloads.open(details)
    except PayloadError:
        return details
