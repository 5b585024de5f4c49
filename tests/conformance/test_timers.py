"""Timers and markers."""

from __future__ import annotations

import pytest
from embedded_harness import (
    DECISION_NEEDED,
    Service,
    cancel_timer,
    complete,
    marker,
    timer,
)


def test_a_timer_fires_when_it_is_due(service: Service) -> None:
    """Not a moment earlier, with a decision task, stamped with the moment."""
    run = service.begun(timer(seconds=10))
    service.clock.advance(9.999)
    assert run.last()[0] == "TimerStarted"
    service.clock.advance(0.001)
    assert run.history(5) == [
        ("TimerFired", {"timerId": "t", "startedEventId": 5}),
        DECISION_NEEDED,
    ]
    assert run.times("TimerFired") == [10]
    assert run.open_counts()[2] == 0


def test_a_timer_fires_once(service: Service) -> None:
    """However far time goes on, there is one TimerFired."""
    run = service.begun(timer())
    service.clock.advance(1_000)
    service.clock.advance(1_000)

    assert run.types(5) == ["TimerFired", "DecisionTaskScheduled"]


def test_a_timer_of_no_time_fires_at_once(service: Service) -> None:
    """A start-to-fire time of 0 is legal, and due in the moment of its start."""
    run = service.begun(timer(seconds=0))
    service.clock.advance(0)

    assert run.types(4) == ["TimerStarted", "TimerFired", "DecisionTaskScheduled"]
    assert run.times("TimerFired") == [0]


def test_timers_fire_in_the_order_of_their_moments(service: Service) -> None:
    """However far the clock jumps, each fires at its own moment."""
    run = service.begun(timer("c", 30), timer("a", 10), timer("b", 20))
    service.clock.advance(100)

    fired = [attributes["timerId"] for kind, attributes in run.history() if kind == "TimerFired"]
    assert fired == ["a", "b", "c"]
    assert run.times("TimerFired") == [10, 20, 30]
    assert run.times("DecisionTaskScheduled") == [0, 10]


def test_a_timer_id_may_be_used_again(service: Service) -> None:
    """An id is free once its timer fired or was canceled, in the same list too."""
    run = service.begun(timer(), cancel_timer(), timer(seconds=20))
    service.clock.advance(10)
    assert run.types(4) == ["TimerStarted", "TimerCanceled", "TimerStarted"]
    service.clock.advance(10)
    assert run.attributes("TimerFired") == {"timerId": "t", "startedEventId": 7}
    run.decide(timer())
    assert run.last()[0] == "TimerStarted"


def test_a_canceled_timer_does_not_fire(service: Service) -> None:
    """TimerCanceled names the start; nothing follows, and nothing is counted."""
    run = service.begun(timer(), cancel_timer())
    service.clock.advance(100)

    assert run.types(4) == ["TimerStarted", "TimerCanceled"]
    assert run.open_counts()[2] == 0


def test_a_fired_timer_cannot_be_canceled(service: Service) -> None:
    """What fired while the decider thought is unknown to its CancelTimer."""
    run = service.begun(timer())
    run.signal()
    task = run.decision_task()
    service.clock.advance(10)
    results = run.answer(task, cancel_timer())

    assert [kind for kind, _ in results] == ["CancelTimerFailed"]
    assert results[0][1]["cause"] == "TIMER_ID_UNKNOWN"
    assert run.decision_task()["startedEventId"] > 0


def test_a_timer_wakes_its_own_execution_only(service: Service) -> None:
    """Another execution with a timer of the same id hears nothing."""
    run = service.begun(timer(seconds=10), workflow_id="x")
    other = service.begun(timer(seconds=20), workflow_id="y")
    service.clock.advance(10)

    assert run.last()[0] == "DecisionTaskScheduled"
    assert other.last()[0] == "TimerStarted"


def test_a_closed_execution_has_no_timers(service: Service) -> None:
    """Closing drops what is open: nothing fires afterwards."""
    run = service.begun(timer(), complete())
    service.clock.advance(100)

    assert run.types(4) == ["TimerStarted", "WorkflowExecutionCompleted"]


@pytest.mark.parametrize("seconds", [1, 86_399])
def test_a_timer_may_be_short_or_long(seconds: int, service: Service) -> None:
    """A timer of any length fires to the millisecond."""
    run = service.begun(timer(seconds=seconds))
    service.clock.advance(seconds)

    assert run.times("TimerFired") == [seconds]


def test_markers_may_repeat(service: Service) -> None:
    """A marker is recorded each time, names may repeat, no decision is needed."""
    run = service.begun(marker("m", details="1"), marker("m", details="2"))

    assert [attributes["details"] for _, attributes in run.history(4)] == ["1", "2"]
    assert run.open_counts()[1] == 0
