"""Lambda tasks, which run callables of an explicit registry."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from embedded_harness import (
    DECISION_NEEDED,
    ROLE,
    Run,
    Service,
    Wire,
    function,
    patiently,
)


@pytest.fixture
def service(services: Callable[..., Service]) -> Service:
    """A service whose polls wait, since functions run in threads of their own."""
    return services("memory://?poll_seconds=50")


def called(service: Service, *decisions: Wire, **members: Any) -> Run:
    """Start an execution that schedules functions, and wait for the decision that follows."""
    run = service.start(**{"lambdaRole": ROLE, **members})
    run.decide(*decisions)
    patiently(run.decision_task)
    return run


def add(event: Any, _context: Any) -> Any:
    """Add two numbers."""
    return event["x"] + event["y"]


def test_a_function_is_called_with_its_input(service: Service) -> None:
    """Scheduled, Started, Completed with the result as JSON; a decision task follows."""
    service.engine.functions.register("add", add)
    run = called(service, function(input='{"x": 1, "y": 2}', control="c"))

    assert run.history(4)[:4] == [
        (
            "LambdaFunctionScheduled",
            {
                "id": "f",
                "name": "add",
                "input": '{"x": 1, "y": 2}',
                "control": "c",
                "startToCloseTimeout": "900",
                "decisionTaskCompletedEventId": 4,
            },
        ),
        ("LambdaFunctionStarted", {"scheduledEventId": 5}),
        ("LambdaFunctionCompleted", {"scheduledEventId": 5, "startedEventId": 6, "result": "3"}),
        DECISION_NEEDED,
    ]
    assert run.open_counts()[4] == 0


def test_what_a_function_raises_is_its_failure(service: Service) -> None:
    """Reason and details tell of the error; the execution goes on."""
    service.engine.functions.register("add", add)
    run = called(service, function(input="{}"))
    failed = run.attributes("LambdaFunctionFailed")

    assert failed["reason"] == "KeyError"
    assert json.loads(failed["details"])["errorType"] == "KeyError"
    assert set(failed) == {"scheduledEventId", "startedEventId", "reason", "details"}


def test_a_function_that_takes_too_long_times_out(service: Service) -> None:
    """Its time runs from its start; what it returns later is not recorded."""
    entered, left = threading.Event(), threading.Event()

    def slow(_event: Any, _context: Any) -> str:
        entered.set()
        left.wait(20)
        return "late"

    service.engine.functions.register("add", slow)
    run = service.start(lambdaRole=ROLE)
    run.decide(function(startToCloseTimeout="7"))
    assert entered.wait(20)
    assert run.open_counts()[4] == 1
    service.clock.advance(6.999)
    assert run.last()[0] == "LambdaFunctionStarted"
    service.clock.advance(0.001)
    left.set()
    assert service.engine.functions.join(20)

    assert run.history(6) == [
        (
            "LambdaFunctionTimedOut",
            {"scheduledEventId": 5, "startedEventId": 6, "timeoutType": "START_TO_CLOSE"},
        ),
        DECISION_NEEDED,
    ]


def test_a_function_has_900_seconds_unless_told(service: Service) -> None:
    """The default start-to-close time-out is a quarter of an hour."""
    entered, left = threading.Event(), threading.Event()

    def slow(_event: Any, _context: Any) -> None:
        entered.set()
        left.wait(20)

    service.engine.functions.register("add", slow)
    run = service.start(lambdaRole=ROLE)
    run.decide(function())
    assert entered.wait(20)
    service.clock.advance(900)
    left.set()

    assert run.times("LambdaFunctionTimedOut") == [900]


def test_an_unregistered_function_is_not_available(service: Service) -> None:
    """Without the function the decision fails by LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION."""
    run = service.start(lambdaRole=ROLE)

    assert run.decide(function("f", "unheard")) == [
        (
            "ScheduleLambdaFunctionFailed",
            {
                "id": "f",
                "name": "unheard",
                "cause": "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION",
                "decisionTaskCompletedEventId": 4,
            },
        ),
        DECISION_NEEDED,
    ]


def test_without_a_role_a_function_is_scheduled_and_not_started(service: Service) -> None:
    """The role cannot be assumed: StartLambdaFunctionFailed, and nothing stays open."""
    ran: list[Any] = []
    service.engine.functions.register("add", lambda event, context: ran.append(event))
    run = service.start()
    results = run.decide(function())

    assert [kind for kind, _ in results] == [
        "LambdaFunctionScheduled",
        "StartLambdaFunctionFailed",
        "DecisionTaskScheduled",
    ]
    assert results[1][1]["cause"] == "ASSUME_ROLE_FAILED"
    assert results[1][1]["scheduledEventId"] == 5
    assert run.open_counts()[4] == 0
    assert ran == []


def test_the_id_of_a_closed_function_may_be_used_again(service: Service) -> None:
    """Ids are unique among the open functions only."""
    service.engine.functions.register("add", lambda event, context: event)
    run = service.start(lambdaRole=ROLE)
    run.decide(function(input="1"))
    task = patiently(run.decision_task)
    run.answer(task, function(input="2"))
    patiently(run.decision_task)

    assert [
        attributes["result"]
        for kind, attributes in run.history()
        if kind == "LambdaFunctionCompleted"
    ] == ["1", "2"]


def test_functions_of_a_closed_execution_are_not_recorded(service: Service) -> None:
    """What a function returns after the close goes nowhere."""
    entered, left = threading.Event(), threading.Event()

    def slow(_event: Any, _context: Any) -> None:
        entered.set()
        left.wait(20)

    service.engine.functions.register("add", slow)
    run = service.start(lambdaRole=ROLE)
    run.decide(function())
    assert entered.wait(20)
    run.terminate()
    left.set()
    assert service.engine.functions.join(20)

    assert run.last()[0] == "WorkflowExecutionTerminated"
    assert run.open_counts()[4] == 1
