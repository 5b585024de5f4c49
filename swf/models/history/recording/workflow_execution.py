"""Recording the events of the execution itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Self

from swf.clock import ManualClock
from swf.models.decision.fields import TaskListLike, TypeLike
from swf.models.history.recording.base import ExecutionGiven, Recorder
from swf.wire import DurationLike, TypeKey

UNHANDLED: Final = "UNHANDLED_DECISION"


def started(
    workflow_type: TypeLike,
    *,
    child_policy: str = "TERMINATE",
    execution_start_to_close_timeout: DurationLike = 86_400,
    task_start_to_close_timeout: DurationLike = 300,
    parent_initiated_event_id: int = 0,
    **told: Any,
) -> dict[str, Any]:
    """Return what a history's first event tells, defaults included."""
    return {
        "workflow_type": workflow_type,
        "child_policy": child_policy,
        "execution_start_to_close_timeout": execution_start_to_close_timeout,
        "task_start_to_close_timeout": task_start_to_close_timeout,
        "parent_initiated_event_id": parent_initiated_event_id,
        **told,
    }


class WorkflowExecutionRecorder(Recorder):
    """What can happen to the execution."""

    @classmethod
    def workflow_execution_started(
        cls,
        workflow_type: TypeLike,
        *,
        input: Any = None,
        tag_list: Iterable[str] | None = None,
        task_list: TaskListLike = "default",
        task_priority: int | None = None,
        child_policy: str = "TERMINATE",
        execution_start_to_close_timeout: DurationLike = 86_400,
        task_start_to_close_timeout: DurationLike = 300,
        lambda_role: str | None = None,
        parent_workflow_execution: ExecutionGiven | None = None,
        parent_initiated_event_id: int = 0,
        continued_execution_run_id: str | None = None,
        clock: ManualClock | None = None,
        automatic: bool = True,
    ) -> Self:
        """Return a builder whose history begins with every attribute told here."""
        builder = cls.__new__(cls)
        told = started(
            workflow_type,
            input=input,
            tag_list=tag_list,
            task_list=task_list,
            task_priority=task_priority,
            child_policy=child_policy,
            execution_start_to_close_timeout=execution_start_to_close_timeout,
            task_start_to_close_timeout=task_start_to_close_timeout,
            lambda_role=lambda_role,
            parent_workflow_execution=parent_workflow_execution,
            parent_initiated_event_id=parent_initiated_event_id,
            continued_execution_run_id=continued_execution_run_id,
        )
        builder._begin(clock, automatic=automatic, started=told)
        return builder

    def workflow_execution_signaled(
        self,
        signal_name: str,
        *,
        input: Any = None,
        external_workflow_execution: ExecutionGiven | None = None,
        external_initiated_event_id: int = 0,
    ) -> Self:
        """Record that a signal arrived: from another execution if one is given, else by the API."""
        return self._record(
            "WorkflowExecutionSignaled",
            signal_name=signal_name,
            input=input,
            external_workflow_execution=external_workflow_execution,
            external_initiated_event_id=external_initiated_event_id,
        )

    def workflow_execution_cancel_requested(
        self,
        *,
        external_workflow_execution: ExecutionGiven | None = None,
        external_initiated_event_id: int = 0,
        cause: str | None = None,
    ) -> Self:
        """Somebody asked the execution to cancel itself."""
        return self._record(
            "WorkflowExecutionCancelRequested",
            external_workflow_execution=external_workflow_execution,
            external_initiated_event_id=external_initiated_event_id,
            cause=cause,
        )

    def workflow_execution_completed(self, *, result: Any = None) -> Self:
        """Record that a decision closed the execution with a result; nothing follows."""
        return self._record("WorkflowExecutionCompleted", result=result)

    def complete_workflow_execution_failed(self, *, cause: str = UNHANDLED) -> Self:
        """Record that a decision to complete the execution was refused."""
        return self._record("CompleteWorkflowExecutionFailed", cause=cause)

    def workflow_execution_failed(self, *, reason: str | None = None, details: Any = None) -> Self:
        """Record that a decision closed the execution as failed; nothing follows."""
        return self._record("WorkflowExecutionFailed", reason=reason, details=details)

    def fail_workflow_execution_failed(self, *, cause: str = UNHANDLED) -> Self:
        """Record that a decision to fail the execution was refused."""
        return self._record("FailWorkflowExecutionFailed", cause=cause)

    def workflow_execution_canceled(self, *, details: Any = None) -> Self:
        """Record that a decision closed the execution as canceled; nothing follows."""
        return self._record("WorkflowExecutionCanceled", details=details)

    def cancel_workflow_execution_failed(self, *, cause: str = UNHANDLED) -> Self:
        """Record that a decision to cancel the execution was refused."""
        return self._record("CancelWorkflowExecutionFailed", cause=cause)

    def workflow_execution_continued_as_new(
        self,
        *,
        input: Any = None,
        workflow_type_version: str | None = None,
        new_execution_run_id: str | None = None,
        tag_list: Iterable[str] | None = None,
        task_list: TaskListLike | None = None,
        task_priority: int | None = None,
        child_policy: str | None = None,
        execution_start_to_close_timeout: DurationLike | None = None,
        task_start_to_close_timeout: DurationLike | None = None,
        lambda_role: str | None = None,
    ) -> Self:
        """Record that a decision closed the execution and started a new run; nothing follows.

        What is not given is as this run has it (in SWF it would be the type's default), tags and
        input excepted; a run id that is not given is made up.
        """
        now = self._compiled.execution
        name, version = now.workflow_type
        return self._record(
            "WorkflowExecutionContinuedAsNew",
            input=input,
            new_execution_run_id=new_execution_run_id or self._run_id(name),
            workflow_type=TypeKey(name, workflow_type_version or version),
            tag_list=tag_list,
            task_list=task_list or now.task_list,
            task_priority=task_priority,
            child_policy=child_policy or now.child_policy,
            execution_start_to_close_timeout=_else(
                execution_start_to_close_timeout, now.execution_start_to_close_timeout
            ),
            task_start_to_close_timeout=_else(
                task_start_to_close_timeout, now.task_start_to_close_timeout
            ),
            lambda_role=lambda_role,
        )

    def continue_as_new_workflow_execution_failed(self, *, cause: str = UNHANDLED) -> Self:
        """Record that a decision to continue as new was refused."""
        return self._record("ContinueAsNewWorkflowExecutionFailed", cause=cause)

    def workflow_execution_timed_out(self) -> Self:
        """Record that the execution's time was up, and move time on to that moment."""
        execution = self._compiled.execution
        timeout = execution.execution_start_to_close_timeout
        return self._record(
            "WorkflowExecutionTimedOut",
            due=self._due(
                execution.started_at, timeout, "workflow_execution_timed_out: its timeout"
            ),
            timeout_type="START_TO_CLOSE",
            child_policy=execution.child_policy,
        )

    def workflow_execution_terminated(
        self,
        *,
        reason: str | None = None,
        details: Any = None,
        child_policy: str | None = None,
        cause: str = "OPERATOR_INITIATED",
    ) -> Self:
        """Record that the execution was closed from outside; nothing follows."""
        return self._record(
            "WorkflowExecutionTerminated",
            reason=reason,
            details=details,
            child_policy=child_policy or self._compiled.execution.child_policy,
            cause=cause,
        )


def _else(given: DurationLike | None, default: DurationLike | None) -> DurationLike | None:
    return default if given is None else given
