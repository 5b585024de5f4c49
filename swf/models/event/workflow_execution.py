"""The events of the workflow execution that the history is of."""

from __future__ import annotations

from typing import ClassVar

from swf.models.event.base import Event
from swf.wire import Duration, ExecutionKey, TypeKey


class WorkflowExecutionEvent(Event):
    """An event of the execution itself."""

    __slots__ = ()
    type: ClassVar[str] = "WorkflowExecution"


class WorkflowExecutionStarted(WorkflowExecutionEvent):
    """The execution began, with every value that holds for it from here on.

    `parent_initiated_event_id` counts in the parent's history; 0 where there is no parent.
    """

    __slots__ = ()
    state: ClassVar[str] = "started"

    input: str | None
    execution_start_to_close_timeout: Duration | None
    task_start_to_close_timeout: Duration | None
    child_policy: str
    task_list: str
    task_priority: int | None
    workflow_type: TypeKey
    tag_list: tuple[str, ...] | None
    continued_execution_run_id: str | None
    parent_workflow_execution: ExecutionKey | None
    parent_initiated_event_id: int | None
    lambda_role: str | None


class WorkflowExecutionSignaled(WorkflowExecutionEvent):
    """A signal arrived: from a caller of the API, or from another execution.

    `external_initiated_event_id` counts in the sender's history; 0 where a caller of the API sent
    the signal.
    """

    __slots__ = ()
    state: ClassVar[str] = "signaled"

    signal_name: str
    input: str | None
    external_workflow_execution: ExecutionKey | None
    external_initiated_event_id: int | None


class WorkflowExecutionCancelRequested(WorkflowExecutionEvent):
    """Somebody asked the execution to cancel itself; its decider is free to.

    `external_initiated_event_id` counts in the asking execution's history; 0 where a caller of the
    API or the child policy asked.
    """

    __slots__ = ()
    state: ClassVar[str] = "cancel_requested"

    external_workflow_execution: ExecutionKey | None
    external_initiated_event_id: int | None
    cause: str | None


class WorkflowExecutionCompleted(WorkflowExecutionEvent):
    """The execution closed with a result."""

    __slots__ = ()
    state: ClassVar[str] = "completed"

    result: str | None
    decision_task_completed_event_id: int


class CompleteWorkflowExecutionFailed(WorkflowExecutionEvent):
    """The execution could not be completed and goes on, for the `cause` told."""

    __slots__ = ()
    state: ClassVar[str] = "complete_failed"

    cause: str
    decision_task_completed_event_id: int


class WorkflowExecutionFailed(WorkflowExecutionEvent):
    """The execution closed as failed, by its decider."""

    __slots__ = ()
    state: ClassVar[str] = "failed"

    reason: str | None
    details: str | None
    decision_task_completed_event_id: int


class FailWorkflowExecutionFailed(WorkflowExecutionEvent):
    """The execution could not be failed and goes on, for the `cause` told."""

    __slots__ = ()
    state: ClassVar[str] = "fail_failed"

    cause: str
    decision_task_completed_event_id: int


class WorkflowExecutionTimedOut(WorkflowExecutionEvent):
    """The execution closed because its time was up."""

    __slots__ = ()
    state: ClassVar[str] = "timed_out"

    timeout_type: str
    child_policy: str


class WorkflowExecutionCanceled(WorkflowExecutionEvent):
    """The execution closed as canceled, by its decider."""

    __slots__ = ()
    state: ClassVar[str] = "canceled"

    details: str | None
    decision_task_completed_event_id: int


class CancelWorkflowExecutionFailed(WorkflowExecutionEvent):
    """The execution could not be canceled and goes on, for the `cause` told."""

    __slots__ = ()
    state: ClassVar[str] = "cancel_failed"

    cause: str
    decision_task_completed_event_id: int


class WorkflowExecutionContinuedAsNew(WorkflowExecutionEvent):
    """The execution closed; the run `new_execution_run_id` of the same workflow id follows it."""

    __slots__ = ()
    state: ClassVar[str] = "continued_as_new"

    input: str | None
    decision_task_completed_event_id: int
    new_execution_run_id: str
    execution_start_to_close_timeout: Duration | None
    task_list: str
    task_priority: int | None
    task_start_to_close_timeout: Duration | None
    child_policy: str
    tag_list: tuple[str, ...] | None
    workflow_type: TypeKey
    lambda_role: str | None


class ContinueAsNewWorkflowExecutionFailed(WorkflowExecutionEvent):
    """No new run could follow, for the `cause` told; the execution goes on."""

    __slots__ = ()
    state: ClassVar[str] = "continue_as_new_failed"

    cause: str
    decision_task_completed_event_id: int


class WorkflowExecutionTerminated(WorkflowExecutionEvent):
    """The execution was closed from outside, without asking its decider."""

    __slots__ = ()
    state: ClassVar[str] = "terminated"

    reason: str | None
    details: str | None
    child_policy: str
    cause: str | None
