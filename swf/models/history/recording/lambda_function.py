"""Recording the events of Lambda tasks."""

from __future__ import annotations

from typing import Any, Literal, Self

from swf.models.history.entities.lambda_function import CompiledLambdaFunction
from swf.models.history.recording.decision_task import DecisionTaskRecorder
from swf.wire import DurationLike

LambdaFunctionOutcome = Literal[
    "scheduled", "started", "completed", "failed", "timed_out", "schedule_failed", "start_failed"
]
"""How far a Lambda task gets."""


class LambdaFunctionRecorder(DecisionTaskRecorder):
    """What can happen to Lambda tasks, named by the ids that their decisions gave them."""

    def lambda_function(
        self,
        function_id: str,
        function_name: str,
        *,
        outcome: LambdaFunctionOutcome = "completed",
        input: Any = None,
        result: Any = None,
        reason: str | None = None,
        details: Any = None,
        cause: str = "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION",
    ) -> Self:
        """Record a Lambda task from its decision to its end, or as far as `outcome`.

        The decision that it comes of is recorded first where none is being carried out. Of result,
        reason, details and cause, the outcome takes what belongs to it.
        """
        self._check_outcome(outcome, LambdaFunctionOutcome, "lambda_function")
        with self._whole():
            self._decide()
            if outcome == "schedule_failed":
                return self.schedule_lambda_function_failed(function_id, function_name, cause=cause)
            self.lambda_function_scheduled(function_id, function_name, input=input)
            if outcome == "start_failed":
                return self.start_lambda_function_failed(function_id)
            if outcome != "scheduled":
                self.lambda_function_started(function_id)
            if outcome == "completed":
                self.lambda_function_completed(function_id, result=result)
            elif outcome == "failed":
                self.lambda_function_failed(function_id, reason=reason, details=details)
            elif outcome == "timed_out":
                self.lambda_function_timed_out(function_id)
        return self

    def lambda_function_scheduled(
        self,
        function_id: str,
        function_name: str,
        *,
        input: Any = None,
        control: Any = None,
        start_to_close_timeout: DurationLike = 900,
    ) -> Self:
        """Record that a Lambda task is about to be invoked, by a decision."""
        return self._record(
            "LambdaFunctionScheduled",
            id=function_id,
            name=function_name,
            input=input,
            control=control,
            start_to_close_timeout=start_to_close_timeout,
        )

    def schedule_lambda_function_failed(
        self,
        function_id: str,
        function_name: str,
        *,
        cause: str = "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION",
    ) -> Self:
        """Record that a Lambda task could not be scheduled."""
        return self._record(
            "ScheduleLambdaFunctionFailed", id=function_id, name=function_name, cause=cause
        )

    def lambda_function_started(self, function_id: str) -> Self:
        """Record that the function was invoked."""
        task = self._function("lambda_function_started", function_id)
        return self._record("LambdaFunctionStarted", scheduled_event_id=task.first_event_id)

    def start_lambda_function_failed(
        self,
        function_id: str,
        *,
        cause: str = "ASSUME_ROLE_FAILED",
        message: str | None = None,
    ) -> Self:
        """Record that the function could not be invoked."""
        task = self._function("start_lambda_function_failed", function_id)
        return self._record(
            "StartLambdaFunctionFailed",
            scheduled_event_id=task.first_event_id,
            cause=cause,
            message=message,
        )

    def lambda_function_completed(self, function_id: str, *, result: Any = None) -> Self:
        """Record that the function returned."""
        task = self._function("lambda_function_completed", function_id)
        return self._record("LambdaFunctionCompleted", **_links(task), result=result)

    def lambda_function_failed(
        self, function_id: str, *, reason: str | None = None, details: Any = None
    ) -> Self:
        """Record that the function raised an error."""
        task = self._function("lambda_function_failed", function_id)
        return self._record("LambdaFunctionFailed", **_links(task), reason=reason, details=details)

    def lambda_function_timed_out(self, function_id: str) -> Self:
        """Record that the function took too long; time moves on to that moment."""
        task = self._function("lambda_function_timed_out", function_id)
        due = self._due(
            task.started_at,
            task.start_to_close_timeout,
            f"lambda_function_timed_out: the START_TO_CLOSE timeout of {task}",
        )
        return self._record(
            "LambdaFunctionTimedOut", due=due, **_links(task), timeout_type="START_TO_CLOSE"
        )

    def _function(self, method: str, function_id: str) -> CompiledLambdaFunction:
        return self._find(self._compiled.lambdas, function_id, f"{method}: function_id")


def _links(task: CompiledLambdaFunction) -> dict[str, Any]:
    return {
        "scheduled_event_id": task.first_event_id,
        "started_event_id": task.started_event_id or 0,
    }
