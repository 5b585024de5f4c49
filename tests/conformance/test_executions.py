"""Starting, describing, signaling, canceling and terminating executions."""

from __future__ import annotations

import pytest
from embedded_harness import (
    BARE,
    DECIDERS,
    DECISION_NEEDED,
    DOMAIN,
    ORDER,
    ORDER_VALUES,
    ROLE,
    START,
    Run,
    Service,
    Wire,
    child,
    complete,
    fail,
    missing,
    schedule,
    timer,
    violated,
)

NO_RUN = ("UnknownResourceFault", "Unknown execution, workflowId = w")


def unknown(run: Run) -> tuple[str, str]:
    """Return how a request on a run that is not there, or not open, is refused."""
    return (
        "UnknownResourceFault",
        f"Unknown execution: WorkflowExecution=[workflowId={run.workflow_id}, runId={run.run_id}]",
    )


# Start


def test_a_start_records_two_events_at_one_moment(service: Service) -> None:
    """1 WorkflowExecutionStarted, 2 DecisionTaskScheduled, of the same time."""
    run = service.start()

    assert run.raw() == [
        {
            "eventId": 1,
            "eventType": "WorkflowExecutionStarted",
            "eventTimestamp": START,
            "workflowExecutionStartedEventAttributes": {
                **ORDER_VALUES,
                "workflowType": ORDER,
                "parentInitiatedEventId": 0,
            },
        },
        {
            "eventId": 2,
            "eventType": "DecisionTaskScheduled",
            "eventTimestamp": START,
            "decisionTaskScheduledEventAttributes": DECISION_NEEDED[1],
        },
    ]


def test_what_a_start_tells_goes_before_the_types_defaults(service: Service) -> None:
    """Each value is the request's, else the type's default."""
    service.workflow_type(
        {"name": "full", "version": "1"},
        {**ORDER_VALUES, "taskPriority": "9", "lambdaRole": ROLE},
    )
    full = {"name": "full", "version": "1"}
    by_default = service.start("a", full).attributes("WorkflowExecutionStarted")
    told: Wire = {
        "executionStartToCloseTimeout": "1",
        "taskList": {"name": "l"},
        "taskStartToCloseTimeout": "NONE",
        "childPolicy": "ABANDON",
        "taskPriority": "-1",
        "lambdaRole": "arn:other",
    }
    as_told = service.start("b", full, **told).attributes("WorkflowExecutionStarted")

    assert by_default["taskPriority"] == "9"
    assert by_default["lambdaRole"] == ROLE
    assert {name: as_told[name] for name in told} == told


def test_undefined_values_are_reported_in_order(service: Service) -> None:
    """executionStartToCloseTimeout, taskList, taskStartToCloseTimeout, childPolicy, one by one."""
    given: Wire = {}
    found = []
    for member, value in ORDER_VALUES.items():
        found.append(
            service.refused("StartWorkflowExecution", workflowId="w", workflowType=BARE, **given)
        )
        given[member] = value

    assert found == [
        ("DefaultUndefinedFault", "executionStartToCloseTimeout"),
        ("DefaultUndefinedFault", "taskList"),
        ("DefaultUndefinedFault", "taskStartToCloseTimeout"),
        ("DefaultUndefinedFault", "childPolicy"),
    ]
    assert service.start("w", BARE, **given).describe()["executionConfiguration"] == ORDER_VALUES


def test_an_empty_duration_was_not_given(service: Service) -> None:
    """An empty optional duration leaves the type's default in force."""
    run = service.start(executionStartToCloseTimeout="", taskStartToCloseTimeout="")

    assert run.describe()["executionConfiguration"] == ORDER_VALUES


def test_run_ids_are_opaque_and_their_own(service: Service) -> None:
    """A run id has at most 64 characters, can stand in a URL, and is never given twice."""
    ids = {service.start(str(number)).run_id for number in range(20)}

    assert len(ids) == 20
    assert all(0 < len(one) <= 64 for one in ids)
    assert all(one.replace("-", "").replace("_", "").isalnum() and one.isascii() for one in ids)


def test_one_open_execution_for_each_workflow_id(service: Service) -> None:
    """A second start is refused while the first run is open, and allowed once it is closed."""
    first = service.start()
    again: Wire = {"workflowId": "w", "workflowType": ORDER}
    refusal = ("WorkflowExecutionAlreadyStartedFault", "Already Started")

    assert service.refused("StartWorkflowExecution", **again) == refusal
    first.terminate()
    assert service.start().run_id != first.run_id


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("workflowId", "a:b"),
        ("workflowId", ""),
        ("workflowId", "w" * 257),
        ("workflowId", "arn"),
        ("input", "i" * 32_769),
        ("tagList", ["1", "2", "3", "4", "5", "6"]),
        ("tagList", ["t" * 257]),
        ("executionStartToCloseTimeout", "NONE"),
        ("executionStartToCloseTimeout", "31536001"),
        ("executionStartToCloseTimeout", "x"),
        ("taskStartToCloseTimeout", "123456789"),
        ("taskPriority", ""),
        ("taskPriority", "1e3"),
        ("childPolicy", "LEAVE"),
        ("taskList", {"name": "a "}),
        ("taskList", {"name": "a/b"}),
        ("lambdaRole", ""),
        ("lambdaRole", "r" * 1_601),
        ("workflowType", {"name": "order"}),
        ("workflowType", {}),
    ],
)
def test_a_start_obeys_the_rules(member: str, value: object, service: Service) -> None:
    """Identifiers, lengths, durations, priorities and tags are checked; nothing is started."""
    code, _ = service.refused(
        "StartWorkflowExecution", **{"workflowId": "w", "workflowType": ORDER, member: value}
    )

    assert code == "ValidationException"
    assert service.runs() == []


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("input", ""),
        ("input", "\N{PILE OF POO}" * 32_768),
        ("tagList", []),
        ("tagList", ["", "t" * 256, "a:b", "x", "x"]),
        ("executionStartToCloseTimeout", "31536000"),
        ("taskStartToCloseTimeout", "99999999"),
        ("taskPriority", "-2147483648"),
    ],
)
def test_what_a_start_may_tell_is_recorded_as_told(
    member: str, value: object, service: Service
) -> None:
    """The limits themselves are allowed."""
    assert service.start(**{member: value}).attributes("WorkflowExecutionStarted")[member] == value


# Describe


def test_an_open_execution_is_described(service: Service) -> None:
    """Everything that is known is told, what does not apply is not there."""
    run = service.start()

    assert run.describe() == {
        "executionInfo": {
            "execution": run.execution,
            "workflowType": ORDER,
            "startTimestamp": START,
            "executionStatus": "OPEN",
            "cancelRequested": False,
        },
        "executionConfiguration": ORDER_VALUES,
        "openCounts": {
            "openActivityTasks": 0,
            "openDecisionTasks": 1,
            "openTimers": 0,
            "openChildWorkflowExecutions": 0,
            "openLambdaFunctions": 0,
        },
    }


def test_a_closed_execution_is_described(service: Service) -> None:
    """Close status and close time are those of the closing event."""
    run = service.start(tagList=["x"], taskPriority="3", lambdaRole=ROLE)
    service.clock.advance(12.345)
    run.decide(complete(), executionContext="c")

    assert run.describe() == {
        "executionInfo": {
            "execution": run.execution,
            "workflowType": ORDER,
            "startTimestamp": START,
            "closeTimestamp": START + 12.345,
            "executionStatus": "CLOSED",
            "closeStatus": "COMPLETED",
            "tagList": ["x"],
            "cancelRequested": False,
        },
        "executionConfiguration": {**ORDER_VALUES, "taskPriority": "3", "lambdaRole": ROLE},
        "openCounts": {
            "openActivityTasks": 0,
            "openDecisionTasks": 0,
            "openTimers": 0,
            "openChildWorkflowExecutions": 0,
            "openLambdaFunctions": 0,
        },
        "latestExecutionContext": "c",
    }


def test_a_child_tells_its_parent(service: Service) -> None:
    """ExecutionInfo of a child names the parent execution."""
    parent = service.begun(child())

    assert service.latest("child").describe()["executionInfo"]["parent"] == parent.execution


def test_open_counts_count_what_is_open(service: Service) -> None:
    """Activities scheduled or started, one decision task at most, timers and children."""
    run = service.begun(schedule("a"), schedule("b"), timer("x"), timer("y"), timer("z"), child())
    service.activity_task()

    assert run.open_counts() == (2, 1, 3, 1, 0)
    run.signal()
    assert run.open_counts() == (2, 1, 3, 1, 0)
    service.clock.advance(10)
    assert run.open_counts() == (2, 1, 0, 1, 0)


def test_one_decision_task_is_open_however_many_there_are(service: Service) -> None:
    """OpenDecisionTasks is 0 or 1, also where one is started and another is scheduled."""
    run = service.start()
    task = run.decision_task()
    run.signal()
    assert run.open_counts()[1] == 1
    run.answer(task)
    assert run.open_counts()[1] == 1
    run.decide()
    assert run.open_counts()[1] == 0


def test_closing_does_not_zero_the_counts(service: Service) -> None:
    """What was open when the execution closed stays counted."""
    run = service.begun(schedule(), timer(), child(), fail())

    assert run.open_counts() == (1, 0, 1, 1, 0)


def test_cancel_requested_is_told_from_the_first_request_on(service: Service) -> None:
    """It is always there, becomes true with the request, and stays true after close."""
    run = service.start()
    assert run.describe()["executionInfo"]["cancelRequested"] is False
    run.request_cancel()
    assert run.describe()["executionInfo"]["cancelRequested"] is True
    run.decide(complete())
    assert run.describe()["executionInfo"]["cancelRequested"] is True


def test_the_latest_activity_is_told(service: Service) -> None:
    """It is the time of the latest activity event of any type, absent where there was none."""
    run = service.start()
    assert "latestActivityTaskTimestamp" not in run.describe()
    moments = []
    for step in (
        lambda: run.decide(schedule()),
        lambda: service.activity_task(),
        lambda: service.clock.advance(3_000),
    ):
        service.clock.advance(1)
        step()
        moments.append(run.describe()["latestActivityTaskTimestamp"] - START)

    assert moments == [1, 2, 502]


def test_the_latest_execution_context_is_kept(service: Service) -> None:
    """It is the last one given; an answer without one leaves it, an empty one is one."""
    run = service.start()
    assert "latestExecutionContext" not in run.describe()
    found = []
    for given in ({"executionContext": "c"}, {}, {"executionContext": ""}):
        run.decide(**given)
        run.signal()
        found.append(run.describe()["latestExecutionContext"])

    assert found == ["c", "c", ""]


@pytest.mark.parametrize("operation", ["DescribeWorkflowExecution", "GetWorkflowExecutionHistory"])
def test_an_unknown_run_is_named(operation: str, service: Service) -> None:
    """A workflow id and run id that do not belong together name nothing."""
    run = service.start()
    other = Run(service, "other", run.run_id)

    assert service.refused(operation, execution=other.execution) == unknown(other)
    assert service.refusal(operation, domain="no", execution=run.execution) == (
        "UnknownResourceFault",
        "Unknown domain: no",
    )


def test_describe_and_history_need_a_run_id(service: Service) -> None:
    """Both name a run, not the open execution of a workflow id."""
    service.start()

    for operation in ("DescribeWorkflowExecution", "GetWorkflowExecutionHistory"):
        assert service.refused(operation, execution={"workflowId": "w"}) == violated(
            missing("execution.runId")
        )


# Signal, cancel, terminate


def test_a_signal_is_recorded_with_a_decision_task(service: Service) -> None:
    """WorkflowExecutionSignaled names no sender, and a decision task follows."""
    run = service.begun()
    run.signal("paid", input="i")

    assert run.history(4) == [
        (
            "WorkflowExecutionSignaled",
            {"signalName": "paid", "input": "i", "externalInitiatedEventId": 0},
        ),
        DECISION_NEEDED,
    ]


def test_every_cancel_request_is_recorded(service: Service) -> None:
    """Each request is an event; one decision task tells of all."""
    run = service.begun()
    run.request_cancel()
    run.request_cancel()

    assert run.history(4) == [
        ("WorkflowExecutionCancelRequested", {"externalInitiatedEventId": 0}),
        DECISION_NEEDED,
        ("WorkflowExecutionCancelRequested", {"externalInitiatedEventId": 0}),
    ]


def test_a_terminated_execution_closes_at_once(service: Service) -> None:
    """Termination closes without a decision task, also while one is started."""
    run = service.start()
    run.decision_task()
    run.terminate(reason="r")

    assert run.history(3) == [
        (
            "WorkflowExecutionTerminated",
            {"reason": "r", "childPolicy": "TERMINATE", "cause": "OPERATOR_INITIATED"},
        )
    ]
    assert run.close_status == "TERMINATED"


REQUESTS: list[tuple[str, Wire]] = [
    ("SignalWorkflowExecution", {"signalName": "s"}),
    ("RequestCancelWorkflowExecution", {}),
    ("TerminateWorkflowExecution", {}),
]
each_request = pytest.mark.parametrize(
    ("operation", "members"), REQUESTS, ids=[operation for operation, _ in REQUESTS]
)


@each_request
def test_a_request_without_run_id_goes_to_the_open_run(
    operation: str, members: Wire, service: Service
) -> None:
    """An absent run id, or an empty one, means the open execution of the workflow id."""
    closed = service.begun(complete())
    run = service.begun()
    service.ask(operation, workflowId="w", **members)
    assert run.last_id() > 4
    if run.close_status is None:
        service.ask(operation, workflowId="w", runId="", **members)
        assert run.last_id() > 6
    assert closed.last_id() == 5


@each_request
def test_a_request_to_what_is_not_open_is_refused(
    operation: str, members: Wire, service: Service
) -> None:
    """With a run id the message names the run, without one the workflow id."""
    assert service.refused(operation, workflowId="w", **members) == NO_RUN
    assert service.refused(operation, workflowId="w", runId="", **members) == NO_RUN
    run = service.begun(complete())
    assert service.refused(operation, workflowId="w", **members) == NO_RUN
    assert service.refused(operation, **run.execution, **members) == unknown(run)
    never = Run(service, "w", "never")
    assert service.refused(operation, **never.execution, **members) == unknown(never)
    open_run = service.begun()
    assert service.refused(operation, **run.execution, **members) == unknown(run)
    assert open_run.last_id() == 4


@each_request
def test_a_request_to_an_unknown_domain_is_refused(
    operation: str, members: Wire, service: Service
) -> None:
    """The domain is looked for first."""
    assert service.refusal(operation, domain="no", workflowId="w", **members) == (
        "UnknownResourceFault",
        "Unknown domain: no",
    )


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("SignalWorkflowExecution", {"signalName": ""}),
        ("SignalWorkflowExecution", {"signalName": "s" * 257}),
        ("SignalWorkflowExecution", {"signalName": "s", "input": "i" * 32_769}),
        ("TerminateWorkflowExecution", {"reason": "r" * 257}),
        ("TerminateWorkflowExecution", {"details": "d" * 32_769}),
        ("TerminateWorkflowExecution", {"childPolicy": "KEEP"}),
        ("TerminateWorkflowExecution", {"runId": "r" * 65}),
    ],
)
def test_a_request_obeys_the_rules(operation: str, members: Wire, service: Service) -> None:
    """Lengths and enums are checked; nothing is recorded."""
    run = service.begun()
    code, _ = service.refused(operation, workflowId="w", **members)

    assert code == "ValidationException"
    assert run.last_id() == 4


def test_a_signal_name_may_hold_anything(service: Service) -> None:
    """The identifier rule does not hold for signals."""
    run = service.begun()
    run.signal("a:b/c|d\x01", input="")

    assert run.attributes("WorkflowExecutionSignaled") == {
        "signalName": "a:b/c|d\x01",
        "input": "",
        "externalInitiatedEventId": 0,
    }


# Histories


def test_a_history_is_ascending_and_reversed_on_demand(service: Service) -> None:
    """Ascending by event id; reverseOrder descending; open and closed runs alike."""
    run = service.begun(complete())
    ascending = run.raw()

    assert [raw["eventId"] for raw in ascending] == [1, 2, 3, 4, 5]
    assert run.raw(reverseOrder=True) == ascending[::-1]


def test_a_history_tells_what_no_decision_task_told_yet(service: Service) -> None:
    """GetWorkflowExecutionHistory includes events newer than any decision task."""
    run = service.start()
    run.decision_task()
    run.signal()

    assert run.types(3) == ["WorkflowExecutionSignaled", "DecisionTaskScheduled"]


def test_a_decision_task_is_scheduled_once_for_several_events(service: Service) -> None:
    """While a decision task waits, further events need no other."""
    run = service.begun()
    for name in "abc":
        run.signal(name)

    assert run.types(4) == [
        "WorkflowExecutionSignaled",
        "DecisionTaskScheduled",
        "WorkflowExecutionSignaled",
        "WorkflowExecutionSignaled",
    ]
    assert run.open_counts()[1] == 1


def test_events_during_a_decision_task_are_recorded_at_once(service: Service) -> None:
    """They and their DecisionTaskScheduled stand between Started and Completed."""
    run = service.begun(schedule())
    run.signal("now")
    task = run.decision_task()
    service.work(result="r")
    run.signal("later")
    run.answer(task)
    run.decision_task()

    assert run.history(8) == [
        ("ActivityTaskStarted", {"scheduledEventId": 5}),
        ("ActivityTaskCompleted", {"scheduledEventId": 5, "startedEventId": 9, "result": "r"}),
        DECISION_NEEDED,
        ("WorkflowExecutionSignaled", {"signalName": "later", "externalInitiatedEventId": 0}),
        ("DecisionTaskCompleted", {"scheduledEventId": 7, "startedEventId": 8}),
        ("DecisionTaskStarted", {"scheduledEventId": 11}),
    ]


def test_a_decision_task_scheduled_meanwhile_waits_for_the_answer(service: Service) -> None:
    """It is recorded at once; it is handed out when the started one is answered."""
    run = service.start()
    task = run.decision_task()
    run.signal()
    assert "taskToken" not in service.decision_task()
    run.answer(task)
    assert run.decision_task()["startedEventId"] == 7


def test_times_are_seconds_with_milliseconds(service: Service) -> None:
    """Times are float seconds since the epoch, cut to milliseconds."""
    service.clock.advance(0.123)
    run = service.start()
    info = run.describe()["executionInfo"]

    assert info["startTimestamp"] == 1_577_836_800.123
    assert run.raw()[0]["eventTimestamp"] == 1_577_836_800.123


def test_task_lists_are_named_by_executions(service: Service) -> None:
    """An execution's decision tasks are scheduled on its own task list."""
    run = service.start(taskList={"name": "mine"})

    assert run.attributes("DecisionTaskScheduled")["taskList"] == {"name": "mine"}
    assert "taskToken" not in service.decision_task(DECIDERS["name"])
    assert service.decision_task("mine")["workflowExecution"] == run.execution
    assert service.ask("CountPendingDecisionTasks", taskList=DECIDERS)["count"] == 0
    assert run.domain == DOMAIN
