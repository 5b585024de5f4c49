"""Activity types."""

from __future__ import annotations

from typing import ClassVar

import attrs

from swf.exceptions import (
    ActivityTypeAlreadyExists,
    ActivityTypeDeprecated,
    ActivityTypeDoesNotExist,
)
from swf.models.base import of_shape
from swf.models.converting import as_seconds
from swf.models.versioned import VersionedType
from swf.wire import Duration


@attrs.frozen(repr=False, eq=False)
class ActivityType(VersionedType):
    """A kind of work, by name and version, and the defaults of its tasks.

    Durations are seconds (int, str, timedelta or 'NONE').
    """

    DoesNotExist = ActivityTypeDoesNotExist
    AlreadyExists = ActivityTypeAlreadyExists
    Deprecated = ActivityTypeDeprecated
    _kind: ClassVar[str] = "ActivityType"
    _defaults: ClassVar[dict[str, str]] = {
        "task_list": "defaultTaskList",
        "task_priority": "defaultTaskPriority",
        "task_heartbeat_timeout": "defaultTaskHeartbeatTimeout",
        "task_schedule_to_close_timeout": "defaultTaskScheduleToCloseTimeout",
        "task_schedule_to_start_timeout": "defaultTaskScheduleToStartTimeout",
        "task_start_to_close_timeout": "defaultTaskStartToCloseTimeout",
    }

    task_heartbeat_timeout: Duration | None = attrs.field(
        default=None,
        kw_only=True,
        converter=as_seconds,
        metadata=of_shape("DurationInSeconds"),
    )
    task_schedule_to_close_timeout: Duration | None = attrs.field(
        default=None,
        kw_only=True,
        converter=as_seconds,
        metadata=of_shape("DurationInSeconds"),
    )
    task_schedule_to_start_timeout: Duration | None = attrs.field(
        default=None,
        kw_only=True,
        converter=as_seconds,
        metadata=of_shape("DurationInSeconds"),
    )
    task_start_to_close_timeout: Duration | None = attrs.field(
        default=None,
        kw_only=True,
        converter=as_seconds,
        metadata=of_shape("DurationInSeconds"),
    )
