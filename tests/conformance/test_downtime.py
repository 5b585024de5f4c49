"""What becomes of everything while the engine is down, and when it is up again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from embedded_harness import (
    DECIDERS,
    DECISION_NEEDED,
    NO_ACTIVITY_TASK,
    PACK,
    PATIENCE_SECONDS,
    ROLE,
    WORKERS,
    Run,
    Service,
    Wire,
    cancel_activity,
    child,
    complete,
    function,
    marker,
    schedule,
    timer,
)

from swf.clock import ManualClock
from swf.engine import Options

DAY = 86_400


@pytest.fixture
def stored(services: Callable[..., Service], tmp_path: Path) -> Callable[..., Service]:
    """Make services on a file."""

    def service(**options: Any) -> Service:
        url = f"sqlite:///{tmp_path / 'swf.db'}?poll_seconds=0&durability=normal"
        return services(url, options=Options(**options))

    return service


@pytest.fixture
def service(stored: Callable[..., Service]) -> Service:
    """A service on a file."""
    return stored()


def outside(service: Service, operation: str, task_list: Wire) -> Wire:
    """Take a task as a poller in another process does."""
    task: Wire = service.begin(operation, taskList=task_list, inside=False).wait()
    assert "taskToken" in task
    return task


def test_everything_is_there_again(service: Service) -> None:
    """Domains, types, tags, executions and histories are what they were."""
    service.call(
        "TagResource",
        resourceArn="arn:aws:swf:us-east-1:123456789012:/domain/shop",
        tags=[{"key": "a", "value": "1"}],
    )
    closed = service.begun(marker(details="\u00e9\U0001f600\x00"), complete(), workflow_id="c")
    run = service.begun(schedule(input="i"), timer(), child(), tagList=["x"])
    known: list[tuple[str, Wire]] = [
        ("DescribeDomain", {"name": "shop"}),
        (
            "ListTagsForResource",
            {"resourceArn": "arn:aws:swf:us-east-1:123456789012:/domain/shop"},
        ),
        ("ListDomains", {"registrationStatus": "REGISTERED"}),
        ("ListWorkflowTypes", {"domain": "shop", "registrationStatus": "REGISTERED"}),
        ("DescribeActivityType", {"domain": "shop", "activityType": PACK}),
        ("ListOpenWorkflowExecutions", {"domain": "shop", "startTimeFilter": {"oldestDate": 0}}),
        ("ListClosedWorkflowExecutions", {"domain": "shop", "startTimeFilter": {"oldestDate": 0}}),
        *(
            (operation, {"domain": "shop", "execution": one.execution})
            for operation in ("DescribeWorkflowExecution", "GetWorkflowExecutionHistory")
            for one in (run, closed)
        ),
    ]
    before = [service.call(operation, **params) for operation, params in known]
    service.reopen()

    assert [service.call(operation, **params) for operation, params in known] == before


def test_work_goes_on(service: Service) -> None:
    """Tasks that waited are handed out, in their order, and the execution ends as it would have."""
    run = service.begun(schedule("a"), schedule("b", taskPriority="1"))
    service.reopen()
    assert service.work()["activityId"] == "b"
    service.reopen()
    assert service.work()["activityId"] == "a"
    service.reopen()
    task = run.decision_task()
    assert task["previousStartedEventId"] == 3
    run.answer(task, complete())
    assert run.close_status == "COMPLETED"


def test_tokens_survive(service: Service) -> None:
    """Task tokens given to other processes and page tokens are good after a restart."""
    run = service.begun(schedule(), *[marker()] * 5)
    run.signal()
    activity = outside(service, "PollForActivityTask", WORKERS)
    decision = outside(service, "PollForDecisionTask", DECIDERS)
    page = service.ask("GetWorkflowExecutionHistory", execution=run.execution, maximumPageSize=5)
    service.reopen()

    rest = service.ask(
        "GetWorkflowExecutionHistory",
        execution=run.execution,
        nextPageToken=page["nextPageToken"],
    )
    assert rest["events"][0]["eventId"] == 6
    service.call("RespondActivityTaskCompleted", taskToken=activity["taskToken"], result="r")
    service.answer(decision, complete())
    assert "ActivityTaskCompleted" in run.types()


def test_another_database_does_not_take_the_tokens(
    service: Service, services: Callable[..., Service]
) -> None:
    """Tokens are sealed with the database's own secret."""
    run = service.start()
    token = outside(service, "PollForDecisionTask", DECIDERS)["taskToken"]
    other = services()
    other.start()
    other.decision_task()

    refusal = other.refusal("RespondDecisionTaskCompleted", taskToken=token)
    assert refusal == ("ValidationException", "Invalid token")
    assert run.types(2) == ["DecisionTaskStarted"]


# Clocks


def test_what_fell_due_happens_at_the_start_in_due_order(service: Service) -> None:
    """Timers fire as the engine is opened, the earliest first, stamped with that moment."""
    run = service.begun(timer("b", 20), timer("a", 10), timer("c", 5_000))
    service.reopen(after=1_000)

    assert run.history(7) == [
        ("TimerFired", {"timerId": "a", "startedEventId": 6}),
        DECISION_NEEDED,
        ("TimerFired", {"timerId": "b", "startedEventId": 5}),
    ]
    assert run.times("TimerFired") == [1_000, 1_000]
    service.clock.advance(4_000)
    assert run.times("TimerFired") == [1_000, 1_000, 5_000]


def test_executions_and_queues_keep_wall_clock_time(service: Service) -> None:
    """Execution time-outs and schedule-to-start go on while the engine is down."""
    run = service.begun(schedule(scheduleToStartTimeout="50"), workflow_id="queue")
    late = service.begun(executionStartToCloseTimeout="60", workflow_id="late")
    service.reopen(after=100)

    assert run.types(5) == ["ActivityTaskTimedOut", "DecisionTaskScheduled"]
    assert late.types(4) == ["WorkflowExecutionTimedOut"]
    assert late.times("WorkflowExecutionTimedOut") == [100]


def test_tasks_held_elsewhere_are_given_the_downtime(service: Service) -> None:
    """Start-to-close and heartbeat go on from where they were when the engine stopped."""
    run = service.begun(schedule(startToCloseTimeout="100", heartbeatTimeout="40"))
    run.signal()
    outside(service, "PollForDecisionTask", DECIDERS)
    outside(service, "PollForActivityTask", WORKERS)
    service.clock.advance(30)
    service.reopen(after=1_000)
    assert run.types(8) == ["ActivityTaskStarted"]
    service.clock.advance(9.999)
    assert run.types(8) == ["ActivityTaskStarted"]
    service.clock.advance(0.001)
    assert run.attributes("ActivityTaskTimedOut")["timeoutType"] == "HEARTBEAT"
    service.clock.advance(20)
    assert run.times("DecisionTaskTimedOut") == [1_060]


def test_schedule_to_close_is_not_given_the_downtime(service: Service) -> None:
    """The whole time of a task is wall-clock time."""
    run = service.begun(schedule(scheduleToCloseTimeout="100"))
    outside(service, "PollForActivityTask", WORKERS)
    service.reopen(after=200)

    assert run.attributes("ActivityTaskTimedOut")["timeoutType"] == "SCHEDULE_TO_CLOSE"


def test_the_grace_is_an_option(stored: Callable[..., Service]) -> None:
    """Without it tasks held elsewhere time out as the engine is opened."""
    service = stored(downtime_grace=False)
    run = service.begun(schedule(heartbeatTimeout="40"))
    outside(service, "PollForActivityTask", WORKERS)
    service.reopen(after=50)

    assert run.attributes("ActivityTaskTimedOut")["timeoutType"] == "HEARTBEAT"


def test_the_grace_is_given_once_for_each_downtime(service: Service) -> None:
    """Several restarts add up to exactly the time that the engine was down."""
    run = service.begun(schedule(startToCloseTimeout="100", heartbeatTimeout="NONE"))
    outside(service, "PollForActivityTask", WORKERS)
    for _ in range(3):
        service.clock.advance(10)
        service.reopen(after=100)
    service.clock.advance(69.999)
    assert run.last()[0] == "ActivityTaskStarted"
    service.clock.advance(0.001)
    assert run.times("ActivityTaskTimedOut") == [400]


def test_tasks_held_inside_time_out_at_once(service: Service) -> None:
    """Pollers of the stopped process are known to be gone: work goes on without waiting."""
    run = service.begun(schedule())
    run.signal()
    service.activity_task()
    run.decision_task()
    service.reopen()

    assert sorted(run.types(9)) == [
        "ActivityTaskTimedOut",
        "DecisionTaskScheduled",
        "DecisionTaskTimedOut",
    ]
    assert run.attributes("ActivityTaskTimedOut")["timeoutType"] == "START_TO_CLOSE"
    assert run.attributes("DecisionTaskTimedOut")["timeoutType"] == "START_TO_CLOSE"
    assert run.decision_task()["previousStartedEventId"] == 3
    assert service.activity_task() == NO_ACTIVITY_TASK


def test_heartbeats_are_remembered(service: Service) -> None:
    """Details and the cancel request of a running activity are there after a restart."""
    run = service.begun(schedule())
    token = outside(service, "PollForActivityTask", WORKERS)["taskToken"]
    service.call("RecordActivityTaskHeartbeat", taskToken=token, details="half")
    run.signal()
    run.decide(cancel_activity())
    service.reopen()
    reply = service.call("RecordActivityTaskHeartbeat", taskToken=token)
    service.clock.advance(500)

    assert reply == {"cancelRequested": True}
    assert run.attributes("ActivityTaskTimedOut")["details"] == "half"


def test_an_override_survives(service: Service) -> None:
    """Later decision tasks go to the list that was asked for."""
    run = service.start()
    run.decide(taskList={"name": "sticky"}, taskListScheduleToStartTimeout="5")
    service.reopen()
    run.signal()
    assert run.last()[1]["taskList"] == {"name": "sticky"}
    service.clock.advance(5)
    assert run.last() == DECISION_NEEDED


def test_retention_goes_on_while_the_engine_is_down(service: Service) -> None:
    """What was kept long enough is forgotten after the start."""
    run = service.begun(complete())
    service.reopen(after=8 * DAY)

    assert service.refused("DescribeWorkflowExecution", execution=run.execution) == (
        "UnknownResourceFault",
        f"Unknown execution: WorkflowExecution=[workflowId=w, runId={run.run_id}]",
    )


def test_time_never_runs_backwards_in_a_history(service: Service) -> None:
    """Where the clock was set back, events bear the time of the event before them."""
    service.clock.advance(100)
    run = service.begun()
    service.close()
    service.clock = ManualClock()
    service.open()
    run.signal()

    assert run.times("WorkflowExecutionSignaled") == [100]
    assert run.times("DecisionTaskScheduled") == [100, 100]


# Functions


def _restarted(service: Service) -> Run:
    service.engine.functions.register("add", lambda event, context: event)
    run = service.start(lambdaRole=ROLE)
    service.engine.functions.close()  # as if the process had died: nothing is run or told
    run.decide(function(input="[1]"))
    assert run.types(4)[:2] == ["LambdaFunctionScheduled", "LambdaFunctionStarted"]
    return run


def test_a_function_that_was_running_is_run_again_once_it_is_registered(service: Service) -> None:
    """What ran when the engine stopped runs again as soon as the new one has the function."""
    run = _restarted(service)
    service.reopen()
    assert run.types(6) == []

    service.engine.functions.register("add", lambda event, _context: "again")

    assert service.engine.functions.join(PATIENCE_SECONDS)
    assert run.types(6) == ["LambdaFunctionCompleted", "DecisionTaskScheduled"]


def test_a_damaged_run_does_not_keep_the_engine_from_opening(service: Service) -> None:
    """Where what a function was given is damaged, it is not run again; all others go on."""
    _restarted(service)
    service.engine._store.writer.execute("UPDATE event SET at = 1 WHERE id = 5")

    service.reopen()

    service.start("other")
    assert service.decision_task()["workflowExecution"]["workflowId"] == "other"
    service.engine._store.writer.execute("DELETE FROM execution WHERE run = 1")  # it is broken


def test_a_function_that_was_running_fails_by_option(stored: Callable[..., Service]) -> None:
    """functions_at_start says whether to try again; "fail" records the failure."""
    service = stored(functions_at_start="fail")
    run = _restarted(service)
    service.reopen()

    assert run.types(6) == ["LambdaFunctionFailed", "DecisionTaskScheduled"]
