"""Signals and cancel requests to other executions, folded from their events."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from swf.models.event.external_workflow_execution import (
    ExternalWorkflowExecutionCancelRequested,
    ExternalWorkflowExecutionSignaled,
    RequestCancelExternalWorkflowExecutionFailed,
    RequestCancelExternalWorkflowExecutionInitiated,
    SignalExternalWorkflowExecutionFailed,
    SignalExternalWorkflowExecutionInitiated,
)
from swf.models.history.entities.base import (
    Entities,
    Entity,
    Fold,
    by_closed,
    by_first,
    refused,
)
from swf.wire import ExecutionKey


class ExternalWorkflowExecutionState(StrEnum):
    """Where a signal or a cancel request to another execution is."""

    SIGNAL_INITIATED = "signal_initiated"
    SIGNALED = "signaled"
    SIGNAL_FAILED = "signal_failed"
    REQUEST_CANCEL_INITIATED = "request_cancel_initiated"
    CANCEL_REQUESTED = "cancel_requested"
    REQUEST_CANCEL_FAILED = "request_cancel_failed"


_S = ExternalWorkflowExecutionState


class CompiledExternalWorkflowExecution(Entity[ExternalWorkflowExecutionState]):
    """One signal or one cancel request to another execution, named by that one's workflow id."""

    __slots__ = ()
    type = "ExternalWorkflowExecution"
    initial: ClassVar[frozenset[StrEnum]] = frozenset(
        {_S.SIGNAL_INITIATED, _S.REQUEST_CANCEL_INITIATED}
    )
    transitions: ClassVar[
        Mapping[ExternalWorkflowExecutionState, frozenset[ExternalWorkflowExecutionState]]
    ] = {
        _S.SIGNAL_INITIATED: frozenset({_S.SIGNALED, _S.SIGNAL_FAILED}),
        _S.REQUEST_CANCEL_INITIATED: frozenset({_S.CANCEL_REQUESTED, _S.REQUEST_CANCEL_FAILED}),
        **dict.fromkeys(
            (_S.SIGNALED, _S.SIGNAL_FAILED, _S.CANCEL_REQUESTED, _S.REQUEST_CANCEL_FAILED),
            frozenset(),
        ),
    }

    workflow_id: str = by_first()
    signal_name: str | None = by_first()
    input: str | None = by_first()
    control: str | None = by_first()
    decision_task_completed_event_id: int = by_first()
    cause: str | None = by_closed()

    @property
    def is_signal(self) -> bool:
        """Whether it is a signal; else it is a cancel request."""
        return isinstance(self.first_event, SignalExternalWorkflowExecutionInitiated)

    @property
    def workflow_execution(self) -> ExecutionKey:
        """The other execution, with the run that was reached or else meant, if any is told."""
        told: ExecutionKey | None = getattr(self._closed, "workflow_execution", None)
        meant: str | None = getattr(self.first_event, "run_id", None)
        return told or ExecutionKey(self.workflow_id, meant)

    @property
    def run_id(self) -> str | None:
        """The run that was reached, or else that was meant; None where neither is told."""
        return self.workflow_execution.run_id


class ExternalWorkflowExecutions(Entities[CompiledExternalWorkflowExecution]):
    """The signals and cancel requests to other executions of a history."""

    __slots__ = ()

    @property
    def signals(self) -> tuple[CompiledExternalWorkflowExecution, ...]:
        """The signals sent, in order."""
        return tuple(message for message in self if message.is_signal)

    @property
    def cancel_requests(self) -> tuple[CompiledExternalWorkflowExecution, ...]:
        """The cancel requests sent, in order."""
        return tuple(message for message in self if not message.is_signal)

    def _signal_initiated(
        self, event: SignalExternalWorkflowExecutionInitiated
    ) -> CompiledExternalWorkflowExecution:
        return self._add(event.workflow_id, event, _S.SIGNAL_INITIATED)

    def _request_cancel_initiated(
        self, event: RequestCancelExternalWorkflowExecutionInitiated
    ) -> CompiledExternalWorkflowExecution:
        return self._add(event.workflow_id, event, _S.REQUEST_CANCEL_INITIATED)

    def _signaled(
        self, event: ExternalWorkflowExecutionSignaled
    ) -> CompiledExternalWorkflowExecution:
        return self._reached(event, _S.SIGNALED)

    def _cancel_requested(
        self, event: ExternalWorkflowExecutionCancelRequested
    ) -> CompiledExternalWorkflowExecution:
        return self._reached(event, _S.CANCEL_REQUESTED)

    def _reached(
        self,
        event: ExternalWorkflowExecutionSignaled | ExternalWorkflowExecutionCancelRequested,
        state: ExternalWorkflowExecutionState,
    ) -> CompiledExternalWorkflowExecution:
        return self._close(event, event.workflow_execution.workflow_id, state)

    def _signal_failed(
        self, event: SignalExternalWorkflowExecutionFailed
    ) -> CompiledExternalWorkflowExecution:
        return self._not_reached(event, _S.SIGNAL_FAILED)

    def _request_cancel_failed(
        self, event: RequestCancelExternalWorkflowExecutionFailed
    ) -> CompiledExternalWorkflowExecution:
        return self._not_reached(event, _S.REQUEST_CANCEL_FAILED)

    def _not_reached(
        self,
        event: SignalExternalWorkflowExecutionFailed | RequestCancelExternalWorkflowExecutionFailed,
        state: ExternalWorkflowExecutionState,
    ) -> CompiledExternalWorkflowExecution:
        message = self._linked(event, event.initiated_event_id)
        if message.decision_task_completed_event_id != event.decision_task_completed_event_id:
            raise refused(event, f"{message} was initiated by another decision task")
        return self._close(event, event.workflow_id, state)

    def _close(
        self,
        event: ExternalWorkflowExecutionSignaled
        | ExternalWorkflowExecutionCancelRequested
        | SignalExternalWorkflowExecutionFailed
        | RequestCancelExternalWorkflowExecutionFailed,
        workflow_id: str,
        state: ExternalWorkflowExecutionState,
    ) -> CompiledExternalWorkflowExecution:
        message = self._linked(event, event.initiated_event_id)
        message.check(event, state)
        if message.id != workflow_id:
            raise refused(event, f"it names workflow id {workflow_id!r} and links to {message}")
        return self._move(message, event, state)

    folds: ClassVar[Mapping[str, Fold]] = {
        "SignalExternalWorkflowExecutionInitiated": _signal_initiated,
        "ExternalWorkflowExecutionSignaled": _signaled,
        "SignalExternalWorkflowExecutionFailed": _signal_failed,
        "RequestCancelExternalWorkflowExecutionInitiated": _request_cancel_initiated,
        "ExternalWorkflowExecutionCancelRequested": _cancel_requested,
        "RequestCancelExternalWorkflowExecutionFailed": _request_cancel_failed,
    }
