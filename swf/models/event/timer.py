"""The events of timers."""

from __future__ import annotations

from typing import ClassVar

from swf.models.event.base import Event
from swf.wire import Duration


class TimerEvent(Event):
    """An event of one timer, known by its timer id while it is open."""

    __slots__ = ()
    type: ClassVar[str] = "Timer"

    timer_id: str


class TimerStarted(TimerEvent):
    """StartTimer was carried out: the timer fires once `start_to_fire_timeout` has passed."""

    __slots__ = ()
    state: ClassVar[str] = "started"

    control: str | None
    start_to_fire_timeout: Duration
    decision_task_completed_event_id: int


class StartTimerFailed(TimerEvent):
    """The timer could not be started, for the `cause` told; it never existed."""

    __slots__ = ()
    state: ClassVar[str] = "start_failed"

    cause: str
    decision_task_completed_event_id: int


class TimerFired(TimerEvent):
    """The time was up."""

    __slots__ = ()
    state: ClassVar[str] = "fired"

    started_event_id: int


class TimerCanceled(TimerEvent):
    """CancelTimer was carried out: the timer will not fire."""

    __slots__ = ()
    state: ClassVar[str] = "canceled"

    started_event_id: int
    decision_task_completed_event_id: int


class CancelTimerFailed(TimerEvent):
    """The timer could not be canceled, for the `cause` told."""

    __slots__ = ()
    state: ClassVar[str] = "cancel_failed"

    cause: str
    decision_task_completed_event_id: int
