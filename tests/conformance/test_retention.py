"""Retention: closed executions are kept so many days after their close, then forgotten."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from embedded_harness import (
    DOMAIN,
    NO_DECISION_TASK,
    ORDER,
    Run,
    Service,
    child,
    complete,
    continue_as_new,
    marker,
    schedule,
    timer,
)

from swf.fault import Fault

DAY = 86_400


def unknown(run: Run) -> tuple[str, str]:
    """Return how a request on a forgotten run is refused."""
    return (
        "UnknownResourceFault",
        f"Unknown execution: WorkflowExecution=[workflowId={run.workflow_id}, runId={run.run_id}]",
    )


def _refusal(operation: str, run: Run) -> tuple[str, str] | None:
    try:
        run.service.call(operation, domain=run.domain, execution=run.execution)
    except Fault as fault:
        return fault.code, fault.message
    return None


def forgotten(run: Run) -> bool:
    """Tell whether a run is unknown to every operation; they must agree."""
    service = run.service
    told = [
        _refusal(operation, run)
        for operation in ("DescribeWorkflowExecution", "GetWorkflowExecutionHistory")
    ]
    listed = run.execution in [
        info["execution"]
        for operation in ("ListOpenWorkflowExecutions", "ListClosedWorkflowExecutions")
        for info in service.call(operation, domain=run.domain, startTimeFilter={"oldestDate": 0})[
            "executionInfos"
        ]
    ]
    if listed:
        assert told == [None, None]
    else:
        assert told == [unknown(run)] * 2
    return not listed


def in_domain(service: Service, days: str) -> Callable[[], Run]:
    """Register a domain of this retention; return what starts an execution in it."""
    service.call("RegisterDomain", name="d", workflowExecutionRetentionPeriodInDays=days)
    service.call(
        "RegisterWorkflowType",
        domain="d",
        **ORDER,
        defaultExecutionStartToCloseTimeout="31536000",
        defaultTaskList={"name": "l"},
        defaultTaskStartToCloseTimeout="NONE",
        defaultChildPolicy="ABANDON",
    )

    def start() -> Run:
        reply = service.call(
            "StartWorkflowExecution", domain="d", workflowId="w", workflowType=ORDER
        )
        return Run(service, "w", reply["runId"], "d")

    return start


def test_a_closed_execution_is_kept_for_the_days_of_its_domain(service: Service) -> None:
    """It is known until the days since its close are over, and then to nobody."""
    run = service.start()
    service.clock.advance(10)
    run.decide(complete())
    service.clock.advance(7 * DAY - 1)
    assert not forgotten(run)
    service.clock.advance(2)
    assert forgotten(run)
    counted = service.ask("CountClosedWorkflowExecutions", startTimeFilter={"oldestDate": 0})
    assert counted == {"count": 0, "truncated": False}


def test_what_else_falls_due_has_nothing_forgotten_early(service: Service) -> None:
    """Whenever the engine looks at what is due, what is kept for another second is kept."""
    run = service.begun(complete())
    other = service.begun(
        timer("t", 7 * DAY - 1), workflow_id="other", executionStartToCloseTimeout="31536000"
    )
    service.clock.advance(7 * DAY - 1)

    assert "TimerFired" in [kind for kind, _ in other.history()]
    assert not forgotten(run)
    service.clock.advance(2)
    assert forgotten(run)


def test_an_open_execution_is_kept(service: Service) -> None:
    """Retention counts from the close; what is open is not forgotten."""
    run = in_domain(service, "1")()
    service.clock.advance(300 * DAY)

    assert not forgotten(run)
    assert run.close_status is None


@pytest.mark.parametrize("days", ["0", "NONE"])
def test_nothing_is_kept_without_retention(days: str, service: Service) -> None:
    """Record and history go as soon as the execution closes."""
    run = in_domain(service, days)()
    service.call("TerminateWorkflowExecution", domain="d", workflowId="w")
    service.clock.advance(0)

    assert forgotten(run)


@pytest.mark.parametrize("days", ["0", "NONE"])
def test_a_continued_run_goes_and_its_successor_stays(days: str, service: Service) -> None:
    """Each run is forgotten by its own close."""
    start = in_domain(service, days)
    run = start()
    task = service.call("PollForDecisionTask", domain="d", taskList={"name": "l"})
    service.answer(task, continue_as_new())
    service.clock.advance(0)

    (following,) = service.runs()
    assert following.run_id != run.run_id
    assert forgotten(run)


def test_the_longest_retention_is_90_days(service: Service) -> None:
    """What closed 90 days ago is still known."""
    run = in_domain(service, "90")()
    service.call("TerminateWorkflowExecution", domain="d", workflowId="w")
    service.clock.advance(90 * DAY - 1)
    assert not forgotten(run)
    service.clock.advance(2)
    assert forgotten(run)


def test_deprecated_domains_and_deleted_types_do_not_shorten_it(service: Service) -> None:
    """An execution is kept its days whatever becomes of its type and domain."""
    run = service.begun(complete())
    service.ask("DeprecateWorkflowType", workflowType=ORDER)
    service.ask("DeleteWorkflowType", workflowType=ORDER)
    service.call("DeprecateDomain", name=DOMAIN)
    service.clock.advance(6 * DAY)

    assert not forgotten(run)


def test_many_and_large_executions_are_forgotten_whole(service: Service) -> None:
    """Whatever is forgotten in one batch, in the end all of it is gone, and nothing else."""
    runs = [
        service.begun(*[marker()] * 1_500, complete(), workflow_id=str(number))
        for number in range(5)
    ]
    service.clock.advance(DAY)
    kept = service.begun(complete(), workflow_id="later")
    service.clock.advance(6 * DAY + 1)

    assert all(map(forgotten, runs))
    assert not forgotten(kept)


def test_a_forgotten_workflow_id_starts_anew(service: Service) -> None:
    """Nothing of a forgotten run stands in the way of the next one."""
    service.begun(complete())
    service.clock.advance(8 * DAY)

    assert service.start().last_id() == 2


def test_the_tasks_of_a_forgotten_execution_are_unknown(service: Service) -> None:
    """Who answers one learns that it is unknown, as for any task that is closed."""
    run = service.begun(schedule(heartbeatTimeout="NONE"))
    run.signal()
    activity = service.activity_task()["taskToken"]
    decision = run.decision_task(maximumPageSize=1)
    run.terminate()
    service.clock.advance(8 * DAY)

    for operation in (
        "RespondActivityTaskCompleted",
        "RespondActivityTaskFailed",
        "RespondActivityTaskCanceled",
        "RecordActivityTaskHeartbeat",
    ):
        assert service.refusal(operation, taskToken=activity) == (
            "UnknownResourceFault",
            "Unknown activity, scheduledEventId = 5",
        )
    assert service.refusal("RespondDecisionTaskCompleted", taskToken=decision["taskToken"]) == (
        "UnknownResourceFault",
        "Unknown decision task, scheduledEventId = 7",
    )
    assert service.decision_task(nextPageToken=decision["nextPageToken"]) == NO_DECISION_TASK


def test_a_parent_hears_of_a_child_that_is_not_kept(service: Service) -> None:
    """The child's end is told before the child is forgotten."""
    start = in_domain(service, "NONE")
    parent = start()
    task = service.call("PollForDecisionTask", domain="d", taskList={"name": "l"})
    service.answer(task, child("c", taskList={"name": "children"}))
    task = service.call("PollForDecisionTask", domain="d", taskList={"name": "children"})
    service.answer(task, complete(result="r"))
    service.clock.advance(0)

    assert parent.attributes("ChildWorkflowExecutionCompleted")["result"] == "r"
    assert [run.workflow_id for run in service.runs()] == ["w"]
