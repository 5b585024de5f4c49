"""Timers: started and canceled by decisions, fired by time.

Source: StartTimerDecisionAttributes, CancelTimerDecisionAttributes, TimerFiredEventAttributes.
"""

from __future__ import annotations

from swf.engine.state import TIMER, Attributes, Event, Execution, Timer
from swf.engine.turn import Turn, after, deadlines, folds, given


def start(turn: Turn, decision: Attributes, decided: int) -> bool:
    """StartTimer: record TimerStarted, or StartTimerFailed and return False."""
    execution = turn.execution
    timer_id = decision["timerId"]
    cause = None
    if execution.named(TIMER, timer_id) is not None:
        cause = "TIMER_ID_ALREADY_IN_USE"
    elif execution.count(TIMER) >= turn.around.limits.open_timers:
        cause = "OPEN_TIMERS_LIMIT_EXCEEDED"
    if cause is not None:
        failed = {
            "timerId": timer_id,
            "cause": cause,
            "decisionTaskCompletedEventId": decided,
        }
        turn.record("StartTimerFailed", failed)
        return False
    started = {
        **given(decision, "timerId", "startToFireTimeout", "control"),
        "decisionTaskCompletedEventId": decided,
    }
    turn.record("TimerStarted", started)
    return True


def cancel(turn: Turn, decision: Attributes, decided: int) -> bool:
    """CancelTimer: record TimerCanceled, or CancelTimerFailed and return False."""
    timer_id = decision["timerId"]
    timer = turn.execution.named(TIMER, timer_id)
    if timer is None:
        failed = {
            "timerId": timer_id,
            "cause": "TIMER_ID_UNKNOWN",
            "decisionTaskCompletedEventId": decided,
        }
        turn.record("CancelTimerFailed", failed)
        return False
    canceled = {
        "timerId": timer_id,
        "startedEventId": timer.event_id,
        "decisionTaskCompletedEventId": decided,
    }
    turn.record("TimerCanceled", canceled)
    return True


def fire(turn: Turn, timer: Timer) -> None:
    """Record that the timer is due, and have the decider look at it."""
    turn.record("TimerFired", {"timerId": timer.name, "startedEventId": timer.event_id})
    turn.need_decision()


@folds("TimerStarted")
def _started(execution: Execution, event: Event) -> None:
    due = after(event.at, event.attributes["startToFireTimeout"])
    execution.add(
        Timer(event_id=event.id, name=event.attributes["timerId"], deadlines=deadlines(FIRE=due))
    )


@folds("TimerFired")
@folds("TimerCanceled")
def _closed(execution: Execution, event: Event) -> None:
    execution.remove(event.attributes["startedEventId"])


@folds("StartTimerFailed")
@folds("CancelTimerFailed")
def _refused(_execution: Execution, _event: Event) -> None:
    """Change nothing: a refused decision leaves no trace but its event."""
