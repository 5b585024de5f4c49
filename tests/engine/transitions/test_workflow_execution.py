"""The execution itself: its start, what reaches it from outside, its six ends."""

from __future__ import annotations

from typing import Any

import pytest
from transition_harness import (
    BARE,
    CHILD_OF,
    DECIDERS,
    DECISION_NEEDED,
    GONE,
    ORDER,
    ORDER_DEFAULTS,
    ORDER_VALUES,
    OTHERS,
    START,
    STARTED,
    YEAR,
    Run,
    child,
    decision,
    schedule,
    timer,
)

from swf.engine.state import Link, Parent
from swf.engine.transitions import child_workflow_execution as children
from swf.engine.transitions import time_out, workflow_execution
from swf.engine.turn import ApplyPolicy, ContinueAsNew, RegisteredType, StartChild, TellParent
from swf.wire import TypeKey

CLOSES = [
    ("CompleteWorkflowExecution", "Completed", {"result": ""}),
    ("FailWorkflowExecution", "Failed", {"reason": "r", "details": "d"}),
    ("CancelWorkflowExecution", "Canceled", {"details": "d"}),
]
CLOSED = {
    "Completed": ("WorkflowExecutionCompleted", "COMPLETED"),
    "Failed": ("WorkflowExecutionFailed", "FAILED"),
    "Canceled": ("WorkflowExecutionCanceled", "CANCELED"),
}
REFUSED = {
    "CompleteWorkflowExecution": "CompleteWorkflowExecutionFailed",
    "FailWorkflowExecution": "FailWorkflowExecutionFailed",
    "CancelWorkflowExecution": "CancelWorkflowExecutionFailed",
    "ContinueAsNewWorkflowExecution": "ContinueAsNewWorkflowExecutionFailed",
}
PARENT = Parent("parent", "p1", 7)


def continue_as_new(**attributes: Any) -> dict[str, Any]:
    return decision("ContinueAsNewWorkflowExecution", **attributes)


# Starting


def test_a_start_needs_a_decision():
    """WorkflowExecutionStarted and DecisionTaskScheduled are recorded at one moment."""
    run = Run()

    assert run.recorded == [("WorkflowExecutionStarted", STARTED), DECISION_NEEDED]
    assert [event.at for event in run.history] == [START, START]


def test_what_an_execution_is_started_with():
    """The state has everything that WorkflowExecutionStarted tells."""
    execution = Run(**ORDER_VALUES, **CHILD_OF, tagList=["t", "u"], input="i").execution

    assert execution.workflow_type == TypeKey("order", "1")
    assert execution.task_list == DECIDERS["name"]
    assert execution.execution_start_to_close == "3600"
    assert execution.task_start_to_close == "60"
    assert execution.child_policy == "TERMINATE"
    assert execution.task_priority == "3"
    assert execution.lambda_role == ORDER_VALUES["lambdaRole"]
    assert execution.tag_list == ("t", "u")
    assert execution.parent == PARENT
    assert execution.parent.link == Link("parent", "p1")
    assert execution.link == Link("order-1", "r1")
    assert execution.started_at == START


@pytest.mark.parametrize(
    ("timeout", "seconds"), [("3600", 3600), ("0", 0), ("NONE", YEAR), ("99999999", YEAR)]
)
def test_no_execution_takes_longer_than_a_year(timeout, seconds):
    """The execution's START_TO_CLOSE is what was asked for, a year at most."""
    run = Run(executionStartToCloseTimeout=timeout)

    assert run.opened("workflow_execution").deadlines == {"START_TO_CLOSE": START + seconds * 1000}


def test_requests_go_before_defaults():
    """What the request tells is taken, else the type's default."""
    request = {"taskList": OTHERS, "childPolicy": "ABANDON", "input": "i"}

    attributes, undefined = workflow_execution.resolved(request, ORDER_DEFAULTS)

    assert attributes == {**ORDER_VALUES, "taskList": OTHERS, "childPolicy": "ABANDON"}
    assert undefined == []


def test_what_stays_undefined_is_listed_in_order():
    """Priority and role may be missing; the rest is listed in SWF's order."""
    attributes, undefined = workflow_execution.resolved({}, {})

    assert attributes == {}
    assert undefined == [
        "executionStartToCloseTimeout",
        "taskList",
        "taskStartToCloseTimeout",
        "childPolicy",
    ]


# From outside


def test_a_signal_of_the_api():
    """WorkflowExecutionSignaled by the API tells externalInitiatedEventId 0."""
    run = Run()
    run.decide()

    run.act(workflow_execution.signal, "s", "i")

    attributes = {"signalName": "s", "input": "i", "externalInitiatedEventId": 0}
    assert run.recorded == [("WorkflowExecutionSignaled", attributes), DECISION_NEEDED]


def test_a_signal_of_another_execution():
    """WorkflowExecutionSignaled by a decision tells the source and its Initiated event."""
    run = Run()
    run.decide()

    run.act(workflow_execution.signal, "s", None, Link("other", "o1"), 5)

    attributes = {
        "signalName": "s",
        "externalWorkflowExecution": {"workflowId": "other", "runId": "o1"},
        "externalInitiatedEventId": 5,
    }
    assert run.recorded == [("WorkflowExecutionSignaled", attributes), DECISION_NEEDED]


@pytest.mark.parametrize(
    ("args", "attributes"),
    [
        ((), {"externalInitiatedEventId": 0}),
        (
            (Link("other", "o1"), 5),
            {
                "externalWorkflowExecution": {"workflowId": "other", "runId": "o1"},
                "externalInitiatedEventId": 5,
            },
        ),
        (
            (Link("parent", "p1"), 0, "CHILD_POLICY_APPLIED"),
            {
                "externalWorkflowExecution": {"workflowId": "parent", "runId": "p1"},
                "externalInitiatedEventId": 0,
                "cause": "CHILD_POLICY_APPLIED",
            },
        ),
    ],
)
def test_a_request_to_cancel(args, attributes):
    """WorkflowExecutionCancelRequested tells where it comes from, each time it is asked."""
    run = Run()
    run.decide()

    run.act(workflow_execution.request_cancel, *args)
    first = run.recorded
    run.act(workflow_execution.request_cancel, *args)

    assert first == [("WorkflowExecutionCancelRequested", attributes), DECISION_NEEDED]
    assert run.recorded == [("WorkflowExecutionCancelRequested", attributes)]
    assert run.execution.cancel_requested


# Closing by decision


@pytest.mark.parametrize(("decision_type", "outcome", "told"), CLOSES)
def test_a_decision_closes_the_execution(decision_type, outcome, told):
    """Completed, Failed and Canceled are the last event, drop what is open, and keep the counts."""
    run = Run()
    run.decide(schedule("a"), timer("t"))
    run.wait(5)

    recorded = run.decide(decision(decision_type, **told))

    event_type, close_status = CLOSED[outcome]
    assert recorded == [(event_type, {**told, "decisionTaskCompletedEventId": run.decided})]
    execution = run.execution
    assert (execution.close_status, execution.closed_at) == (close_status, START + 5_000)
    assert not execution.is_open
    assert (execution.open, execution.ids) == ({}, {})
    assert (execution.count("activity_task"), execution.count("timer")) == (1, 1)


@pytest.mark.parametrize(("decision_type", "outcome", "told"), CLOSES)
def test_a_parent_is_told(decision_type, outcome, told):
    """The parent of a closed execution is told how it ended, in the words of the decision."""
    run = Run(**CHILD_OF)

    run.decide(decision(decision_type, **told))

    assert run.deliveries == [TellParent(PARENT, outcome, told)]


@pytest.mark.parametrize("decision_type", REFUSED)
def test_news_refuse_a_close(decision_type):
    """What arrived after the task started fails the close with UNHANDLED_DECISION."""
    run = Run(**CHILD_OF)
    run.take()
    run.act(workflow_execution.signal, "s", None)

    recorded = run.answer(timer("t"), decision(decision_type))

    attributes = {"cause": "UNHANDLED_DECISION", "decisionTaskCompletedEventId": run.decided}
    assert recorded[1:] == [(REFUSED[decision_type], attributes)]
    assert run.deliveries == []
    assert run.execution.is_open
    assert run.scheduled().waiting


def test_a_refused_decision_does_not_refuse_the_close():
    """A decision that fails within the list leaves no decision task that the close would miss."""
    run = Run()

    recorded = run.decide(timer("t"), timer("t"), decision("CompleteWorkflowExecution"))

    assert [event_type for event_type, _ in recorded] == [
        "TimerStarted",
        "StartTimerFailed",
        "WorkflowExecutionCompleted",
    ]


@pytest.mark.parametrize("decision_type", [*(one for one, _, _ in CLOSES)])
def test_children_outlive_a_close_by_decision(decision_type):
    """No child policy is applied where the decider closes; what it asked of others goes on."""
    run = Run()
    run.decide(child("c"))
    run.act(children.started, run.deliveries[0].initiated_id, "c1")

    run.decide(child("d"), decision(decision_type))

    assert [type(one) for one in run.deliveries] == [StartChild]


# Continuing as new


def test_the_next_run_starts_from_defaults():
    """ContinueAsNewWorkflowExecution resolves from the type, not from the run that ends."""
    run = Run(taskList=OTHERS, tagList=["old"], input="old", childPolicy="ABANDON", **CHILD_OF)

    recorded = run.decide(continue_as_new(input="i", tagList=["t"]))

    attributes = {
        **ORDER_VALUES,
        "workflowType": ORDER,
        "input": "i",
        "tagList": ["t"],
        "newExecutionRunId": "next-1",
        "decisionTaskCompletedEventId": run.decided,
    }
    assert recorded == [("WorkflowExecutionContinuedAsNew", attributes)]
    assert run.deliveries == [ContinueAsNew("next-1", attributes)]
    assert run.execution.close_status == "CONTINUED_AS_NEW"


def test_the_next_run_may_have_another_version():
    """The decision may name another version; everything the decision tells goes before defaults."""
    run = Run()
    second = TypeKey("order", "2")
    run.world.workflow_types[second] = RegisteredType(second, deprecated=False, defaults={})
    values = {
        "executionStartToCloseTimeout": "NONE",
        "taskList": OTHERS,
        "taskStartToCloseTimeout": "1",
        "childPolicy": "ABANDON",
    }

    [(_, attributes)] = run.decide(continue_as_new(workflowTypeVersion="2", **values))

    assert attributes == {
        **values,
        "workflowType": {"name": "order", "version": "2"},
        "newExecutionRunId": "next-1",
        "decisionTaskCompletedEventId": run.decided,
    }


def refused(run: Run, cause: str) -> list[tuple[str, dict[str, Any]]]:
    attributes = {"cause": cause, "decisionTaskCompletedEventId": run.decided}
    return [("ContinueAsNewWorkflowExecutionFailed", attributes), DECISION_NEEDED]


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
def test_a_next_run_needs_what_a_start_needs(told, cause):
    """The first member that neither decision nor type tells is the cause, and the run goes on."""
    run = Run(workflowType=BARE)

    recorded = run.decide(continue_as_new(**{name: ORDER_VALUES[name] for name in told}))

    assert recorded == refused(run, cause)
    assert run.execution.is_open


@pytest.mark.parametrize(
    ("workflow_type", "version", "cause"),
    [
        (ORDER, "9", "WORKFLOW_TYPE_DOES_NOT_EXIST"),
        (GONE, None, "WORKFLOW_TYPE_DEPRECATED"),
    ],
)
def test_a_next_run_needs_a_type(workflow_type, version, cause):
    """The type must be registered and not deprecated; no run id is spent otherwise."""
    run = Run(workflowType=workflow_type)
    told = {} if version is None else {"workflowTypeVersion": version}

    recorded = run.decide(continue_as_new(**told))

    assert recorded == refused(run, cause)
    assert next(run.run_ids) == "next-1"


def test_news_are_told_before_a_missing_type():
    """UNHANDLED_DECISION is checked before all other causes."""
    run = Run(workflowType=GONE)
    run.take()
    run.act(workflow_execution.signal, "s", None)

    [(_, attributes)] = run.answer(continue_as_new())

    assert attributes["cause"] == "UNHANDLED_DECISION"


# Cut off


def family(**started: Any) -> Run:
    """Return a child with two running children of its own, and one that has ended."""
    run = Run(**CHILD_OF, **started)
    run.decide(child("a"), child("b"), child("c"))
    asked = run.deliveries
    for one, run_id in zip(asked, ("a1", "b1", "c1"), strict=True):
        run.act(children.started, one.initiated_id, run_id)
    run.act(children.closed, asked[1].initiated_id, Link("b", "b1"), "Completed", {})
    return run


def policies(policy: str) -> list[ApplyPolicy]:
    if policy == "ABANDON":
        return []
    return [ApplyPolicy(Link("a", "a1"), policy), ApplyPolicy(Link("c", "c1"), policy)]


@pytest.mark.parametrize("policy", ["TERMINATE", "REQUEST_CANCEL", "ABANDON"])
def test_an_execution_times_out(policy):
    """WorkflowExecutionTimedOut closes, tells the parent, has the policy applied; no decision."""
    run = family(childPolicy=policy)

    run.act(time_out, run.opened("workflow_execution"), "START_TO_CLOSE")

    attributes = {"timeoutType": "START_TO_CLOSE", "childPolicy": policy}
    assert run.recorded == [("WorkflowExecutionTimedOut", attributes)]
    told = TellParent(PARENT, "TimedOut", {"timeoutType": "START_TO_CLOSE"})
    assert run.deliveries == [told, *policies(policy)]
    assert run.execution.close_status == "TIMED_OUT"


@pytest.mark.parametrize("policy", ["TERMINATE", "REQUEST_CANCEL", "ABANDON"])
def test_an_execution_is_terminated(policy):
    """The request's child policy is shown and applied in place of the execution's own."""
    run = family(childPolicy="TERMINATE")
    request = {"reason": "r", "details": "d", "childPolicy": policy, "workflowId": "order-1"}

    run.act(workflow_execution.terminate, request, "OPERATOR_INITIATED")

    attributes = {
        "reason": "r",
        "details": "d",
        "childPolicy": policy,
        "cause": "OPERATOR_INITIATED",
    }
    assert run.recorded == [("WorkflowExecutionTerminated", attributes)]
    assert run.deliveries == [TellParent(PARENT, "Terminated", {}), *policies(policy)]
    assert run.execution.close_status == "TERMINATED"


@pytest.mark.parametrize("cause", ["CHILD_POLICY_APPLIED", "EVENT_LIMIT_EXCEEDED"])
def test_an_execution_is_terminated_by_rule(cause):
    """Without a request the execution's own child policy is shown and applied."""
    run = family(childPolicy="REQUEST_CANCEL")

    run.act(workflow_execution.terminate, None, cause)

    attributes = {"childPolicy": "REQUEST_CANCEL", "cause": cause}
    assert run.recorded == [("WorkflowExecutionTerminated", attributes)]
    assert run.deliveries[1:] == policies("REQUEST_CANCEL")


def test_an_execution_without_parent_tells_none():
    """Nobody is told of the end of an execution that nobody started."""
    run = Run()

    run.act(workflow_execution.terminate, None, "OPERATOR_INITIATED")

    assert run.deliveries == []


def test_a_child_under_way_meets_the_policy_too():
    """Where a full history closes the parent before its child has started, it is not spared."""
    run = Run()
    run.decide(child("c"))

    run.act(workflow_execution.terminate, {"childPolicy": "TERMINATE"}, "EVENT_LIMIT_EXCEEDED")

    assert run.deliveries == [ApplyPolicy(Link("c", ""), "TERMINATE")]


def test_nothing_needs_a_decision_once_closed():
    """need_decision records nothing in an execution that is closed."""
    run = Run()
    run.decide(decision("CompleteWorkflowExecution"))
    before = run.execution.last_event_id

    run.act(lambda turn: turn.need_decision())

    assert run.execution.last_event_id == before
