"""Executions made again from their histories, and histories that are refused."""

from __future__ import annotations

import pytest
from transition_harness import ROLE, STARTED, Run, child, decision, function, schedule, timer

from swf.engine.state import Event
from swf.engine.transitions import (
    activity_task,
    child_workflow_execution,
    fold,
    rebuilt,
    workflow_execution,
)
from swf.exceptions import InconsistentHistoryError


def busy() -> Run:
    """Return a run with one of everything open; the ids of its events are those of the comments."""
    run = Run(lambdaRole=ROLE)  # 1 started, 2 scheduled
    run.decide(  # 3 started, 4 completed
        schedule("a"),  # 5
        schedule("b"),  # 6
        timer("t"),  # 7
        child("c"),  # 8
        function("f"),  # 9
        decision("RecordMarker", markerName="m"),  # 10
    )
    run.act(activity_task.start, run.activity("a"), "worker")  # 11
    run.act(child_workflow_execution.started, 8, "c1")  # 12 started, 13 scheduled
    run.take()  # 14
    run.act(workflow_execution.signal, "s", None)  # 15 signaled, 16 scheduled
    return run


def test_a_rebuilt_execution_has_its_clocks():
    """What is open in a rebuilt execution has the deadlines and places that the events give it."""
    run = busy()

    again = run.rebuilt()

    assert again == run.execution
    assert [one.deadlines for one in again.open.values()] == [
        one.deadlines for one in run.execution.open.values()
    ]
    assert [one.waiting for one in again.open.values()] == [
        one.waiting for one in run.execution.open.values()
    ]


def test_a_difference_is_noticed():
    """An execution that is not what its history tells compares unequal."""
    run = busy()
    run.execution.open[11 - 6].started_id = 12

    assert run.rebuilt() != run.execution


def test_a_history_may_be_folded_in_parts():
    """Folding goes on where the execution stands."""
    run = busy()
    half = rebuilt(1, "shop", "order-1", "r1", run.history[:9])

    assert fold(half, run.history[9:]) == run.execution


@pytest.mark.parametrize("events", [[], [Event(1, "DecisionTaskScheduled", 0, {})]])
def test_a_history_begins_with_its_start(events):
    """Without WorkflowExecutionStarted at its beginning a history is refused."""
    with pytest.raises(
        InconsistentHistoryError,
        match="the history of 'w' does not begin with a WorkflowExecutionStarted",
    ):
        rebuilt(1, "d", "w", "r", events)


def test_a_start_needs_its_attributes():
    """A WorkflowExecutionStarted that lacks a required member is refused by its name."""
    first = Event(1, "WorkflowExecutionStarted", 0, {**STARTED, "taskList": {}})

    with pytest.raises(
        InconsistentHistoryError, match=r"event 1, WorkflowExecutionStarted: .* 'name'"
    ):
        rebuilt(1, "d", "w", "r", [first])


def refusal(
    run: Run, event_type: str, number: int = 17, at: int = 0, /, **attributes: object
) -> str:
    """Return why an event is refused as the run's next."""
    event = Event(number, event_type, at or run.at, attributes)
    with pytest.raises(InconsistentHistoryError) as refused:
        fold(run.rebuilt(), [event])
    message = str(refused.value)
    prefix = f"event {number}, {event_type}: "
    assert message.startswith(prefix)
    return message.removeprefix(prefix)


def test_ids_have_no_gap():
    """An event must have the id after the last one."""
    assert refusal(busy(), "MarkerRecorded", 18) == "it follows event 16"


def test_types_are_known():
    """An event must be of a type that SWF has."""
    assert refusal(busy(), "TeaServed") == "there is no such type of event"


def test_there_is_one_start():
    """An execution starts once."""
    expected = "a history begins with its WorkflowExecutionStarted, and has no other"
    assert refusal(busy(), "WorkflowExecutionStarted", **STARTED) == expected


def test_time_never_runs_backwards():
    """An event must not be older than the one before it."""
    run = busy()
    assert refusal(run, "MarkerRecorded", 17, run.at - 1) == "it is older than the event before it"


def test_nothing_follows_the_close():
    """After the event that closes the execution there is no other."""
    run = Run()
    run.act(workflow_execution.terminate, None, "OPERATOR_INITIATED")
    assert refusal(run, "MarkerRecorded", 4) == "the execution is closed as TERMINATED"


def test_a_member_that_is_missing_is_named():
    """An event without a required member is refused by its name."""
    assert refusal(busy(), "TimerStarted") == "it lacks or misspells 'startToFireTimeout'"


@pytest.mark.parametrize(
    ("event_type", "attributes", "expected"),
    [
        (
            "DecisionTaskScheduled",
            {"taskList": {"name": "deciders"}},
            "event 16 has scheduled a decision task already",
        ),
        (
            "DecisionTaskStarted",
            {"scheduledEventId": 16},
            "the decision task of event 13 is started already",
        ),
        (
            "DecisionTaskCompleted",
            {"scheduledEventId": 13, "startedEventId": 3},
            "its startedEventId is 3, not 14",
        ),
        (
            "DecisionTaskTimedOut",
            {"scheduledEventId": 2, "startedEventId": 3},
            "its scheduledEventId is 2, by which no decision_task is open",
        ),
        ("ActivityTaskScheduled", {"activityId": "a"}, "activityId 'a' is open already"),
        ("TimerStarted", {"timerId": "t"}, "timerId 't' is open already"),
        ("LambdaFunctionScheduled", {"id": "f"}, "id 'f' is open already"),
        ("ActivityTaskStarted", {"scheduledEventId": 5}, "it was started by event 11"),
        (
            "ActivityTaskStarted",
            {"scheduledEventId": 7},
            "its scheduledEventId is 7, by which no activity_task is open",
        ),
        (
            "ActivityTaskCompleted",
            {"scheduledEventId": 6, "startedEventId": 11},
            "its startedEventId is 11, not 0",
        ),
        (
            "ActivityTaskCanceled",
            {},
            "its scheduledEventId is None, by which no activity_task is open",
        ),
        (
            "ActivityTaskCancelRequested",
            {"activityId": "z"},
            "no activity task 'z' is open",
        ),
        (
            "TimerFired",
            {"startedEventId": 5},
            "its startedEventId is 5, by which no timer is open",
        ),
        (
            "StartChildWorkflowExecutionFailed",
            {"initiatedEventId": 7},
            "its initiatedEventId is 7, by which no child_workflow_execution is open",
        ),
        (
            "ChildWorkflowExecutionStarted",
            {"initiatedEventId": 8},
            "it was started by event 12",
        ),
        (
            "ChildWorkflowExecutionCompleted",
            {"initiatedEventId": 8, "startedEventId": 11},
            "its startedEventId is 11, not 12",
        ),
        (
            "LambdaFunctionFailed",
            {"scheduledEventId": 9, "startedEventId": 1},
            "its startedEventId is 1, not 0",
        ),
    ],
)
def test_what_contradicts_the_history_is_refused(event_type, attributes, expected):
    """An event that refers to what is not open, or opens what is, is refused with the reason."""
    assert refusal(busy(), event_type, **attributes) == expected


@pytest.mark.parametrize(
    ("event_type", "attributes"),
    [
        ("StartChildWorkflowExecutionFailed", {"initiatedEventId": 0}),
        ("StartLambdaFunctionFailed", {"scheduledEventId": 9}),
        ("TimerCanceled", {"startedEventId": 7}),
        ("ActivityTaskCancelRequested", {"activityId": "b"}),
    ],
)
def test_what_may_follow_is_folded(event_type, attributes):
    """An event that refers to what is open, or to nothing, is taken."""
    run = busy()

    after = fold(run.rebuilt(), [Event(17, event_type, run.at, attributes)])

    assert after.last_event_id == 17
