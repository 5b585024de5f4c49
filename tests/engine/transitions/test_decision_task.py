"""Decision tasks: when they are scheduled, how they are answered, how they time out."""

from __future__ import annotations

import pytest
from transition_harness import (
    DECIDERS,
    DECISION_NEEDED,
    OTHERS,
    START,
    Run,
    World,
    decision,
    schedule,
    timer,
)

from swf.engine.transitions import decision_task, time_out, workflow_execution
from swf.engine.transitions import timer as timers
from swf.engine.turn import HistoryFull, Limits

MARKER = decision("RecordMarker", markerName="m")


def types(run: Run) -> list[str]:
    return [event_type for event_type, _ in run.recorded]


def signal(run: Run) -> None:
    run.act(workflow_execution.signal, "s", None)


# Scheduling


def test_several_events_make_one_decision_task():
    """While a decision task is scheduled, what happens schedules no other."""
    run = Run()
    signal(run)
    signal(run)

    assert run.recorded == [
        ("WorkflowExecutionSignaled", {"signalName": "s", "externalInitiatedEventId": 0})
    ]
    assert run.scheduled().event_id == 2


def test_a_decision_task_is_recorded_while_another_is_started():
    """What happens meanwhile is recorded at once with a DecisionTaskScheduled, which must wait."""
    run = Run()
    run.take()
    signal(run)
    recorded = types(run)
    waited = run.scheduled().waiting
    signal(run)

    assert recorded == ["WorkflowExecutionSignaled", "DecisionTaskScheduled"]
    assert types(run) == ["WorkflowExecutionSignaled"]
    assert not waited
    run.execution.changed.clear()
    run.answer()
    assert run.scheduled().waiting
    assert run.execution.changed[run.scheduled().event_id] is run.scheduled()


def test_the_configuration_of_the_execution_is_told():
    """DecisionTaskScheduled tells task list, start-to-close time-out and, if any, the priority."""
    run = Run(taskPriority="9", taskList=OTHERS, taskStartToCloseTimeout="NONE")

    assert run.recorded[1] == (
        "DecisionTaskScheduled",
        {
            "taskList": OTHERS,
            "startToCloseTimeout": "NONE",
            "scheduleToStartTimeout": "NONE",
            "taskPriority": "9",
        },
    )
    task = run.scheduled()
    assert (task.task_list, task.priority, task.waiting, task.due) == ("others", 9, True, None)
    run.take()
    assert run.started().due is None


def test_a_decider_takes_the_task():
    """DecisionTaskStarted tells the scheduled event and the decider, and its clock begins."""
    run = Run()
    run.wait(1)

    task = run.take()

    assert run.recorded == [("DecisionTaskStarted", {"scheduledEventId": 2, "identity": "decider"})]
    assert (task.started_id, task.waiting) == (3, False)
    assert task.deadlines == {"START_TO_CLOSE": START + 61_000}
    assert run.execution.decision_scheduled_id == 0


def test_a_decider_may_stay_unnamed():
    """DecisionTaskStarted has no identity where the decider told none."""
    run = Run()

    event = run.act(decision_task.start, run.scheduled(), None)

    assert event.attributes == {"scheduledEventId": 2}


# Answering


def test_an_answer_tells_what_the_decider_told():
    """DecisionTaskCompleted has both events of the task and what was given, `""` included."""
    run = Run()
    run.take()

    told = run.answer(executionContext="", taskList=OTHERS, taskListScheduleToStartTimeout="10")

    assert run.recorded == [
        (
            "DecisionTaskCompleted",
            {
                "scheduledEventId": 2,
                "startedEventId": 3,
                "executionContext": "",
                "taskList": OTHERS,
                "taskListScheduleToStartTimeout": "10",
            },
        )
    ]
    assert told == []
    assert run.execution.execution_context == ""


def test_a_context_stays_until_the_next_one():
    """An answer without executionContext leaves the latest one."""
    run = Run()
    run.decide(executionContext="one")
    run.decide()

    assert run.execution.execution_context == "one"


def test_an_answer_may_decide_nothing():
    """An answer without decisions closes the task, and nothing follows."""
    run = Run()
    run.take()

    run.act(decision_task.complete, run.started(), {}, lambda: "unused")

    assert types(run) == ["DecisionTaskCompleted"]
    assert run.execution.count("decision_task") == 0


def test_results_follow_their_answer_at_once():
    """What was recorded while the task was started comes before its DecisionTaskCompleted."""
    run = Run()
    run.take()
    signal(run)
    run.answer(MARKER, timer("t"))

    assert [event.type for event in run.history] == [
        "WorkflowExecutionStarted",
        "DecisionTaskScheduled",
        "DecisionTaskStarted",
        "WorkflowExecutionSignaled",
        "DecisionTaskScheduled",
        "DecisionTaskCompleted",
        "MarkerRecorded",
        "TimerStarted",
    ]


def test_decisions_are_independent():
    """A refused decision is told where it stands, the rest goes on, one decision task follows."""
    run = Run()

    told = run.decide(timer("t"), timer("t"), MARKER, timer("t"))

    assert [event_type for event_type, _ in told] == [
        "TimerStarted",
        "StartTimerFailed",
        "MarkerRecorded",
        "StartTimerFailed",
        "DecisionTaskScheduled",
    ]
    assert {attributes["decisionTaskCompletedEventId"] for _, attributes in told[:4]} == {4}


def test_a_refusal_schedules_nothing_where_a_task_waits():
    """A decision task that is scheduled already will tell of a refusal too."""
    run = Run()
    run.take()
    signal(run)

    told = run.answer(decision("CancelTimer", timerId="t"))

    assert [event_type for event_type, _ in told] == ["CancelTimerFailed"]


def test_a_refusal_schedules_nothing_where_the_list_closes():
    """After the event that closes the execution nothing is recorded."""
    run = Run()

    told = run.decide(timer("t"), timer("t"), decision("CompleteWorkflowExecution"))

    assert [event_type for event_type, _ in told][-1] == "WorkflowExecutionCompleted"


def test_a_decision_may_lack_its_attributes():
    """A decision without its structure is one that tells nothing."""
    run = Run()

    told = run.decide({"decisionType": "CompleteWorkflowExecution"})

    assert told == [("WorkflowExecutionCompleted", {"decisionTaskCompletedEventId": run.decided})]


def test_the_task_that_was_answered_is_the_previous_one():
    """Answered tasks move previousStartedEventId, started ones where a short page begins."""
    run = Run()
    run.decide()
    signal(run)
    run.take()
    run.act(time_out, run.started(), "START_TO_CLOSE")
    run.take()

    execution = run.execution
    assert execution.answered_started_id == 3
    assert execution.previous_started_id == 7
    assert execution.last_started_id == run.started().started_id == 10


# Timing out


def test_a_decider_that_does_not_answer():
    """DecisionTaskTimedOut tells START_TO_CLOSE and both events; another task follows."""
    run = Run()
    run.take()

    run.act(time_out, run.started(), "START_TO_CLOSE")

    attributes = {"timeoutType": "START_TO_CLOSE", "scheduledEventId": 2, "startedEventId": 3}
    assert run.recorded == [("DecisionTaskTimedOut", attributes), DECISION_NEEDED]
    assert run.scheduled().waiting
    assert run.execution.decision_started_id == 0


def test_a_task_that_waited_is_freed_by_a_time_out():
    """Where another task was scheduled meanwhile, it is that which may be taken now."""
    run = Run()
    run.take()
    signal(run)
    waiting = run.scheduled()

    run.act(time_out, run.started(), "START_TO_CLOSE")

    assert types(run) == ["DecisionTaskTimedOut"]
    assert run.scheduled() is waiting
    assert waiting.waiting


# Another task list


def overriding(**timeout: str) -> Run:
    """Return a run with a task scheduled on the list that its decider asked for."""
    run = Run()
    run.decide(taskList=OTHERS, **timeout)
    signal(run)
    return run


def on_others(schedule_to_start: str) -> tuple[str, dict[str, object]]:
    attributes = {**DECISION_NEEDED[1], "taskList": OTHERS}
    return ("DecisionTaskScheduled", {**attributes, "scheduleToStartTimeout": schedule_to_start})


def test_a_list_for_good():
    """An override without a time-out holds for all later tasks, time-outs or not."""
    run = overriding()

    assert run.recorded[1] == on_others("NONE")
    assert run.scheduled().task_list == "others"
    run.take()
    run.act(time_out, run.started(), "START_TO_CLOSE")
    assert run.recorded[1] == on_others("NONE")


def test_a_list_for_a_while_holds_as_long_as_it_serves():
    """An override with a time-out holds for each next task until one times out."""
    run = overriding(taskListScheduleToStartTimeout="10")
    first = run.recorded[1]
    run.decide()
    signal(run)

    assert first == run.recorded[1] == on_others("10")
    assert run.scheduled().deadlines == {"SCHEDULE_TO_START": START + 10_000}


def test_a_task_not_taken_in_time_reverts():
    """SCHEDULE_TO_START of such a task tells startedEventId 0; the next is on the own list."""
    run = overriding(taskListScheduleToStartTimeout="10")
    task = run.scheduled()

    run.act(time_out, task, "SCHEDULE_TO_START")

    attributes = {
        "timeoutType": "SCHEDULE_TO_START",
        "scheduledEventId": task.event_id,
        "startedEventId": 0,
    }
    assert run.recorded == [("DecisionTaskTimedOut", attributes), DECISION_NEEDED]
    assert run.execution.override is None
    assert run.scheduled().task_list == DECIDERS["name"]


def test_a_task_not_answered_in_time_reverts_too():
    """START_TO_CLOSE of a task on such a list drops the override as well."""
    run = overriding(taskListScheduleToStartTimeout="NONE")
    scheduled = run.recorded[1]
    run.take()

    run.act(time_out, run.started(), "START_TO_CLOSE")

    assert scheduled == on_others("NONE")
    assert run.recorded[1] == DECISION_NEEDED


def test_a_waiting_task_stays_where_it_was_scheduled():
    """An override that comes after a task was scheduled is for the task after it."""
    run = Run()
    run.take()
    signal(run)
    run.answer(taskList=OTHERS, taskListScheduleToStartTimeout="10")
    task = run.take()
    signal(run)

    assert task.task_list == DECIDERS["name"]
    assert run.recorded[1] == on_others("10")


def test_the_time_out_of_an_older_list_leaves_the_newer_one():
    """A time-out on a list that was given up since does not drop the list that was asked for."""
    run = overriding(taskListScheduleToStartTimeout="10")
    run.take()
    signal(run)
    waiting = run.scheduled()
    run.answer(taskList={"name": "third"}, taskListScheduleToStartTimeout="20")

    run.act(time_out, waiting, "SCHEDULE_TO_START")

    assert run.scheduled().task_list == "third"


def test_a_list_asked_for_again_for_good_stays():
    """A time-out on a list that was since asked for for good does not drop it."""
    run = overriding(taskListScheduleToStartTimeout="10")
    run.take()
    signal(run)
    waiting = run.scheduled()
    run.answer(taskList=OTHERS)

    run.act(time_out, waiting, "SCHEDULE_TO_START")

    assert run.recorded[1] == on_others("NONE")


def test_a_task_from_before_the_override_leaves_it():
    """A task that was scheduled before is not on the list asked for, though that is its own."""
    run = Run()
    run.take()
    signal(run)
    run.answer(taskList=DECIDERS, taskListScheduleToStartTimeout="10")
    run.take()

    run.act(time_out, run.started(), "START_TO_CLOSE")

    attributes = {**DECISION_NEEDED[1], "scheduleToStartTimeout": "10"}
    assert run.recorded[1] == ("DecisionTaskScheduled", attributes)


def test_a_time_out_that_comes_with_no_list_means_nothing():
    """A taskListScheduleToStartTimeout without taskList is recorded, and changes nothing."""
    run = Run()
    run.decide(taskListScheduleToStartTimeout="10")
    signal(run)

    assert run.recorded[1] == DECISION_NEEDED


# A history that is full


@pytest.mark.parametrize("events", range(4, 9))
def test_a_full_history_can_be_closed_wherever_it_got_full(events):
    """HistoryFull in the midst of an answer leaves an execution that terminate can close."""
    run = Run(World(limits=Limits(events=events)))
    run.take()

    with pytest.raises(HistoryFull):
        run.answer(timer("t"), schedule("a"), timer("u"), timer("u"))
    run.act(workflow_execution.terminate, None, "EVENT_LIMIT_EXCEEDED")

    attributes = {"childPolicy": "TERMINATE", "cause": "EVENT_LIMIT_EXCEEDED"}
    assert run.recorded == [("WorkflowExecutionTerminated", attributes)]
    assert run.execution.last_event_id == events
    assert not run.execution.open


def test_a_full_history_has_room_for_any_close():
    """The last event that fits may be a close that the decider asks for."""
    run = Run(World(limits=Limits(events=5)))

    told = run.decide(decision("CompleteWorkflowExecution"))

    assert [event_type for event_type, _ in told] == ["WorkflowExecutionCompleted"]


def test_time_does_not_run_backwards():
    """Where the clock steps back, an event has the time of the one before it."""
    run = Run()
    run.decide(timer("t"))
    run.wait(-10)

    run.act(timers.fire, run.opened("timer"))

    assert [event.at for event in run.history] == [START] * 7
