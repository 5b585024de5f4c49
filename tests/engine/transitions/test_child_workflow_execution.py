"""Children: StartChildWorkflowExecution, and what the parent hears of them."""

from __future__ import annotations

from typing import Any

import pytest
from transition_harness import (
    BARE,
    DECISION_NEEDED,
    GONE,
    ORDER,
    ORDER_VALUES,
    OTHERS,
    UNKNOWN,
    Run,
    World,
    child,
    decision,
)

from swf.engine.state import Link
from swf.engine.transitions import child_workflow_execution as children
from swf.engine.transitions import workflow_execution
from swf.engine.turn import Limits, StartChild

CLOSE = decision("CompleteWorkflowExecution")


def initiated() -> Run:
    """Return a run that has asked for the child `c`."""
    run = Run()
    run.decide(child("c", control="k"))
    return run


def started() -> Run:
    """Return a run whose child `c` is running as `c1`."""
    run = initiated()
    run.act(children.started, run.opened("child_workflow_execution").event_id, "c1")
    return run


# Starting


def test_defaults_of_the_type_are_recorded():
    """StartChildWorkflowExecution records its Initiated event with the type's defaults resolved."""
    run = Run(taskList=OTHERS, taskPriority="9")

    told = run.decide(child("c", input="i", control="k", tagList=["t"]))

    attributes = {
        "workflowId": "c",
        "workflowType": ORDER,
        "input": "i",
        "control": "k",
        "tagList": ["t"],
        "decisionTaskCompletedEventId": run.decided,
        **ORDER_VALUES,
    }
    assert told == [("StartChildWorkflowExecutionInitiated", attributes)]
    assert run.deliveries == [StartChild(run.execution.last_event_id, attributes)]
    assert run.execution.count("child_workflow_execution") == 1


def test_what_the_decision_tells_goes_before_defaults():
    """Of a decision that tells everything, everything is recorded, and NONE as it is."""
    run = Run()
    values = {
        "executionStartToCloseTimeout": "NONE",
        "taskList": OTHERS,
        "taskStartToCloseTimeout": "7",
        "childPolicy": "ABANDON",
        "taskPriority": "-1",
        "lambdaRole": "arn:other",
    }

    [(_, attributes)] = run.decide(child("c", **values))

    assert {name: attributes[name] for name in values} == values


def test_priority_and_role_may_stay_untold():
    """Neither is needed, nor taken from the parent."""
    run = Run(taskPriority="9", lambdaRole="arn:parent")
    values = {
        name: value
        for name, value in ORDER_VALUES.items()
        if name not in {"taskPriority", "lambdaRole"}
    }

    [(event_type, attributes)] = run.decide(child("c", workflowType=BARE, **values))

    assert event_type == "StartChildWorkflowExecutionInitiated"
    assert not {"taskPriority", "lambdaRole"} & set(attributes)


def failed(run: Run, cause: str, **members: Any) -> tuple[str, dict[str, Any]]:
    attributes = {
        "workflowType": ORDER,
        "workflowId": "c",
        "cause": cause,
        "initiatedEventId": 0,
        "decisionTaskCompletedEventId": run.decided,
        **members,
    }
    return ("StartChildWorkflowExecutionFailed", attributes)


@pytest.mark.parametrize(
    ("told", "cause"),
    [
        ([], "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
        (["executionStartToCloseTimeout"], "DEFAULT_TASK_LIST_UNDEFINED"),
        (
            ["executionStartToCloseTimeout", "taskList"],
            "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED",
        ),
        (
            ["executionStartToCloseTimeout", "taskList", "taskStartToCloseTimeout"],
            "DEFAULT_CHILD_POLICY_UNDEFINED",
        ),
    ],
)
def test_undefined_defaults_are_told_one_after_another(told, cause):
    """The first member that neither decision nor type tells is the cause; the rest may miss too."""
    run = Run()
    values = {name: ORDER_VALUES[name] for name in told}

    recorded = run.decide(child("c", workflowType=BARE, **values))

    assert recorded == [failed(run, cause, workflowType=BARE), DECISION_NEEDED]
    assert run.deliveries == []


def test_causes_are_checked_in_order():
    """A refusal tells of type, deprecation, open children, open executions in that order."""
    run = Run(World(limits=Limits(open_children=1, open_executions=2), open=1))
    run.decide(child("c"))
    run.world.open = 2

    told = run.decide(child("c", workflowType=UNKNOWN), child("c", workflowType=GONE), child("c"))
    run.world.limits = Limits(open_children=2, open_executions=2)
    told += run.decide(child("c", workflowType=BARE, control="k"))

    causes = [attributes.get("cause") for _, attributes in told if "cause" in attributes]
    assert causes == [
        "WORKFLOW_TYPE_DOES_NOT_EXIST",
        "WORKFLOW_TYPE_DEPRECATED",
        "OPEN_CHILDREN_LIMIT_EXCEEDED",
        "OPEN_WORKFLOWS_LIMIT_EXCEEDED",
    ]
    assert told[-2:] == [
        failed(run, "OPEN_WORKFLOWS_LIMIT_EXCEEDED", workflowType=BARE, control="k"),
        DECISION_NEEDED,
    ]


def test_a_child_is_started():
    """ChildWorkflowExecutionStarted tells the child's run, and a decision task follows."""
    run = initiated()
    entity = run.opened("child_workflow_execution")

    run.act(children.started, entity.event_id, "c1")

    attributes = {
        "workflowExecution": {"workflowId": "c", "runId": "c1"},
        "workflowType": ORDER,
        "initiatedEventId": entity.event_id,
    }
    assert run.recorded == [("ChildWorkflowExecutionStarted", attributes), DECISION_NEEDED]
    assert (entity.started_id, entity.run_id) == (run.execution.last_event_id - 1, "c1")


def test_a_workflow_id_that_is_open_is_told_after_the_initiated_event():
    """WORKFLOW_ALREADY_RUNNING names the Initiated event, repeats its control, ends the child."""
    run = initiated()
    attributes = run.deliveries[0].attributes
    event_id = run.execution.last_event_id

    run.act(children.start_failed, event_id, attributes, "WORKFLOW_ALREADY_RUNNING")

    cause = "WORKFLOW_ALREADY_RUNNING"
    expected = failed(run, cause, initiatedEventId=event_id, control="k")
    assert run.recorded == [expected, DECISION_NEEDED]
    assert run.execution.count("child_workflow_execution") == 0


def test_two_children_of_one_workflow_id():
    """The second of two children of one workflow id fails without harm to the first."""
    run = Run()
    run.decide(child("c"), child("c"))
    first, second = run.deliveries
    run.act(children.started, first.initiated_id, "c1")
    run.act(
        children.start_failed, second.initiated_id, second.attributes, "WORKFLOW_ALREADY_RUNNING"
    )

    assert run.opened("child_workflow_execution").event_id == first.initiated_id
    assert run.execution.ids == {}
    assert run.execution.count("child_workflow_execution") == 1


# Ending


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ("Completed", {"result": "r"}),
        ("Failed", {"reason": "r", "details": "d"}),
        ("TimedOut", {"timeoutType": "START_TO_CLOSE"}),
        ("Canceled", {"details": "d"}),
        ("Terminated", {}),
    ],
)
def test_the_end_of_a_child_needs_a_decision(outcome, told):
    """ChildWorkflowExecution* tells the run that ended, both events of the child and its words."""
    run = started()
    run.decide()
    entity = run.opened("child_workflow_execution")

    run.act(children.closed, entity.event_id, Link("c", "c2"), outcome, told)

    attributes = {
        **told,
        "workflowExecution": {"workflowId": "c", "runId": "c2"},
        "workflowType": ORDER,
        "initiatedEventId": entity.event_id,
        "startedEventId": entity.started_id,
    }
    assert run.recorded == [(f"ChildWorkflowExecution{outcome}", attributes), DECISION_NEEDED]
    assert run.execution.count("child_workflow_execution") == 0


ENDS = (
    "ChildWorkflowExecutionCompleted",
    "ChildWorkflowExecutionFailed",
    "ChildWorkflowExecutionTimedOut",
    "ChildWorkflowExecutionCanceled",
    "ChildWorkflowExecutionTerminated",
)


@pytest.mark.parametrize("event_type", ENDS)
def test_a_child_ends_once(event_type):
    """What was told to have ended is not told again."""
    run = started()
    event_id = run.opened("child_workflow_execution").event_id
    outcome = event_type.removeprefix("ChildWorkflowExecution")
    told = {"timeoutType": "START_TO_CLOSE"} if outcome == "TimedOut" else {}
    run.act(children.closed, event_id, Link("c", "c1"), outcome, told)
    first = run.recorded

    run.act(children.closed, event_id, Link("c", "c1"), outcome, told)

    assert first[0][0] == event_type
    assert run.recorded == []


def test_a_closed_parent_hears_nothing():
    """A child that is started with the parent's close starts all the same, and tells no one."""
    run = Run()
    run.decide(child("c"), CLOSE)
    [asked] = run.deliveries
    recorded = []
    run.act(children.started, asked.initiated_id, "c1")
    recorded += run.recorded
    run.act(children.start_failed, asked.initiated_id, asked.attributes, "WORKFLOW_ALREADY_RUNNING")
    recorded += run.recorded
    run.act(children.closed, asked.initiated_id, Link("c", "c1"), "Completed", {})
    recorded += run.recorded

    assert isinstance(asked, StartChild)
    assert recorded == []


def test_counts_stay_where_the_parent_closes():
    """The count of open children is not zeroed by a close."""
    run = started()
    run.act(workflow_execution.terminate, None, "OPERATOR_INITIATED")

    assert run.execution.count("child_workflow_execution") == 1
    assert not run.execution.open
