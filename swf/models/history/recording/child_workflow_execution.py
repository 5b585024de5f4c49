"""Recording the events of child executions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal, Self

from swf.models.decision.fields import TaskListLike, TypeLike
from swf.models.history.entities.child_workflow_execution import (
    ALREADY_RUNNING,
    ChildWorkflowExecutionState,
    CompiledChildWorkflowExecution,
)
from swf.models.history.recording.decision_task import DecisionTaskRecorder
from swf.wire import DurationLike, ExecutionKey, snake_case

ChildWorkflowExecutionOutcome = Literal[
    "start_initiated",
    "start_failed",
    "started",
    "completed",
    "failed",
    "timed_out",
    "canceled",
    "terminated",
]
"""How far a child execution gets."""


class ChildWorkflowExecutionRecorder(DecisionTaskRecorder):
    """What can happen to child executions, named by workflow id."""

    def child_workflow_execution(
        self,
        workflow_id: str,
        workflow_type: TypeLike,
        *,
        outcome: ChildWorkflowExecutionOutcome = "completed",
        input: Any = None,
        result: Any = None,
        reason: str | None = None,
        details: Any = None,
        cause: str = "WORKFLOW_TYPE_DOES_NOT_EXIST",
    ) -> Self:
        """Record a child execution from its decision to its end, or as far as `outcome`.

        The decision that it comes of is recorded first where none is being carried out. Of result,
        reason, details and cause, the outcome takes what belongs to it.
        """
        self._check_outcome(outcome, ChildWorkflowExecutionOutcome, "child_workflow_execution")
        with self._whole():
            self._decide()
            if outcome != "start_failed" or cause == ALREADY_RUNNING:
                self.start_child_workflow_execution_initiated(
                    workflow_id, workflow_type, input=input
                )
            if outcome == "start_failed":
                return self.start_child_workflow_execution_failed(
                    workflow_id, workflow_type, cause=cause
                )
            if outcome != "start_initiated":
                self.child_workflow_execution_started(workflow_id)
            if outcome == "completed":
                self.child_workflow_execution_completed(workflow_id, result=result)
            elif outcome == "failed":
                self.child_workflow_execution_failed(workflow_id, reason=reason, details=details)
            elif outcome == "timed_out":
                self.child_workflow_execution_timed_out(workflow_id)
            elif outcome == "canceled":
                self.child_workflow_execution_canceled(workflow_id, details=details)
            elif outcome == "terminated":
                self.child_workflow_execution_terminated(workflow_id)
        return self

    def start_child_workflow_execution_initiated(
        self,
        workflow_id: str,
        workflow_type: TypeLike,
        *,
        input: Any = None,
        control: Any = None,
        task_list: TaskListLike = "default",
        task_priority: int | None = None,
        tag_list: Iterable[str] | None = None,
        child_policy: str = "TERMINATE",
        execution_start_to_close_timeout: DurationLike = 3_600,
        task_start_to_close_timeout: DurationLike = 300,
        lambda_role: str | None = None,
    ) -> Self:
        """Record that a child execution is about to start, by a decision."""
        return self._record(
            "StartChildWorkflowExecutionInitiated",
            workflow_id=workflow_id,
            workflow_type=workflow_type,
            input=input,
            control=control,
            task_list=task_list,
            task_priority=task_priority,
            tag_list=tag_list,
            child_policy=child_policy,
            execution_start_to_close_timeout=execution_start_to_close_timeout,
            task_start_to_close_timeout=task_start_to_close_timeout,
            lambda_role=lambda_role,
        )

    def start_child_workflow_execution_failed(
        self,
        workflow_id: str,
        workflow_type: TypeLike | None = None,
        *,
        cause: str = "WORKFLOW_TYPE_DOES_NOT_EXIST",
        control: Any = None,
    ) -> Self:
        """Record that a child execution could not be started.

        For WORKFLOW_ALREADY_RUNNING that shows after the start was initiated; every other cause
        takes the place of the initiated event, and then the type must be given.
        """
        if cause != ALREADY_RUNNING:
            return self._record(
                "StartChildWorkflowExecutionFailed",
                workflow_id=workflow_id,
                workflow_type=workflow_type,
                cause=cause,
                control=control,
                initiated_event_id=0,
            )
        child = self._child("start_child_workflow_execution_failed", workflow_id)
        return self._record(
            "StartChildWorkflowExecutionFailed",
            workflow_id=workflow_id,
            workflow_type=workflow_type or child.workflow_type,
            cause=cause,
            control=child.control if control is None else control,
            initiated_event_id=child.first_event_id,
            decision_task_completed_event_id=child.decision_task_completed_event_id,
        )

    def child_workflow_execution_started(
        self, workflow_id: str, *, run_id: str | None = None
    ) -> Self:
        """Record that the child runs; a run id that is not given is made up."""
        child = self._child("child_workflow_execution_started", workflow_id)
        return self._record(
            "ChildWorkflowExecutionStarted",
            workflow_execution=ExecutionKey(workflow_id, run_id or self._run_id(workflow_id)),
            workflow_type=child.workflow_type,
            initiated_event_id=child.first_event_id,
        )

    def child_workflow_execution_completed(self, workflow_id: str, *, result: Any = None) -> Self:
        """Record that the child closed with a result."""
        return self._child_closed("ChildWorkflowExecutionCompleted", workflow_id, result=result)

    def child_workflow_execution_failed(
        self, workflow_id: str, *, reason: str | None = None, details: Any = None
    ) -> Self:
        """Record that the child closed as failed."""
        return self._child_closed(
            "ChildWorkflowExecutionFailed", workflow_id, reason=reason, details=details
        )

    def child_workflow_execution_timed_out(self, workflow_id: str) -> Self:
        """Record that the child's time was up; time moves on to that moment."""
        child = self._child("child_workflow_execution_timed_out", workflow_id)
        timeout = child.execution_start_to_close_timeout
        due = None if timeout == "NONE" else self._due(child.started_at, timeout, "")
        return self._child_closed(
            "ChildWorkflowExecutionTimedOut", workflow_id, due=due, timeout_type="START_TO_CLOSE"
        )

    def child_workflow_execution_canceled(self, workflow_id: str, *, details: Any = None) -> Self:
        """Record that the child closed as canceled."""
        return self._child_closed("ChildWorkflowExecutionCanceled", workflow_id, details=details)

    def child_workflow_execution_terminated(self, workflow_id: str) -> Self:
        """Record that the child was terminated."""
        return self._child_closed("ChildWorkflowExecutionTerminated", workflow_id)

    def _child(self, method: str, workflow_id: str) -> CompiledChildWorkflowExecution:
        children = self._compiled.children
        state = _BEFORE.get(method, ChildWorkflowExecutionState.STARTED)
        # Several children of one workflow id may be initiated, of which one starts.
        fitting = (child for child in children.attempts(workflow_id) if child.state is state)
        found = next(fitting, None)
        return found or self._find(children, workflow_id, f"{method}: workflow_id")

    def _child_closed(self, event_type: str, workflow_id: str, **told: Any) -> Self:
        child = self._child(snake_case(event_type), workflow_id)
        return self._record(
            event_type,
            workflow_execution=child.workflow_execution,
            workflow_type=child.workflow_type,
            initiated_event_id=child.first_event_id,
            started_event_id=child.started_event_id or 0,
            **told,
        )


_BEFORE: Final = {
    "start_child_workflow_execution_failed": ChildWorkflowExecutionState.START_INITIATED,
    "child_workflow_execution_started": ChildWorkflowExecutionState.START_INITIATED,
}
"""The state of the child that a method is about, where it is not STARTED."""
