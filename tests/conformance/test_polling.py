"""Polling: what a task tells, what an empty poll tells, and who gets a task that comes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from embedded_harness import (
    DECIDERS,
    NO_ACTIVITY_TASK,
    NO_DECISION_TASK,
    ORDER,
    START,
    WORKERS,
    Service,
    complete,
    plain,
    schedule,
)

from swf.fault import Fault


def ids(task: dict[str, Any]) -> list[int]:
    """Return the ids of a task's events."""
    return [event["eventId"] for event in task["events"]]


# What a decision task tells


def test_a_first_task_tells_everything(service: Service) -> None:
    """Token, ids, execution, type and all events; previousStartedEventId is 0, and there."""
    run = service.start()
    task = run.decision_task()

    assert task == {
        "taskToken": task["taskToken"],
        "startedEventId": 3,
        "previousStartedEventId": 0,
        "workflowExecution": run.execution,
        "workflowType": ORDER,
        "events": run.raw(),
    }
    assert 1 <= len(task["taskToken"]) <= 1_024


def test_no_task_is_told_by_two_zeros_and_no_token(service: Service) -> None:
    """An empty reply has both ids as 0 and nothing else, a taskToken least of all."""
    assert service.decision_task() == {"startedEventId": 0, "previousStartedEventId": 0}
    assert service.decision_task("nobody's") == NO_DECISION_TASK


def test_the_previous_task_is_the_last_one_answered(service: Service) -> None:
    """A task that timed out does not move previousStartedEventId."""
    run = service.start()
    run.decide()
    run.signal()
    timed_out = run.decision_task()
    assert (timed_out["previousStartedEventId"], timed_out["startedEventId"]) == (3, 7)
    service.clock.advance(60)
    task = run.decision_task()
    assert (task["previousStartedEventId"], task["startedEventId"]) == (3, 10)
    run.answer(task)
    run.signal()
    assert run.decision_task()["previousStartedEventId"] == 10


def test_a_task_ends_with_its_own_start(service: Service) -> None:
    """Events recorded later belong to the next task; its pages do not tell them."""
    run = service.start()
    task = run.decision_task(maximumPageSize=2)
    run.signal()
    rest = service.decision_task(maximumPageSize=2, nextPageToken=task["nextPageToken"])

    assert ids(task) + ids(rest) == [1, 2, 3]
    assert "nextPageToken" not in rest


def test_events_recorded_meanwhile_belong_to_the_next_task(service: Service) -> None:
    """The next task tells them, before and after the answer that came between."""
    run = service.start()
    task = run.decision_task()
    run.signal("meanwhile")
    run.answer(task)
    following = run.decision_task(startAtPreviousStartedEvent=True)

    assert [event["eventType"] for event in following["events"]] == [
        "DecisionTaskStarted",
        "WorkflowExecutionSignaled",
        "DecisionTaskScheduled",
        "DecisionTaskCompleted",
        "DecisionTaskStarted",
    ]


def test_newest_first_on_demand(service: Service) -> None:
    """ReverseOrder tells the events from the task's own start down."""
    run = service.start()

    assert ids(run.decision_task(reverseOrder=True)) == [3, 2, 1]


def test_from_the_previous_start_on_demand(service: Service) -> None:
    """StartAtPreviousStartedEvent tells from the DecisionTaskStarted before this one on."""
    run = service.start()
    first = run.decision_task(startAtPreviousStartedEvent=True)
    assert ids(first) == [1, 2, 3]
    run.answer(first)
    run.signal()
    second = run.decision_task(startAtPreviousStartedEvent=True)
    assert ids(second) == [3, 4, 5, 6, 7]
    service.clock.advance(60)
    third = run.decision_task(startAtPreviousStartedEvent=True)
    # The second one timed out: it is the previous start, but not the previous one answered.
    assert ids(third) == [7, 8, 9, 10]
    assert third["previousStartedEventId"] == 3


def test_the_previous_start_combines_with_pages_and_order(service: Service) -> None:
    """Paging and reverse order cut the same events."""
    run = service.begun()
    run.signal()
    forward = run.decision_task(startAtPreviousStartedEvent=True, maximumPageSize=2)
    told = ids(forward)
    page = forward
    while "nextPageToken" in page:
        page = service.decision_task(
            startAtPreviousStartedEvent=True,
            maximumPageSize=2,
            nextPageToken=page["nextPageToken"],
        )
        told += ids(page)
    assert told == [3, 4, 5, 6, 7]
    service.clock.advance(60)
    backward = run.decision_task(startAtPreviousStartedEvent=True, reverseOrder=True)
    assert ids(backward) == [10, 9, 8, 7]


def test_identities_are_recorded(service: Service) -> None:
    """The identity of a poll stands in the started event, up to 256 characters."""
    run = service.start()
    run.decision_task(identity="i" * 256)

    assert run.attributes("DecisionTaskStarted")["identity"] == "i" * 256
    assert (
        service.refused("PollForDecisionTask", taskList=DECIDERS, identity="i" * 257)[0]
        == "ValidationException"
    )


@pytest.mark.parametrize("operation", ["PollForDecisionTask", "PollForActivityTask"])
@pytest.mark.parametrize("name", ["", "a:b", "a/b", " a", "a ", "arn", "l" * 257])
def test_a_task_list_obeys_the_identifier_rule(name: str, operation: str, service: Service) -> None:
    """A poll of a list that cannot be is refused."""
    assert service.refused(operation, taskList={"name": name})[0] == "ValidationException"


def test_tasks_are_handed_out_first_come_first_served(service: Service) -> None:
    """Of one priority, the task that was scheduled first goes first."""
    for name in "abc":
        service.start(name)

    found = [service.decision_task()["workflowExecution"]["workflowId"] for _ in "abc"]
    assert found == ["a", "b", "c"]


# Long polls


@pytest.fixture
def patient(services: Callable[..., Service]) -> Service:
    """A service that holds polls for 50 seconds."""
    return services("memory://?poll_seconds=50")


KINDS = [
    ("PollForDecisionTask", DECIDERS, NO_DECISION_TASK),
    ("PollForActivityTask", WORKERS, NO_ACTIVITY_TASK),
]
both = pytest.mark.parametrize(
    ("operation", "task_list", "nothing"), KINDS, ids=[kind[0] for kind in KINDS]
)


@both
def test_a_poll_is_held_until_its_time_is_over(
    operation: str, task_list: dict[str, str], nothing: dict[str, int], patient: Service
) -> None:
    """An empty poll is answered after poll_seconds, with no task."""
    held = patient.begin(operation, taskList=task_list)
    patient.clock.advance(49.999)
    assert held.reply is None
    patient.clock.advance(0.001)
    assert held.wait() == nothing
    assert patient.engine.held_polls == 0


def test_a_poll_is_answered_as_soon_as_a_task_is_there(patient: Service) -> None:
    """A start answers the decider that waits, a decision the worker that waits."""
    decider = patient.begin("PollForDecisionTask", taskList=DECIDERS, identity="d")
    worker = patient.begin("PollForActivityTask", taskList=WORKERS, identity="w")
    run = patient.start()
    task = decider.wait()
    assert task["workflowExecution"] == run.execution
    assert ids(task) == [1, 2, 3]
    assert worker.reply is None
    patient.answer(task, schedule(input="i"))
    assert worker.wait()["input"] == "i"
    assert run.attributes("ActivityTaskStarted")["identity"] == "w"


def test_one_task_wakes_one_poll_in_the_order_of_their_coming(patient: Service) -> None:
    """Exactly one waiter gets each task, the one that came first."""
    polls = [patient.begin("PollForDecisionTask", taskList=DECIDERS) for _ in range(5)]
    for number in range(3):
        run = patient.start(str(number))
        assert polls[number].wait()["workflowExecution"] == run.execution
        assert [poll.reply is None for poll in polls] == [False] * (number + 1) + [True] * (
            4 - number
        )


def test_polls_of_other_lists_and_kinds_are_left_alone(patient: Service) -> None:
    """A poll waits for its own kind, domain and list."""
    others = [
        patient.begin("PollForDecisionTask", taskList={"name": "other"}),
        patient.begin("PollForActivityTask", taskList=DECIDERS),
    ]
    patient.start()

    assert [poll.reply for poll in others] == [None, None]


def test_a_poll_that_has_gone_gets_no_task(patient: Service) -> None:
    """A withdrawn poll is passed over: the next one in line is served, or the task waits."""
    first = patient.begin("PollForDecisionTask", taskList=DECIDERS)
    second = patient.begin("PollForDecisionTask", taskList=DECIDERS)
    third = patient.begin("PollForDecisionTask", taskList=DECIDERS)
    first.withdraw()
    run = patient.start("a")
    assert second.wait()["workflowExecution"] == run.execution
    third.withdraw()
    other = patient.start("b")
    assert other.last_id() == 2
    assert (first.answers, third.answers) == (0, 0)


def test_a_task_set_free_by_an_answer_goes_to_a_waiting_poll(patient: Service) -> None:
    """What waited behind a started decision task is dispatched with the answer."""
    run = patient.start()
    task = patient.begin("PollForDecisionTask", taskList=DECIDERS).wait()
    run.signal()
    held = patient.begin("PollForDecisionTask", taskList=DECIDERS)
    assert held.reply is None
    patient.answer(task)
    assert held.wait()["startedEventId"] == 7


def test_a_task_that_time_brings_goes_to_a_waiting_poll(patient: Service) -> None:
    """A timer that fires while a poll waits answers it at that moment."""
    run = patient.start()
    task = patient.begin("PollForDecisionTask", taskList=DECIDERS).wait()
    patient.answer(task, _timer(20))
    held = patient.begin("PollForDecisionTask", taskList=DECIDERS)
    patient.clock.advance(40)

    assert held.wait()["workflowExecution"] == run.execution
    assert run.times("DecisionTaskStarted") == [0, 20]


def _timer(seconds: int) -> dict[str, Any]:
    return {
        "decisionType": "StartTimer",
        "startTimerDecisionAttributes": {"timerId": "t", "startToFireTimeout": str(seconds)},
    }


def test_a_poll_of_an_unknown_domain_is_refused_at_once(patient: Service) -> None:
    """Only an unknown task list is simply empty."""
    held = patient.begin("PollForDecisionTask", taskList=DECIDERS)
    refused = patient.fault("PollForDecisionTask", domain="no", taskList=DECIDERS)

    assert isinstance(refused, Fault)
    assert held.reply is None


def test_one_thousand_polls_wait_on_one_list_and_no_more(patient: Service) -> None:
    """The next one is refused by LimitExceededFault; another list takes it."""
    polls = [patient.begin("PollForActivityTask", taskList=WORKERS) for _ in range(1_000)]
    refused = patient.begin("PollForActivityTask", taskList=WORKERS)
    other = patient.begin("PollForActivityTask", taskList={"name": "other"})

    assert refused.wait().code == "LimitExceededFault"
    assert other.reply is None
    assert patient.engine.held_polls == 1_001
    polls[500].withdraw()
    assert patient.begin("PollForActivityTask", taskList=WORKERS).reply is None
    patient.clock.advance(50)
    assert polls[0].wait() == NO_ACTIVITY_TASK


def test_closing_the_engine_answers_the_polls_that_wait(services: Callable[..., Service]) -> None:
    """Nobody is left waiting."""
    service = services("memory://?poll_seconds=50")
    held = service.begin("PollForDecisionTask", taskList=DECIDERS)
    service.engine.close()

    assert held.wait() is not None
    service.open()


def test_a_reply_without_output_is_empty(service: Service) -> None:
    """Void operations reply nothing: {} at the door, None for a call."""
    held = service.begin("SignalWorkflowExecution", workflowId="w", signalName="s")
    assert held.wait().code == "UnknownResourceFault"
    service.start()
    held = service.begin("SignalWorkflowExecution", workflowId="w", signalName="s")
    held.wait()

    assert held.call.reply is None
    assert plain(service.ask("SignalWorkflowExecution", workflowId="w", signalName="s")) == {}


def test_a_closed_execution_hands_out_nothing(service: Service) -> None:
    """Its decision task is dropped with it."""
    run = service.begun()
    run.signal()
    run.terminate()
    service.begun(complete(), workflow_id="x")

    assert service.decision_task() == NO_DECISION_TASK


def test_a_poll_may_block_a_thread(patient: Service) -> None:
    """handle() of a poll returns when the task is there, in whatever thread it was asked."""
    asked = threading.Event()

    def poll() -> dict[str, Any]:
        asked.set()
        return patient.decision_task()

    with ThreadPoolExecutor(1) as pool:
        polled = pool.submit(poll)
        assert asked.wait(20)
        run = patient.start()
        assert polled.result(20)["workflowExecution"] == run.execution


def test_many_threads_share_the_tasks(patient: Service) -> None:
    """However many poll at once, each task is handed out once and none is lost."""
    runs = {patient.start(str(number)).run_id for number in range(40)}
    with ThreadPoolExecutor(8) as pool:
        tasks = [one.result(20) for one in [pool.submit(patient.decision_task) for _ in runs]]
        answers = [pool.submit(patient.answer, task, complete()) for task in tasks]
        for answer in answers:
            answer.result(20)

    assert {task["workflowExecution"]["runId"] for task in tasks} == runs
    counted = patient.ask("CountClosedWorkflowExecutions", startTimeFilter={"oldestDate": 0})
    assert counted["count"] == 40


@pytest.mark.parametrize("answers", [2, 8])
def test_one_of_many_answers_counts(answers: int, patient: Service) -> None:
    """Of several answers to one task at once, one is accepted and the others are refused."""
    run = patient.start()
    token = run.decision_task()["taskToken"]
    with ThreadPoolExecutor(answers) as pool:
        held = list(
            pool.map(
                lambda number: patient.begin(
                    "RespondDecisionTaskCompleted",
                    taskToken=token,
                    decisions=[_timer(number + 100)],
                ),
                range(answers),
            )
        )
    refused = [one.call.fault.message for one in held if one.wait() and one.call.fault]

    assert refused == ["Unknown decision task, scheduledEventId = 2"] * (answers - 1)
    assert run.types(3) == ["DecisionTaskCompleted", "TimerStarted"]


def test_what_waits_and_who_polls_can_be_asked(patient: Service) -> None:
    """The engine tells, of each kind and list, what waits since when, and who polled."""
    patient.begin("PollForActivityTask", taskList=WORKERS, identity="me")
    patient.clock.advance(3)
    patient.start("a")
    patient.clock.advance(2)
    patient.start("b")
    told = {(one["kind"], one["taskList"]): one for one in patient.engine.task_lists("shop")}

    waiting = told["decision", "deciders"]
    assert (waiting["backlog"], waiting["oldest"]) == (2, START + 3)
    polled = told["activity", "workers"]
    assert (polled["backlog"], polled["oldest"]) == (0, None)
    assert polled["pollers"] == [{"identity": "me", "lastSeen": START, "waiting": True}]
    with pytest.raises(Fault, match="Unknown domain: no"):
        patient.engine.task_lists("no")
