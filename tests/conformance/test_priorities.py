"""Priorities: higher ones first, then first scheduled first; nothing is inherited."""

from __future__ import annotations

from embedded_harness import (
    DECIDERS,
    ORDER_VALUES,
    PACK_VALUES,
    Service,
    child,
    schedule,
)


def decided(service: Service, count: int) -> list[str]:
    """Return the workflow ids of the next decision tasks."""
    return [service.decision_task()["workflowExecution"]["workflowId"] for _ in range(count)]


def worked(service: Service, count: int) -> list[str]:
    """Return the ids of the next activity tasks."""
    return [service.activity_task()["activityId"] for _ in range(count)]


def test_decision_tasks_of_higher_priority_go_first(service: Service) -> None:
    """By the execution's priority, as a number; without one it is 0; then by age."""
    for workflow_id, priority in (
        ("none", None),
        ("low", "-5"),
        ("ten", "10"),
        ("two", "2"),
        ("zero", "0"),
        ("ten again", "10"),
        ("most", "2147483647"),
        ("least", "-2147483648"),
    ):
        service.start(workflow_id, **({} if priority is None else {"taskPriority": priority}))

    assert decided(service, 8) == [
        "most",
        "ten",
        "ten again",
        "two",
        "none",
        "zero",
        "low",
        "least",
    ]


def test_a_workflow_types_default_priority_counts(service: Service) -> None:
    """The default is what executions have that tell none."""
    urgent = {"name": "urgent", "version": "1"}
    service.workflow_type(urgent, {**ORDER_VALUES, "taskPriority": "5"})
    service.start("plain")
    service.start("urgent", urgent)
    service.start("told", urgent, taskPriority="-1")

    assert decided(service, 3) == ["urgent", "plain", "told"]


def test_activity_tasks_of_higher_priority_go_first(service: Service) -> None:
    """By the decision's priority, else the activity type's default, else 0; then by age."""
    urgent = {"name": "urgent", "version": "1"}
    service.activity_type(urgent, {**PACK_VALUES, "taskPriority": "5"})
    run = service.begun(
        schedule("plain"),
        schedule("low", taskPriority="-1"),
        schedule("type's", urgent),
        schedule("high", taskPriority="9"),
        schedule("told", urgent, taskPriority="1"),
        schedule("plain too"),
    )

    assert worked(service, 6) == ["high", "type's", "told", "plain", "plain too", "low"]
    told = [
        attributes.get("taskPriority")
        for kind, attributes in run.history()
        if kind == "ActivityTaskScheduled"
    ]
    assert told == [None, "-1", "5", "9", "1", None]


def test_activities_do_not_inherit_the_executions_priority(service: Service) -> None:
    """An activity of an urgent execution is as urgent as its own decision says."""
    service.begun(schedule("a"), workflow_id="plain")
    service.begun(schedule("b"), workflow_id="urgent", taskPriority="9")

    assert worked(service, 2) == ["a", "b"]


def test_children_do_not_inherit_the_parents_priority(service: Service) -> None:
    """A child of an urgent execution is as urgent as its decision or its type says."""
    service.begun(child("of urgent", taskList={"name": "x"}), taskPriority="9")
    service.start("other", taskList={"name": "x"}, taskPriority="1")

    assert service.decision_task("x")["workflowExecution"]["workflowId"] == "other"


def test_every_decision_task_of_an_execution_has_its_priority(service: Service) -> None:
    """Later decision tasks tell and have the same priority."""
    run = service.begun(workflow_id="urgent", taskPriority="9")
    service.start("plain")
    run.signal()

    assert run.last()[1]["taskPriority"] == "9"
    assert decided(service, 2) == ["urgent", "plain"]
    assert run.attributes("WorkflowExecutionStarted")["taskList"] == DECIDERS
