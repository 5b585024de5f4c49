"""Activity tasks: scheduled, taken, answered, canceled, told of by heartbeats."""

from __future__ import annotations

import pytest
from embedded_harness import (
    DECISION_NEEDED,
    DOMAIN,
    NO_ACTIVITY_TASK,
    PACK,
    PACK_VALUES,
    WORKERS,
    Service,
    Wire,
    cancel_activity,
    complete,
    schedule,
)


def heartbeat(service: Service, task: Wire, **members: object) -> bool:
    """Record a heartbeat, and return whether the task is asked to cancel."""
    reply = service.call("RecordActivityTaskHeartbeat", taskToken=task["taskToken"], **members)
    assert set(reply) == {"cancelRequested"}
    return reply["cancelRequested"]


def test_a_task_tells_what_to_do(service: Service) -> None:
    """Token, activity id and type, execution, started event id, and the input if there is one."""
    run = service.begun(schedule(input="i"), schedule("b"))
    task = service.activity_task()

    assert task == {
        "taskToken": task["taskToken"],
        "activityId": "a",
        "startedEventId": 7,
        "workflowExecution": run.execution,
        "activityType": PACK,
        "input": "i",
    }
    assert "input" not in service.activity_task()


def test_no_task_is_told_by_a_zero_and_no_token(service: Service) -> None:
    """An empty reply has startedEventId 0 and nothing else, a taskToken least of all."""
    assert service.activity_task() == NO_ACTIVITY_TASK
    assert service.activity_task("nobody's") == NO_ACTIVITY_TASK


def test_taking_a_task_needs_no_decision(service: Service) -> None:
    """ActivityTaskStarted names the worker; no decision task is scheduled."""
    run = service.begun(schedule())
    service.activity_task(identity="worker 7")

    assert run.history(5) == [
        ("ActivityTaskStarted", {"scheduledEventId": 5, "identity": "worker 7"})
    ]


@pytest.mark.parametrize(
    ("operation", "members", "event"),
    [
        ("RespondActivityTaskCompleted", {"result": "r"}, "ActivityTaskCompleted"),
        ("RespondActivityTaskFailed", {"reason": "r", "details": "d"}, "ActivityTaskFailed"),
        ("RespondActivityTaskCanceled", {"details": "d"}, "ActivityTaskCanceled"),
    ],
)
def test_an_answer_closes_the_task_and_needs_a_decision(
    operation: str, members: Wire, event: str, service: Service
) -> None:
    """The answer's event has what was told, and a decision task follows."""
    run = service.begun(schedule())
    token = service.activity_task()["taskToken"]
    assert run.open_counts()[0] == 1

    assert service.call(operation, taskToken=token, **members) == {}
    assert run.history(6) == [
        (event, {"scheduledEventId": 5, "startedEventId": 6, **members}),
        DECISION_NEEDED,
    ]
    assert run.open_counts()[0] == 0


def test_an_empty_result_is_a_result(service: Service) -> None:
    """What was told stays told, an empty text too."""
    run = service.begun(schedule(input="", control=""))
    task = service.work(result="")

    assert task["input"] == ""
    assert run.attributes("ActivityTaskScheduled")["control"] == ""
    assert run.attributes("ActivityTaskCompleted")["result"] == ""


def test_several_answers_share_a_decision_task(service: Service) -> None:
    """One decision task tells of all that happened while it waited."""
    run = service.begun(schedule("a"), schedule("b"))
    service.work()
    service.work()

    assert run.types(6) == [
        "ActivityTaskStarted",
        "ActivityTaskCompleted",
        "DecisionTaskScheduled",
        "ActivityTaskStarted",
        "ActivityTaskCompleted",
    ]


def test_an_activity_id_may_be_used_again(service: Service) -> None:
    """Ids are unique among the open activities only."""
    run = service.begun(schedule())
    service.work()
    run.decide(schedule())

    assert run.last()[0] == "ActivityTaskScheduled"
    assert service.activity_task()["startedEventId"] == 12


def test_ids_are_of_their_execution(service: Service) -> None:
    """Two executions may have an activity of the same id open."""
    service.begun(schedule(), workflow_id="x")
    service.begun(schedule(), workflow_id="y")

    found = {service.work()["workflowExecution"]["workflowId"] for _ in range(2)}
    assert found == {"x", "y"}


def test_a_task_is_given_to_one_worker(service: Service) -> None:
    """A task that was taken is never handed out again, not after its time-out either."""
    run = service.begun(schedule())
    assert "taskToken" in service.activity_task()
    assert service.activity_task() == NO_ACTIVITY_TASK
    service.clock.advance(500)
    assert service.activity_task() == NO_ACTIVITY_TASK
    assert run.types(6) == ["ActivityTaskTimedOut", "DecisionTaskScheduled"]


def test_tasks_wait_on_the_list_they_are_scheduled_on(service: Service) -> None:
    """A decision's task list goes before the type's default."""
    service.begun(schedule(taskList={"name": "special"}))

    assert service.activity_task() == NO_ACTIVITY_TASK
    assert service.activity_task("special")["activityId"] == "a"


def test_activity_and_decision_lists_are_apart(service: Service) -> None:
    """A task list of the same name holds decision tasks and activity tasks apart."""
    service.start(taskList=WORKERS)

    assert service.activity_task() == NO_ACTIVITY_TASK
    assert "taskToken" in service.decision_task("workers")


# Heartbeats


def test_a_heartbeat_leaves_no_event(service: Service) -> None:
    """It answers whether to cancel, and records nothing."""
    run = service.begun(schedule())
    task = service.activity_task()

    assert heartbeat(service, task, details="d") is False
    assert run.last_id() == 6


def test_a_heartbeat_tells_of_the_cancel_request(service: Service) -> None:
    """From the request on every heartbeat says so, and the worker may do as it likes."""
    run = service.begun(schedule())
    task = service.activity_task()
    run.signal()
    run.decide(cancel_activity())

    assert heartbeat(service, task) is True
    assert heartbeat(service, task) is True
    service.call("RespondActivityTaskCompleted", taskToken=task["taskToken"], result="r")
    assert run.types(11) == ["ActivityTaskCompleted", "DecisionTaskScheduled"]


def test_a_cancel_request_of_the_execution_is_none_of_its_activities(service: Service) -> None:
    """Only a RequestCancelActivityTask decision asks an activity to cancel."""
    run = service.begun(schedule())
    task = service.activity_task()
    run.request_cancel()

    assert heartbeat(service, task) is False


def test_a_request_concerns_one_activity(service: Service) -> None:
    """Another activity of the execution is not asked to cancel."""
    run = service.begun(schedule("a"), schedule("b"))
    first, second = service.activity_task(), service.activity_task()
    run.signal()
    run.decide(cancel_activity("b"))

    assert (heartbeat(service, first), heartbeat(service, second)) == (False, True)


# Cancellation


def test_a_started_activity_is_canceled_by_its_worker(service: Service) -> None:
    """ActivityTaskCanceled names the latest of the requests."""
    run = service.begun(schedule())
    token = service.activity_task()["taskToken"]
    run.signal()
    run.decide(cancel_activity(), cancel_activity())
    requests = [
        raw["eventId"] for raw in run.raw() if raw["eventType"] == "ActivityTaskCancelRequested"
    ]
    service.call("RespondActivityTaskCanceled", taskToken=token)

    assert len(requests) == 2
    assert run.attributes("ActivityTaskCanceled") == {
        "scheduledEventId": 5,
        "startedEventId": 6,
        "latestCancelRequestedEventId": requests[-1],
    }


def test_an_unstarted_activity_is_canceled_at_once(service: Service) -> None:
    """It is closed with startedEventId 0, never handed out, and a decision task follows."""
    run = service.begun(schedule())
    run.signal()
    results = run.decide(cancel_activity())

    assert results == [
        ("ActivityTaskCancelRequested", {"activityId": "a", "decisionTaskCompletedEventId": 9}),
        (
            "ActivityTaskCanceled",
            {"scheduledEventId": 5, "startedEventId": 0, "latestCancelRequestedEventId": 10},
        ),
        DECISION_NEEDED,
    ]
    assert service.activity_task() == NO_ACTIVITY_TASK
    assert run.open_counts()[0] == 0


def test_an_unstarted_activity_names_the_latest_request(service: Service) -> None:
    """However often one list requests it, the activity is canceled once."""
    run = service.begun(schedule(), cancel_activity(), cancel_activity())

    assert run.types(4) == [
        "ActivityTaskScheduled",
        "ActivityTaskCancelRequested",
        "ActivityTaskCancelRequested",
        "ActivityTaskCanceled",
        "DecisionTaskScheduled",
    ]
    assert run.attributes("ActivityTaskCanceled")["latestCancelRequestedEventId"] == 7


def test_a_canceled_id_is_still_in_use_within_its_list(service: Service) -> None:
    """An unstarted activity is closed after the results of the list that cancels it."""
    results = service.start().decide(schedule(), cancel_activity(), schedule())

    assert [kind for kind, _ in results] == [
        "ActivityTaskScheduled",
        "ActivityTaskCancelRequested",
        "ScheduleActivityTaskFailed",
        "DecisionTaskScheduled",
        "ActivityTaskCanceled",
    ]


def test_an_activity_canceled_by_a_closing_list_is_not_told(service: Service) -> None:
    """Where the list closes the execution, nothing is recorded after the close."""
    run = service.begun(schedule(), cancel_activity(), complete())

    assert run.types(4) == [
        "ActivityTaskScheduled",
        "ActivityTaskCancelRequested",
        "WorkflowExecutionCompleted",
    ]
    assert service.activity_task() == NO_ACTIVITY_TASK


# Types and defaults


def test_a_decisions_values_go_before_the_types(service: Service) -> None:
    """ActivityTaskScheduled tells the resolved values: the decision's, else the type's."""
    run = service.begun(schedule(startToCloseTimeout="1", heartbeatTimeout=""))

    scheduled = run.attributes("ActivityTaskScheduled")
    assert {name: scheduled[name] for name in PACK_VALUES} == {
        **PACK_VALUES,
        "startToCloseTimeout": "1",
    }


def test_deprecating_a_type_leaves_its_tasks(service: Service) -> None:
    """A task that is scheduled is handed out although its type takes no new work."""
    service.begun(schedule())
    service.ask("DeprecateActivityType", activityType=PACK)

    assert service.activity_task()["activityType"] == PACK


# Counting


def test_pending_tasks_are_those_that_wait(service: Service) -> None:
    """CountPendingActivityTasks counts what is scheduled, not what is started."""
    run = service.begun(schedule("a"), schedule("b"))

    def count(kind: str, task_list: str) -> Wire:
        return service.ask(f"CountPending{kind}Tasks", taskList={"name": task_list})

    assert count("Activity", "workers") == {"count": 2, "truncated": False}
    service.activity_task()
    assert count("Activity", "workers") == {"count": 1, "truncated": False}
    assert count("Activity", "nobody's") == {"count": 0, "truncated": False}
    assert count("Decision", "deciders")["count"] == 0
    run.signal()
    assert count("Decision", "deciders") == {"count": 1, "truncated": False}
    run.decision_task()
    assert count("Decision", "deciders")["count"] == 0


def test_a_decision_task_that_cannot_be_taken_yet_waits_too(service: Service) -> None:
    """Scheduled behind a started one, it is pending though not dispatchable."""
    run = service.start()
    run.decision_task()
    run.signal()
    reply = service.ask("CountPendingDecisionTasks", taskList={"name": "deciders"})

    assert reply == {"count": 1, "truncated": False}


def test_closing_an_execution_drops_its_tasks(service: Service) -> None:
    """Tasks of a closed execution are neither counted nor handed out."""
    run = service.begun(schedule())
    run.terminate()

    assert service.ask("CountPendingActivityTasks", taskList=WORKERS)["count"] == 0
    assert service.activity_task() == NO_ACTIVITY_TASK
    assert run.domain == DOMAIN
