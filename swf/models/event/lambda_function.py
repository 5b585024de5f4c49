"""The events of Lambda tasks."""

from __future__ import annotations

from typing import ClassVar

from swf.models.event.base import Event
from swf.wire import Duration


class LambdaFunctionEvent(Event):
    """An event of one Lambda task, known by the id of its scheduled event.

    The API's `id` and `name` of the function are `function_id` and `function_name` here: `id` and
    `name` are the event's own.
    """

    __slots__ = ()
    type: ClassVar[str] = "LambdaFunction"


class LambdaFunctionScheduled(LambdaFunctionEvent):
    """ScheduleLambdaFunction was carried out: the function is about to be invoked."""

    __slots__ = ()
    state: ClassVar[str] = "scheduled"

    function_id: str
    function_name: str
    control: str | None
    input: str | None
    start_to_close_timeout: Duration | None
    decision_task_completed_event_id: int


class ScheduleLambdaFunctionFailed(LambdaFunctionEvent):
    """The function could not be scheduled, for the `cause` told."""

    __slots__ = ()
    state: ClassVar[str] = "schedule_failed"

    function_id: str
    function_name: str
    cause: str
    decision_task_completed_event_id: int


class LambdaFunctionStarted(LambdaFunctionEvent):
    """The function was invoked."""

    __slots__ = ()
    state: ClassVar[str] = "started"

    scheduled_event_id: int


class StartLambdaFunctionFailed(LambdaFunctionEvent):
    """The function could not be invoked, for the `cause` and `message` told."""

    __slots__ = ()
    state: ClassVar[str] = "start_failed"

    scheduled_event_id: int | None
    cause: str | None
    message: str | None


class LambdaFunctionCompleted(LambdaFunctionEvent):
    """The function returned."""

    __slots__ = ()
    state: ClassVar[str] = "completed"

    scheduled_event_id: int
    started_event_id: int
    result: str | None


class LambdaFunctionFailed(LambdaFunctionEvent):
    """The function raised an error."""

    __slots__ = ()
    state: ClassVar[str] = "failed"

    scheduled_event_id: int
    started_event_id: int
    reason: str | None
    details: str | None


class LambdaFunctionTimedOut(LambdaFunctionEvent):
    """The function took too long."""

    __slots__ = ()
    state: ClassVar[str] = "timed_out"

    scheduled_event_id: int
    started_event_id: int
    timeout_type: str | None
