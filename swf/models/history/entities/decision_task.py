"""Decision tasks, folded from their events."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from swf.constants import TimeoutType
from swf.exceptions import TransitionError
from swf.models.event.decision_task import (
    DecisionTaskCompleted,
    DecisionTaskScheduled,
    DecisionTaskStarted,
    DecisionTaskTimedOut,
)
from swf.models.history.entities.base import (
    Entities,
    Entity,
    Fold,
    by_first,
    by_started,
    refused,
)
from swf.wire import Duration


class DecisionTaskState(StrEnum):
    """Where a decision task is, by its last event."""

    SCHEDULED = "scheduled"
    STARTED = "started"
    COMPLETED = "completed"
    TIMED_OUT = "timed_out"


_S = DecisionTaskState


class CompiledDecisionTask(Entity[DecisionTaskState]):
    """One decision task, named by the id of its scheduled event."""

    __slots__ = ()
    type = "DecisionTask"
    initial: ClassVar[frozenset[StrEnum]] = frozenset({_S.SCHEDULED})
    transitions: ClassVar[Mapping[DecisionTaskState, frozenset[DecisionTaskState]]] = {
        _S.SCHEDULED: frozenset({_S.STARTED, _S.TIMED_OUT}),
        _S.STARTED: frozenset({_S.COMPLETED, _S.TIMED_OUT}),
        _S.COMPLETED: frozenset(),
        _S.TIMED_OUT: frozenset(),
    }

    task_list: str = by_first()
    task_priority: int | None = by_first()
    start_to_close_timeout: Duration | None = by_first()
    schedule_to_start_timeout: Duration | None = by_first()
    identity: str | None = by_started()

    @property
    def completed(self) -> DecisionTaskCompleted | None:
        """The answer: its execution context and the task list that it asks for from then on."""
        return self._closed if isinstance(self._closed, DecisionTaskCompleted) else None

    @property
    def execution_context(self) -> str | None:
        """The execution context that the answer gave, if it gave one."""
        return None if self.completed is None else self.completed.execution_context

    @property
    def timeout_type(self) -> str | None:
        """Which clock ran out, if one did."""
        return getattr(self._closed, "timeout_type", None)


class DecisionTasks(Entities[CompiledDecisionTask]):
    """The decision tasks of a history; at any time at most one runs.

    SWF has at most one wait beside it; other services have several, and that is no error here.

    Their ids are ints, those of their scheduled events: `get(9)` is the task scheduled by event 9,
    `[9]` the tenth task.
    """

    __slots__ = ("_deciding", "_latest_context", "_previous_started", "_running", "_waiting")

    id_type = int

    def __init__(self, kind: type[CompiledDecisionTask] = CompiledDecisionTask) -> None:
        super().__init__(kind)
        self._waiting: dict[int, CompiledDecisionTask] = {}
        self._running: CompiledDecisionTask | None = None
        self._deciding = 0
        self._previous_started = 0
        self._latest_context: str | None = None

    @property
    def waiting(self) -> CompiledDecisionTask | None:
        """The one that is scheduled and not started; of several, the one scheduled first."""
        return next(iter(self._waiting.values()), None)

    @property
    def running(self) -> CompiledDecisionTask | None:
        """The one that a decider holds."""
        return self._running

    @property
    def deciding(self) -> int:
        """The id of the DecisionTaskCompleted whose decisions' events may follow; 0 for none."""
        return self._deciding

    @property
    def previous_started_event_id(self) -> int:
        """The id of the latest start that was answered; 0 where none was."""
        return self._previous_started

    def _scheduled(self, event: DecisionTaskScheduled) -> CompiledDecisionTask:
        task = self._waiting[event.id] = self._add(event.id, event, _S.SCHEDULED)
        return task

    def _started(self, event: DecisionTaskStarted) -> CompiledDecisionTask:
        task = self._linked(event, event.scheduled_event_id)
        task.check(event, _S.STARTED)
        if self._running is not None:
            raise refused(event, f"{self._running} is started and not answered", TransitionError)
        self._start(task, event, _S.STARTED)
        self._running = task
        del self._waiting[task.first_event_id]
        self._deciding = 0
        return task

    def _completed(self, event: DecisionTaskCompleted) -> CompiledDecisionTask:
        task = self._linked(event, event.scheduled_event_id)
        task.check(event, _S.COMPLETED)
        self._same_start(event, task, event.started_event_id)
        self._move(task, event, _S.COMPLETED)
        self._running = None
        self._deciding = event.id
        self._previous_started = event.started_event_id
        if event.execution_context is not None:
            self._latest_context = event.execution_context
        return task

    def _timed_out(self, event: DecisionTaskTimedOut) -> CompiledDecisionTask:
        task = self._linked(event, event.scheduled_event_id)
        task.check(event, _S.TIMED_OUT)
        self._same_start(event, task, event.started_event_id)
        expected = TimeoutType.START_TO_CLOSE if task._started else TimeoutType.SCHEDULE_TO_START
        if event.timeout_type != expected:
            raise refused(event, f"{task} is {task.state} and cannot time out {event.timeout_type}")
        self._move(task, event, _S.TIMED_OUT)
        if task is self._running:
            self._running = None
        else:
            del self._waiting[task.first_event_id]
        self._deciding = 0
        return task

    folds: ClassVar[Mapping[str, Fold]] = {
        "DecisionTaskScheduled": _scheduled,
        "DecisionTaskStarted": _started,
        "DecisionTaskCompleted": _completed,
        "DecisionTaskTimedOut": _timed_out,
    }
