"""Signals and cancel requests from one execution to another."""

from __future__ import annotations

import pytest
from embedded_harness import (
    DECISION_NEEDED,
    Run,
    Service,
    Wire,
    cancel_external,
    child,
    complete,
    signal_external,
)

TARGETS = {"name": "targets"}
UNKNOWN = "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"


def target(service: Service, *decisions: Wire) -> Run:
    """Start a target whose decision tasks are on a list of its own, and let it decide."""
    run = service.start("target", taskList=TARGETS)
    run.decide(*decisions, task_list="targets")
    return run


def test_a_signal_is_delivered_and_confirmed(service: Service) -> None:
    """Both sides are told, both get a decision task."""
    other = target(service)
    source = service.start()
    results = source.decide(signal_external("target", "hello", input="i", control="c"))

    initiated: Wire = {
        "workflowId": "target",
        "signalName": "hello",
        "input": "i",
        "control": "c",
        "decisionTaskCompletedEventId": 4,
    }
    signaled = {"workflowExecution": other.execution, "initiatedEventId": 5}
    assert results == [
        ("SignalExternalWorkflowExecutionInitiated", initiated),
        ("ExternalWorkflowExecutionSignaled", signaled),
        DECISION_NEEDED,
    ]
    received = {
        "signalName": "hello",
        "input": "i",
        "externalWorkflowExecution": source.execution,
        "externalInitiatedEventId": 5,
    }
    assert other.history(4) == [
        ("WorkflowExecutionSignaled", received),
        ("DecisionTaskScheduled", {**DECISION_NEEDED[1], "taskList": TARGETS}),
    ]


def test_a_cancel_request_is_delivered_and_confirmed(service: Service) -> None:
    """Both sides are told, both get a decision task."""
    other = target(service)
    source = service.start()
    results = source.decide(cancel_external("target", runId=other.run_id, control="c"))

    initiated: Wire = {**other.execution, "control": "c", "decisionTaskCompletedEventId": 4}
    requested = {"workflowExecution": other.execution, "initiatedEventId": 5}
    assert results == [
        ("RequestCancelExternalWorkflowExecutionInitiated", initiated),
        ("ExternalWorkflowExecutionCancelRequested", requested),
        DECISION_NEEDED,
    ]
    received = {"externalWorkflowExecution": source.execution, "externalInitiatedEventId": 5}
    assert other.history(4) == [
        ("WorkflowExecutionCancelRequested", received),
        ("DecisionTaskScheduled", {**DECISION_NEEDED[1], "taskList": TARGETS}),
    ]


@pytest.mark.parametrize(
    ("send", "event"),
    [
        (signal_external, "SignalExternalWorkflowExecution"),
        (cancel_external, "RequestCancelExternalWorkflowExecution"),
    ],
)
@pytest.mark.parametrize("case", ["nobody", "closed", "other run", "closed run"])
def test_what_cannot_be_delivered_fails_after_its_initiation(
    case: str, send: object, event: str, service: Service
) -> None:
    """Unknown and closed executions are told by the *Failed event, which needs a decision."""
    named: Wire = {}
    if case.startswith("closed"):
        closed = target(service, complete())
        if case == "closed run":
            named = {"runId": closed.run_id}
            target(service)
    if case == "other run":
        target(service)
        named = {"runId": "another"}
    source = service.start()
    results = source.decide(send("target", control="c", **named))  # type: ignore[operator]

    assert [kind for kind, _ in results] == [
        f"{event}Initiated",
        f"{event}Failed",
        "DecisionTaskScheduled",
    ]
    assert results[1][1] == {
        "workflowId": "target",
        **named,
        "cause": UNKNOWN,
        "initiatedEventId": 5,
        "control": "c",
        "decisionTaskCompletedEventId": 4,
    }


def test_an_empty_run_id_means_the_open_run(service: Service) -> None:
    """Absent or empty, the target is the open execution of the workflow id."""
    other = target(service)
    source = service.begun(signal_external("target", runId=""))

    assert "runId" not in source.attributes("SignalExternalWorkflowExecutionInitiated")
    assert other.last_id() == 6


def test_an_execution_may_signal_itself(service: Service) -> None:
    """Both events land in one history, with one decision task."""
    run = service.start()
    results = run.decide(signal_external("w", "s"))

    kinds = [kind for kind, _ in results]
    assert kinds[0] == "SignalExternalWorkflowExecutionInitiated"
    assert sorted(kinds[1:]) == [
        "DecisionTaskScheduled",
        "ExternalWorkflowExecutionSignaled",
        "WorkflowExecutionSignaled",
    ]
    received = run.attributes("WorkflowExecutionSignaled")
    assert received["externalWorkflowExecution"] == run.execution
    assert received["externalInitiatedEventId"] == 5


def test_an_execution_may_request_its_own_cancellation(service: Service) -> None:
    """Both events land in one history, with one decision task."""
    run = service.start()
    kinds = [kind for kind, _ in run.decide(cancel_external("w"))]

    assert sorted(kinds) == [
        "DecisionTaskScheduled",
        "ExternalWorkflowExecutionCancelRequested",
        "RequestCancelExternalWorkflowExecutionInitiated",
        "WorkflowExecutionCancelRequested",
    ]


def test_a_signal_from_a_closing_list_is_delivered(service: Service) -> None:
    """The closed source hears nothing more, the target gets its signal."""
    other = target(service)
    source = service.begun(signal_external("target"), complete())

    assert source.types(4) == [
        "SignalExternalWorkflowExecutionInitiated",
        "WorkflowExecutionCompleted",
    ]
    assert other.types(4) == ["WorkflowExecutionSignaled", "DecisionTaskScheduled"]


def test_a_child_may_be_signaled_by_the_list_that_starts_it(service: Service) -> None:
    """Deliveries are carried out in the order of their decisions."""
    source = service.begun(
        child("target", taskList=TARGETS), signal_external("target"), cancel_external("target")
    )

    assert source.types(7) == [
        "ChildWorkflowExecutionStarted",
        "DecisionTaskScheduled",
        "ExternalWorkflowExecutionSignaled",
        "ExternalWorkflowExecutionCancelRequested",
    ]
    assert service.latest("target").types(2) == [
        "WorkflowExecutionSignaled",
        "WorkflowExecutionCancelRequested",
    ]


def test_several_signals_arrive_in_order(service: Service) -> None:
    """What one list sends to one target arrives as it was sent; one decision task tells of all."""
    other = target(service)
    source = service.begun(*[signal_external("target", name) for name in "abc"])

    received = [
        attributes["signalName"]
        for kind, attributes in other.history()
        if kind == "WorkflowExecutionSignaled"
    ]
    assert received == ["a", "b", "c"]
    assert other.types(4).count("DecisionTaskScheduled") == 1
    assert source.types(4).count("DecisionTaskScheduled") == 1


def test_another_domain_is_out_of_reach(service: Service) -> None:
    """The target is sought in the domain of the source only."""
    service.call("RegisterDomain", name="other", workflowExecutionRetentionPeriodInDays="1")
    service.call(
        "RegisterWorkflowType",
        domain="other",
        name="order",
        version="1",
        defaultExecutionStartToCloseTimeout="10",
        defaultTaskList=TARGETS,
        defaultTaskStartToCloseTimeout="10",
        defaultChildPolicy="ABANDON",
    )
    service.call(
        "StartWorkflowExecution",
        domain="other",
        workflowId="target",
        workflowType={"name": "order", "version": "1"},
    )
    source = service.begun(signal_external("target"))

    assert source.attributes("SignalExternalWorkflowExecutionFailed")["cause"] == UNKNOWN
