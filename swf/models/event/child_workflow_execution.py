"""The events of child workflow executions, as their parent sees them."""

from __future__ import annotations

from typing import ClassVar

from swf.models.event.base import Event
from swf.wire import Duration, ExecutionKey, TypeKey


class ChildWorkflowExecutionEvent(Event):
    """An event of one child execution, known by the id of its initiated event."""

    __slots__ = ()
    type: ClassVar[str] = "ChildWorkflowExecution"

    workflow_type: TypeKey


class StartChildWorkflowExecutionInitiated(ChildWorkflowExecutionEvent):
    """StartChildWorkflowExecution was carried out: the child is about to start."""

    __slots__ = ()
    state: ClassVar[str] = "start_initiated"

    workflow_id: str
    control: str | None
    input: str | None
    execution_start_to_close_timeout: Duration | None
    task_list: str
    task_priority: int | None
    decision_task_completed_event_id: int
    child_policy: str
    task_start_to_close_timeout: Duration | None
    tag_list: tuple[str, ...] | None
    lambda_role: str | None


class StartChildWorkflowExecutionFailed(ChildWorkflowExecutionEvent):
    """The child could not be started, for the `cause` told.

    `initiated_event_id` is 0 where the start was refused before it was initiated.
    """

    __slots__ = ()
    state: ClassVar[str] = "start_failed"

    cause: str
    workflow_id: str
    initiated_event_id: int
    decision_task_completed_event_id: int
    control: str | None


class ChildWorkflowExecutionStarted(ChildWorkflowExecutionEvent):
    """The child runs."""

    __slots__ = ()
    state: ClassVar[str] = "started"

    workflow_execution: ExecutionKey
    initiated_event_id: int


class ChildWorkflowExecutionCompleted(ChildWorkflowExecutionEvent):
    """The child closed with a result."""

    __slots__ = ()
    state: ClassVar[str] = "completed"

    workflow_execution: ExecutionKey
    result: str | None
    initiated_event_id: int
    started_event_id: int


class ChildWorkflowExecutionFailed(ChildWorkflowExecutionEvent):
    """The child closed as failed."""

    __slots__ = ()
    state: ClassVar[str] = "failed"

    workflow_execution: ExecutionKey
    reason: str | None
    details: str | None
    initiated_event_id: int
    started_event_id: int


class ChildWorkflowExecutionTimedOut(ChildWorkflowExecutionEvent):
    """The child closed because its time was up."""

    __slots__ = ()
    state: ClassVar[str] = "timed_out"

    workflow_execution: ExecutionKey
    timeout_type: str
    initiated_event_id: int
    started_event_id: int


class ChildWorkflowExecutionCanceled(ChildWorkflowExecutionEvent):
    """The child closed as canceled."""

    __slots__ = ()
    state: ClassVar[str] = "canceled"

    workflow_execution: ExecutionKey
    details: str | None
    initiated_event_id: int
    started_event_id: int


class ChildWorkflowExecutionTerminated(ChildWorkflowExecutionEvent):
    """The child was terminated."""

    __slots__ = ()
    state: ClassVar[str] = "terminated"

    workflow_execution: ExecutionKey
    initiated_event_id: int
    started_event_id: int
