"""The events of signals and cancel requests to other workflow executions."""

from __future__ import annotations

from typing import ClassVar

from swf.models.event.base import Event
from swf.wire import ExecutionKey


class ExternalWorkflowExecutionEvent(Event):
    """An event of one message to another execution, known by the id of its initiated event."""

    __slots__ = ()
    type: ClassVar[str] = "ExternalWorkflowExecution"


class SignalExternalWorkflowExecutionInitiated(ExternalWorkflowExecutionEvent):
    """SignalExternalWorkflowExecution was carried out: the signal is on its way."""

    __slots__ = ()
    state: ClassVar[str] = "signal_initiated"

    workflow_id: str
    run_id: str | None
    signal_name: str
    input: str | None
    decision_task_completed_event_id: int
    control: str | None


class ExternalWorkflowExecutionSignaled(ExternalWorkflowExecutionEvent):
    """The signal reached the other execution."""

    __slots__ = ()
    state: ClassVar[str] = "signaled"

    workflow_execution: ExecutionKey
    initiated_event_id: int


class SignalExternalWorkflowExecutionFailed(ExternalWorkflowExecutionEvent):
    """The signal did not reach the other execution, for the `cause` told."""

    __slots__ = ()
    state: ClassVar[str] = "signal_failed"

    workflow_id: str
    run_id: str | None
    cause: str
    initiated_event_id: int
    decision_task_completed_event_id: int
    control: str | None


class RequestCancelExternalWorkflowExecutionInitiated(ExternalWorkflowExecutionEvent):
    """RequestCancelExternalWorkflowExecution was carried out: the request is on its way."""

    __slots__ = ()
    state: ClassVar[str] = "request_cancel_initiated"

    workflow_id: str
    run_id: str | None
    decision_task_completed_event_id: int
    control: str | None


class ExternalWorkflowExecutionCancelRequested(ExternalWorkflowExecutionEvent):
    """The request reached the other execution; whether it cancels is for it to decide."""

    __slots__ = ()
    state: ClassVar[str] = "cancel_requested"

    workflow_execution: ExecutionKey
    initiated_event_id: int


class RequestCancelExternalWorkflowExecutionFailed(ExternalWorkflowExecutionEvent):
    """The request did not reach the other execution, for the `cause` told."""

    __slots__ = ()
    state: ClassVar[str] = "request_cancel_failed"

    workflow_id: str
    run_id: str | None
    cause: str
    initiated_event_id: int
    decision_task_completed_event_id: int
    control: str | None
