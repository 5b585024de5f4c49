"""Child workflow executions, folded from the events of their parent's history."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final

from swf.models.event.child_workflow_execution import (
    ChildWorkflowExecutionCanceled,
    ChildWorkflowExecutionCompleted,
    ChildWorkflowExecutionFailed,
    ChildWorkflowExecutionStarted,
    ChildWorkflowExecutionTerminated,
    ChildWorkflowExecutionTimedOut,
    StartChildWorkflowExecutionFailed,
    StartChildWorkflowExecutionInitiated,
)
from swf.models.history.entities.base import (
    Entities,
    Entity,
    Fold,
    by_closed,
    by_first,
    refused,
)
from swf.wire import Duration, ExecutionKey, TypeKey


class ChildWorkflowExecutionState(StrEnum):
    """Where a child execution is, as far as its parent heard."""

    START_INITIATED = "start_initiated"
    START_FAILED = "start_failed"
    STARTED = "started"
    COMPLETED = "completed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELED = "canceled"
    TERMINATED = "terminated"


_S = ChildWorkflowExecutionState
_ENDS: Final = frozenset({_S.COMPLETED, _S.FAILED, _S.TIMED_OUT, _S.CANCELED, _S.TERMINATED})
ALREADY_RUNNING: Final = "WORKFLOW_ALREADY_RUNNING"
"""The only cause for which a start fails after it was initiated."""

_Close = (
    ChildWorkflowExecutionCompleted
    | ChildWorkflowExecutionFailed
    | ChildWorkflowExecutionTimedOut
    | ChildWorkflowExecutionCanceled
    | ChildWorkflowExecutionTerminated
)


class CompiledChildWorkflowExecution(Entity[ChildWorkflowExecutionState]):
    """One child execution, named by its workflow id.

    One whose start was refused before it was initiated is an entity of its own.
    """

    __slots__ = ()
    type = "ChildWorkflowExecution"
    initial: ClassVar[frozenset[StrEnum]] = frozenset({_S.START_INITIATED, _S.START_FAILED})
    transitions: ClassVar[
        Mapping[ChildWorkflowExecutionState, frozenset[ChildWorkflowExecutionState]]
    ] = {
        _S.START_INITIATED: frozenset({_S.STARTED, _S.START_FAILED}),
        _S.STARTED: _ENDS,
        **dict.fromkeys((*sorted(_ENDS), _S.START_FAILED), frozenset()),
    }

    workflow_id: str = by_first()
    workflow_type: TypeKey = by_first()
    input: str | None = by_first()
    control: str | None = by_first()
    task_list: str | None = by_first()
    task_priority: int | None = by_first()
    tag_list: tuple[str, ...] | None = by_first()
    child_policy: str | None = by_first()
    execution_start_to_close_timeout: Duration | None = by_first()
    task_start_to_close_timeout: Duration | None = by_first()
    lambda_role: str | None = by_first()
    decision_task_completed_event_id: int | None = by_first()
    result: str | None = by_closed()
    reason: str | None = by_closed()
    details: str | None = by_closed()
    timeout_type: str | None = by_closed()
    cause: str | None = by_closed()

    @property
    def workflow_execution(self) -> ExecutionKey:
        """The child by workflow id and, once told, the run id of its latest run."""
        for event in (self._closed, self._started):
            told: ExecutionKey | None = getattr(event, "workflow_execution", None)
            if told is not None:
                return told
        return ExecutionKey(self.workflow_id)

    @property
    def run_id(self) -> str | None:
        """The run id that the latest event told; None before the child started."""
        return self.workflow_execution.run_id


class ChildWorkflowExecutions(Entities[CompiledChildWorkflowExecution]):
    """The child executions of a history."""

    __slots__ = ()

    def _initiated(
        self, event: StartChildWorkflowExecutionInitiated
    ) -> CompiledChildWorkflowExecution:
        # Not unique while open: a second start of one workflow id is refused only afterwards.
        return self._add(event.workflow_id, event, _S.START_INITIATED)

    def _start_failed(
        self, event: StartChildWorkflowExecutionFailed
    ) -> CompiledChildWorkflowExecution:
        running = event.cause == ALREADY_RUNNING
        if running is not bool(event.initiated_event_id):
            needs = "comes after an initiated event" if running else "comes before any"
            raise refused(event, f"{event.cause} {needs}, not of event {event.initiated_event_id}")
        if not running:
            return self._add(event.workflow_id, event, _S.START_FAILED)
        child = self._of(event, event.workflow_id)
        child.check(event, _S.START_FAILED)
        self._same_type(event, child)
        if child.decision_task_completed_event_id != event.decision_task_completed_event_id:
            raise refused(event, f"{child} was initiated by another decision task")
        return self._move(child, event, _S.START_FAILED)

    def _started(self, event: ChildWorkflowExecutionStarted) -> CompiledChildWorkflowExecution:
        child = self._of(event, event.workflow_execution.workflow_id)
        child.check(event, _S.STARTED)
        self._same_type(event, child)
        return self._start(child, event, _S.STARTED)

    def _of(
        self,
        event: StartChildWorkflowExecutionFailed | ChildWorkflowExecutionStarted | _Close,
        workflow_id: str,
    ) -> CompiledChildWorkflowExecution:
        child = self._linked(event, event.initiated_event_id)
        if child.id != workflow_id:
            raise refused(event, f"it names workflow id {workflow_id!r} and links to {child}")
        return child

    def _same_type(
        self,
        event: StartChildWorkflowExecutionFailed | ChildWorkflowExecutionStarted,
        child: CompiledChildWorkflowExecution,
    ) -> None:
        if event.workflow_type != child.workflow_type:
            raise refused(event, f"{child} is of {child.workflow_type}, not {event.workflow_type}")

    def _close(
        self, event: _Close, state: ChildWorkflowExecutionState
    ) -> CompiledChildWorkflowExecution:
        child = self._of(event, event.workflow_execution.workflow_id)
        child.check(event, state)
        self._same_start(event, child, event.started_event_id)
        # It may have continued as new, and then be of another version.
        if event.workflow_type.name != child.workflow_type.name:
            raise refused(event, f"{child} is of {child.workflow_type}, not {event.workflow_type}")
        return self._move(child, event, state)

    def _completed(self, event: ChildWorkflowExecutionCompleted) -> CompiledChildWorkflowExecution:
        return self._close(event, _S.COMPLETED)

    def _failed(self, event: ChildWorkflowExecutionFailed) -> CompiledChildWorkflowExecution:
        return self._close(event, _S.FAILED)

    def _timed_out(self, event: ChildWorkflowExecutionTimedOut) -> CompiledChildWorkflowExecution:
        return self._close(event, _S.TIMED_OUT)

    def _canceled(self, event: ChildWorkflowExecutionCanceled) -> CompiledChildWorkflowExecution:
        return self._close(event, _S.CANCELED)

    def _terminated(
        self, event: ChildWorkflowExecutionTerminated
    ) -> CompiledChildWorkflowExecution:
        return self._close(event, _S.TERMINATED)

    folds: ClassVar[Mapping[str, Fold]] = {
        "StartChildWorkflowExecutionInitiated": _initiated,
        "StartChildWorkflowExecutionFailed": _start_failed,
        "ChildWorkflowExecutionStarted": _started,
        "ChildWorkflowExecutionCompleted": _completed,
        "ChildWorkflowExecutionFailed": _failed,
        "ChildWorkflowExecutionTimedOut": _timed_out,
        "ChildWorkflowExecutionCanceled": _canceled,
        "ChildWorkflowExecutionTerminated": _terminated,
    }
