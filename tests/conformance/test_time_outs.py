"""The time-out table: each clock, where it starts, when it rings, and what then happens."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from embedded_harness import (
    DECISION_NEEDED,
    NO_ACTIVITY_TASK,
    NO_DECISION_TASK,
    ORDER,
    START,
    Run,
    Service,
    Told,
    Wire,
    child,
    schedule,
    timer,
)

STARTED = {"scheduledEventId": 5, "startedEventId": 6}
UNSTARTED = {"scheduledEventId": 5, "startedEventId": 0}
NEVER: Wire = {
    "scheduleToStartTimeout": "NONE",
    "scheduleToCloseTimeout": "NONE",
    "startToCloseTimeout": "NONE",
    "heartbeatTimeout": "NONE",
}


def activity(service: Service, started: bool, **timeouts: str) -> Run:
    """Schedule an activity with these time-outs alone; take it 5 seconds later, if at all."""
    run = service.begun(schedule(**{**NEVER, **timeouts}))
    service.clock.advance(5)
    if started:
        service.activity_task()
    return run


def decider(service: Service) -> Run:
    """Start an execution, and take its decision task 5 seconds later."""
    run = service.start()
    service.clock.advance(5)
    run.decision_task()
    return run


def sticky(service: Service) -> Run:
    """Ask for a task list for 20 seconds, and need a decision 5 seconds later."""
    run = service.start()
    run.decide(taskList={"name": "sticky"}, taskListScheduleToStartTimeout="20")
    service.clock.advance(5)
    run.signal()
    return run


Case = tuple[str, Callable[[Service], Run], float, list[Told]]

CASES: list[Case] = [
    (
        "activity SCHEDULE_TO_START",
        lambda service: activity(service, False, scheduleToStartTimeout="20"),
        20,
        [("ActivityTaskTimedOut", {"timeoutType": "SCHEDULE_TO_START", **UNSTARTED})],
    ),
    (
        "activity SCHEDULE_TO_CLOSE, not started",
        lambda service: activity(service, False, scheduleToCloseTimeout="20"),
        20,
        [("ActivityTaskTimedOut", {"timeoutType": "SCHEDULE_TO_CLOSE", **UNSTARTED})],
    ),
    (
        "activity SCHEDULE_TO_CLOSE, started",
        lambda service: activity(service, True, scheduleToCloseTimeout="20"),
        20,
        [("ActivityTaskTimedOut", {"timeoutType": "SCHEDULE_TO_CLOSE", **STARTED})],
    ),
    (
        "activity START_TO_CLOSE",
        lambda service: activity(service, True, startToCloseTimeout="20"),
        25,
        [("ActivityTaskTimedOut", {"timeoutType": "START_TO_CLOSE", **STARTED})],
    ),
    (
        "activity HEARTBEAT",
        lambda service: activity(service, True, heartbeatTimeout="20"),
        25,
        [("ActivityTaskTimedOut", {"timeoutType": "HEARTBEAT", **STARTED})],
    ),
    (
        "timer",
        lambda service: service.begun(timer(seconds=20)),
        20,
        [("TimerFired", {"timerId": "t", "startedEventId": 5})],
    ),
    (
        "decision START_TO_CLOSE",
        decider,
        65,
        [
            (
                "DecisionTaskTimedOut",
                {"timeoutType": "START_TO_CLOSE", "scheduledEventId": 2, "startedEventId": 3},
            )
        ],
    ),
    (
        "decision SCHEDULE_TO_START",
        sticky,
        25,
        [
            (
                "DecisionTaskTimedOut",
                {"timeoutType": "SCHEDULE_TO_START", "scheduledEventId": 6, "startedEventId": 0},
            )
        ],
    ),
]


@pytest.mark.parametrize(
    ("happen", "due", "events"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_clock_rings_at_its_moment(
    happen: Callable[[Service], Run], due: float, events: list[Told], service: Service
) -> None:
    """Not a millisecond earlier; stamped with the moment; a decision task follows."""
    run = happen(service)
    before = run.last_id()
    service.clock.advance(START + due - 0.001 - service.now)
    assert run.last_id() == before
    service.clock.advance(0.001)
    service.clock.advance(10_000)

    assert run.history(before) == [*events, DECISION_NEEDED]
    assert {raw["eventTimestamp"] for raw in run.raw()[before:]} == {START + due}
    assert run.open_counts() == (0, 1, 0, 0, 0)
    assert service.activity_task() == NO_ACTIVITY_TASK


@pytest.mark.parametrize("started", [False, True])
def test_none_never_rings(started: bool, service: Service) -> None:
    """An activity without any limit waits until its execution ends."""
    run = activity(service, started)
    service.clock.advance(80_000)

    assert run.last_id() == (6 if started else 5)


def test_starting_ends_schedule_to_start(service: Service) -> None:
    """Once started, the time in the queue does not count any more."""
    run = activity(service, True, scheduleToStartTimeout="20")
    service.clock.advance(1_000)

    assert run.last()[0] == "ActivityTaskStarted"


def test_zero_means_at_once(service: Service) -> None:
    """A time-out of 0 is legal, and due at the moment in which its clock starts."""
    run = service.begun(schedule(scheduleToStartTimeout="0"))
    service.clock.advance(0)

    assert run.history(5) == [
        ("ActivityTaskTimedOut", {"timeoutType": "SCHEDULE_TO_START", **UNSTARTED}),
        DECISION_NEEDED,
    ]


def test_each_heartbeat_starts_the_heartbeat_clock_anew(service: Service) -> None:
    """It rings so long after the last heartbeat, and tells that one's details."""
    run = activity(service, False, heartbeatTimeout="20")
    token = service.activity_task()["taskToken"]
    for details in ("one", "two", None):
        service.clock.advance(15)
        told = {} if details is None else {"details": details}
        service.call("RecordActivityTaskHeartbeat", taskToken=token, **told)
    service.clock.advance(19.999)
    assert run.last()[0] == "ActivityTaskStarted"
    service.clock.advance(0.001)
    timed_out = run.attributes("ActivityTaskTimedOut")

    assert timed_out["timeoutType"] == "HEARTBEAT"
    assert run.times("ActivityTaskTimedOut") == [70]


def test_the_last_details_told_are_remembered(service: Service) -> None:
    """Whichever of its clocks rings, the event tells the last heartbeat's details."""
    run = activity(service, False, startToCloseTimeout="20")
    token = service.activity_task()["taskToken"]
    service.call("RecordActivityTaskHeartbeat", taskToken=token, details="one")
    service.call("RecordActivityTaskHeartbeat", taskToken=token, details="two")
    service.clock.advance(20)

    assert run.attributes("ActivityTaskTimedOut") == {
        "timeoutType": "START_TO_CLOSE",
        **STARTED,
        "details": "two",
    }


def test_heartbeats_do_not_move_start_to_close(service: Service) -> None:
    """The running time is limited however alive the worker is."""
    run = activity(service, False, startToCloseTimeout="20", heartbeatTimeout="10")
    token = service.activity_task()["taskToken"]
    for _ in range(3):
        service.clock.advance(6)
        service.call("RecordActivityTaskHeartbeat", taskToken=token)
    service.clock.advance(6)

    assert run.attributes("ActivityTaskTimedOut")["timeoutType"] == "START_TO_CLOSE"
    assert run.times("ActivityTaskTimedOut") == [25]


def test_the_earliest_clock_of_a_task_rings_alone(service: Service) -> None:
    """A task times out once, by the clock that is due first."""
    run = activity(
        service,
        True,
        scheduleToCloseTimeout="30",
        startToCloseTimeout="20",
        heartbeatTimeout="10",
    )
    service.clock.advance(1_000)

    assert run.types(6) == ["ActivityTaskTimedOut", "DecisionTaskScheduled"]
    assert run.attributes("ActivityTaskTimedOut")["timeoutType"] == "HEARTBEAT"


# Decision tasks


def test_a_decision_task_that_is_not_answered_is_scheduled_again(service: Service) -> None:
    """START_TO_CLOSE runs from the start; then a new task waits, with all events."""
    run = service.start()
    service.clock.advance(5)
    run.decision_task()
    service.clock.advance(60)

    assert run.history(3) == [
        (
            "DecisionTaskTimedOut",
            {"timeoutType": "START_TO_CLOSE", "scheduledEventId": 2, "startedEventId": 3},
        ),
        DECISION_NEEDED,
    ]
    assert run.times("DecisionTaskTimedOut") == [65]
    assert [event["eventId"] for event in run.decision_task()["events"]] == [1, 2, 3, 4, 5, 6]


def test_a_time_out_frees_the_task_that_waits(service: Service) -> None:
    """What was scheduled meanwhile is dispatched; no other is scheduled."""
    run = service.start()
    run.decision_task()
    run.signal()
    assert service.decision_task() == NO_DECISION_TASK
    service.clock.advance(60)

    assert run.types(3) == [
        "WorkflowExecutionSignaled",
        "DecisionTaskScheduled",
        "DecisionTaskTimedOut",
    ]
    assert run.decision_task()["startedEventId"] == 7


def test_a_decision_task_without_time_out_waits(service: Service) -> None:
    """NONE: nobody is hurried."""
    run = service.start(taskStartToCloseTimeout="NONE")
    task = run.decision_task()
    service.clock.advance(80_000)
    run.answer(task)

    assert run.types(2) == ["DecisionTaskStarted", "DecisionTaskCompleted"]


def test_a_decision_task_in_the_queue_does_not_time_out(service: Service) -> None:
    """On the execution's own task list there is no schedule-to-start time-out."""
    run = service.start()
    service.clock.advance(80_000)

    assert run.last_id() == 2


# Executions


def test_an_execution_times_out(service: Service) -> None:
    """START_TO_CLOSE runs from its start; the event shows the child policy, and all ends."""
    run = service.begun(
        schedule(), timer(seconds=200), executionStartToCloseTimeout="100", childPolicy="ABANDON"
    )
    service.clock.advance(99.999)
    assert run.close_status is None
    service.clock.advance(1_000)

    assert run.history(6) == [
        ("WorkflowExecutionTimedOut", {"timeoutType": "START_TO_CLOSE", "childPolicy": "ABANDON"})
    ]
    assert run.times("WorkflowExecutionTimedOut") == [100]
    assert run.close_status == "TIMED_OUT"
    assert service.activity_task() == NO_ACTIVITY_TASK


def test_an_execution_that_was_never_looked_at_times_out(service: Service) -> None:
    """Its decision task is dropped with it."""
    run = service.start(executionStartToCloseTimeout="10")
    service.clock.advance(10)

    assert run.types(2) == ["WorkflowExecutionTimedOut"]
    assert service.decision_task() == NO_DECISION_TASK


def test_an_execution_may_last_a_year(service: Service) -> None:
    """The longest execution ends after 31,536,000 seconds, to the second."""
    run = service.begun(executionStartToCloseTimeout="31536000")
    service.clock.advance(31_535_999)
    assert run.close_status is None
    service.clock.advance(1)
    assert run.close_status == "TIMED_OUT"


def test_the_execution_goes_first_where_clocks_ring_together(service: Service) -> None:
    """At one moment the execution's own time-out comes before those of what is in it."""
    run = service.begun(
        timer(seconds=100),
        schedule(scheduleToStartTimeout="100"),
        executionStartToCloseTimeout="100",
    )
    service.clock.advance(100)

    assert run.types(6) == ["WorkflowExecutionTimedOut"]


def test_a_parent_hears_of_its_childs_time_out(service: Service) -> None:
    """The child's end reaches the open parent at the same moment."""
    parent = service.begun(child(executionStartToCloseTimeout="30"))
    run = service.latest("child")
    service.clock.advance(40)

    assert run.close_status == "TIMED_OUT"
    assert parent.last() == (
        "ChildWorkflowExecutionTimedOut",
        {
            "workflowExecution": run.execution,
            "workflowType": ORDER,
            "initiatedEventId": 5,
            "startedEventId": 6,
            "timeoutType": "START_TO_CLOSE",
        },
    )
    assert parent.times("ChildWorkflowExecutionTimedOut") == [30]


def test_clocks_ring_in_due_order_across_executions(service: Service) -> None:
    """One jump of the clock is the same as many small ones."""
    runs = [
        service.begun(timer(seconds=seconds), workflow_id=str(seconds)) for seconds in (30, 10, 20)
    ]
    service.clock.advance(60)

    assert [run.times("TimerFired") for run in runs] == [[30], [10], [20]]
    found = [service.decision_task()["workflowExecution"]["workflowId"] for _ in runs]
    assert found == ["10", "20", "30"]


def test_what_a_clock_sets_off_rings_on_the_way(service: Service) -> None:
    """A decision task that times out on and on does so within one jump of the clock."""
    run = service.start(taskList={"name": "mine"})
    run.decide(task_list="mine", taskList={"name": "sticky"}, taskListScheduleToStartTimeout="5")
    run.signal()
    service.clock.advance(100)

    assert run.types(6) == ["DecisionTaskTimedOut", "DecisionTaskScheduled"]
    assert run.times("DecisionTaskTimedOut") == [5]


# The task list override

STICKY: Wire = {"taskList": {"name": "sticky"}}
SHORT: Wire = {**STICKY, "taskListScheduleToStartTimeout": "5"}
ON_STICKY = {**DECISION_NEEDED[1], "taskList": {"name": "sticky"}}


def test_an_override_without_time_out_is_for_good(service: Service) -> None:
    """Later decision tasks go to the list until another answer says otherwise."""
    run = service.start()
    run.decide(**STICKY)
    for _ in range(2):
        run.signal()
        assert run.last() == ("DecisionTaskScheduled", ON_STICKY)
        run.decide(task_list="sticky")
    run.signal()
    run.decision_task("sticky")
    service.clock.advance(60)
    assert run.last() == ("DecisionTaskScheduled", ON_STICKY)


def test_an_override_with_time_out_lasts_while_it_is_kept(service: Service) -> None:
    """As long as its tasks are started and answered in time, the list stays."""
    run = service.start()
    run.decide(**SHORT)
    for _ in range(3):
        run.signal()
        assert run.last() == (
            "DecisionTaskScheduled",
            {**ON_STICKY, "scheduleToStartTimeout": "5"},
        )
        service.clock.advance(4.999)
        run.decide(task_list="sticky")


def test_a_task_not_started_in_time_reverts_the_override(service: Service) -> None:
    """DecisionTaskTimedOut with startedEventId 0, then a task on the original list, for good."""
    run = service.start()
    run.decide(**SHORT)
    run.signal()
    service.clock.advance(5)

    assert run.history(6) == [
        (
            "DecisionTaskTimedOut",
            {"timeoutType": "SCHEDULE_TO_START", "scheduledEventId": 6, "startedEventId": 0},
        ),
        DECISION_NEEDED,
    ]
    assert service.decision_task("sticky") == NO_DECISION_TASK
    run.decide()
    run.signal()
    assert run.last() == DECISION_NEEDED


def test_a_task_not_answered_in_time_reverts_the_override_too(service: Service) -> None:
    """START_TO_CLOSE on the temporary list schedules the next task on the original one."""
    run = service.start()
    run.decide(**SHORT)
    run.signal()
    run.decision_task("sticky")
    service.clock.advance(60)

    assert run.types(7) == ["DecisionTaskTimedOut", "DecisionTaskScheduled"]
    assert run.last() == DECISION_NEEDED


def test_another_override_takes_the_place_of_the_first(service: Service) -> None:
    """The last answer that names a list decides; an answer without one leaves it."""
    run = service.start()
    run.decide(**SHORT)
    run.signal()
    run.decide(task_list="sticky")
    run.signal()
    run.decide(task_list="sticky", taskList={"name": "other"})
    run.signal()

    assert run.last() == (
        "DecisionTaskScheduled",
        {**DECISION_NEEDED[1], "taskList": {"name": "other"}},
    )


def test_a_waiting_task_stays_where_it_was_scheduled(service: Service) -> None:
    """What was scheduled before the override came is not moved."""
    run = service.start()
    task = run.decision_task()
    run.signal()
    run.answer(task, **SHORT)

    assert service.decision_task("sticky") == NO_DECISION_TASK
    service.clock.advance(10)
    assert run.decision_task()["startedEventId"] == 7


def test_a_time_out_of_zero_reverts_at_once(service: Service) -> None:
    """Nobody can be quick enough: the original list has the task at the same moment."""
    run = service.start()
    run.decide(**{**SHORT, "taskListScheduleToStartTimeout": "0"})
    run.signal()
    service.clock.advance(0)

    assert run.types(6) == ["DecisionTaskTimedOut", "DecisionTaskScheduled"]
    assert run.last() == DECISION_NEEDED


def test_a_time_out_alone_overrides_nothing(service: Service) -> None:
    """Without a task list there is nothing to revert from."""
    run = service.start()
    run.decide(taskListScheduleToStartTimeout="5")
    run.signal()

    assert run.last() == DECISION_NEEDED


def test_an_override_never_leaves_an_execution_without_a_task(service: Service) -> None:
    """Where one task of the list is started and another waits, both clocks run, and one is left."""
    run = service.start()
    run.decide(**SHORT)
    run.signal()
    run.decision_task("sticky")
    run.signal()
    service.clock.advance(5)
    assert run.types(7)[-2:] == ["DecisionTaskTimedOut", "DecisionTaskScheduled"]
    service.clock.advance(60)

    assert run.last()[0] == "DecisionTaskTimedOut"
    assert run.decision_task()["previousStartedEventId"] == 3


def test_an_execution_of_no_time_times_out_at_once(service: Service) -> None:
    """An execution time-out of 0 is legal; a child's is told to its parent."""
    run = service.start("w", executionStartToCloseTimeout="0")
    parent = service.begun(child(executionStartToCloseTimeout="0"), workflow_id="parent")
    service.clock.advance(0)

    assert run.types(2) == ["WorkflowExecutionTimedOut"]
    assert parent.types(5) == [
        "ChildWorkflowExecutionStarted",
        "DecisionTaskScheduled",
        "ChildWorkflowExecutionTimedOut",
    ]


def test_describe_tells_the_original_task_list(service: Service) -> None:
    """ExecutionConfiguration is what the execution was started with."""
    run = service.start()
    run.decide(**STICKY)

    assert run.describe()["executionConfiguration"]["taskList"] == {"name": "deciders"}
