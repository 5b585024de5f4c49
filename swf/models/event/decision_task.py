"""The events of decision tasks."""

from __future__ import annotations

from typing import ClassVar

from swf.models.event.base import Event
from swf.wire import Duration


class DecisionTaskEvent(Event):
    """An event of one decision task, known by the id of its scheduled event."""

    __slots__ = ()
    type: ClassVar[str] = "DecisionTask"


class DecisionTaskScheduled(DecisionTaskEvent):
    """A decision task waits on `task_list` for a decider."""

    __slots__ = ()
    state: ClassVar[str] = "scheduled"

    task_list: str
    task_priority: int | None
    start_to_close_timeout: Duration | None
    schedule_to_start_timeout: Duration | None


class DecisionTaskStarted(DecisionTaskEvent):
    """A decider holds the task; what it sees ends with this event."""

    __slots__ = ()
    state: ClassVar[str] = "started"

    identity: str | None
    scheduled_event_id: int


class DecisionTaskCompleted(DecisionTaskEvent):
    """The decider answered; the events of its decisions follow and name this event."""

    __slots__ = ()
    state: ClassVar[str] = "completed"

    execution_context: str | None
    scheduled_event_id: int
    started_event_id: int
    task_list: str | None
    task_list_schedule_to_start_timeout: Duration | None


class DecisionTaskTimedOut(DecisionTaskEvent):
    """The task was not answered in time; `started_event_id` is 0 where no decider took it."""

    __slots__ = ()
    state: ClassVar[str] = "timed_out"

    timeout_type: str
    scheduled_event_id: int
    started_event_id: int
