"""Recording the events of timers."""

from __future__ import annotations

from typing import Any, Literal, Self

from swf.exceptions import ValidationError
from swf.models.history.entities.timer import CompiledTimer
from swf.models.history.recording.decision_task import DecisionTaskRecorder
from swf.wire import DurationLike

TimerOutcome = Literal["started", "fired", "canceled", "start_failed"]
"""How far a timer gets."""


class TimerRecorder(DecisionTaskRecorder):
    """What can happen to timers, named by timer id."""

    def timer(
        self,
        timer_id: str,
        start_to_fire_timeout: DurationLike = 0,
        *,
        outcome: TimerOutcome = "fired",
        control: Any = None,
        cause: str = "TIMER_CREATION_RATE_EXCEEDED",
    ) -> Self:
        """Record a timer from its decision until it fired, or as far as `outcome`.

        The decision that it comes of is recorded first where none is being carried out.
        """
        self._check_outcome(outcome, TimerOutcome, "timer")
        with self._whole():
            self._decide()
            if outcome == "start_failed":
                return self.start_timer_failed(timer_id, cause=cause)
            self.timer_started(timer_id, start_to_fire_timeout, control=control)
            if outcome == "fired":
                self.timer_fired(timer_id)
            elif outcome == "canceled":
                self.timer_canceled(timer_id)
        return self

    def timer_started(
        self, timer_id: str, start_to_fire_timeout: DurationLike = 0, *, control: Any = None
    ) -> Self:
        """Record that a timer runs, by a decision; raises ValidationError for one without end."""
        if start_to_fire_timeout == "NONE":
            raise ValidationError("timer_started: start_to_fire_timeout: a timer has an end")
        return self._record(
            "TimerStarted",
            timer_id=timer_id,
            start_to_fire_timeout=start_to_fire_timeout,
            control=control,
        )

    def start_timer_failed(
        self, timer_id: str, *, cause: str = "TIMER_CREATION_RATE_EXCEEDED"
    ) -> Self:
        """Record that a timer could not be started."""
        return self._record("StartTimerFailed", timer_id=timer_id, cause=cause)

    def timer_fired(self, timer_id: str) -> Self:
        """Record that the timer's time was up; time moves on to that moment."""
        timer = self._timer("timer_fired", timer_id)
        due = self._due(timer.scheduled_at, timer.start_to_fire_timeout, "timer_fired: the timeout")
        return self._record(
            "TimerFired", due=due, timer_id=timer_id, started_event_id=timer.first_event_id
        )

    def timer_canceled(self, timer_id: str) -> Self:
        """Record that a decision canceled the timer."""
        timer = self._timer("timer_canceled", timer_id)
        return self._record(
            "TimerCanceled", timer_id=timer_id, started_event_id=timer.first_event_id
        )

    def cancel_timer_failed(self, timer_id: str, *, cause: str = "TIMER_ID_UNKNOWN") -> Self:
        """Record that a decision to cancel a timer was refused."""
        return self._record("CancelTimerFailed", timer_id=timer_id, cause=cause)

    def _timer(self, method: str, timer_id: str) -> CompiledTimer:
        return self._find(self._compiled.timers, timer_id, f"{method}: timer_id")
