"""What a reply looks like at the door, whatever it is about."""

from __future__ import annotations

import json
from typing import Any

from embedded_harness import (
    DECIDERS,
    DOMAIN,
    ORDER,
    PACK,
    WORKERS,
    Service,
    Wire,
    assert_conforms,
    plain,
    schedule,
)

from swf.engine import encode
from swf.shapes import OPERATIONS

ARN = f"arn:aws:swf:us-east-1:123456789012:/domain/{DOMAIN}"
SINCE = {"startTimeFilter": {"oldestDate": 0.0}}


def every_operation(service: Service) -> dict[str, Wire]:
    """Return a valid request of each operation, which may be made in this order."""
    run = service.begun(schedule(), workflow_id="w")
    run.signal()
    activity = [_activity(service) for _ in range(4)]
    decision = service.decision_task()
    where: Wire = {"domain": DOMAIN}
    new: Wire = {"name": "new", "version": "1"}
    registered: Wire = {**where, "registrationStatus": "REGISTERED"}
    requests: dict[str, Wire] = {
        "RegisterDomain": {"name": "d", "workflowExecutionRetentionPeriodInDays": "1"},
        "DescribeDomain": {"name": DOMAIN},
        "ListDomains": {"registrationStatus": "REGISTERED"},
        "DeprecateDomain": {"name": "d"},
        "UndeprecateDomain": {"name": "d"},
        "TagResource": {"resourceArn": ARN, "tags": [{"key": "a"}]},
        "ListTagsForResource": {"resourceArn": ARN},
        "UntagResource": {"resourceArn": ARN, "tagKeys": ["a"]},
    }
    for kind in ("Workflow", "Activity"):
        named = {**where, f"{kind.lower()}Type": new}
        requests |= {
            f"Register{kind}Type": {**where, **new},
            f"Describe{kind}Type": named,
            f"List{kind}Types": registered,
            f"Deprecate{kind}Type": named,
            f"Undeprecate{kind}Type": named,
        }
    return {
        **requests,
        "StartWorkflowExecution": {**where, "workflowId": "other", "workflowType": ORDER},
        "DescribeWorkflowExecution": {**where, "execution": run.execution},
        "GetWorkflowExecutionHistory": {**where, "execution": run.execution},
        "ListOpenWorkflowExecutions": {**where, **SINCE},
        "ListClosedWorkflowExecutions": {**where, **SINCE},
        "CountOpenWorkflowExecutions": {**where, **SINCE},
        "CountClosedWorkflowExecutions": {**where, **SINCE},
        "CountPendingActivityTasks": {**where, "taskList": WORKERS},
        "CountPendingDecisionTasks": {**where, "taskList": DECIDERS},
        "RecordActivityTaskHeartbeat": {"taskToken": activity[0]},
        "RespondActivityTaskCompleted": {"taskToken": activity[1]},
        "RespondActivityTaskFailed": {"taskToken": activity[2]},
        "RespondActivityTaskCanceled": {"taskToken": activity[3]},
        "RespondDecisionTaskCompleted": {"taskToken": decision["taskToken"]},
        "SignalWorkflowExecution": {**where, "workflowId": "w", "signalName": "s"},
        "PollForDecisionTask": {**where, "taskList": DECIDERS},
        "PollForActivityTask": {**where, "taskList": {"name": "spare"}},
        "RequestCancelWorkflowExecution": {**where, "workflowId": "w"},
        "TerminateWorkflowExecution": {**where, "workflowId": "w"},
    }


def _activity(service: Service) -> str:
    """Return the token of an activity task of an execution of its own."""
    name = f"spare{len(service.runs())}"
    run = service.start(name, taskList={"name": name})
    run.decide(schedule(taskList={"name": "taken"}), task_list=name)
    task: Any = service.activity_task("taken")
    return str(task["taskToken"])


def deleting(service: Service) -> dict[str, Wire]:
    """Return a valid request of the operations that delete a type."""
    for kind, key in (("Workflow", ORDER), ("Activity", PACK)):
        service.ask(f"Deprecate{kind}Type", **{f"{kind.lower()}Type": key})
    return {
        "DeleteWorkflowType": {"domain": DOMAIN, "workflowType": ORDER},
        "DeleteActivityType": {"domain": DOMAIN, "activityType": PACK},
    }


def test_every_operation_replies_as_the_model_says(service: Service) -> None:
    """Members are known, required ones are there, none is null; void operations reply {}."""
    made: dict[str, Wire] = {}
    for requests in (every_operation, deleting):
        for operation, params in requests(service).items():
            made[operation] = service.call(operation, **params)

    assert set(made) == set(OPERATIONS)
    for operation, reply in made.items():
        shape = OPERATIONS[operation]["output"]
        if shape is None:
            assert reply == {}, operation
        elif operation != "PollForActivityTask":  # found nothing, which is told by a zero alone
            _conforms(shape, reply)


def _conforms(shape: str, reply: Wire) -> None:
    if "events" in reply:
        reply = {**reply, "events": list(reply["events"])}
    assert_conforms(shape, reply)


def test_a_reply_is_encoded_as_json(service: Service) -> None:
    """The body is the reply's JSON; where there is no output, it is empty."""
    requests = every_operation(service)
    for operation, params in requests.items():
        held = service.begin(operation, **params)
        assert held.wait() is not None
        assert held.call.fault is None, operation
        body = encode(held.call.reply)
        assert isinstance(body, bytes)
        if OPERATIONS[operation]["output"] is None:
            assert body == b""
        else:
            assert json.loads(body) == json.loads(json.dumps(plain(held.call.reply)))


def test_a_request_is_not_changed(service: Service) -> None:
    """What the caller handed in is the caller's."""
    params: Wire = {
        "domain": DOMAIN,
        "workflowId": "w",
        "workflowType": dict(ORDER),
        "tagList": ["x", None],
        "input": None,
    }
    before = json.dumps(params)
    service.call("StartWorkflowExecution", **params)

    assert json.dumps(params) == before


def test_a_refused_request_leaves_nothing_behind(service: Service) -> None:
    """After each refusal the execution is what it was, and goes on."""
    run = service.begun(schedule())
    before = run.describe(), run.raw()
    for operation, params in (
        ("StartWorkflowExecution", {"domain": DOMAIN, "workflowId": "w", "workflowType": ORDER}),
        ("RespondActivityTaskCompleted", {"taskToken": "x"}),
        ("SignalWorkflowExecution", {"domain": DOMAIN, "workflowId": "w", "signalName": ""}),
        ("TerminateWorkflowExecution", {"domain": DOMAIN, "workflowId": "w", "runId": "x"}),
    ):
        service.fault(operation, **params)

    assert (run.describe(), run.raw()) == before
    service.work()
    assert run.last()[0] == "DecisionTaskScheduled"
