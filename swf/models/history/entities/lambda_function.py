"""Lambda tasks, folded from their events."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final

from swf.models.event.lambda_function import (
    LambdaFunctionCompleted,
    LambdaFunctionFailed,
    LambdaFunctionScheduled,
    LambdaFunctionStarted,
    LambdaFunctionTimedOut,
    ScheduleLambdaFunctionFailed,
    StartLambdaFunctionFailed,
)
from swf.models.history.entities.base import Entities, Entity, Fold, by_closed, by_first
from swf.wire import Duration


class LambdaFunctionState(StrEnum):
    """Where a Lambda task is, by the last event that moved it."""

    SCHEDULED = "scheduled"
    SCHEDULE_FAILED = "schedule_failed"
    STARTED = "started"
    START_FAILED = "start_failed"
    COMPLETED = "completed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"


_S = LambdaFunctionState
_ENDS: Final = frozenset({_S.COMPLETED, _S.FAILED, _S.TIMED_OUT})


class CompiledLambdaFunction(Entity[LambdaFunctionState]):
    """One Lambda task, named by the id that its decision gave it."""

    __slots__ = ()
    type = "LambdaFunction"
    initial: ClassVar[frozenset[StrEnum]] = frozenset(
        # SWF need not say which task it could not start: then that is all it tells.
        {_S.SCHEDULED, _S.SCHEDULE_FAILED, _S.START_FAILED}
    )
    transitions: ClassVar[Mapping[LambdaFunctionState, frozenset[LambdaFunctionState]]] = {
        _S.SCHEDULED: frozenset({_S.STARTED, _S.START_FAILED}),
        _S.STARTED: _ENDS,
        **dict.fromkeys((*sorted(_ENDS), _S.SCHEDULE_FAILED, _S.START_FAILED), frozenset()),
    }

    function_id: str | None = by_first()
    function_name: str | None = by_first()
    input: str | None = by_first()
    control: str | None = by_first()
    start_to_close_timeout: Duration | None = by_first()
    decision_task_completed_event_id: int | None = by_first()
    result: str | None = by_closed()
    reason: str | None = by_closed()
    details: str | None = by_closed()
    timeout_type: str | None = by_closed()
    cause: str | None = by_closed()
    message: str | None = by_closed()


class LambdaFunctions(Entities[CompiledLambdaFunction]):
    """The Lambda tasks of a history."""

    __slots__ = ()

    def _scheduled(self, event: LambdaFunctionScheduled) -> CompiledLambdaFunction:
        return self._add_unique(event.function_id, event, _S.SCHEDULED)

    def _schedule_failed(self, event: ScheduleLambdaFunctionFailed) -> CompiledLambdaFunction:
        in_use = event.cause == "ID_ALREADY_IN_USE"
        return self._not_added(event.function_id, event, in_use, _S.SCHEDULE_FAILED)

    def _started(self, event: LambdaFunctionStarted) -> CompiledLambdaFunction:
        return self._start(self._linked(event, event.scheduled_event_id), event, _S.STARTED)

    def _start_failed(self, event: StartLambdaFunctionFailed) -> CompiledLambdaFunction:
        if not event.scheduled_event_id:
            return self._add("", event, _S.START_FAILED)
        task = self._linked(event, event.scheduled_event_id)
        task.check(event, _S.START_FAILED)
        return self._move(task, event, _S.START_FAILED)

    def _completed(self, event: LambdaFunctionCompleted) -> CompiledLambdaFunction:
        return self._close(event, _S.COMPLETED)

    def _failed(self, event: LambdaFunctionFailed) -> CompiledLambdaFunction:
        return self._close(event, _S.FAILED)

    def _timed_out(self, event: LambdaFunctionTimedOut) -> CompiledLambdaFunction:
        return self._close(event, _S.TIMED_OUT)

    def _close(
        self,
        event: LambdaFunctionCompleted | LambdaFunctionFailed | LambdaFunctionTimedOut,
        state: LambdaFunctionState,
    ) -> CompiledLambdaFunction:
        task = self._linked(event, event.scheduled_event_id)
        task.check(event, state)
        self._same_start(event, task, event.started_event_id)
        return self._move(task, event, state)

    folds: ClassVar[Mapping[str, Fold]] = {
        "LambdaFunctionScheduled": _scheduled,
        "ScheduleLambdaFunctionFailed": _schedule_failed,
        "LambdaFunctionStarted": _started,
        "StartLambdaFunctionFailed": _start_failed,
        "LambdaFunctionCompleted": _completed,
        "LambdaFunctionFailed": _failed,
        "LambdaFunctionTimedOut": _timed_out,
    }
