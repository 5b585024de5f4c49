"""The events of timers."""

from __future__ import annotations

from typing import ClassVar

from swf.models.event.base import Event
from swf.wire import Duration


class TimerEvent(Event):
    """An event of one timer, known by its timer id while it is open."""

    __slots__ = ()
    type = "Timer"

    timer_id: str


class TimerStarted(TimerEvent):
    """StartTimer was carried out: the timer fires once `start_to_fire_timeout` has passed."""

    __slots__ = ()
    state: ClassVar[str] = "started"

    start_to_fire_timeout: Duration
    control: str | None
    decision_task_completed_event_id: int


class TimerFired(TimerEvent):
    """The time was up."""

    __slots__ = ()
    state: ClassVar[str] = "fired"

    started_event_id: int
