"""Timers, folded from their events."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from swf.models.event.timer import (
    CancelTimerFailed,
    StartTimerFailed,
    TimerCanceled,
    TimerFired,
    TimerStarted,
)
from swf.models.history.entities.base import (
    Entities,
    Entity,
    Fold,
    by_closed,
    by_first,
    refused,
)
from swf.wire import Duration


class TimerState(StrEnum):
    """Where a timer is, by the last event that moved it."""

    STARTED = "started"
    START_FAILED = "start_failed"
    FIRED = "fired"
    CANCELED = "canceled"
    CANCEL_FAILED = "cancel_failed"


_S = TimerState


class CompiledTimer(Entity[TimerState]):
    """One timer, named by its timer id, which may be used again once it is closed.

    One that could not be started is an entity of its own; so is a cancellation of an id that no
    timer ever had.
    """

    __slots__ = ()
    type = "Timer"
    initial: ClassVar[frozenset[StrEnum]] = frozenset(
        {_S.STARTED, _S.START_FAILED, _S.CANCEL_FAILED}
    )
    transitions: ClassVar[Mapping[TimerState, frozenset[TimerState]]] = {
        _S.STARTED: frozenset({_S.FIRED, _S.CANCELED}),
        **dict.fromkeys((_S.FIRED, _S.CANCELED, _S.START_FAILED, _S.CANCEL_FAILED), frozenset()),
    }

    start_to_fire_timeout: Duration | None = by_first()
    control: str | None = by_first()
    decision_task_completed_event_id: int | None = by_first()
    cause: str | None = by_closed()

    @property
    def failed_cancellations(self) -> tuple[CancelTimerFailed, ...]:
        """The attempts to cancel it that were refused."""
        return tuple(event for event in self._events if isinstance(event, CancelTimerFailed))


class Timers(Entities[CompiledTimer]):
    """The timers of a history."""

    __slots__ = ()

    def _started(self, event: TimerStarted) -> CompiledTimer:
        timer = self._add_unique(event.timer_id, event, _S.STARTED)
        timer._started = event
        return timer

    def _start_failed(self, event: StartTimerFailed) -> CompiledTimer:
        in_use = event.cause == "TIMER_ID_ALREADY_IN_USE"
        return self._not_added(event.timer_id, event, in_use, _S.START_FAILED)

    def _fired(self, event: TimerFired) -> CompiledTimer:
        return self._close(event, _S.FIRED)

    def _canceled(self, event: TimerCanceled) -> CompiledTimer:
        return self._close(event, _S.CANCELED)

    def _close(self, event: TimerFired | TimerCanceled, state: TimerState) -> CompiledTimer:
        timer = self._linked(event, event.started_event_id)
        timer.check(event, state)
        if timer.id != event.timer_id:
            raise refused(event, f"it names timer {event.timer_id!r} and links to {timer}")
        return self._move(timer, event, state)

    def _cancel_failed(self, event: CancelTimerFailed) -> CompiledTimer:
        unknown = event.cause == "TIMER_ID_UNKNOWN"
        # Some services leave the timer id out: see `tolerances`.
        return self._about_bearer(event.timer_id or "", event, unknown, _S.CANCEL_FAILED)

    folds: ClassVar[Mapping[str, Fold]] = {
        "TimerStarted": _started,
        "StartTimerFailed": _start_failed,
        "TimerFired": _fired,
        "TimerCanceled": _canceled,
        "CancelTimerFailed": _cancel_failed,
    }
