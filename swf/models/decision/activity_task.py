"""The decisions about activity tasks."""

from __future__ import annotations

import attrs

from swf.models.converting import as_priority, as_seconds, as_task_list
from swf.models.decision.base import Decision
from swf.models.decision.fields import as_activity_type, as_payload
from swf.wire import Duration, TypeKey


@attrs.frozen(repr=False)
class ScheduleActivityTask(Decision):
    """Record ActivityTaskScheduled: a worker that polls the task list is given the task.

    `activity_id` names it among the open activity tasks of the execution. What is not given is the
    default that the activity type was registered with; where there is none either, SWF records
    ScheduleActivityTaskFailed.
    """

    activity_type: TypeKey = attrs.field(converter=as_activity_type)
    activity_id: str
    control: str | None = attrs.field(default=None, kw_only=True, converter=as_payload)
    input: str | None = attrs.field(default=None, kw_only=True, converter=as_payload)
    schedule_to_close_timeout: Duration | None = attrs.field(
        default=None, kw_only=True, converter=as_seconds
    )
    task_list: str | None = attrs.field(default=None, kw_only=True, converter=as_task_list)
    task_priority: int | None = attrs.field(default=None, kw_only=True, converter=as_priority)
    schedule_to_start_timeout: Duration | None = attrs.field(
        default=None, kw_only=True, converter=as_seconds
    )
    start_to_close_timeout: Duration | None = attrs.field(
        default=None, kw_only=True, converter=as_seconds
    )
    heartbeat_timeout: Duration | None = attrs.field(
        default=None, kw_only=True, converter=as_seconds
    )


@attrs.frozen(repr=False)
class RequestCancelActivityTask(Decision):
    """Record ActivityTaskCancelRequested: the worker's next heartbeat is told so.

    A task that no worker has started yet is canceled at once.
    """

    activity_id: str
