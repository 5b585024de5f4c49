"""Timers: StartTimer, CancelTimer, and time."""

from __future__ import annotations

from transition_harness import DECISION_NEEDED, START, Run, World, decision, timer

from swf.engine.transitions import time_out
from swf.engine.transitions import timer as timers
from swf.engine.turn import Limits


def test_a_timer_starts_with_its_time():
    """StartTimer records TimerStarted with what was told, and no decision task."""
    run = Run()

    told = run.decide(timer("t", 30, control="c"))

    assert told == [
        (
            "TimerStarted",
            {
                "timerId": "t",
                "startToFireTimeout": "30",
                "control": "c",
                "decisionTaskCompletedEventId": run.decided,
            },
        )
    ]
    assert run.opened("timer").deadlines == {"FIRE": START + 30_000}


def test_a_timer_fires_and_needs_a_decision():
    """A timer that is due records TimerFired and a decision task; its id is free again."""
    run = Run()
    run.decide(timer("t"))
    started = run.opened("timer")

    run.act(time_out, started, "FIRE")

    assert run.recorded == [
        ("TimerFired", {"timerId": "t", "startedEventId": started.event_id}),
        DECISION_NEEDED,
    ]
    assert run.execution.count("timer") == 0
    assert [kind for kind, _ in run.decide(timer("t"))] == ["TimerStarted"]


def test_a_timer_of_no_time_is_due_at_once():
    """A startToFireTimeout of 0 is due at the moment the timer starts."""
    run = Run()
    run.decide(timer("t", 0))

    assert run.opened("timer").due == START


def test_timer_ids_are_unique_while_open():
    """StartTimer fails with TIMER_ID_ALREADY_IN_USE, and a decision task follows."""
    run = Run()

    told = run.decide(timer("t"), timer("t"))

    assert told[1:] == [
        (
            "StartTimerFailed",
            {
                "timerId": "t",
                "cause": "TIMER_ID_ALREADY_IN_USE",
                "decisionTaskCompletedEventId": run.decided,
            },
        ),
        DECISION_NEEDED,
    ]


def test_timers_are_limited():
    """StartTimer fails with OPEN_TIMERS_LIMIT_EXCEEDED; an id in use is told before that."""
    run = Run(World(limits=Limits(open_timers=1)))

    told = run.decide(timer("t"), timer("u"), timer("t"))

    assert [one.get("cause") for _, one in told[:3]] == [
        None,
        "OPEN_TIMERS_LIMIT_EXCEEDED",
        "TIMER_ID_ALREADY_IN_USE",
    ]


def test_a_timer_is_canceled():
    """CancelTimer records TimerCanceled, and no decision task, also in the list that started it."""
    run = Run()

    told = run.decide(timer("t"), decision("CancelTimer", timerId="t"))

    assert told[1:] == [
        (
            "TimerCanceled",
            {
                "timerId": "t",
                "startedEventId": run.decided + 1,
                "decisionTaskCompletedEventId": run.decided,
            },
        )
    ]
    assert run.execution.named("timer", "t") is None


def test_a_timer_that_is_not_open_cannot_be_canceled():
    """CancelTimer fails with TIMER_ID_UNKNOWN, also once the timer has fired."""
    run = Run()
    run.decide(timer("t"))
    run.act(timers.fire, run.opened("timer"))

    told = run.decide(decision("CancelTimer", timerId="t"))

    assert told == [
        (
            "CancelTimerFailed",
            {
                "timerId": "t",
                "cause": "TIMER_ID_UNKNOWN",
                "decisionTaskCompletedEventId": run.decided,
            },
        ),
        DECISION_NEEDED,
    ]
