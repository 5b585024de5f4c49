"""Activity tasks as a program knows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from swf.flow.activities import Activity
from swf.flow.errors import TaskFailed, TaskTimedOut, failure
from swf.flow.replay.command import Command
from swf.flow.replay.task import Task
from swf.payload import Payloads
from swf.wire import Wire

if TYPE_CHECKING:
    from swf.flow.replay.run import Run


class ActivityCall(Task):
    """One call of an activity: all its attempts, which share one activity id."""

    __slots__ = (
        "activity",
        "began_with",
        "heartbeat",
        "is_checked",
        "overridden",
        "payloads",
        "priority",
        "task_list",
    )
    window = "activities"
    depth = 4

    def __init__(
        self,
        run: Run,
        activity: Activity[..., Any],
        task_id: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        payloads: Payloads,
        task_list: str,
        overridden: bool,
        priority: int | None,
    ) -> None:
        super().__init__(
            run,
            activity.name,
            task_id,
            args,
            kwargs,
            retry=activity.retry,
            raises=activity.raises_on_failure,
        )
        self.activity = activity
        self.payloads = payloads
        self.task_list = task_list
        self.overridden = overridden
        self.priority = priority
        self.heartbeat: str | None = None
        self.began_with = 0  # the event by which the attempt before was started
        # A declared activity was checked when it was declared: only what came later is news.
        self.is_checked = not overridden and activity.get_task_id is None

    def made(self) -> Command:
        """Return the ScheduleActivityTask of this attempt."""
        activity = self.activity
        attributes = {
            **activity.on_wire,
            "activityId": self.id,
            "taskList": {"name": self.task_list},
        }
        if self.priority is not None:
            attributes["taskPriority"] = str(self.priority)
        plain = self.payloads.plain_call(self.args, self.kwargs, self._context() or None)
        return Command("ScheduleActivityTask", attributes, self.payloads, plain, self)

    def ask_cancel(self) -> bool:
        """Ask by RequestCancelActivityTask."""
        self.run.issue(Command("RequestCancelActivityTask", {"activityId": self.id}, self.payloads))
        return True

    def completed(self, told: Wire) -> None:
        """Have the result."""
        text = told.get("result")
        error = self.run.attempts.load(self.payloads, text, self.succeeded)
        if error is not None:
            self.end(error)

    def task_failed(self, told: Wire) -> None:
        """Fail as the history says."""
        self.began_with = told["startedEventId"]
        reason, details = told.get("reason"), told.get("details")
        cause = self.run.attempts.failure(self.payloads, reason, details)
        self.failed(
            failure(
                TaskFailed,
                cause,
                task=self.name,
                task_id=self.id,
                reason=reason,
                details=details,
            )
        )

    def timed_out(self, told: Wire) -> None:
        """Fail for a time-out; the next attempt is told what the last heartbeat said."""
        self.heartbeat = told.get("details")
        self.began_with = told["startedEventId"]
        self.failed(
            TaskTimedOut(
                f"{self.name} timed out ({told['timeoutType']}) in attempt {self.attempt}",
                task=self.name,
                task_id=self.id,
                timeout_type=told["timeoutType"],
                details=self.run.attempts.readable(self.payloads, self.heartbeat),
            )
        )

    def task_canceled(self, told: Wire) -> None:
        """End as canceled."""
        self.end(self.canceled(self.run.attempts.readable(self.payloads, told.get("details"))))

    def _context(self) -> dict[str, Any]:
        """Return what the worker is told beside the arguments: only what it cannot know."""
        if self.payloads.raw:
            return {}
        notes = self.run.notes
        context = notes.carried()
        if self.attempt > 1:
            context["attempt"] = self.attempt
            context |= notes.attempted(self.run.execution.run_id, self.began_with)
        if self.heartbeat is not None:
            context["heartbeat"] = self.heartbeat
        if self.overridden:
            activity = self.activity
            context["limits"] = [activity.start_to_close_timeout, activity.heartbeat_timeout]
        return context
