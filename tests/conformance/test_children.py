"""Child executions, and what a parent's end means for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from embedded_harness import (
    DECISION_NEEDED,
    DOMAIN,
    ORDER,
    ORDER_VALUES,
    ROLE,
    Run,
    Service,
    Wire,
    cancel,
    child,
    complete,
    continue_as_new,
    fail,
    schedule,
)

CHILDREN = {"name": "children"}


def family(service: Service, **members: object) -> tuple[Run, Run]:
    """Start a parent with one child, whose decision tasks are on a list of its own."""
    parent = service.begun(child(taskList=CHILDREN, **members))
    return parent, service.latest("child")


def decide(run: Run, *decisions: Wire) -> None:
    """Let a child decide."""
    run.decide(*decisions, task_list="children")


def test_a_child_is_an_execution_of_its_own(service: Service) -> None:
    """It starts with two events, knows its parent, and is listed like any other."""
    parent, run = family(service, input="i", tagList=["x"])

    assert run.history() == [
        (
            "WorkflowExecutionStarted",
            {
                **ORDER_VALUES,
                "taskList": CHILDREN,
                "workflowType": ORDER,
                "input": "i",
                "tagList": ["x"],
                "parentWorkflowExecution": parent.execution,
                "parentInitiatedEventId": 5,
            },
        ),
        ("DecisionTaskScheduled", {**DECISION_NEEDED[1], "taskList": CHILDREN}),
    ]
    assert run.describe()["executionInfo"]["parent"] == parent.execution


def test_the_parent_hears_that_its_child_started(service: Service) -> None:
    """Initiated, then Started with the run id, then a decision task."""
    parent = service.start()
    results = parent.decide(child())
    run = service.latest("child")

    initiated = {
        **ORDER_VALUES,
        "workflowId": "child",
        "workflowType": ORDER,
        "decisionTaskCompletedEventId": 4,
    }
    started = {
        "workflowExecution": run.execution,
        "workflowType": ORDER,
        "initiatedEventId": 5,
    }
    assert results == [
        ("StartChildWorkflowExecutionInitiated", initiated),
        ("ChildWorkflowExecutionStarted", started),
        DECISION_NEEDED,
    ]


def test_a_child_inherits_nothing(service: Service) -> None:
    """Priority, task list, tags and role are the decision's, else the child type's."""
    parent = service.start(
        taskPriority="9", taskList={"name": "elsewhere"}, tagList=["x"], lambdaRole=ROLE
    )
    parent.decide(child(), task_list="elsewhere")
    started = service.latest("child").attributes("WorkflowExecutionStarted")

    assert started["taskList"] == ORDER_VALUES["taskList"]
    assert not {"taskPriority", "tagList", "lambdaRole", "input"} & set(started)


def test_a_childs_priority_is_its_types(service: Service) -> None:
    """The default priority of the child's type is resolved into its events."""
    key = {"name": "urgent", "version": "1"}
    service.workflow_type(key, {**ORDER_VALUES, "taskPriority": "8"})
    parent = service.begun(child("child", key))

    assert parent.attributes("StartChildWorkflowExecutionInitiated")["taskPriority"] == "8"
    run = service.latest("child")
    assert run.attributes("WorkflowExecutionStarted")["taskPriority"] == "8"
    assert run.attributes("DecisionTaskScheduled")["taskPriority"] == "8"


@pytest.mark.parametrize(
    ("end", "event", "added"),
    [
        (complete(result="r"), "ChildWorkflowExecutionCompleted", {"result": "r"}),
        (
            fail(reason="r", details="d"),
            "ChildWorkflowExecutionFailed",
            {"reason": "r", "details": "d"},
        ),
        (cancel(details="d"), "ChildWorkflowExecutionCanceled", {"details": "d"}),
    ],
)
def test_an_open_parent_hears_of_its_childs_end(
    end: Wire, event: str, added: Wire, service: Service
) -> None:
    """The matching event has what the child told, and a decision task follows."""
    parent, run = family(service)
    parent.decide()
    decide(run, end)

    assert parent.history(9) == [
        (
            event,
            {
                "workflowExecution": run.execution,
                "workflowType": ORDER,
                "initiatedEventId": 5,
                "startedEventId": 6,
                **added,
            },
        ),
        DECISION_NEEDED,
    ]
    assert parent.open_counts()[3] == 0


def test_a_closed_parent_hears_nothing(service: Service) -> None:
    """The child's end is recorded in the child alone."""
    parent, run = family(service)
    parent.decide(complete())
    decide(run, complete())

    assert parent.last()[0] == "WorkflowExecutionCompleted"
    assert run.close_status == "COMPLETED"


def test_a_workflow_id_in_use_fails_after_the_initiation(service: Service) -> None:
    """WORKFLOW_ALREADY_RUNNING carries the id of the Initiated event, and closes the child."""
    service.start("child")
    parent = service.start()
    task = service.decision_task()
    service.answer(task)
    results = parent.decide(child(control="c"))

    assert [kind for kind, _ in results] == [
        "StartChildWorkflowExecutionInitiated",
        "StartChildWorkflowExecutionFailed",
        "DecisionTaskScheduled",
    ]
    assert results[1][1]["initiatedEventId"] == 5
    assert parent.open_counts()[3] == 0


def test_two_children_of_one_id_in_one_list(service: Service) -> None:
    """The first starts, the second is already running."""
    parent = service.begun(child(), child())

    assert parent.types(4) == [
        "StartChildWorkflowExecutionInitiated",
        "StartChildWorkflowExecutionInitiated",
        "ChildWorkflowExecutionStarted",
        "DecisionTaskScheduled",
        "StartChildWorkflowExecutionFailed",
    ]
    assert parent.attributes("StartChildWorkflowExecutionFailed")["initiatedEventId"] == 6


def test_an_execution_cannot_be_its_own_child(service: Service) -> None:
    """The parent's own workflow id is in use as long as it is open."""
    parent = service.begun(child("w"))

    assert (
        parent.attributes("StartChildWorkflowExecutionFailed")["cause"]
        == "WORKFLOW_ALREADY_RUNNING"
    )


def test_a_child_may_be_started_again_once_it_is_closed(service: Service) -> None:
    """A workflow id is free when its run is closed."""
    parent, run = family(service)
    decide(run, complete())
    parent.decide(child(taskList=CHILDREN))

    assert parent.types().count("ChildWorkflowExecutionStarted") == 2
    assert service.latest("child").run_id != run.run_id


def test_a_childs_execution_timeout_may_be_none(service: Service) -> None:
    """NONE is accepted for a child, and means a year."""
    parent, run = family(
        service, executionStartToCloseTimeout="NONE", taskStartToCloseTimeout="NONE"
    )
    parent.decide(complete())
    service.clock.advance(31_535_999)
    assert run.close_status is None
    service.clock.advance(1)
    assert run.close_status == "TIMED_OUT"


def test_a_child_started_by_a_closing_list_starts(service: Service) -> None:
    """Start child and complete in one list: the child runs, the closed parent hears nothing."""
    parent = service.begun(child(taskList=CHILDREN), complete())
    run = service.latest("child")
    decide(run, complete())

    assert parent.types(4) == ["StartChildWorkflowExecutionInitiated", "WorkflowExecutionCompleted"]
    assert run.describe()["executionInfo"]["parent"] == parent.execution


# Child policy


def _terminated(parent: Run, **members: object) -> None:
    parent.terminate(**members)


def _timed_out(parent: Run, **_: object) -> None:
    parent.service.clock.advance(100)


ENDS: list[tuple[str, Callable[..., None]]] = [
    ("terminated", _terminated),
    ("timed out", _timed_out),
]
each_end = pytest.mark.parametrize("end", [end for _, end in ENDS], ids=[name for name, _ in ENDS])


def with_policy(service: Service, policy: str, **members: object) -> tuple[Run, Run]:
    """Start a parent of a policy, which times out after 100 seconds, with a child."""
    parent = service.begun(
        child(taskList=CHILDREN, **members),
        childPolicy=policy,
        executionStartToCloseTimeout="100",
    )
    run = service.latest("child")
    decide(run)
    return parent, run


@each_end
def test_policy_terminate_terminates_open_children(
    end: Callable[..., None], service: Service
) -> None:
    """The child is terminated by policy, shows its own child policy, and the parent is closed."""
    parent, run = with_policy(service, "TERMINATE", childPolicy="ABANDON")
    end(parent)

    assert run.history(4) == [
        (
            "WorkflowExecutionTerminated",
            {"childPolicy": "ABANDON", "cause": "CHILD_POLICY_APPLIED"},
        )
    ]
    assert run.close_status == "TERMINATED"
    assert parent.last()[0] in ("WorkflowExecutionTerminated", "WorkflowExecutionTimedOut")


@each_end
def test_policy_request_cancel_asks_open_children(
    end: Callable[..., None], service: Service
) -> None:
    """The child gets a cancel request by policy, naming the parent, and a decision task."""
    parent, run = with_policy(service, "REQUEST_CANCEL")
    end(parent)

    assert run.history(4) == [
        (
            "WorkflowExecutionCancelRequested",
            {
                "cause": "CHILD_POLICY_APPLIED",
                "externalWorkflowExecution": parent.execution,
                "externalInitiatedEventId": 0,
            },
        ),
        ("DecisionTaskScheduled", {**DECISION_NEEDED[1], "taskList": CHILDREN}),
    ]
    assert run.describe()["executionInfo"]["cancelRequested"] is True


@each_end
def test_policy_abandon_leaves_open_children(end: Callable[..., None], service: Service) -> None:
    """The child goes on as if nothing had happened."""
    parent, run = with_policy(service, "ABANDON")
    end(parent)

    assert parent.close_status is not None
    assert run.last_id() == 4
    assert run.close_status is None


def test_the_policy_of_a_termination_goes_before_the_executions(service: Service) -> None:
    """It overrides for that call, and is what the event shows."""
    parent, run = with_policy(service, "TERMINATE")
    parent.terminate(childPolicy="ABANDON")

    assert parent.last()[1]["childPolicy"] == "ABANDON"
    assert run.close_status is None


@pytest.mark.parametrize(
    "end", [complete(), fail(), cancel(), continue_as_new()], ids=lambda end: end["decisionType"]
)
def test_a_decided_end_leaves_children_alone(end: Wire, service: Service) -> None:
    """Only termination and time-out apply the child policy; otherwise children run on."""
    parent, run = with_policy(service, "TERMINATE")
    parent.decide(end)

    assert parent.close_status is not None
    assert run.last_id() == 4


def test_a_policy_goes_down_the_generations(service: Service) -> None:
    """Each terminated child applies its own policy to its children."""
    generations = 30
    runs = [service.start("0", taskList={"name": "0"})]
    for depth in range(1, generations):
        runs[-1].decide(child(str(depth), taskList={"name": str(depth)}), task_list=str(depth - 1))
        runs.append(service.latest(str(depth)))
    runs[0].terminate()

    assert [run.close_status for run in runs] == ["TERMINATED"] * generations
    assert [run.last()[1]["cause"] for run in runs] == [
        "OPERATOR_INITIATED",
        *["CHILD_POLICY_APPLIED"] * (generations - 1),
    ]


def test_a_policy_stops_where_a_generation_says_so(service: Service) -> None:
    """A terminated child whose own policy is ABANDON leaves its children."""
    parent = service.begun(child("middle", taskList=CHILDREN, childPolicy="ABANDON"))
    middle = service.latest("middle")
    decide(middle, child("youngest", taskList=CHILDREN))
    youngest = service.latest("youngest")
    parent.terminate()

    assert middle.close_status == "TERMINATED"
    assert youngest.close_status is None


def test_a_policy_does_not_touch_closed_children(service: Service) -> None:
    """What closed before its parent stays as it closed."""
    parent, run = with_policy(service, "TERMINATE")
    run.signal()
    decide(run, complete())
    parent.terminate()

    assert run.close_status == "COMPLETED"


def test_a_terminated_child_drops_its_tasks(service: Service) -> None:
    """A child that is terminated by policy hands out nothing any more."""
    parent, run = family(service)
    decide(run, schedule())
    parent.terminate()

    assert "taskToken" not in service.activity_task()
    assert service.ask("CountPendingActivityTasks", taskList={"name": "workers"})["count"] == 0
    assert run.domain == DOMAIN
