"""Activity tasks: two decisions, four answers, four clocks."""

from __future__ import annotations

from typing import Any

import pytest
from transition_harness import (
    BARE,
    DECISION_NEEDED,
    GONE,
    OTHERS,
    PACK,
    PACK_VALUES,
    START,
    UNKNOWN,
    Run,
    World,
    decision,
    schedule,
)

from swf.engine.transitions import activity_task, time_out
from swf.engine.turn import CancelUnstarted, Limits

REQUEST_CANCEL = decision("RequestCancelActivityTask", activityId="a")


def running() -> Run:
    """Return a run in which a worker holds the activity task `a`, five seconds after its start."""
    run = Run()
    run.decide(schedule("a"))
    run.wait(5)
    run.act(activity_task.start, run.activity("a"), "worker")
    return run


# Scheduling


def test_defaults_of_the_type_are_recorded():
    """ScheduleActivityTask records ActivityTaskScheduled with the type's defaults resolved."""
    run = Run()

    told = run.decide(schedule("a", input="i", control="c"))

    assert told == [
        (
            "ActivityTaskScheduled",
            {
                "activityType": PACK,
                "activityId": "a",
                "input": "i",
                "control": "c",
                "decisionTaskCompletedEventId": run.decided,
                **PACK_VALUES,
            },
        )
    ]


def test_what_the_decision_tells_goes_before_defaults():
    """Task list, time-outs and priority of the decision are taken where they are told."""
    run = Run()
    values = {
        "taskList": OTHERS,
        "scheduleToStartTimeout": "NONE",
        "scheduleToCloseTimeout": "1",
        "startToCloseTimeout": "2",
        "heartbeatTimeout": "0",
        "taskPriority": "-5",
    }

    [(_, attributes)] = run.decide(schedule("a", **values))

    assert {name: attributes[name] for name in values} == values
    task = run.activity("a")
    assert (task.task_list, task.priority, task.waiting) == ("others", -5, True)
    assert task.deadlines == {"SCHEDULE_TO_CLOSE": START + 1_000}


def test_a_priority_may_stay_untold():
    """Without a priority of decision or type none is recorded, and it counts as 0."""
    run = Run()
    values = {name: value for name, value in PACK_VALUES.items() if name != "taskPriority"}

    [(_, attributes)] = run.decide(schedule("a", activityType=BARE, **values))

    assert "taskPriority" not in attributes
    assert run.activity("a").priority == 0


MEMBERS = [name for name in PACK_VALUES if name != "taskPriority"]


@pytest.mark.parametrize(
    ("missing", "cause"),
    [
        (0, "DEFAULT_TASK_LIST_UNDEFINED"),
        (1, "DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED"),
        (2, "DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED"),
        (3, "DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
        (4, "DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED"),
    ],
)
def test_undefined_defaults_are_told_one_after_another(missing, cause):
    """The first member that neither decision nor type tells is the cause; the rest may miss too."""
    run = Run()
    values = {name: PACK_VALUES[name] for name in MEMBERS[:missing]}

    told = run.decide(schedule("a", activityType=BARE, **values))

    assert told == [failed(run, BARE, cause), DECISION_NEEDED]


def failed(run: Run, activity_type: dict[str, str], cause: str) -> tuple[str, dict[str, Any]]:
    return (
        "ScheduleActivityTaskFailed",
        {
            "activityType": activity_type,
            "activityId": "a",
            "cause": cause,
            "decisionTaskCompletedEventId": run.decided,
        },
    )


def test_causes_are_checked_in_order():
    """A refusal tells of type, deprecation, id, quota and defaults in that order."""
    run = Run(World(limits=Limits(open_activity_tasks=1)))
    run.decide(schedule("a"))

    told = run.decide(
        schedule("a", activityType=UNKNOWN),
        schedule("a", activityType=GONE),
        schedule("a", activityType=BARE),
        schedule("b", activityType=BARE),
    )

    assert [attributes["cause"] for _, attributes in told[:-1]] == [
        "ACTIVITY_TYPE_DOES_NOT_EXIST",
        "ACTIVITY_TYPE_DEPRECATED",
        "ACTIVITY_ID_ALREADY_IN_USE",
        "OPEN_ACTIVITIES_LIMIT_EXCEEDED",
    ]
    assert told[-1] == DECISION_NEEDED
    assert run.execution.count("activity_task") == 1


def test_an_activity_id_is_free_once_its_task_is_closed():
    """Only open tasks hold their activity ids."""
    run = running()
    run.act(activity_task.complete, run.activity("a"), {})

    [(event_type, _)] = run.decide(schedule("a"))

    assert event_type == "ActivityTaskScheduled"


# Working


def test_a_worker_takes_the_task():
    """ActivityTaskStarted tells the scheduled event and the worker; no decision task follows."""
    run = Run()
    run.decide(schedule("a"))
    task = run.activity("a")
    run.wait(5)

    event = run.act(activity_task.start, task, "worker")

    assert run.recorded == [
        ("ActivityTaskStarted", {"scheduledEventId": task.event_id, "identity": "worker"})
    ]
    assert task.started_id == event.id == run.execution.last_event_id
    assert not task.waiting


def test_an_identity_may_stay_untold():
    """ActivityTaskStarted has no identity where the worker told none."""
    run = Run()
    run.decide(schedule("a"))

    event = run.act(activity_task.start, run.activity("a"), None)

    assert event.attributes == {"scheduledEventId": run.activity("a").event_id}


@pytest.mark.parametrize(
    ("transition", "request_", "event_type"),
    [
        (activity_task.complete, {"result": ""}, "ActivityTaskCompleted"),
        (activity_task.complete, {}, "ActivityTaskCompleted"),
        (activity_task.fail, {"reason": "r", "details": "d"}, "ActivityTaskFailed"),
        (activity_task.cancel, {"details": "d"}, "ActivityTaskCanceled"),
    ],
)
def test_answers_close_the_task_and_need_a_decision(transition, request_, event_type):
    """Completed, Failed and Canceled tell both events of the task and what the worker told."""
    run = running()
    task = run.activity("a")

    run.act(transition, task, request_)

    ids = {"scheduledEventId": task.event_id, "startedEventId": task.started_id}
    assert run.recorded == [(event_type, {**request_, **ids}), DECISION_NEEDED]
    assert run.execution.named("activity_task", "a") is None
    assert run.execution.count("activity_task") == 0


def test_the_latest_activity_is_any_event_of_a_task():
    """Scheduled, Started and each end move the time of the latest activity; nothing else does."""
    run = Run()
    moments = [run.execution.latest_activity_at]
    run.decide(schedule("a", activityType=UNKNOWN))
    moments.append(run.execution.latest_activity_at)
    run.decide(schedule("a"))
    moments.append(run.execution.latest_activity_at)
    run.wait(1)
    run.act(activity_task.start, run.activity("a"), None)
    moments.append(run.execution.latest_activity_at)
    run.wait(1)
    run.act(activity_task.complete, run.activity("a"), {})
    moments.append(run.execution.latest_activity_at)

    assert moments == [None, None, START, START + 1_000, START + 2_000]


# Heartbeats and clocks


def test_the_clocks_of_a_task():
    """SCHEDULE_TO_START ends with the start, where START_TO_CLOSE and HEARTBEAT begin."""
    run = Run()
    run.decide(schedule("a"))
    waiting = dict(run.activity("a").deadlines)
    run.wait(5)
    run.act(activity_task.start, run.activity("a"), None)

    assert waiting == {"SCHEDULE_TO_START": START + 100_000, "SCHEDULE_TO_CLOSE": START + 300_000}
    assert run.activity("a").deadlines == {
        "SCHEDULE_TO_CLOSE": START + 300_000,
        "START_TO_CLOSE": START + 205_000,
        "HEARTBEAT": START + 55_000,
    }


def test_a_clock_of_none_never_runs_out():
    """A time-out of NONE sets no deadline, and a heartbeat sets none either."""
    run = Run()
    clocks = {name: "NONE" for name in MEMBERS if name != "taskList"}
    run.decide(schedule("a", **clocks))
    task = run.activity("a")
    run.act(activity_task.start, task, None)
    activity_task.heartbeat(run.execution, task, None, run.at)

    assert task.deadlines == {}
    assert task.due is None


def test_a_heartbeat_puts_its_own_deadline_off():
    """A heartbeat records no event, moves HEARTBEAT and no other deadline, and keeps details."""
    run = running()
    task = run.activity("a")
    others = {name: at for name, at in task.deadlines.items() if name != "HEARTBEAT"}
    run.execution.changed.clear()
    before = run.execution.last_event_id

    requested = activity_task.heartbeat(run.execution, task, "half", START + 30_000)
    activity_task.heartbeat(run.execution, task, None, START + 40_000)

    assert requested is False
    assert task.deadlines == {**others, "HEARTBEAT": START + 90_000}
    assert task.heartbeat_details == "half"
    assert run.execution.changed == {task.event_id: task}
    assert run.execution.last_event_id == before


@pytest.mark.parametrize("timeout_type", ["START_TO_CLOSE", "SCHEDULE_TO_CLOSE", "HEARTBEAT"])
def test_a_started_task_times_out(timeout_type):
    """ActivityTaskTimedOut tells the clock, both events and the last heartbeat's details."""
    run = running()
    task = run.activity("a")
    activity_task.heartbeat(run.execution, task, "half", run.at)

    run.act(time_out, task, timeout_type)

    attributes = {
        "timeoutType": timeout_type,
        "scheduledEventId": task.event_id,
        "startedEventId": task.started_id,
        "details": "half",
    }
    assert run.recorded == [("ActivityTaskTimedOut", attributes), DECISION_NEEDED]
    assert run.execution.named("activity_task", "a") is None


@pytest.mark.parametrize("timeout_type", ["SCHEDULE_TO_START", "SCHEDULE_TO_CLOSE"])
def test_a_task_that_nobody_took_times_out(timeout_type):
    """An ActivityTaskTimedOut of a task that was never started tells startedEventId 0."""
    run = Run()
    run.decide(schedule("a"))
    task = run.activity("a")

    run.act(time_out, task, timeout_type)

    attributes = {
        "timeoutType": timeout_type,
        "scheduledEventId": task.event_id,
        "startedEventId": 0,
    }
    assert run.recorded == [("ActivityTaskTimedOut", attributes), DECISION_NEEDED]


# Canceling


def requested(run: Run) -> tuple[str, dict[str, Any]]:
    attributes = {"activityId": "a", "decisionTaskCompletedEventId": run.decided}
    return ("ActivityTaskCancelRequested", attributes)


def test_a_started_task_hears_of_the_request():
    """RequestCancelActivityTask on a started task shows in its heartbeats, and changes no more."""
    run = running()

    told = run.decide(REQUEST_CANCEL)

    assert told == [requested(run)]
    assert run.deliveries == []
    task = run.activity("a")
    assert activity_task.heartbeat(run.execution, task, None, run.at) is True


def test_a_canceled_task_names_the_latest_request():
    """ActivityTaskCanceled tells the latest of several requests."""
    run = running()
    run.decide(REQUEST_CANCEL)
    run.decide(REQUEST_CANCEL)
    latest = run.execution.last_event_id
    task = run.activity("a")

    run.act(activity_task.cancel, task, {})

    attributes = {
        "scheduledEventId": task.event_id,
        "startedEventId": task.started_id,
        "latestCancelRequestedEventId": latest,
    }
    assert run.recorded == [("ActivityTaskCanceled", attributes), DECISION_NEEDED]


def test_a_task_may_be_completed_in_spite_of_the_request():
    """The worker may ignore a request to cancel."""
    run = running()
    run.decide(REQUEST_CANCEL)

    run.act(activity_task.complete, run.activity("a"), {"result": "done"})

    assert [event_type for event_type, _ in run.recorded] == [
        "ActivityTaskCompleted",
        "DecisionTaskScheduled",
    ]


def test_an_unstarted_task_is_canceled_after_the_results():
    """Requested in the list that scheduled it, a task is canceled by a delivery after the list."""
    run = Run()

    told = run.decide(schedule("a"), REQUEST_CANCEL, decision("RecordMarker", markerName="m"))
    task = run.activity("a")
    deliveries = run.deliveries
    run.act(activity_task.cancel_unstarted, task)

    assert [event_type for event_type, _ in told] == [
        "ActivityTaskScheduled",
        "ActivityTaskCancelRequested",
        "MarkerRecorded",
    ]
    assert deliveries == [CancelUnstarted(task.event_id)]
    attributes = {
        "scheduledEventId": task.event_id,
        "startedEventId": 0,
        "latestCancelRequestedEventId": task.event_id + 1,
    }
    assert run.recorded == [("ActivityTaskCanceled", attributes), DECISION_NEEDED]


def test_an_unstarted_task_is_canceled_once():
    """Two requests in one list record two events and leave one delivery."""
    run = Run()
    run.decide(schedule("a"))

    told = run.decide(REQUEST_CANCEL, REQUEST_CANCEL)

    assert told == [requested(run)] * 2
    assert run.deliveries == [CancelUnstarted(run.activity("a").event_id)]


def test_only_an_open_task_that_nobody_took_is_canceled_by_the_engine():
    """cancel_unstarted leaves alone a task that was taken, and one that is closed."""
    run = running()
    task = run.activity("a")
    run.act(activity_task.cancel_unstarted, task)
    taken = run.recorded
    run.act(activity_task.complete, task, {})
    task.started_id = 0
    run.act(activity_task.cancel_unstarted, task)

    assert (taken, run.recorded) == ([], [])


def test_what_is_not_open_cannot_be_canceled():
    """RequestCancelActivityTask fails with ACTIVITY_ID_UNKNOWN, and a decision task follows."""
    run = Run()

    told = run.decide(REQUEST_CANCEL)

    attributes = {
        "activityId": "a",
        "cause": "ACTIVITY_ID_UNKNOWN",
        "decisionTaskCompletedEventId": run.decided,
    }
    assert told == [("RequestCancelActivityTaskFailed", attributes), DECISION_NEEDED]
