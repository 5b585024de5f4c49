"""Continuing an execution as a new run."""

from __future__ import annotations

from embedded_harness import (
    BARE,
    DECISION_NEEDED,
    NO_ACTIVITY_TASK,
    ORDER,
    ORDER_VALUES,
    ROLE,
    START,
    Service,
    Wire,
    child,
    complete,
    continue_as_new,
    schedule,
    timer,
)

CHILDREN = {"name": "children"}


def test_one_run_closes_and_the_next_one_starts(service: Service) -> None:
    """In one moment: ContinuedAsNew closes the old run; the new one has its two events."""
    run = service.start()
    service.clock.advance(10)
    results = run.decide(continue_as_new(input="next"))
    new = service.latest("w")

    assert results == [
        (
            "WorkflowExecutionContinuedAsNew",
            {
                **ORDER_VALUES,
                "workflowType": ORDER,
                "input": "next",
                "newExecutionRunId": new.run_id,
                "decisionTaskCompletedEventId": 4,
            },
        )
    ]
    assert new.history() == [
        (
            "WorkflowExecutionStarted",
            {
                **ORDER_VALUES,
                "workflowType": ORDER,
                "input": "next",
                "continuedExecutionRunId": run.run_id,
                "parentInitiatedEventId": 0,
            },
        ),
        DECISION_NEEDED,
    ]
    assert run.close_status == "CONTINUED_AS_NEW"
    assert new.times("WorkflowExecutionStarted") == [10]
    assert new.describe()["executionInfo"]["startTimestamp"] == START + 10


def test_the_next_run_takes_the_types_values_not_the_old_runs(service: Service) -> None:
    """Values are the decision's, else the type's; nothing of the old run is inherited."""
    run = service.start(
        taskPriority="5",
        taskStartToCloseTimeout="7",
        executionStartToCloseTimeout="1000",
        childPolicy="ABANDON",
        tagList=["x"],
        input="i",
        lambdaRole=ROLE,
    )
    run.decide(continue_as_new())
    started = service.latest("w").attributes("WorkflowExecutionStarted")

    assert started == {
        **ORDER_VALUES,
        "workflowType": ORDER,
        "continuedExecutionRunId": run.run_id,
        "parentInitiatedEventId": 0,
    }


def test_the_version_may_change(service: Service) -> None:
    """The name stays; values are then the new version's."""
    second = {"name": "order", "version": "2"}
    service.workflow_type(second, {**ORDER_VALUES, "taskStartToCloseTimeout": "33"})
    service.begun(continue_as_new(workflowTypeVersion="2"))
    started = service.latest("w").attributes("WorkflowExecutionStarted")

    assert started["workflowType"] == second
    assert started["taskStartToCloseTimeout"] == "33"


def test_a_type_without_defaults_continues_when_all_is_told(service: Service) -> None:
    """What the type leaves open the decision has to tell."""
    run = service.begun(continue_as_new(**ORDER_VALUES), workflow_type=BARE, **ORDER_VALUES)

    assert run.close_status == "CONTINUED_AS_NEW"


def test_open_activities_and_timers_are_dropped(service: Service) -> None:
    """They belong to the old run, which is closed; the new one starts with nothing open."""
    run = service.begun(schedule(), timer(), continue_as_new())
    service.clock.advance(100)
    new = service.latest("w")

    assert run.last()[0] == "WorkflowExecutionContinuedAsNew"
    assert new.open_counts() == (0, 1, 0, 0, 0)
    assert service.activity_task() == NO_ACTIVITY_TASK


def test_the_new_run_has_its_own_time(service: Service) -> None:
    """Its execution time-out runs from its own start."""
    service.start(executionStartToCloseTimeout="100").decide(
        continue_as_new(executionStartToCloseTimeout="100")
    )
    new = service.latest("w")
    service.clock.advance(50)
    new.decide(continue_as_new(executionStartToCloseTimeout="100"))
    last = service.latest("w")
    service.clock.advance(99)
    assert last.close_status is None
    service.clock.advance(1)
    assert last.close_status == "TIMED_OUT"


def test_none_means_a_year(service: Service) -> None:
    """The execution time-out of the decision may be NONE."""
    service.begun(continue_as_new(executionStartToCloseTimeout="NONE"))
    new = service.latest("w")
    service.clock.advance(31_535_999)
    assert new.close_status is None
    service.clock.advance(1)
    assert new.close_status == "TIMED_OUT"


def test_signals_go_to_the_latest_run(service: Service) -> None:
    """The workflow id belongs to the new run; the old one is closed."""
    old = service.begun(continue_as_new())
    service.ask("SignalWorkflowExecution", workflowId="w", signalName="s")

    assert service.latest("w").types(2) == ["WorkflowExecutionSignaled"]
    assert (
        service.refused(
            "SignalWorkflowExecution", workflowId="w", runId=old.run_id, signalName="s"
        )[0]
        == "UnknownResourceFault"
    )


def test_a_childs_continuation_is_not_told_to_its_parent(service: Service) -> None:
    """The link moves on; the parent hears of the real end, with the last run's id."""
    parent = service.begun(child(taskList=CHILDREN))
    first = service.latest("child")
    first.decide(continue_as_new(taskList=CHILDREN), task_list="children")
    second = service.latest("child")
    assert parent.last_id() == 7
    assert parent.open_counts()[3] == 1
    assert second.describe()["executionInfo"]["parent"] == parent.execution
    second.decide(complete(result="r"), task_list="children")

    assert parent.history(7) == [
        (
            "ChildWorkflowExecutionCompleted",
            {
                "workflowExecution": second.execution,
                "workflowType": ORDER,
                "initiatedEventId": 5,
                "startedEventId": 6,
                "result": "r",
            },
        )
    ]


def test_a_continued_child_knows_its_parent(service: Service) -> None:
    """Its WorkflowExecutionStarted names the parent and the event that started the chain."""
    parent = service.begun(child(taskList=CHILDREN))
    first = service.latest("child")
    first.decide(continue_as_new(taskList=CHILDREN), task_list="children")
    started = service.latest("child").attributes("WorkflowExecutionStarted")

    assert started["parentWorkflowExecution"] == parent.execution
    assert started["parentInitiatedEventId"] == 5
    assert started["continuedExecutionRunId"] == first.run_id


def test_a_policy_reaches_the_continued_child(service: Service) -> None:
    """Terminating the parent terminates the child's latest run."""
    parent = service.begun(child(taskList=CHILDREN))
    service.latest("child").decide(continue_as_new(taskList=CHILDREN), task_list="children")
    second = service.latest("child")
    parent.terminate()

    assert second.close_status == "TERMINATED"


def test_children_of_a_continued_parent_run_on(service: Service) -> None:
    """They are abandoned: the new run hears nothing of them."""
    parent = service.begun(child(taskList=CHILDREN), continue_as_new())
    run = service.latest("child")
    new = service.latest("w")
    run.decide(complete(), task_list="children")

    assert parent.last()[0] == "WorkflowExecutionContinuedAsNew"
    assert new.last_id() == 2
    assert run.close_status == "COMPLETED"


def test_a_chain_keeps_one_open_run(service: Service) -> None:
    """However often it continues, the workflow id has one open run and distinct run ids."""
    service.start()
    seen: list[str] = []
    for _ in range(10):
        run = service.latest("w")
        seen.append(run.run_id)
        run.decide(continue_as_new())
    closed: Wire = service.ask("CountClosedWorkflowExecutions", startTimeFilter={"oldestDate": 0})

    assert len(set(seen)) == 10
    assert closed["count"] == 10
