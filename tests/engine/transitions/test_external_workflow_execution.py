"""Other executions: signals and requests to cancel, from their decision to their answer."""

from __future__ import annotations

import pytest
from transition_harness import DECISION_NEEDED, Run, decision

from swf.engine.state import Link
from swf.engine.transitions import external_workflow_execution as external
from swf.engine.transitions import workflow_execution
from swf.engine.turn import CancelExternal, SignalExternal

TARGET = {"workflowId": "other", "runId": "o1", "control": "c"}
UNKNOWN = "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"


def test_a_signal_is_initiated():
    """SignalExternalWorkflowExecution records its Initiated event, and leaves the delivery."""
    run = Run()

    told = run.decide(
        decision("SignalExternalWorkflowExecution", signalName="s", input="i", **TARGET)
    )

    attributes = {
        **TARGET,
        "signalName": "s",
        "input": "i",
        "decisionTaskCompletedEventId": run.decided,
    }
    assert told == [("SignalExternalWorkflowExecutionInitiated", attributes)]
    assert run.deliveries == [SignalExternal(run.execution.last_event_id, attributes)]


def test_a_request_to_cancel_is_initiated():
    """RequestCancelExternalWorkflowExecution records its Initiated event, leaves the delivery."""
    run = Run()

    told = run.decide(decision("RequestCancelExternalWorkflowExecution", **TARGET))

    attributes = {**TARGET, "decisionTaskCompletedEventId": run.decided}
    assert told == [("RequestCancelExternalWorkflowExecutionInitiated", attributes)]
    assert run.deliveries == [CancelExternal(run.execution.last_event_id, attributes)]


@pytest.mark.parametrize(
    ("transition", "event_type"),
    [
        (external.signaled, "ExternalWorkflowExecutionSignaled"),
        (external.cancel_requested, "ExternalWorkflowExecutionCancelRequested"),
    ],
)
def test_what_was_delivered_is_told(transition, event_type):
    """The source hears which run was reached, and needs a decision."""
    run = Run()
    run.decide()

    run.act(transition, 5, Link("other", "o1"))

    attributes = {
        "workflowExecution": {"workflowId": "other", "runId": "o1"},
        "initiatedEventId": 5,
    }
    assert run.recorded == [(event_type, attributes), DECISION_NEEDED]


FAILURES = [
    (external.signal_failed, "SignalExternalWorkflowExecutionFailed"),
    (external.cancel_failed, "RequestCancelExternalWorkflowExecutionFailed"),
]


@pytest.mark.parametrize(("transition", "event_type"), FAILURES)
def test_a_target_that_is_not_open_is_told(transition, event_type):
    """The source hears UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION with the Initiated event's words."""
    run = Run()
    run.decide()
    initiated = {**TARGET, "signalName": "s", "input": "i", "decisionTaskCompletedEventId": 4}

    run.act(transition, 5, initiated, UNKNOWN)

    attributes = {
        **TARGET,
        "decisionTaskCompletedEventId": 4,
        "cause": "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION",
        "initiatedEventId": 5,
    }
    assert run.recorded == [(event_type, attributes), DECISION_NEEDED]


@pytest.mark.parametrize(("transition", "_event_type"), FAILURES)
def test_a_run_that_was_not_named_stays_unnamed(transition, _event_type):
    """Without runId and control in the decision, the failure has none."""
    run = Run()

    run.act(transition, 5, {"workflowId": "other", "decisionTaskCompletedEventId": 4}, UNKNOWN)

    assert run.recorded[0][1] == {
        "workflowId": "other",
        "decisionTaskCompletedEventId": 4,
        "cause": UNKNOWN,
        "initiatedEventId": 5,
    }


@pytest.mark.parametrize(
    ("transition", "args"),
    [
        (external.signaled, (Link("other", "o1"),)),
        (external.cancel_requested, (Link("other", "o1"),)),
        (external.signal_failed, ({}, UNKNOWN)),
        (external.cancel_failed, ({}, UNKNOWN)),
    ],
)
def test_a_closed_source_hears_nothing(transition, args):
    """What becomes of a delivery is not recorded in a source that is closed."""
    run = Run()
    run.act(workflow_execution.terminate, None, "OPERATOR_INITIATED")

    run.act(transition, 5, *args)

    assert run.recorded == []
