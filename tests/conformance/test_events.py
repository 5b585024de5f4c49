"""The event table: every event type, how it comes about, and its exact attributes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from embedded_harness import Service, attributes_member, told
from embedded_scenarios import SCENARIOS, Scenario

from swf.shapes import SHAPES

NEED_DECISION = frozenset(
    {
        "WorkflowExecutionStarted",
        "WorkflowExecutionCancelRequested",
        "WorkflowExecutionSignaled",
        "CompleteWorkflowExecutionFailed",
        "FailWorkflowExecutionFailed",
        "CancelWorkflowExecutionFailed",
        "ContinueAsNewWorkflowExecutionFailed",
        "DecisionTaskTimedOut",
        "ScheduleActivityTaskFailed",
        "ActivityTaskCompleted",
        "ActivityTaskFailed",
        "ActivityTaskTimedOut",
        "ActivityTaskCanceled",
        "RequestCancelActivityTaskFailed",
        "StartTimerFailed",
        "TimerFired",
        "CancelTimerFailed",
        "StartChildWorkflowExecutionFailed",
        "ChildWorkflowExecutionStarted",
        "ChildWorkflowExecutionCompleted",
        "ChildWorkflowExecutionFailed",
        "ChildWorkflowExecutionTimedOut",
        "ChildWorkflowExecutionCanceled",
        "ChildWorkflowExecutionTerminated",
        "SignalExternalWorkflowExecutionFailed",
        "ExternalWorkflowExecutionSignaled",
        "RequestCancelExternalWorkflowExecutionFailed",
        "ExternalWorkflowExecutionCancelRequested",
        "LambdaFunctionCompleted",
        "LambdaFunctionFailed",
        "LambdaFunctionTimedOut",
        "ScheduleLambdaFunctionFailed",
        "StartLambdaFunctionFailed",
    }
)
CLOSING = frozenset(
    {
        "WorkflowExecutionCompleted",
        "WorkflowExecutionFailed",
        "WorkflowExecutionCanceled",
        "WorkflowExecutionContinuedAsNew",
        "WorkflowExecutionTimedOut",
        "WorkflowExecutionTerminated",
    }
)
SILENT = frozenset(
    {
        "ActivityTaskScheduled",
        "ActivityTaskStarted",
        "ActivityTaskCancelRequested",
        "MarkerRecorded",
        "TimerStarted",
        "TimerCanceled",
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "SignalExternalWorkflowExecutionInitiated",
        "RequestCancelExternalWorkflowExecutionInitiated",
        "StartChildWorkflowExecutionInitiated",
        "DecisionTaskScheduled",
        "DecisionTaskStarted",
        "DecisionTaskCompleted",
    }
)

each = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@each
def test_an_event_holds_exactly_the_attributes_of_the_table(
    scenario: Scenario, services: Callable[..., Service]
) -> None:
    """Required members are there, told ones as they were told, others are not there at all."""
    run, event_id, attributes = scenario.happen(services(scenario.url, options=scenario.options))

    assert told(run.raw()[event_id - 1]) == (scenario.event, attributes)


@each
def test_an_event_is_spelled_as_the_model_spells_it(
    scenario: Scenario, services: Callable[..., Service]
) -> None:
    """An event has its id, type, time, and one member of attributes that is named after it."""
    run, event_id, _ = scenario.happen(services(scenario.url, options=scenario.options))

    raw = run.raw()[event_id - 1]
    assert raw["eventId"] == event_id
    assert attributes_member(scenario.event) in SHAPES["HistoryEvent"]["members"]
    assert set(raw) == {
        "eventId",
        "eventType",
        "eventTimestamp",
        attributes_member(scenario.event),
    }


@pytest.mark.parametrize(
    "scenario",
    [one for one in SCENARIOS if one.event in NEED_DECISION],
    ids=lambda scenario: scenario.name,
)
def test_an_event_that_a_decider_must_see_has_a_decision_task_scheduled(
    scenario: Scenario, services: Callable[..., Service]
) -> None:
    """After it the execution has a decision task scheduled that will show it."""
    run, event_id, _ = scenario.happen(services(scenario.url, options=scenario.options))

    if run.close_status is None:
        seen = run.types()
        tasks = {"Scheduled": 0, "Started": 0}
        for index, kind in enumerate(seen, 1):
            if kind == "DecisionTaskScheduled":
                tasks["Scheduled"] = index
            if kind == "DecisionTaskStarted":
                tasks["Started"] = index
        waiting = tasks["Scheduled"] > tasks["Started"]
        assert waiting or tasks["Started"] > event_id


@pytest.mark.parametrize(
    "scenario",
    [one for one in SCENARIOS if one.event in CLOSING],
    ids=lambda scenario: scenario.name,
)
def test_nothing_follows_an_event_that_closes(
    scenario: Scenario, services: Callable[..., Service]
) -> None:
    """The last event of a closed run is its closing event, then and later."""
    service = services(scenario.url, options=scenario.options)
    run, event_id, _ = scenario.happen(service)
    service.clock.advance(90_000)

    assert run.last_id() == event_id
    assert run.describe()["executionInfo"]["executionStatus"] == "CLOSED"


def test_the_table_tells_of_every_event_what_follows() -> None:
    """Every event type needs a decision, closes, or goes unnoticed; RecordMarkerFailed is never."""
    told_of = NEED_DECISION | CLOSING | SILENT | {"RecordMarkerFailed"}

    assert told_of == set(SHAPES["EventType"]["enum"])
    assert len(told_of) == 54
