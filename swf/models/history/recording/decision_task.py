"""Recording the events of decision tasks."""

from __future__ import annotations

from typing import Any, Self

from swf.exceptions import ValidationError
from swf.models.decision.fields import TaskListLike
from swf.models.history.entities.decision_task import CompiledDecisionTask
from swf.models.history.recording.base import Recorder
from swf.wire import DurationLike, read_duration


class DecisionTaskRecorder(Recorder):
    """What can happen to decision tasks.

    At most one waits and at most one runs, so none is named: each method means the one that it can
    be about.
    """

    def decision(self, *, execution_context: Any = None, identity: str | None = "decider") -> Self:
        """Record that the waiting decision task was taken and answered.

        The events of its decisions may follow. A task that runs already is answered. Where the
        builder does not schedule by itself and none waits, one is scheduled first.
        """
        with self._whole():
            self._settle()
            tasks = self._compiled.decision_tasks
            if tasks.running is None:
                if tasks.waiting is None and not self._automatic:
                    self.decision_task_scheduled()
                self.decision_task_started(identity=identity)
            self.decision_task_completed(execution_context=execution_context)
        return self

    def decision_task_scheduled(
        self,
        *,
        task_list: TaskListLike | None = None,
        start_to_close_timeout: DurationLike | None = None,
        schedule_to_start_timeout: DurationLike | None = None,
        task_priority: int | None = None,
    ) -> Self:
        """Record that a decision task waits; what is not given is as the execution says.

        Raises ValidationError where the builder records by itself whatever SWF schedules.
        """
        if self._automatic:
            raise ValidationError(
                "decision_task_scheduled: recorded by itself as soon as something calls for it;"
                " to record it by hand, build with automatic=False"
            )
        given: dict[str, Any] = {
            "task_list": task_list,
            "start_to_close_timeout": start_to_close_timeout,
            "schedule_to_start_timeout": schedule_to_start_timeout,
            "task_priority": task_priority,
        }
        told = self._next_decision_task()
        told.update({name: value for name, value in given.items() if value is not None})
        return self._record("DecisionTaskScheduled", **told)

    def decision_task_started(self, *, identity: str | None = "decider") -> Self:
        """Record that a decider holds the waiting decision task.

        Raises ValidationError where none waits.
        """
        with self._whole():
            self._settle()
            task = self._compiled.decision_tasks.waiting
            if task is None:
                raise ValidationError(
                    "decision_task_started: no decision task waits: nothing happened that calls for"
                    " a decision (what one decision begins is recorded together, right after it:"
                    " decision().activity_task_scheduled(…).activity_task_scheduled(…))"
                )
            return self._record(
                "DecisionTaskStarted", scheduled_event_id=task.first_event_id, identity=identity
            )

    def decision_task_completed(
        self,
        *,
        execution_context: Any = None,
        task_list: TaskListLike | None = None,
        task_list_schedule_to_start_timeout: DurationLike | None = None,
    ) -> Self:
        """Record that the decider answered; what results from its decisions may follow.

        Later decision tasks go to `task_list`, if given: for good, or, with a timeout, until one of
        them times out.
        """
        with self._whole():
            task = self._running("decision_task_completed")
            self._record(
                "DecisionTaskCompleted",
                scheduled_event_id=task.first_event_id,
                started_event_id=task.started_event_id,
                execution_context=execution_context,
                task_list=task_list,
                task_list_schedule_to_start_timeout=task_list_schedule_to_start_timeout,
            )
            answer = self._raws[-1]["decisionTaskCompletedEventAttributes"]
            if "taskList" in answer:
                timeout = read_duration(answer.get("taskListScheduleToStartTimeout"))
                self._override = (answer["taskList"]["name"], timeout)
        return self

    def decision_task_timed_out(self) -> Self:
        """Record that the running decision task, or else the waiting one, took too long.

        Time moves on to that moment. Only a task that waits on a task list of an earlier answer,
        with a timeout, can time out before it was taken. Raises ValidationError where none is open.
        """
        with self._whole():
            self._settle()
            tasks = self._compiled.decision_tasks
            task = tasks.running or tasks.waiting
            if task is None:
                raise ValidationError("decision_task_timed_out: no decision task is open")
            if task is tasks.running:
                timeout_type, timeout = "START_TO_CLOSE", task.start_to_close_timeout
            else:
                timeout_type, timeout = "SCHEDULE_TO_START", task.schedule_to_start_timeout
            due = self._due(
                task.started_at or task.scheduled_at,
                timeout,
                f"decision_task_timed_out: the {timeout_type} timeout of {task}",
            )
            if self._override is not None and self._override[1] is not None:
                self._override = None
            return self._record(
                "DecisionTaskTimedOut",
                due=due,
                timeout_type=timeout_type,
                scheduled_event_id=task.first_event_id,
                started_event_id=task.started_event_id or 0,
            )

    def _decide(self) -> None:
        """Record a decision unless the decisions of one are being carried out."""
        if not self._answer():
            self.decision()

    def _running(self, method: str) -> CompiledDecisionTask:
        task = self._compiled.decision_tasks.running
        if task is None:
            raise ValidationError(f"{method}: no decision task is started")
        return task
