"""The workflow execution that a history is of, and the signals that it received."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final

from swf.constants import CloseStatus, ExecutionStatus
from swf.exceptions import TransitionError
from swf.models.event.base import Event
from swf.models.event.workflow_execution import (
    CancelWorkflowExecutionFailed,
    CompleteWorkflowExecutionFailed,
    ContinueAsNewWorkflowExecutionFailed,
    FailWorkflowExecutionFailed,
    WorkflowExecutionCancelRequested,
    WorkflowExecutionSignaled,
    WorkflowExecutionStarted,
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


class WorkflowExecutionState(StrEnum):
    """Where the execution is, by the last event that moved it."""

    STARTED = "started"
    CANCEL_REQUESTED = "cancel_requested"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"
    TERMINATED = "terminated"
    TIMED_OUT = "timed_out"
    CONTINUED_AS_NEW = "continued_as_new"


_S = WorkflowExecutionState
_ENDS: Final = frozenset(_S) - {_S.STARTED, _S.CANCEL_REQUESTED}
FailedClose = (
    CompleteWorkflowExecutionFailed
    | FailWorkflowExecutionFailed
    | CancelWorkflowExecutionFailed
    | ContinueAsNewWorkflowExecutionFailed
)
"""The event of a decision to close the execution that was refused."""


class CompiledWorkflowExecution(Entity[WorkflowExecutionState]):
    """The execution itself.

    A history does not tell its workflow id nor its run id: `id` is the name of its type.
    """

    __slots__ = ()
    type = "WorkflowExecution"
    initial: ClassVar[frozenset[StrEnum]] = frozenset({_S.STARTED})
    transitions: ClassVar[Mapping[WorkflowExecutionState, frozenset[WorkflowExecutionState]]] = {
        _S.STARTED: _ENDS | {_S.CANCEL_REQUESTED},
        _S.CANCEL_REQUESTED: _ENDS | {_S.CANCEL_REQUESTED},
        **dict.fromkeys(sorted(_ENDS), frozenset()),
    }

    workflow_type: TypeKey = by_first()
    input: str | None = by_first()
    tag_list: tuple[str, ...] | None = by_first()
    task_list: str = by_first()
    task_priority: int | None = by_first()
    child_policy: str = by_first()
    execution_start_to_close_timeout: Duration | None = by_first()
    task_start_to_close_timeout: Duration | None = by_first()
    lambda_role: str | None = by_first()
    parent_workflow_execution: ExecutionKey | None = by_first()
    parent_initiated_event_id: int | None = by_first()
    continued_execution_run_id: str | None = by_first()
    result: str | None = by_closed()
    reason: str | None = by_closed()
    details: str | None = by_closed()
    cause: str | None = by_closed()
    timeout_type: str | None = by_closed()
    new_execution_run_id: str | None = by_closed()

    @property
    def status(self) -> ExecutionStatus:
        """OPEN or CLOSED."""
        return ExecutionStatus.OPEN if self._closed is None else ExecutionStatus.CLOSED

    @property
    def close_status(self) -> CloseStatus | None:
        """How it ended; None while it is open."""
        return None if self._closed is None else CloseStatus[self._state.name]

    @property
    def parent(self) -> ExecutionKey | None:
        """The execution that started it as its child, if one did."""
        return self.parent_workflow_execution

    @property
    def cancel_requested(self) -> bool:
        """Whether somebody asked it to cancel itself, however it ended then."""
        return bool(self.cancel_requests)

    @property
    def cancel_requests(self) -> tuple[WorkflowExecutionCancelRequested, ...]:
        """Every request to cancel it, in order."""
        return tuple(
            event for event in self._events if isinstance(event, WorkflowExecutionCancelRequested)
        )

    @property
    def failed_close_decisions(self) -> tuple[FailedClose, ...]:
        """Every decision to close it that was refused, in order."""
        return tuple(event for event in self._events if isinstance(event, FailedClose))


class WorkflowExecutions(Entities[CompiledWorkflowExecution]):
    """The execution that a history is of: one, as soon as the history begins."""

    __slots__ = ()

    def _begun(self, event: WorkflowExecutionStarted) -> CompiledWorkflowExecution:
        if self._all:
            raise refused(event, f"{self._all[0]} is started already", TransitionError)
        execution = self._add(event.workflow_type.name, event, _S.STARTED)
        execution._started = event
        return execution

    def _cancel_requested(
        self, event: WorkflowExecutionCancelRequested
    ) -> CompiledWorkflowExecution:
        return self._move(self._all[0], event, _S.CANCEL_REQUESTED)

    def _close_failed(self, event: FailedClose) -> CompiledWorkflowExecution:
        self._all[0]._events.append(event)
        return self._all[0]

    def _completed(self, event: Event) -> CompiledWorkflowExecution:
        return self._move(self._all[0], event, _S.COMPLETED)

    def _failed(self, event: Event) -> CompiledWorkflowExecution:
        return self._move(self._all[0], event, _S.FAILED)

    def _canceled(self, event: Event) -> CompiledWorkflowExecution:
        return self._move(self._all[0], event, _S.CANCELED)

    def _terminated(self, event: Event) -> CompiledWorkflowExecution:
        return self._move(self._all[0], event, _S.TERMINATED)

    def _timed_out(self, event: Event) -> CompiledWorkflowExecution:
        return self._move(self._all[0], event, _S.TIMED_OUT)

    def _continued_as_new(self, event: Event) -> CompiledWorkflowExecution:
        return self._move(self._all[0], event, _S.CONTINUED_AS_NEW)

    folds: ClassVar[Mapping[str, Fold]] = {
        "WorkflowExecutionStarted": _begun,
        "WorkflowExecutionCancelRequested": _cancel_requested,
        "CompleteWorkflowExecutionFailed": _close_failed,
        "FailWorkflowExecutionFailed": _close_failed,
        "CancelWorkflowExecutionFailed": _close_failed,
        "ContinueAsNewWorkflowExecutionFailed": _close_failed,
        "WorkflowExecutionCompleted": _completed,
        "WorkflowExecutionFailed": _failed,
        "WorkflowExecutionCanceled": _canceled,
        "WorkflowExecutionTerminated": _terminated,
        "WorkflowExecutionTimedOut": _timed_out,
        "WorkflowExecutionContinuedAsNew": _continued_as_new,
    }


class SignalState(StrEnum):
    """A signal that is in the history was received."""

    SIGNALED = "signaled"


class CompiledSignal(Entity[SignalState]):
    """One signal that the execution received, named by its signal name."""

    __slots__ = ()
    type = "Signal"
    initial: ClassVar[frozenset[StrEnum]] = frozenset(SignalState)
    transitions: ClassVar[Mapping[SignalState, frozenset[SignalState]]] = {
        SignalState.SIGNALED: frozenset()
    }

    signal_name: str = by_first()
    input: str | None = by_first()
    external_workflow_execution: ExecutionKey | None = by_first()
    external_initiated_event_id: int | None = by_first()


class Signals(Entities[CompiledSignal]):
    """The signals that the execution received, in order."""

    __slots__ = ()

    def _signaled(self, event: WorkflowExecutionSignaled) -> CompiledSignal:
        return self._add(event.signal_name, event, SignalState.SIGNALED)

    folds: ClassVar[Mapping[str, Fold]] = {"WorkflowExecutionSignaled": _signaled}
