"""The decision table: what each decision brings about, and each cause for which it fails."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from embedded_failures import FAILURES, Failure, limited
from embedded_harness import (
    BARE,
    DECISION_NEEDED,
    ORDER_VALUES,
    PACK_VALUES,
    ROLE,
    Service,
    Told,
    Wire,
    cancel,
    cancel_activity,
    cancel_external,
    cancel_timer,
    child,
    complete,
    continue_as_new,
    decision,
    fail,
    function,
    marker,
    missing,
    schedule,
    signal_external,
    timer,
    told,
    violated,
)
from embedded_scenarios import D

from swf.shapes import SHAPES

each = pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.name)

UNKNOWN = {"name": "unheard", "version": "1"}
OLD = {"name": "old", "version": "1"}


@each
def test_a_decision_that_fails_says_why(failure: Failure, services: Callable[..., Service]) -> None:
    """What keeps a decision from being carried out is the cause of its *Failed event."""
    run, event_id, attributes = failure.happen(services(options=failure.options))

    assert told(run.raw()[event_id - 1]) == (failure.event, {**attributes, "cause": failure.cause})


@each
def test_a_decision_that_fails_has_a_decision_task_scheduled(
    failure: Failure, services: Callable[..., Service]
) -> None:
    """The decider is told of every failed decision: one decision task waits afterwards."""
    run, _, _ = failure.happen(services(options=failure.options))

    types = run.types()
    assert types.count("DecisionTaskScheduled") == types.count("DecisionTaskStarted") + 1
    assert run.open_counts()[1] == 1


@each
def test_a_decision_that_fails_does_not_keep_others_from_being_carried_out(
    failure: Failure, services: Callable[..., Service]
) -> None:
    """Decisions are applied one by one: after a failed one the execution goes on."""
    service = services(options=failure.options)
    run, _, _ = failure.happen(service)

    task = service.decision_task()
    while task["workflowExecution"] != run.execution:
        service.answer(task)
        task = service.decision_task()
    assert run.answer(task, marker("on"))[0][1]["markerName"] == "on"


def test_failed_decisions_of_one_list_share_one_decision_task(service: Service) -> None:
    """However many decisions of a list fail, one decision task tells of them, after all results."""
    results = service.start().decide(
        timer("x"), timer("x"), cancel_timer("y"), cancel_activity("z"), marker()
    )

    assert [kind for kind, _ in results] == [
        "TimerStarted",
        "StartTimerFailed",
        "CancelTimerFailed",
        "RequestCancelActivityTaskFailed",
        "MarkerRecorded",
        "DecisionTaskScheduled",
    ]


# What happens to decisions that are carried out


SUCCESSES: list[tuple[Wire, list[str]]] = [
    (schedule(), ["ActivityTaskScheduled"]),
    (timer(), ["TimerStarted"]),
    (marker(), ["MarkerRecorded"]),
    (
        child(),
        [
            "StartChildWorkflowExecutionInitiated",
            "ChildWorkflowExecutionStarted",
            "DecisionTaskScheduled",
        ],
    ),
    (
        signal_external("target"),
        [
            "SignalExternalWorkflowExecutionInitiated",
            "ExternalWorkflowExecutionSignaled",
            "DecisionTaskScheduled",
        ],
    ),
    (
        cancel_external("target"),
        [
            "RequestCancelExternalWorkflowExecutionInitiated",
            "ExternalWorkflowExecutionCancelRequested",
            "DecisionTaskScheduled",
        ],
    ),
    (complete(), ["WorkflowExecutionCompleted"]),
    (fail(), ["WorkflowExecutionFailed"]),
    (cancel(), ["WorkflowExecutionCanceled"]),
    (continue_as_new(), ["WorkflowExecutionContinuedAsNew"]),
    (cancel_timer("running"), ["TimerCanceled"]),
    (cancel_activity("running"), ["ActivityTaskCancelRequested"]),
    (function(), ["LambdaFunctionScheduled", "LambdaFunctionStarted"]),
]


@pytest.mark.parametrize(
    ("given", "recorded"), SUCCESSES, ids=[given["decisionType"] for given, _ in SUCCESSES]
)
def test_a_decision_that_is_carried_out_records_its_events(
    given: Wire, recorded: list[str], service: Service
) -> None:
    """Each of the 13 decisions has its own events, and a decision task only where one is due."""
    left = threading.Event()
    service.engine.functions.register("add", lambda event, context: left.wait(20))
    service.start("target", taskList={"name": "targets"})
    run = service.begun(schedule("running"), timer("running", 1_000), lambdaRole=ROLE)
    service.activity_task()
    run.signal()
    results = run.decide(given)
    left.set()

    assert [kind for kind, _ in results][: len(recorded)] == recorded
    if given["decisionType"] != "ScheduleLambdaFunction":
        assert len(results) == len(recorded)
    assert results[0][1]["decisionTaskCompletedEventId"] == 11


def test_the_table_of_successes_has_every_decision() -> None:
    """No decision is left out."""
    found = [given["decisionType"] for given, _ in SUCCESSES]

    assert sorted(found) == sorted(SHAPES["DecisionType"]["enum"])


def test_schedule_activity_task_needs_no_decision(service: Service) -> None:
    """ScheduleActivityTask records ActivityTaskScheduled, and the task can be taken at once."""
    results = service.start().decide(schedule())

    assert [kind for kind, _ in results] == ["ActivityTaskScheduled"]
    assert service.activity_task()["activityId"] == "a"


def test_start_timer_cancel_timer_record_marker_need_no_decision(service: Service) -> None:
    """Timers and markers are recorded without a decision task."""
    results = service.start().decide(timer(), marker("m"), cancel_timer(), marker("m"))

    assert results == [
        ("TimerStarted", {"timerId": "t", "startToFireTimeout": "10", **D}),
        ("MarkerRecorded", {"markerName": "m", **D}),
        ("TimerCanceled", {"timerId": "t", "startedEventId": 5, **D}),
        ("MarkerRecorded", {"markerName": "m", **D}),
    ]
    assert service.decision_task() == {"startedEventId": 0, "previousStartedEventId": 0}


def test_request_cancel_of_a_started_activity_needs_no_decision(service: Service) -> None:
    """RequestCancelActivityTask on a running activity records the request and nothing else."""
    run = service.begun(schedule())
    service.activity_task()
    run.signal()

    assert run.decide(cancel_activity()) == [
        ("ActivityTaskCancelRequested", {"activityId": "a", "decisionTaskCompletedEventId": 10})
    ]


def test_an_activity_scheduled_and_canceled_in_one_list(service: Service) -> None:
    """Its end is a delivery: it comes after the results of the whole list."""
    results = service.start().decide(schedule(), cancel_activity(), marker())

    assert results == [
        ("ActivityTaskScheduled", {**_scheduled("a")}),
        ("ActivityTaskCancelRequested", {"activityId": "a", **D}),
        ("MarkerRecorded", {"markerName": "m", **D}),
        (
            "ActivityTaskCanceled",
            {"scheduledEventId": 5, "startedEventId": 0, "latestCancelRequestedEventId": 6},
        ),
        DECISION_NEEDED,
    ]


def _scheduled(activity_id: str) -> Wire:
    activity_type = {"name": "pack", "version": "1"}
    return {"activityId": activity_id, "activityType": activity_type, **PACK_VALUES, **D}


def test_start_child_workflow_execution_is_delivered_after_the_results(service: Service) -> None:
    """Initiated stands among the results, Started after all of them, then a decision task."""
    run = service.start()
    results = run.decide(child(), marker())

    assert [kind for kind, _ in results] == [
        "StartChildWorkflowExecutionInitiated",
        "MarkerRecorded",
        "ChildWorkflowExecutionStarted",
        "DecisionTaskScheduled",
    ]


def test_results_follow_their_decision_task_completed_without_a_gap(service: Service) -> None:
    """Whatever is delivered or was recorded meanwhile, results stand together after Completed."""
    service.begun(workflow_id="target")
    run = service.start()
    task = run.decision_task()
    run.signal()
    run.answer(
        task,
        child(),
        signal_external("target"),
        marker("x"),
        cancel_external("target"),
        schedule(),
        cancel_activity(),
        timer(),
    )

    types = run.types()
    completed = types.index("DecisionTaskCompleted")
    assert types[completed + 1 : completed + 8] == [
        "StartChildWorkflowExecutionInitiated",
        "SignalExternalWorkflowExecutionInitiated",
        "MarkerRecorded",
        "RequestCancelExternalWorkflowExecutionInitiated",
        "ActivityTaskScheduled",
        "ActivityTaskCancelRequested",
        "TimerStarted",
    ]
    assert sorted(types[completed + 8 :]) == [
        "ActivityTaskCanceled",
        "ChildWorkflowExecutionStarted",
        "ExternalWorkflowExecutionCancelRequested",
        "ExternalWorkflowExecutionSignaled",
    ]


def test_events_of_one_answer_are_of_one_moment(service: Service) -> None:
    """Whatever an answer brings about bears the time of its DecisionTaskCompleted."""
    run = service.start()
    task = run.decision_task()
    service.clock.advance(7.5)
    run.answer(task, child(), marker(), timer())

    assert {raw["eventTimestamp"] for raw in run.raw()[3:]} == {service.now}


@pytest.mark.parametrize(
    ("closing", "event", "status"),
    [
        (complete(), "WorkflowExecutionCompleted", "COMPLETED"),
        (fail(), "WorkflowExecutionFailed", "FAILED"),
        (cancel(), "WorkflowExecutionCanceled", "CANCELED"),
        (continue_as_new(), "WorkflowExecutionContinuedAsNew", "CONTINUED_AS_NEW"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_close_decision_closes(closing: Wire, event: str, status: str, service: Service) -> None:
    """The closing event is the last one, and the close status is the decision's."""
    run = service.begun(marker(), closing)

    assert run.types(4) == ["MarkerRecorded", event]
    assert run.close_status == status


@pytest.mark.parametrize(
    "closing",
    [
        complete(),
        fail(),
        cancel(),
        continue_as_new(),
        {"decisionType": "CompleteWorkflowExecution"},
    ],
    ids=lambda closing: closing["decisionType"],
)
def test_a_close_decision_must_be_the_last(closing: Wire, service: Service) -> None:
    """A list that goes on after a close decision is refused whole, and the task stays started."""
    run = service.start()
    task = run.decision_task()
    refusal = service.refusal(
        "RespondDecisionTaskCompleted",
        taskToken=task["taskToken"],
        decisions=[marker(), closing, marker()],
    )

    assert refusal == ("ValidationException", "Close must be last decision in list")
    assert run.types(2) == ["DecisionTaskStarted"]
    service.answer(task)


def test_two_close_decisions_are_refused(service: Service) -> None:
    """Two close decisions cannot meet, since only the last decision may close."""
    task = service.start().decision_task()

    assert service.refusal(
        "RespondDecisionTaskCompleted",
        taskToken=task["taskToken"],
        decisions=[fail(), complete()],
    ) == ("ValidationException", "Close must be last decision in list")


def test_a_failed_decision_does_not_keep_the_execution_from_closing(service: Service) -> None:
    """A close decision after a failed one closes; nobody is left to be told of the failure."""
    run = service.begun(cancel_timer(), complete())

    assert run.types(4) == ["CancelTimerFailed", "WorkflowExecutionCompleted"]


def test_a_premature_close_leaves_what_the_list_did_before(service: Service) -> None:
    """UNHANDLED_DECISION refuses the close alone; the results before it stand."""
    run = service.start()
    task = run.decision_task()
    run.signal()
    results = run.answer(task, timer(), complete(result="r"))

    because = {"decisionTaskCompletedEventId": 6}
    assert results == [
        ("TimerStarted", {"timerId": "t", "startToFireTimeout": "10", **because}),
        ("CompleteWorkflowExecutionFailed", {"cause": "UNHANDLED_DECISION", **because}),
    ]
    assert run.close_status is None


def test_the_same_close_succeeds_once_all_was_seen(service: Service) -> None:
    """The decision task that waited shows what was missed; then the same close is accepted."""
    run = service.start()
    task = run.decision_task()
    run.signal()
    run.answer(task, complete())
    run.decide(complete())

    assert run.close_status == "COMPLETED"


def test_cancel_workflow_execution_needs_no_request(service: Service) -> None:
    """CancelWorkflowExecution is allowed although nobody asked for it."""
    run = service.begun(cancel())

    assert run.close_status == "CANCELED"
    assert run.describe()["executionInfo"]["cancelRequested"] is False


def test_a_decision_without_attributes_counts_as_all_null(service: Service) -> None:
    """A missing structure is fine where nothing in it is required, else each member is missed."""
    run = service.start()
    task = run.decision_task()
    refusal = service.refusal(
        "RespondDecisionTaskCompleted",
        taskToken=task["taskToken"],
        decisions=[{"decisionType": "StartTimer"}],
    )
    run.answer(task, {"decisionType": "CompleteWorkflowExecution"})

    where = "decisions.1.member.startTimerDecisionAttributes"
    assert refusal == violated(missing(f"{where}.timerId"), missing(f"{where}.startToFireTimeout"))
    assert run.close_status == "COMPLETED"


def test_attributes_of_another_decision_are_validated_too(service: Service) -> None:
    """A structure that does not belong to the decision's type is checked like any other."""
    run = service.start()
    task = run.decision_task()
    mixed = {**marker(), "startTimerDecisionAttributes": {"timerId": "t"}}
    fault = service.refusal(
        "RespondDecisionTaskCompleted", taskToken=task["taskToken"], decisions=[timer(), mixed]
    )

    where = "decisions.2.member.startTimerDecisionAttributes.startToFireTimeout"
    assert fault == violated(missing(where))
    assert run.types(2) == ["DecisionTaskStarted"]


def test_attributes_of_another_decision_have_no_effect(service: Service) -> None:
    """Only the structure of the decision's own type counts."""
    mixed = {**marker(), "startTimerDecisionAttributes": timer()["startTimerDecisionAttributes"]}

    assert [kind for kind, _ in service.start().decide(mixed)] == ["MarkerRecorded"]


@pytest.mark.parametrize(
    "bad",
    [
        timer("a:b"),
        schedule("a/b"),
        child("a|b"),
        child("arn"),
        signal_external("a\x07"),
        cancel_external("a\x9f"),
        timer("t", "NONE"),
        timer("t", "1.5"),
        timer("t", "-1"),
        timer("t", "123456789"),
        schedule(startToCloseTimeout="soon"),
        schedule(taskPriority="2147483648"),
        schedule(taskPriority="high"),
        schedule(taskList={"name": "a:b"}),
        child(taskList={"name": " a"}),
        child(tagList=["1", "2", "3", "4", "5", "6"]),
        child(childPolicy="ORPHAN"),
        function(startToCloseTimeout="0"),
        function(startToCloseTimeout="901"),
        function(startToCloseTimeout="NONE"),
        marker(""),
        marker("m" * 257),
        decision("DoSomethingElse"),
    ],
    ids=lambda bad: str(bad)[:70],
)
def test_one_bad_decision_rejects_the_whole_answer(bad: Wire, service: Service) -> None:
    """Everything is validated before anything is recorded; the task stays started."""
    run = service.start()
    task = run.decision_task()
    code, _ = service.refusal(
        "RespondDecisionTaskCompleted", taskToken=task["taskToken"], decisions=[marker(), bad]
    )

    assert code == "ValidationException"
    assert run.types(2) == ["DecisionTaskStarted"]


LIMITS: list[tuple[Callable[[str], Wire], str, int]] = [
    (lambda text: schedule(text), "activityId", 256),
    (lambda text: schedule("a", {"name": text, "version": "1"}), "name", 256),
    (lambda text: schedule("a", {"name": "n", "version": text}), "version", 64),
    (lambda text: schedule(taskList={"name": text}), "name", 256),
    (lambda text: schedule(input=text), "input", 32_768),
    (lambda text: schedule(control=text), "control", 32_768),
    (lambda text: cancel_activity(text), "activityId", 256),
    (lambda text: timer(text), "timerId", 256),
    (lambda text: timer(control=text), "control", 32_768),
    (lambda text: cancel_timer(text), "timerId", 256),
    (lambda text: marker(text), "markerName", 256),
    (lambda text: marker(details=text), "details", 32_768),
    (lambda text: child(text), "workflowId", 256),
    (lambda text: child(input=text), "input", 32_768),
    (lambda text: child(control=text), "control", 32_768),
    (lambda text: child(tagList=[text]), "tagList.1.member", 256),
    (lambda text: child(lambdaRole=text), "lambdaRole", 1_600),
    (lambda text: signal_external(text), "workflowId", 256),
    (lambda text: signal_external("w", text), "signalName", 256),
    (lambda text: signal_external("w", runId=text), "runId", 64),
    (lambda text: signal_external("w", input=text), "input", 32_768),
    (lambda text: signal_external("w", control=text), "control", 32_768),
    (lambda text: cancel_external("w", runId=text), "runId", 64),
    (lambda text: cancel_external("w", control=text), "control", 32_768),
    (lambda text: function(text), "id", 256),
    (lambda text: function("f", text), "name", 64),
    (lambda text: function(input=text), "input", 32_768),
    (lambda text: function(control=text), "control", 32_768),
    (lambda text: complete(result=text), "result", 32_768),
    (lambda text: fail(reason=text), "reason", 256),
    (lambda text: fail(details=text), "details", 32_768),
    (lambda text: cancel(details=text), "details", 32_768),
    (lambda text: continue_as_new(input=text), "input", 32_768),
    (lambda text: continue_as_new(workflowTypeVersion=text), "workflowTypeVersion", 64),
]


@pytest.mark.parametrize(
    ("make", "member", "most"),
    LIMITS,
    ids=[f"{make('x')['decisionType']}-{member}" for make, member, _ in LIMITS],
)
def test_every_member_of_a_decision_has_its_limit(
    make: Callable[[str], Wire], member: str, most: int, service: Service
) -> None:
    """One character more is refused by place and rule; the limit itself is accepted."""
    run = service.start()
    task = run.decision_task()
    code, message = service.refusal(
        "RespondDecisionTaskCompleted",
        taskToken=task["taskToken"],
        decisions=[make("x" * (most + 1))],
    )

    assert code == "ValidationException"
    assert message.startswith("1 validation error detected: Value 'xxx")
    assert "' at 'decisions.1.member." in message
    rule = f"Member must have length less than or equal to {most}"
    assert message.endswith(f".{member}' failed to satisfy constraint: {rule}")
    run.answer(task, make("x" * most))


@pytest.mark.parametrize(
    "good",
    [
        marker("a:b/c|d"),
        marker("arn"),
        timer("t", "0"),
        timer("t", "99999999"),
        schedule(taskPriority="-2147483648"),
        schedule(taskPriority="2147483647"),
        schedule("a b"),
        child(executionStartToCloseTimeout="NONE"),
        signal_external("w", "a:b"),
        marker(details="x" * 32_768),
        marker(details="\N{GRINNING FACE}" * 32_768),
        complete(result="\u0000"),
    ],
    ids=lambda good: str(good)[:70],
)
def test_what_the_rules_allow_is_accepted(good: Wire, service: Service) -> None:
    """The identifier rule and the limits hold where they are said to, and nowhere else."""
    assert "Failed" not in service.start().decide(good)[0][0]


def test_an_answer_may_hold_no_decisions(service: Service) -> None:
    """An empty list, and no list at all, answer a decision task."""
    run = service.begun()
    run.signal()
    service.call("RespondDecisionTaskCompleted", taskToken=run.decision_task()["taskToken"])

    assert run.types(7) == ["DecisionTaskCompleted"]


def test_there_is_no_limit_on_the_number_of_decisions(service: Service) -> None:
    """A list of 1,500 decisions is carried out whole."""
    assert len(service.start().decide(*[marker()] * 1_500)) == 1_500


def test_causes_of_schedule_activity_task_are_found_in_the_order_of_the_table(
    services: Callable[..., Service],
) -> None:
    """The type, its status, the id in use, how many are open, then each default."""
    service = services(options=limited(open_activity_tasks=1))
    service.activity_type(OLD)
    service.ask("DeprecateActivityType", activityType=OLD)
    results = service.start().decide(
        schedule("a"),
        schedule("a", UNKNOWN),
        schedule("a", OLD),
        schedule("a", BARE),
        schedule("b", BARE),
    )

    assert _causes(results) == [
        "ACTIVITY_TYPE_DOES_NOT_EXIST",
        "ACTIVITY_TYPE_DEPRECATED",
        "ACTIVITY_ID_ALREADY_IN_USE",
        "OPEN_ACTIVITIES_LIMIT_EXCEEDED",
    ]


def test_causes_of_start_child_are_found_in_the_order_of_the_table(
    services: Callable[..., Service],
) -> None:
    """The type, its status, open children, open executions, defaults, and last the workflow id."""
    service = services(options=limited(open_children=1, open_executions=2))
    service.workflow_type(OLD)
    service.ask("DeprecateWorkflowType", workflowType=OLD)
    results = service.start().decide(
        child("a"), child("a", UNKNOWN), child("a", OLD), child("a", BARE)
    )
    assert _causes(results) == [
        "WORKFLOW_TYPE_DOES_NOT_EXIST",
        "WORKFLOW_TYPE_DEPRECATED",
        "OPEN_CHILDREN_LIMIT_EXCEEDED",
    ]
    service = services(options=limited(open_executions=1))
    assert _causes(service.start().decide(child("w", BARE))) == ["OPEN_WORKFLOWS_LIMIT_EXCEEDED"]
    service = services()
    assert _causes(service.start().decide(child("w", BARE))) == [
        "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED"
    ]


def test_causes_of_the_others_are_found_in_the_order_of_the_table(
    services: Callable[..., Service],
) -> None:
    """An id in use comes before the limit."""
    service = services(options=limited(open_timers=1, open_lambda_functions=1))
    left = threading.Event()
    service.engine.functions.register("add", lambda event, context: left.wait(20))
    results = service.start(lambdaRole=ROLE).decide(
        timer("t"), timer("t"), timer("u"), function("f"), function("f"), function("g")
    )
    left.set()

    assert _causes(results) == [
        "TIMER_ID_ALREADY_IN_USE",
        "OPEN_TIMERS_LIMIT_EXCEEDED",
        "ID_ALREADY_IN_USE",
        "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED",
    ]


def test_causes_of_continue_as_new_are_found_in_the_order_of_the_table(service: Service) -> None:
    """The unhandled event, the type, its status, then each default."""
    service.workflow_type({"name": "bare", "version": "old"})
    service.ask("DeprecateWorkflowType", workflowType={"name": "bare", "version": "old"})
    run = service.start("w", BARE, **ORDER_VALUES)
    task = run.decision_task()
    run.signal()
    results = run.answer(task, continue_as_new(workflowTypeVersion="unheard"))
    given: Wire = {"workflowTypeVersion": "unheard"}
    results += run.decide(continue_as_new(**given))
    results += run.decide(continue_as_new(workflowTypeVersion="old"))
    given = {}
    for member, value in ORDER_VALUES.items():
        results += run.decide(continue_as_new(**given))
        given[member] = value
    run.decide(continue_as_new(**given))

    assert _causes(results) == [
        "UNHANDLED_DECISION",
        "WORKFLOW_TYPE_DOES_NOT_EXIST",
        "WORKFLOW_TYPE_DEPRECATED",
        "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED",
        "DEFAULT_TASK_LIST_UNDEFINED",
        "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED",
        "DEFAULT_CHILD_POLICY_UNDEFINED",
    ]
    assert run.close_status == "CONTINUED_AS_NEW"


def _causes(results: list[Told]) -> list[str]:
    return [attributes["cause"] for _, attributes in results if "cause" in attributes]


def test_undefined_defaults_of_an_activity_are_found_in_the_order_of_the_table(
    service: Service,
) -> None:
    """Task list, schedule-to-start, schedule-to-close, start-to-close, heartbeat."""
    given: Wire = {}
    decisions = []
    for member, value in PACK_VALUES.items():
        decisions.append(schedule("a", BARE, **given))
        given = {**given, member: value}

    assert _causes(service.start().decide(*decisions)) == [
        "DEFAULT_TASK_LIST_UNDEFINED",
        "DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED",
        "DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED",
        "DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED",
        "DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED",
    ]


def test_undefined_defaults_of_a_child_are_found_in_the_order_of_the_table(
    service: Service,
) -> None:
    """Execution timeout, task list, task timeout, child policy."""
    given: Wire = {}
    decisions = []
    for member, value in ORDER_VALUES.items():
        decisions.append(child("c", BARE, **given))
        given = {**given, member: value}

    assert _causes(service.start().decide(*decisions)) == [
        "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED",
        "DEFAULT_TASK_LIST_UNDEFINED",
        "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED",
        "DEFAULT_CHILD_POLICY_UNDEFINED",
    ]


def test_a_duplicate_function_id_comes_before_the_missing_registry(service: Service) -> None:
    """Without a registry no function is ever open, so ids never clash."""
    results = service.start(lambdaRole=ROLE).decide(function(), function())

    assert _causes(results) == ["LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION"] * 2
