"""Quotas: how much may be open, how long a history and a request may be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from embedded_harness import (
    ORDER,
    PACK,
    ROLE,
    Service,
    Wire,
    child,
    complete,
    continue_as_new,
    function,
    marker,
    schedule,
    timer,
)

from swf.engine import Limits, Options


def limited(services: Callable[..., Service], **limits: int) -> Service:
    """Return a service with these limits."""
    return services(options=Options(limits=Limits(**limits)))


@pytest.mark.parametrize(
    ("make", "cause", "place"),
    [
        (lambda number: schedule(str(number)), "OPEN_ACTIVITIES_LIMIT_EXCEEDED", 0),
        (lambda number: timer(str(number), 1_000), "OPEN_TIMERS_LIMIT_EXCEEDED", 2),
        (lambda number: child(f"c{number}"), "OPEN_CHILDREN_LIMIT_EXCEEDED", 3),
    ],
    ids=["activities", "timers", "children"],
)
def test_one_thousand_may_be_open_and_no_more(
    make: Callable[[int], Wire], cause: str, place: int, service: Service
) -> None:
    """The 1,001st of its kind fails by its cause; the 1,000 before it are open."""
    run = service.start()
    results = run.decide(*[make(number) for number in range(1_001)])

    causes = [attributes["cause"] for _, attributes in results if "cause" in attributes]
    assert causes == [cause]
    assert run.open_counts()[place] == 1_000


def test_one_thousand_functions_may_be_open(services: Callable[..., Service]) -> None:
    """Lambda tasks have the same limit as activities."""
    service = services()
    service.engine.functions.register("add", lambda event, context: None)
    run = service.start(lambdaRole=ROLE)
    results = run.decide(*[function(str(number)) for number in range(1_001)])

    causes = [attributes["cause"] for _, attributes in results if "cause" in attributes]
    assert causes == ["OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED"]


def test_what_is_closed_makes_room(services: Callable[..., Service]) -> None:
    """The limits are about what is open now, activities that were started included."""
    service = limited(services, open_activity_tasks=2, open_timers=1)
    run = service.begun(schedule("a"), schedule("b"), timer("t", 10))
    service.activity_task()
    run.signal()
    results = run.decide(schedule("c"), timer("u"))
    assert [attributes.get("cause") for _, attributes in results] == [
        "OPEN_ACTIVITIES_LIMIT_EXCEEDED",
        "OPEN_TIMERS_LIMIT_EXCEEDED",
        None,
    ]
    service.work()
    service.clock.advance(10)
    results = run.decide(schedule("c"), timer("u"))
    assert [kind for kind, _ in results] == ["ActivityTaskScheduled", "TimerStarted"]


def test_limits_are_each_executions_own(services: Callable[..., Service]) -> None:
    """What is open in one execution takes nothing from another."""
    service = limited(services, open_activity_tasks=1)
    for workflow_id in "ab":
        run = service.begun(schedule(), workflow_id=workflow_id)
        assert run.last()[0] == "ActivityTaskScheduled"


# Histories


def test_the_last_event_of_a_full_history_terminates_it(services: Callable[..., Service]) -> None:
    """WorkflowExecutionTerminated with cause EVENT_LIMIT_EXCEEDED takes the last place."""
    service = limited(services, events=10)
    run = service.begun()
    for number in range(20):
        held = service.begin("SignalWorkflowExecution", workflowId="w", signalName=str(number))
        held.wait()

    assert run.last_id() == 10
    assert run.last() == (
        "WorkflowExecutionTerminated",
        {"childPolicy": "TERMINATE", "cause": "EVENT_LIMIT_EXCEEDED"},
    )
    assert run.close_status == "TERMINATED"
    assert held.reply.code == "UnknownResourceFault"


@pytest.mark.parametrize(
    "end", [complete(), {"decisionType": "FailWorkflowExecution"}], ids=lambda end: str(end)[:40]
)
def test_a_close_may_take_the_last_place(end: Wire, services: Callable[..., Service]) -> None:
    """An execution that closes with its last event closes as it likes."""
    service = limited(services, events=6)
    run = service.begun(marker(), end)

    assert run.last_id() == 6
    assert run.close_status in ("COMPLETED", "FAILED")


def test_a_full_history_applies_the_child_policy(services: Callable[..., Service]) -> None:
    """It is a termination like others: open children are terminated, a parent is told."""
    service = limited(services, events=12)
    parent = service.begun(child("middle", taskList={"name": "m"}))
    middle = service.latest("middle")
    middle.decide(child("youngest", taskList={"name": "y"}), task_list="m")
    youngest = service.latest("youngest")
    for number in range(10):
        service.begin("SignalWorkflowExecution", workflowId="middle", signalName=str(number)).wait()

    assert middle.last()[1]["cause"] == "EVENT_LIMIT_EXCEEDED"
    assert youngest.close_status == "TERMINATED"
    assert parent.last()[0] == "ChildWorkflowExecutionTerminated"


@pytest.mark.parametrize("step", ["poll", "work", "timer", "time-out", "decide"])
def test_whatever_fills_a_history_terminates_it(
    step: str, services: Callable[..., Service]
) -> None:
    """Polls, answers, clocks and decisions alike meet the limit without a fault of the engine."""
    limits = {"poll": 3, "work": 8, "timer": 7, "time-out": 8, "decide": 6}
    service = limited(services, events=limits[step])
    run = service.start()
    if step == "poll":
        assert "taskToken" not in service.decision_task()
    else:
        run.decide(
            schedule(), *([timer()] if step != "work" else []), *[marker()] * (step == "decide")
        )
    if step == "work":
        task = service.activity_task()
        service.begin("RespondActivityTaskCompleted", taskToken=task["taskToken"]).wait()
    service.clock.advance(5_000)

    assert run.last_id() == limits[step]
    assert run.last()[1]["cause"] == "EVENT_LIMIT_EXCEEDED"
    assert "taskToken" not in service.decision_task()
    assert "taskToken" not in service.activity_task()


def test_a_history_has_25_000_events(service: Service) -> None:
    """The default limit is SWF's: event 25,000 is the termination."""
    run = service.start()
    while run.close_status is None:
        task = service.decision_task()
        run.signal()
        service.answer(task, *[marker()] * 5_000)

    raws = run.raw()
    assert len(raws) == 25_000
    assert raws[-1]["workflowExecutionTerminatedEventAttributes"] == {
        "childPolicy": "TERMINATE",
        "cause": "EVENT_LIMIT_EXCEEDED",
    }


# Others


def test_open_executions_are_unlimited_unless_told(services: Callable[..., Service]) -> None:
    """With a limit set, one more start is LimitExceededFault."""
    service = limited(services, open_executions=2)
    service.start("a")
    run = service.start("b")
    refused = service.fault(
        "StartWorkflowExecution", domain="shop", workflowId="c", workflowType=ORDER
    )
    assert refused.code == "LimitExceededFault"
    run.terminate()
    service.start("c")


def test_children_asked_for_at_once_share_the_room(services: Callable[..., Service]) -> None:
    """Those of the decisions before count already, though they start only after all decisions."""
    service = limited(services, open_executions=3)
    run = service.start()
    results = run.decide(*[child(f"c{number}") for number in range(4)])

    causes = [attributes["cause"] for _, attributes in results if "cause" in attributes]
    assert causes == ["OPEN_WORKFLOWS_LIMIT_EXCEEDED"] * 2
    assert run.open_counts()[3] == 2


def test_continuing_as_new_needs_no_room(services: Callable[..., Service]) -> None:
    """The next run takes the place of the last one."""
    service = limited(services, open_executions=1)
    run = service.begun(continue_as_new())

    assert run.close_status == "CONTINUED_AS_NEW"
    assert service.latest("w").last_id() == 2


def test_domains_and_types_are_unlimited(service: Service) -> None:
    """More domains and types than SWF's default quota are fine."""
    for number in range(120):
        service.call(
            "RegisterDomain", name=f"d{number}", workflowExecutionRetentionPeriodInDays="1"
        )
        service.ask("RegisterActivityType", name="t", version=str(number))

    listed = service.call("ListDomains", registrationStatus="REGISTERED")
    assert len(listed["domainInfos"]) == 121


def test_a_request_has_at_most_a_megabyte(service: Service) -> None:
    """A longer one is refused as a whole, and the task stays as it was."""
    run = service.start()
    task = run.decision_task()
    refused = service.fault(
        "RespondDecisionTaskCompleted",
        taskToken=task["taskToken"],
        decisions=[marker(details="x" * 32_768)] * 33,
    )
    assert (refused.code, refused.status) == ("RequestEntityTooLargeException", 413)
    assert run.types(2) == ["DecisionTaskStarted"]
    run.answer(task, *[marker(details="x" * 32_768)] * 31)
    assert run.last_id() == 4 + 31


def test_limits_are_counted_in_characters(service: Service) -> None:
    """A character beyond the basic plane is one character."""
    run = service.begun(schedule(input="\N{PILE OF POO}" * 32_768))
    task = service.work(result="\N{PILE OF POO}" * 32_768)

    assert task["input"] == "\N{PILE OF POO}" * 32_768
    assert len(run.attributes("ActivityTaskCompleted")["result"]) == 32_768
    assert task["activityType"] == PACK
