"""The events of activity tasks."""

from __future__ import annotations

from typing import ClassVar

from swf.models.event.base import Event
from swf.wire import Duration, TypeKey


class ActivityTaskEvent(Event):
    """An event of one activity task, known by the id of its scheduled event."""

    __slots__ = ()
    type: ClassVar[str] = "ActivityTask"


class ActivityTaskScheduled(ActivityTaskEvent):
    """ScheduleActivityTask was carried out: the task waits on `task_list` for a worker."""

    __slots__ = ()
    state: ClassVar[str] = "scheduled"

    activity_type: TypeKey
    activity_id: str
    input: str | None
    control: str | None
    schedule_to_start_timeout: Duration | None
    schedule_to_close_timeout: Duration | None
    start_to_close_timeout: Duration | None
    task_list: str
    task_priority: int | None
    decision_task_completed_event_id: int
    heartbeat_timeout: Duration | None


class ScheduleActivityTaskFailed(ActivityTaskEvent):
    """The task could not be scheduled, for the `cause` told; it never existed."""

    __slots__ = ()
    state: ClassVar[str] = "schedule_failed"

    activity_type: TypeKey
    activity_id: str
    cause: str
    decision_task_completed_event_id: int


class ActivityTaskStarted(ActivityTaskEvent):
    """A worker holds the task."""

    __slots__ = ()
    state: ClassVar[str] = "started"

    identity: str | None
    scheduled_event_id: int


class ActivityTaskCompleted(ActivityTaskEvent):
    """The worker answered with a result."""

    __slots__ = ()
    state: ClassVar[str] = "completed"

    result: str | None
    scheduled_event_id: int
    started_event_id: int


class ActivityTaskFailed(ActivityTaskEvent):
    """The worker answered that the task failed."""

    __slots__ = ()
    state: ClassVar[str] = "failed"

    reason: str | None
    details: str | None
    scheduled_event_id: int
    started_event_id: int


class ActivityTaskTimedOut(ActivityTaskEvent):
    """One of the task's clocks ran out; `started_event_id` is 0 where no worker took it.

    `details` are those of the last heartbeat.
    """

    __slots__ = ()
    state: ClassVar[str] = "timed_out"

    timeout_type: str
    scheduled_event_id: int
    started_event_id: int
    details: str | None


class ActivityTaskCanceled(ActivityTaskEvent):
    """The task was canceled; `started_event_id` is 0 where no worker took it."""

    __slots__ = ()
    state: ClassVar[str] = "canceled"

    details: str | None
    scheduled_event_id: int
    started_event_id: int
    latest_cancel_requested_event_id: int | None


class ActivityTaskCancelRequested(ActivityTaskEvent):
    """RequestCancelActivityTask was carried out: the next heartbeat of the task is told."""

    __slots__ = ()
    state: ClassVar[str] = "cancel_requested"

    decision_task_completed_event_id: int
    activity_id: str


class RequestCancelActivityTaskFailed(ActivityTaskEvent):
    """The task could not be asked to cancel, for the `cause` told."""

    __slots__ = ()
    state: ClassVar[str] = "request_cancel_failed"

    activity_id: str
    cause: str
    decision_task_completed_event_id: int
