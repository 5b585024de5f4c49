"""An unmodified boto3 client uses all of SWF over HTTP."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from swf.shapes import OPERATIONS

CHILD_POLICY = {"defaultChildPolicy": "TERMINATE"}
ORDER = {"name": "order", "version": "1"}
PACK = {"name": "pack", "version": "1"}
DECIDERS = {"name": "deciders"}
WORKERS = {"name": "workers"}
numbers = itertools.count()


@pytest.fixture
def domain(client: Any) -> str:
    """A domain of its own with a workflow type and an activity type."""
    name = f"tour{next(numbers)}"
    client.register_domain(name=name, workflowExecutionRetentionPeriodInDays="1")
    client.register_workflow_type(
        domain=name,
        **ORDER,
        defaultTaskList=DECIDERS,
        defaultExecutionStartToCloseTimeout="3600",
        defaultTaskStartToCloseTimeout="60",
        defaultChildPolicy="TERMINATE",
    )
    client.register_activity_type(
        domain=name,
        **PACK,
        defaultTaskList=WORKERS,
        defaultTaskHeartbeatTimeout="60",
        defaultTaskScheduleToCloseTimeout="600",
        defaultTaskScheduleToStartTimeout="600",
        defaultTaskStartToCloseTimeout="600",
    )
    return name


def schedule(activity_id: str) -> dict[str, Any]:
    attributes = {"activityId": activity_id, "activityType": PACK, "input": f"box {activity_id}"}
    return {
        "decisionType": "ScheduleActivityTask",
        "scheduleActivityTaskDecisionAttributes": attributes,
    }


def decide(client: Any, domain: str, *decisions: dict[str, Any]) -> dict[str, Any]:
    """Answer the next decision task, and return it."""
    task: dict[str, Any] = client.poll_for_decision_task(domain=domain, taskList=DECIDERS)
    client.respond_decision_task_completed(taskToken=task["taskToken"], decisions=list(decisions))
    return task


def test_a_workflow_runs_from_its_start_to_its_close(client: Any, domain: str) -> None:
    """Every step of an execution works, and its history tells it."""
    run_id = client.start_workflow_execution(domain=domain, workflowId="1", workflowType=ORDER)[
        "runId"
    ]
    first = decide(client, domain, schedule("a"), schedule("b"), schedule("c"))
    assert (first["startedEventId"], first["previousStartedEventId"]) == (3, 0)
    tasks = [client.poll_for_activity_task(domain=domain, taskList=WORKERS) for _ in range(3)]
    assert [task["input"] for task in tasks] == ["box a", "box b", "box c"]
    tokens = [task["taskToken"] for task in tasks]
    beat = client.record_activity_task_heartbeat(taskToken=tokens[0], details="half")
    assert beat["cancelRequested"] is False
    client.respond_activity_task_completed(taskToken=tokens[0], result="packed")
    client.respond_activity_task_failed(taskToken=tokens[1], reason="torn")
    client.respond_activity_task_canceled(taskToken=tokens[2])
    client.signal_workflow_execution(domain=domain, workflowId="1", signalName="hurry")
    client.request_cancel_workflow_execution(domain=domain, workflowId="1")
    done = {
        "decisionType": "CompleteWorkflowExecution",
        "completeWorkflowExecutionDecisionAttributes": {"result": "sent"},
    }
    decide(client, domain, done)

    execution = {"workflowId": "1", "runId": run_id}
    pages = client.get_paginator("get_workflow_execution_history").paginate(
        domain=domain, execution=execution, PaginationConfig={"PageSize": 3}
    )
    events = [event for page in pages for event in page["events"]]
    assert [event["eventId"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["eventType"] == "WorkflowExecutionCompleted"
    assert datetime.now(UTC) - events[0]["eventTimestamp"] < timedelta(minutes=5)
    told = client.describe_workflow_execution(domain=domain, execution=execution)
    assert told["executionInfo"]["closeStatus"] == "COMPLETED"


def test_empty_polls_have_no_token(client: Any, domain: str) -> None:
    """A poll that found nothing tells zeros, and no task token."""
    decision = client.poll_for_decision_task(domain=domain, taskList=DECIDERS)
    activity = client.poll_for_activity_task(domain=domain, taskList=WORKERS)

    for reply in (decision, activity):
        del reply["ResponseMetadata"]
    assert decision == {"startedEventId": 0, "previousStartedEventId": 0}
    assert activity == {"startedEventId": 0}


def test_the_paginators_of_boto3_page(client: Any, domain: str) -> None:
    """Lists of domains, types and executions come in pages that neither skip nor repeat."""
    for number in range(7):
        client.start_workflow_execution(domain=domain, workflowId=f"{number}", workflowType=ORDER)
        client.register_activity_type(domain=domain, name=f"a{number}", version="1")
        client.register_workflow_type(domain=domain, name=f"w{number}", version="1")
    for number in range(4):
        client.terminate_workflow_execution(domain=domain, workflowId=f"{number}")
    since = {"oldestDate": datetime.now(UTC) - timedelta(hours=1)}
    registered = {"domain": domain, "registrationStatus": "REGISTERED"}

    def listed(operation: str, member: str, **arguments: Any) -> int:
        pages = client.get_paginator(operation).paginate(
            **arguments, PaginationConfig={"PageSize": 3}
        )
        found = [str(item) for page in pages for item in page[member]]
        assert len(set(found)) == len(found)
        return len(found)

    started = {"domain": domain, "startTimeFilter": since}
    assert listed("list_open_workflow_executions", "executionInfos", **started) == 3
    assert listed("list_closed_workflow_executions", "executionInfos", **started) == 4
    assert listed("list_activity_types", "typeInfos", **registered) == 8
    assert listed("list_workflow_types", "typeInfos", **registered) == 8
    assert listed("list_domains", "domainInfos", registrationStatus="REGISTERED") >= 1


def test_a_decision_task_is_read_in_pages(client: Any, domain: str) -> None:
    """The paginator of polls follows a long history to its end."""
    client.start_workflow_execution(domain=domain, workflowId="1", workflowType=ORDER)
    for number in range(10):
        client.signal_workflow_execution(domain=domain, workflowId="1", signalName=f"s{number}")

    pages = client.get_paginator("poll_for_decision_task").paginate(
        domain=domain, taskList=DECIDERS, PaginationConfig={"PageSize": 5}
    )
    told = [page for page in pages if page.get("events")]

    assert [event["eventId"] for page in told for event in page["events"]] == list(range(1, 14))
    assert len({page["taskToken"] for page in told}) == 1


def test_counts_tags_and_descriptions(client: Any, domain: str) -> None:
    """What is left of the operations answers as well."""
    since = {"oldestDate": datetime.now(UTC) - timedelta(hours=1)}
    client.start_workflow_execution(domain=domain, workflowId="1", workflowType=ORDER)
    assert client.count_open_workflow_executions(domain=domain, startTimeFilter=since)["count"] == 1
    closed = client.count_closed_workflow_executions(domain=domain, startTimeFilter=since)
    assert closed["count"] == 0
    assert client.count_pending_decision_tasks(domain=domain, taskList=DECIDERS)["count"] == 1
    assert client.count_pending_activity_tasks(domain=domain, taskList=WORKERS)["count"] == 0
    arn = client.describe_domain(name=domain)["domainInfo"]["arn"]
    assert arn == f"arn:aws:swf:eu-west-1:123456789012:/domain/{domain}"
    client.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "b"}, {"key": "c"}])
    client.untag_resource(resourceArn=arn, tagKeys=["c"])
    tags = client.list_tags_for_resource(resourceArn=arn)["tags"]
    assert tags == [{"key": "a", "value": "b"}]
    for kind, key in (("activity", PACK), ("workflow", ORDER)):
        named = {"domain": domain, f"{kind}Type": key}
        getattr(client, f"deprecate_{kind}_type")(**named)
        getattr(client, f"undeprecate_{kind}_type")(**named)
        getattr(client, f"deprecate_{kind}_type")(**named)
        told = getattr(client, f"describe_{kind}_type")(**named)
        assert told["typeInfo"]["status"] == "DEPRECATED"
        getattr(client, f"delete_{kind}_type")(**named)
    client.deprecate_domain(name=domain)
    client.undeprecate_domain(name=domain)


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_every_operation_is_reached(client: Any, operation: str) -> None:
    """Each of the 39 operations is known; a request without members is refused in SWF's words."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", operation).lower()
    unchecked = boto3.session.Config(parameter_validation=False, retries={"total_max_attempts": 1})
    bare = boto3.client(
        "swf",
        endpoint_url=client.meta.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=unchecked,
    )

    with pytest.raises(ClientError) as caught:
        getattr(bare, name)()

    told = caught.value.response
    assert told["Error"]["Code"] == "ValidationException"
    assert "failed to satisfy constraint: Member must not be null" in told["Error"]["Message"]
    assert told["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert told["ResponseMetadata"]["RequestId"]


def test_faults_are_the_modelled_exceptions(client: Any, domain: str) -> None:
    """Every fault of SWF's model is raised by boto3 under its own name, with its message."""
    faults = client.exceptions
    start = {"domain": domain, "workflowId": "1", "workflowType": ORDER}
    client.start_workflow_execution(**start)
    named = {"domain": domain, "activityType": PACK}
    cases = [
        (faults.UnknownResourceFault, "Unknown domain: x", "describe_domain", {"name": "x"}),
        (
            faults.DomainAlreadyExistsFault,
            domain,
            "register_domain",
            {"name": domain, "workflowExecutionRetentionPeriodInDays": "1"},
        ),
        (
            faults.WorkflowExecutionAlreadyStartedFault,
            "Already Started",
            "start_workflow_execution",
            start,
        ),
        (
            faults.TypeAlreadyExistsFault,
            "ActivityType=[name=pack, version=1]",
            "register_activity_type",
            {"domain": domain, **PACK},
        ),
        (faults.TypeNotDeprecatedFault, "", "delete_activity_type", named),
        (
            faults.TooManyTagsFault,
            "",
            "tag_resource",
            {
                "resourceArn": client.describe_domain(name=domain)["domainInfo"]["arn"],
                "tags": [{"key": f"{number}"} for number in range(51)],
            },
        ),
    ]

    for fault, message, operation, arguments in cases:
        with pytest.raises(fault) as caught:
            getattr(client, operation)(**arguments)
        assert message in caught.value.response["Error"]["Message"]
    client.register_workflow_type(domain=domain, name="bare", version="1")
    bare = {"name": "bare", "version": "1"}
    with pytest.raises(faults.DefaultUndefinedFault):
        client.start_workflow_execution(domain=domain, workflowId="2", workflowType=bare)
    client.deprecate_workflow_type(domain=domain, workflowType=ORDER)
    with pytest.raises(faults.TypeDeprecatedFault):
        client.start_workflow_execution(domain=domain, workflowId="2", workflowType=ORDER)
    client.deprecate_domain(name=domain)
    with pytest.raises(faults.DomainDeprecatedFault):
        client.deprecate_domain(name=domain)
