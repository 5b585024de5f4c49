"""Recording the events of activity tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Self

from swf.models.decision.fields import TaskListLike, TypeLike
from swf.models.history.entities.activity_task import CompiledActivityTask
from swf.models.history.recording.decision_task import DecisionTaskRecorder
from swf.wire import Duration, DurationLike, snake_case

ActivityTaskOutcome = Literal[
    "scheduled", "started", "completed", "failed", "timed_out", "canceled", "schedule_failed"
]
"""How far an activity task gets."""


class ActivityTaskRecorder(DecisionTaskRecorder):
    """What can happen to activity tasks, named by activity id."""

    def activity_task(
        self,
        activity_id: str,
        activity_type: TypeLike,
        *,
        outcome: ActivityTaskOutcome = "completed",
        input: Any = None,
        result: Any = None,
        reason: str | None = None,
        details: Any = None,
        timeout_type: str = "START_TO_CLOSE",
        cause: str = "ACTIVITY_TYPE_DOES_NOT_EXIST",
    ) -> Self:
        """Record an activity task from its decision to its end, or as far as `outcome`.

        The decision that it comes of is recorded first where none is being carried out. Of result,
        reason, details, timeout type and cause, the outcome takes what belongs to it.
        """
        self._check_outcome(outcome, ActivityTaskOutcome, "activity_task")
        with self._whole():
            self._decide()
            if outcome == "schedule_failed":
                return self.schedule_activity_task_failed(activity_id, activity_type, cause=cause)
            self.activity_task_scheduled(activity_id, activity_type, input=input)
            never_started = outcome == "timed_out" and timeout_type == "SCHEDULE_TO_START"
            if outcome != "scheduled" and not never_started:
                self.activity_task_started(activity_id)
            if outcome == "completed":
                self.activity_task_completed(activity_id, result=result)
            elif outcome == "failed":
                self.activity_task_failed(activity_id, reason=reason, details=details)
            elif outcome == "timed_out":
                self.activity_task_timed_out(activity_id, timeout_type, details=details)
            elif outcome == "canceled":
                self.activity_task_canceled(activity_id, details=details)
        return self

    def activity_task_scheduled(
        self,
        activity_id: str,
        activity_type: TypeLike,
        *,
        input: Any = None,
        control: Any = None,
        task_list: TaskListLike = "default",
        task_priority: int | None = None,
        schedule_to_start_timeout: DurationLike = 300,
        schedule_to_close_timeout: DurationLike = 600,
        start_to_close_timeout: DurationLike = 300,
        heartbeat_timeout: DurationLike = "NONE",
    ) -> Self:
        """Record that an activity task waits for a worker, by a decision."""
        return self._record(
            "ActivityTaskScheduled",
            activity_id=activity_id,
            activity_type=activity_type,
            input=input,
            control=control,
            task_list=task_list,
            task_priority=task_priority,
            schedule_to_start_timeout=schedule_to_start_timeout,
            schedule_to_close_timeout=schedule_to_close_timeout,
            start_to_close_timeout=start_to_close_timeout,
            heartbeat_timeout=heartbeat_timeout,
        )

    def schedule_activity_task_failed(
        self,
        activity_id: str,
        activity_type: TypeLike,
        *,
        cause: str = "ACTIVITY_TYPE_DOES_NOT_EXIST",
    ) -> Self:
        """Record that an activity task could not be scheduled."""
        return self._record(
            "ScheduleActivityTaskFailed",
            activity_id=activity_id,
            activity_type=activity_type,
            cause=cause,
        )

    def activity_task_started(self, activity_id: str, *, identity: str | None = "worker") -> Self:
        """Record that a worker holds the task."""
        task = self._activity("activity_task_started", activity_id)
        return self._record(
            "ActivityTaskStarted", scheduled_event_id=task.first_event_id, identity=identity
        )

    def activity_task_completed(self, activity_id: str, *, result: Any = None) -> Self:
        """Record that the worker answered with a result."""
        return self._answered("ActivityTaskCompleted", activity_id, result=result)

    def activity_task_failed(
        self, activity_id: str, *, reason: str | None = None, details: Any = None
    ) -> Self:
        """Record that the worker answered that the task failed."""
        return self._answered("ActivityTaskFailed", activity_id, reason=reason, details=details)

    def activity_task_timed_out(
        self, activity_id: str, timeout_type: str = "START_TO_CLOSE", *, details: Any = None
    ) -> Self:
        """Record that a clock of the task ran out; time moves on to that moment.

        `details` are those of the last heartbeat, which is taken to be the start.
        """
        task = self._activity("activity_task_timed_out", activity_id)
        clocks: dict[str, tuple[datetime | None, Duration | None]] = {
            "SCHEDULE_TO_START": (task.scheduled_at, task.schedule_to_start_timeout),
            "SCHEDULE_TO_CLOSE": (task.scheduled_at, task.schedule_to_close_timeout),
            "START_TO_CLOSE": (task.started_at, task.start_to_close_timeout),
            "HEARTBEAT": (task.started_at, task.heartbeat_timeout),
        }
        starts, timeout = clocks.get(timeout_type, (None, None))
        due = self._due(
            starts, timeout, f"activity_task_timed_out: the {timeout_type} timeout of {task}"
        )
        return self._record(
            "ActivityTaskTimedOut",
            due=due,
            timeout_type=timeout_type,
            scheduled_event_id=task.first_event_id,
            started_event_id=task.started_event_id or 0,
            details=details,
        )

    def activity_task_canceled(self, activity_id: str, *, details: Any = None) -> Self:
        """Record that the worker answered that the task is canceled; or it was, unstarted."""
        task = self._activity("activity_task_canceled", activity_id)
        return self._answered(
            "ActivityTaskCanceled",
            activity_id,
            details=details,
            latest_cancel_requested_event_id=task.latest_cancel_requested_event_id,
        )

    def activity_task_cancel_requested(self, activity_id: str) -> Self:
        """Record that a decision asks to cancel the task; an unstarted one is canceled."""
        with self._whole():
            task = self._activity("activity_task_cancel_requested", activity_id)
            self._record("ActivityTaskCancelRequested", activity_id=activity_id)
            canceled = {
                "scheduled_event_id": task.first_event_id,
                "started_event_id": 0,
                "latest_cancel_requested_event_id": self.last_event_id,
            }
            if self._automatic and task.started_event_id is None:
                owed = [
                    one for one in self._owed if one[1]["scheduled_event_id"] != task.first_event_id
                ]
                self._owed = [*owed, ("ActivityTaskCanceled", canceled)]
        return self

    def request_cancel_activity_task_failed(
        self, activity_id: str, *, cause: str = "ACTIVITY_ID_UNKNOWN"
    ) -> Self:
        """Record that a decision to cancel a task was refused."""
        return self._record("RequestCancelActivityTaskFailed", activity_id=activity_id, cause=cause)

    def _activity(self, method: str, activity_id: str) -> CompiledActivityTask:
        return self._find(self._compiled.activities, activity_id, f"{method}: activity_id")

    def _answered(self, event_type: str, activity_id: str, **told: Any) -> Self:
        task = self._activity(snake_case(event_type), activity_id)
        return self._record(
            event_type,
            scheduled_event_id=task.first_event_id,
            started_event_id=task.started_event_id or 0,
            **told,
        )
