"""Refusals: their types, their exact words, and the order in which reasons are looked for."""

from __future__ import annotations

from typing import Any

import pytest
from embedded_harness import (
    DECIDERS,
    DOMAIN,
    ORDER,
    WORKERS,
    Service,
    Wire,
    complete,
    marker,
    missing,
    problem,
    schedule,
    timer,
    violated,
)

from swf.fault import Fault
from swf.shapes import OPERATIONS

SWF = "com.amazonaws.swf.base.model"


@pytest.mark.parametrize(
    ("operation", "members", "kind"),
    [
        ("DescribeDomain", {"name": "no"}, f"{SWF}#UnknownResourceFault"),
        (
            "RegisterDomain",
            {"name": DOMAIN, "workflowExecutionRetentionPeriodInDays": "1"},
            f"{SWF}#DomainAlreadyExistsFault",
        ),
        (
            "RegisterWorkflowType",
            {"domain": DOMAIN, **ORDER},
            f"{SWF}#TypeAlreadyExistsFault",
        ),
        (
            "DeleteWorkflowType",
            {"domain": DOMAIN, "workflowType": ORDER},
            f"{SWF}#TypeNotDeprecatedFault",
        ),
        (
            "StartWorkflowExecution",
            {
                "domain": DOMAIN,
                "workflowId": "w",
                "workflowType": {"name": "bare", "version": "1"},
            },
            f"{SWF}#DefaultUndefinedFault",
        ),
        (
            "RegisterDomain",
            {
                "name": "d",
                "workflowExecutionRetentionPeriodInDays": "1",
                "tags": [{"key": str(number)} for number in range(51)],
            },
            f"{SWF}#TooManyTagsFault",
        ),
        ("DescribeDomain", {}, "com.amazon.coral.validate#ValidationException"),
        ("DescribeDomain", {"name": 5}, "com.amazon.coral.service#SerializationException"),
        ("DescribeNothing", {}, "com.amazon.coral.service#UnknownOperationException"),
    ],
)
def test_a_fault_bears_the_type_that_clients_look_for(
    operation: str, members: Wire, kind: str, service: Service
) -> None:
    """Every fault of a client is a 400 with a namespace, a name and a message."""
    fault = service.fault(operation, **members)

    assert (fault.type, fault.status) == (kind, 400)
    assert fault.message


def test_deprecated_resources_bear_faults_of_their_own(service: Service) -> None:
    """DomainDeprecatedFault, TypeDeprecatedFault, WorkflowExecutionAlreadyStartedFault."""
    service.start()
    again = service.fault(
        "StartWorkflowExecution", domain=DOMAIN, workflowId="w", workflowType=ORDER
    )
    service.call("DeprecateDomain", name=DOMAIN)

    assert again.type == f"{SWF}#WorkflowExecutionAlreadyStartedFault"
    assert service.fault("DeprecateDomain", name=DOMAIN).type == f"{SWF}#DomainDeprecatedFault"
    assert (
        service.fault("DeprecateWorkflowType", domain=DOMAIN, workflowType=ORDER).type
        == f"{SWF}#TypeDeprecatedFault"
    )


# Constraints


@pytest.mark.parametrize(
    ("operation", "members", "problems"),
    [
        ("DescribeDomain", {}, [missing("name")]),
        ("DescribeDomain", {"name": None}, [missing("name")]),
        (
            "RegisterDomain",
            {},
            [missing("name"), missing("workflowExecutionRetentionPeriodInDays")],
        ),
        (
            "DescribeDomain",
            {"name": ""},
            [problem("", "name", "have length greater than or equal to 1")],
        ),
        (
            "DescribeDomain",
            {"name": "n" * 257},
            [problem("n" * 257, "name", "have length less than or equal to 256")],
        ),
        (
            "ListDomains",
            {"registrationStatus": "GONE"},
            [
                problem(
                    "GONE", "registrationStatus", "satisfy enum value set: [REGISTERED, DEPRECATED]"
                )
            ],
        ),
        (
            "ListDomains",
            {"registrationStatus": "REGISTERED", "maximumPageSize": 1_001},
            [problem(1_001, "maximumPageSize", "have value less than or equal to 1000")],
        ),
        (
            "ListDomains",
            {"registrationStatus": "REGISTERED", "maximumPageSize": -1},
            [problem(-1, "maximumPageSize", "have value greater than or equal to 0")],
        ),
        (
            "StartWorkflowExecution",
            {"domain": "d", "workflowId": "w", "workflowType": {"version": "1"}},
            [missing("workflowType.name")],
        ),
        (
            "DescribeWorkflowExecution",
            {"domain": "d", "execution": {}},
            [missing("execution.workflowId"), missing("execution.runId")],
        ),
        (
            "StartWorkflowExecution",
            {
                "domain": "d",
                "workflowId": "w",
                "workflowType": ORDER,
                "tagList": ["ok", "t" * 257],
            },
            [problem("t" * 257, "tagList.2.member", "have length less than or equal to 256")],
        ),
        (
            "RespondDecisionTaskCompleted",
            {"taskToken": "t", "decisions": [marker(), {}]},
            [missing("decisions.2.member.decisionType")],
        ),
        (
            "RespondDecisionTaskCompleted",
            {"taskToken": "t", "decisions": [timer(), timer("t" * 257)]},
            [
                problem(
                    "t" * 257,
                    "decisions.2.member.startTimerDecisionAttributes.timerId",
                    "have length less than or equal to 256",
                )
            ],
        ),
        (
            "RespondDecisionTaskCompleted",
            {"taskToken": "t", "decisions": [schedule("a", {"name": "n"})]},
            [
                missing(
                    "decisions.1.member.scheduleActivityTaskDecisionAttributes.activityType.version"
                )
            ],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_every_violated_constraint_is_told_in_one_message(
    operation: str, members: Wire, problems: list[str], service: Service
) -> None:
    """The message counts them, and names each with its value, its place and its rule."""
    code, message = service.refusal(operation, **members)
    expected_code, expected = violated(*problems)

    assert code == expected_code
    if len(problems) == 1:
        assert message == expected
    else:
        detected, _, told = message.partition("detected: ")
        assert detected == f"{len(problems)} validation errors "
        assert sorted(told.split("; ")) == sorted(problems)


def test_an_unknown_decision_type_is_told_with_all_that_are_known(service: Service) -> None:
    """The enum of decision types stands in the message."""
    run = service.start()
    token = run.decision_task()["taskToken"]
    code, message = service.refusal(
        "RespondDecisionTaskCompleted", taskToken=token, decisions=[{"decisionType": "Sleep"}]
    )

    assert code == "ValidationException"
    assert message.startswith(
        "1 validation error detected: Value 'Sleep' at 'decisions.1.member.decisionType' failed to"
        " satisfy constraint: Member must satisfy enum value set: ["
    )


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_an_operation_without_its_members_is_refused(operation: str, service: Service) -> None:
    """Each of the 39 operations has required members, and says so."""
    code, message = service.refusal(operation)

    assert code == "ValidationException"
    assert "Member must not be null" in message


def test_there_are_39_operations() -> None:
    """The engine is held against the whole API."""
    assert len(OPERATIONS) == 39


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("DescribeDomain", {"name": 5}),
        ("DescribeDomain", {"name": ["a"]}),
        ("DescribeDomain", {"name": {"a": 1}}),
        ("ListDomains", {"registrationStatus": "REGISTERED", "maximumPageSize": "a"}),
        ("ListDomains", {"registrationStatus": "REGISTERED", "reverseOrder": "maybe"}),
        ("StartWorkflowExecution", {"domain": "d", "workflowId": "w", "workflowType": "order"}),
        (
            "StartWorkflowExecution",
            {"domain": "d", "workflowId": "w", "workflowType": ORDER, "tagList": "x"},
        ),
        ("RespondDecisionTaskCompleted", {"taskToken": "t", "decisions": {}}),
        ("RespondDecisionTaskCompleted", {"taskToken": "t", "decisions": ["x"]}),
        (
            "ListOpenWorkflowExecutions",
            {"domain": "d", "startTimeFilter": {"oldestDate": "yesterday"}},
        ),
    ],
)
def test_another_json_type_cannot_be_read(operation: str, members: Wire, service: Service) -> None:
    """A value of another JSON type than the model's is a SerializationException."""
    assert service.refusal(operation, **members)[0] == "SerializationException"


@pytest.mark.parametrize("params", [[], "x", 5, None])
def test_a_request_is_an_object(params: Any, service: Service) -> None:
    """What is no JSON object is no request."""
    with pytest.raises(Fault) as caught:
        service.engine.handle("DescribeDomain", params)

    assert caught.value.code == "SerializationException"


def test_nulls_and_unknown_members_are_passed_over(service: Service) -> None:
    """Old clients send null for what they leave out, and members nobody knows."""
    run = service.start(
        input=None, tagList=[None, "x", None], taskList=None, colour="red", childPolicy=None
    )

    assert run.attributes("WorkflowExecutionStarted")["tagList"] == ["x"]
    assert "input" not in run.attributes("WorkflowExecutionStarted")
    decision = {**marker(details=None), "startTimerDecisionAttributes": None, "colour": "red"}
    assert run.decide(decision)[0][0] == "MarkerRecorded"


# The order of checks


def test_constraints_come_before_the_domain(service: Service) -> None:
    """A request that breaks a rule is refused by it, whatever it names."""
    code, _ = service.refusal(
        "StartWorkflowExecution", domain="no", workflowId="a:b", workflowType=ORDER
    )

    assert code == "ValidationException"


def test_the_domain_the_type_its_status_its_defaults_then_uniqueness(service: Service) -> None:
    """StartWorkflowExecution tells the first of these that fails."""
    bare = {"name": "bare", "version": "1"}
    service.start()
    service.workflow_type({"name": "old", "version": "1"})
    service.ask("DeprecateWorkflowType", workflowType={"name": "old", "version": "1"})

    def start(domain: str, kind: str) -> tuple[str, str]:
        key = {"name": kind, "version": "1"}
        return service.refusal(
            "StartWorkflowExecution", domain=domain, workflowId="w", workflowType=key
        )

    assert start("no", "unheard") == ("UnknownResourceFault", "Unknown domain: no")
    assert start(DOMAIN, "unheard") == (
        "UnknownResourceFault",
        "Unknown type: WorkflowType=[name=unheard, version=1]",
    )
    assert start(DOMAIN, "old")[0] == "TypeDeprecatedFault"
    assert start(DOMAIN, bare["name"])[0] == "DefaultUndefinedFault"
    assert start(DOMAIN, "order")[0] == "WorkflowExecutionAlreadyStartedFault"


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("StartWorkflowExecution", {"workflowId": "w", "workflowType": ORDER}),
        ("PollForDecisionTask", {"taskList": DECIDERS}),
        ("PollForActivityTask", {"taskList": WORKERS}),
        ("CountPendingDecisionTasks", {"taskList": DECIDERS}),
        ("CountPendingActivityTasks", {"taskList": WORKERS}),
        ("ListOpenWorkflowExecutions", {"startTimeFilter": {"oldestDate": 0}}),
        ("ListClosedWorkflowExecutions", {"startTimeFilter": {"oldestDate": 0}}),
        ("CountOpenWorkflowExecutions", {"startTimeFilter": {"oldestDate": 0}}),
        ("CountClosedWorkflowExecutions", {"startTimeFilter": {"oldestDate": 0}}),
        ("ListWorkflowTypes", {"registrationStatus": "REGISTERED"}),
        ("ListActivityTypes", {"registrationStatus": "REGISTERED"}),
    ],
)
def test_an_unknown_domain_is_told_by_every_operation_in_one(
    operation: str, members: Wire, service: Service
) -> None:
    """`Unknown domain: NAME`."""
    assert service.refusal(operation, domain="no", **members) == (
        "UnknownResourceFault",
        "Unknown domain: no",
    )


# Tokens

ANSWERS: list[tuple[str, Wire]] = [
    ("RespondActivityTaskCompleted", {"result": "r"}),
    ("RespondActivityTaskFailed", {"reason": "r"}),
    ("RespondActivityTaskCanceled", {"details": "d"}),
    ("RecordActivityTaskHeartbeat", {"details": "d"}),
]
each_answer = pytest.mark.parametrize(
    ("operation", "members"), ANSWERS, ids=[operation for operation, _ in ANSWERS]
)
INVALID = ("ValidationException", "Invalid token")


@pytest.mark.parametrize(
    "operation", ["RespondDecisionTaskCompleted", *(one for one, _ in ANSWERS)]
)
@pytest.mark.parametrize("token", ["x", "AAAA", "\u00e9", "a" * 1_024, "{}", "=", " "])
def test_a_token_of_somebody_else_is_refused(token: str, operation: str, service: Service) -> None:
    """A token that the engine never gave is invalid."""
    service.start()

    assert service.refusal(operation, taskToken=token) == INVALID


@each_answer
def test_the_token_of_a_decision_task_is_none_of_an_activity(
    operation: str, members: Wire, service: Service
) -> None:
    """The two kinds of task tokens cannot be exchanged."""
    token = service.start().decision_task()["taskToken"]

    assert service.refusal(operation, taskToken=token, **members) == INVALID


def test_the_token_of_an_activity_is_none_of_a_decision_task(service: Service) -> None:
    """The two kinds of task tokens cannot be exchanged."""
    service.begun(schedule())
    token = service.activity_task()["taskToken"]

    assert service.refusal("RespondDecisionTaskCompleted", taskToken=token) == INVALID


def test_a_changed_token_is_refused(service: Service) -> None:
    """No character of a token may be changed, dropped or added."""
    token = service.start().decision_task()["taskToken"]
    for place in range(len(token)):
        other = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert service.refusal("RespondDecisionTaskCompleted", taskToken=other) == INVALID
    for other in (token[:-1], token + "A", token + "=", token + " "):
        assert service.refusal("RespondDecisionTaskCompleted", taskToken=other) == INVALID


@pytest.mark.parametrize("length", [0, 1_025])
def test_a_token_has_1_to_1024_characters(length: int, service: Service) -> None:
    """An empty token and one that is too long break a constraint."""
    code, message = service.refusal("RespondDecisionTaskCompleted", taskToken="t" * length)

    assert code == "ValidationException"
    assert "taskToken" in message


def test_an_answered_decision_task_is_unknown(service: Service) -> None:
    """The second answer is refused by the task's scheduled event."""
    run = service.start()
    task = run.decision_task()
    service.answer(task)

    assert service.refusal("RespondDecisionTaskCompleted", taskToken=task["taskToken"]) == (
        "UnknownResourceFault",
        "Unknown decision task, scheduledEventId = 2",
    )


def test_a_timed_out_decision_task_is_unknown(service: Service) -> None:
    """The late answer is refused by the task's scheduled event, and changes nothing."""
    run = service.start()
    task = run.decision_task()
    service.clock.advance(60)
    refusal = service.refusal("RespondDecisionTaskCompleted", taskToken=task["taskToken"])

    assert refusal == ("UnknownResourceFault", "Unknown decision task, scheduledEventId = 2")
    assert run.types(3) == ["DecisionTaskTimedOut", "DecisionTaskScheduled"]


@each_answer
def test_a_closed_activity_task_is_unknown(operation: str, members: Wire, service: Service) -> None:
    """The answer to a task that is closed is refused by its scheduled event."""
    run = service.begun(schedule())
    task = service.work()

    assert service.refusal(operation, taskToken=task["taskToken"], **members) == (
        "UnknownResourceFault",
        "Unknown activity, scheduledEventId = 5",
    )
    assert run.types(6) == ["ActivityTaskCompleted", "DecisionTaskScheduled"]


@each_answer
def test_a_timed_out_activity_task_is_unknown(
    operation: str, members: Wire, service: Service
) -> None:
    """The late answer is refused by the task's scheduled event."""
    service.begun(schedule())
    task = service.activity_task()
    service.clock.advance(500)

    assert service.refusal(operation, taskToken=task["taskToken"], **members) == (
        "UnknownResourceFault",
        "Unknown activity, scheduledEventId = 5",
    )


@each_answer
def test_an_activity_of_a_closed_execution_is_unknown_with_it(
    operation: str, members: Wire, service: Service
) -> None:
    """The token of a closed execution is refused by the execution."""
    run = service.begun(schedule())
    task = service.activity_task()
    run.terminate()

    assert service.refusal(operation, taskToken=task["taskToken"], **members) == (
        "UnknownResourceFault",
        f"Unknown execution: WorkflowExecution=[workflowId=w, runId={run.run_id}]",
    )
    assert run.last()[0] == "WorkflowExecutionTerminated"


def test_a_decision_task_of_a_closed_execution_is_unknown_with_it(service: Service) -> None:
    """The token of a closed execution is refused by the execution."""
    run = service.start()
    task = run.decision_task()
    run.terminate()

    assert service.refusal(
        "RespondDecisionTaskCompleted", taskToken=task["taskToken"], decisions=[complete()]
    ) == (
        "UnknownResourceFault",
        f"Unknown execution: WorkflowExecution=[workflowId=w, runId={run.run_id}]",
    )


def test_decisions_are_validated_before_the_token(service: Service) -> None:
    """A bad decision is told although the token is closed already."""
    task = service.start().decision_task()
    service.answer(task)
    code, message = service.refusal(
        "RespondDecisionTaskCompleted",
        taskToken=task["taskToken"],
        decisions=[{"decisionType": "CancelTimer"}],
    )

    assert (code, message) == violated(
        missing("decisions.1.member.cancelTimerDecisionAttributes.timerId")
    )


@pytest.mark.parametrize(
    ("operation", "member", "length"),
    [
        ("RespondActivityTaskCompleted", "result", 32_769),
        ("RespondActivityTaskFailed", "reason", 257),
        ("RespondActivityTaskFailed", "details", 32_769),
        ("RespondActivityTaskCanceled", "details", 32_769),
        ("RecordActivityTaskHeartbeat", "details", 2_049),
        ("RespondDecisionTaskCompleted", "executionContext", 32_769),
    ],
)
def test_payloads_have_their_limits(
    operation: str, member: str, length: int, service: Service
) -> None:
    """One character more than the limit is refused, and the task stays as it was."""
    run = service.begun(schedule())
    run.signal()
    tokens = {
        True: run.decision_task()["taskToken"],
        False: service.activity_task()["taskToken"],
    }
    token = tokens[operation == "RespondDecisionTaskCompleted"]
    refusal = service.refusal(operation, taskToken=token, **{member: "x" * length})

    rule = f"have length less than or equal to {length - 1}"
    assert refusal[0] == "ValidationException"
    assert f"at '{member}' failed to satisfy constraint: Member must {rule}" in refusal[1]
    service.call(operation, taskToken=token, **{member: "x" * (length - 1)})
