"""Recording signals and cancel requests to other executions."""

from __future__ import annotations

from typing import Any, Final, Literal, Self

from swf.models.history.entities.external_workflow_execution import (
    CompiledExternalWorkflowExecution,
)
from swf.models.history.recording.decision_task import DecisionTaskRecorder
from swf.wire import ExecutionKey, snake_case

Delivery = Literal["initiated", "delivered", "failed"]
"""How far a signal or a cancel request to another execution gets."""

UNKNOWN: Final = "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"


class ExternalWorkflowExecutionRecorder(DecisionTaskRecorder):
    """What can happen to messages to other executions, named by those's workflow id.

    Of several messages to one workflow id on their way, the one sent first arrives first.
    """

    def external_signal(
        self,
        workflow_id: str,
        signal_name: str,
        *,
        outcome: Delivery = "delivered",
        run_id: str | None = None,
        input: Any = None,
        cause: str = UNKNOWN,
    ) -> Self:
        """Record a signal to another execution until it is delivered, or as far as `outcome`.

        The decision that it comes of is recorded first where none is being carried out.
        """
        self._check_outcome(outcome, Delivery, "external_signal")
        with self._whole():
            self._decide()
            self.signal_external_workflow_execution_initiated(
                workflow_id, signal_name, run_id=run_id, input=input
            )
            if outcome == "delivered":
                self.external_workflow_execution_signaled(workflow_id)
            elif outcome == "failed":
                self.signal_external_workflow_execution_failed(workflow_id, cause=cause)
        return self

    def external_cancel_request(
        self,
        workflow_id: str,
        *,
        outcome: Delivery = "delivered",
        run_id: str | None = None,
        cause: str = UNKNOWN,
    ) -> Self:
        """Record a cancel request to another execution until delivered, or as far as `outcome`.

        The decision that it comes of is recorded first where none is being carried out.
        """
        self._check_outcome(outcome, Delivery, "external_cancel_request")
        with self._whole():
            self._decide()
            self.request_cancel_external_workflow_execution_initiated(workflow_id, run_id=run_id)
            if outcome == "delivered":
                self.external_workflow_execution_cancel_requested(workflow_id)
            elif outcome == "failed":
                self.request_cancel_external_workflow_execution_failed(workflow_id, cause=cause)
        return self

    def signal_external_workflow_execution_initiated(
        self,
        workflow_id: str,
        signal_name: str,
        *,
        run_id: str | None = None,
        input: Any = None,
        control: Any = None,
    ) -> Self:
        """Record that a signal is on its way, by a decision."""
        return self._record(
            "SignalExternalWorkflowExecutionInitiated",
            workflow_id=workflow_id,
            run_id=run_id,
            signal_name=signal_name,
            input=input,
            control=control,
        )

    def external_workflow_execution_signaled(
        self, workflow_id: str, *, run_id: str | None = None
    ) -> Self:
        """Record that the signal arrived; a run id that is told nowhere is made up."""
        return self._arrived("ExternalWorkflowExecutionSignaled", workflow_id, run_id)

    def signal_external_workflow_execution_failed(
        self, workflow_id: str, *, cause: str = UNKNOWN
    ) -> Self:
        """Record that the signal did not reach the other execution."""
        return self._lost("SignalExternalWorkflowExecutionFailed", workflow_id, cause)

    def request_cancel_external_workflow_execution_initiated(
        self, workflow_id: str, *, run_id: str | None = None, control: Any = None
    ) -> Self:
        """Record that a cancel request is on its way, by a decision."""
        return self._record(
            "RequestCancelExternalWorkflowExecutionInitiated",
            workflow_id=workflow_id,
            run_id=run_id,
            control=control,
        )

    def external_workflow_execution_cancel_requested(
        self, workflow_id: str, *, run_id: str | None = None
    ) -> Self:
        """Record that the request arrived; a run id that is told nowhere is made up."""
        return self._arrived("ExternalWorkflowExecutionCancelRequested", workflow_id, run_id)

    def request_cancel_external_workflow_execution_failed(
        self, workflow_id: str, *, cause: str = UNKNOWN
    ) -> Self:
        """Record that the request did not reach the other execution."""
        return self._lost("RequestCancelExternalWorkflowExecutionFailed", workflow_id, cause)

    def _message(self, event_type: str, workflow_id: str) -> CompiledExternalWorkflowExecution:
        messages = self._compiled.externals
        signal = "Signal" in event_type
        fitting = [one for one in messages.attempts(workflow_id) if one.is_signal is signal]
        argument = f"{snake_case(event_type)}: workflow_id"
        if not fitting:
            return self._find(messages, workflow_id, argument)
        return next((one for one in fitting if one.is_open), fitting[-1])

    def _arrived(self, event_type: str, workflow_id: str, run_id: str | None) -> Self:
        message = self._message(event_type, workflow_id)
        reached = run_id or message.run_id or self._run_id(workflow_id)
        return self._record(
            event_type,
            workflow_execution=ExecutionKey(workflow_id, reached),
            initiated_event_id=message.first_event_id,
        )

    def _lost(self, event_type: str, workflow_id: str, cause: str) -> Self:
        message = self._message(event_type, workflow_id)
        return self._record(
            event_type,
            workflow_id=workflow_id,
            run_id=message.run_id,
            cause=cause,
            control=message.control,
            initiated_event_id=message.first_event_id,
            decision_task_completed_event_id=message.decision_task_completed_event_id,
        )
