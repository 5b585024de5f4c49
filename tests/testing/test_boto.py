"""boto3's clients, as they are, on an SWF in this process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import boto3
import botocore.session
import pytest

from swf.exceptions import ValidationTypeError
from swf.testing import attach

WINDOW = {"oldestDate": datetime(2019, 1, 1, tzinfo=UTC)}


@pytest.fixture
def client(swf_engine):
    """A client of boto3's without credentials, attached to the test's SWF."""
    made = boto3.client("swf", region_name="eu-west-1")
    attach(made, swf_engine)
    return made


def workflow(client) -> str:
    """Register what a workflow needs, start it, and return its run id."""
    client.register_domain(name="shop", workflowExecutionRetentionPeriodInDays="3")
    client.register_workflow_type(
        domain="shop",
        name="order",
        version="1",
        defaultTaskList={"name": "t"},
        defaultChildPolicy="TERMINATE",
        defaultExecutionStartToCloseTimeout="3600",
        defaultTaskStartToCloseTimeout="60",
    )
    order = {"name": "order", "version": "1"}
    return client.start_workflow_execution(
        domain="shop", workflowId="order-1", workflowType=order, tagList=["eu"]
    )["runId"]


def test_a_workflow_runs_by_boto3_alone(client, swf_clock):
    """Polls, decisions, lists and histories are as botocore's own parser would give them."""
    run_id = workflow(client)
    task = client.poll_for_decision_task(domain="shop", taskList={"name": "t"})
    swf_clock.advance(1.5)
    client.respond_decision_task_completed(
        taskToken=task["taskToken"], decisions=[{"decisionType": "CompleteWorkflowExecution"}]
    )

    described = client.describe_workflow_execution(
        domain="shop", execution={"workflowId": "order-1", "runId": run_id}
    )["executionInfo"]
    listed = client.list_closed_workflow_executions(domain="shop", startTimeFilter=WINDOW)

    assert described["closeStatus"] == "COMPLETED"
    assert described["closeTimestamp"] - described["startTimestamp"] == timedelta(seconds=1.5)
    assert described["startTimestamp"] == datetime(2020, 1, 1, tzinfo=UTC)
    assert described["tagList"] == ["eu"]
    assert listed["executionInfos"] == [described]
    assert task["events"][0]["eventTimestamp"].tzinfo is not None
    assert task["workflowExecution"]["runId"] == run_id


def test_paginators_follow_every_page(client):
    """A paginator of boto3's reads the pages of a list and of a decision task."""
    workflow(client)
    pages = client.get_paginator("poll_for_decision_task").paginate(
        domain="shop", taskList={"name": "t"}, maximumPageSize=2
    )
    for number in range(5):
        client.register_activity_type(domain="shop", name=f"a{number}", version="1")
    types = client.get_paginator("list_activity_types").paginate(
        domain="shop", registrationStatus="REGISTERED", PaginationConfig={"PageSize": 2}
    )

    assert [event["eventId"] for event in pages.search("events[]")] == [1, 2, 3]
    assert [info["activityType"]["name"] for info in types.search("typeInfos[]")] == [
        f"a{number}" for number in range(5)
    ]


def test_a_refusal_is_the_clients_own_exception(client):
    """A fault is raised as the exception that boto3 has for it, with SWF's message."""
    with pytest.raises(client.exceptions.UnknownResourceFault) as caught:
        client.describe_domain(name="shop")

    response = caught.value.response
    assert response["Error"] == {"Code": "UnknownResourceFault", "Message": "Unknown domain: shop"}
    assert response["message"] == "Unknown domain: shop"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert response["ResponseMetadata"]["RequestId"]


def test_an_operation_without_reply_has_its_metadata(client):
    """What returns nothing still tells that it went well."""
    reply = client.register_domain(name="shop", workflowExecutionRetentionPeriodInDays="3")

    assert list(reply) == ["ResponseMetadata"]
    assert reply["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_an_empty_poll_has_no_task_token(client):
    """A poll that finds no task is answered as SWF does."""
    client.register_domain(name="shop", workflowExecutionRetentionPeriodInDays="3")

    reply = client.poll_for_activity_task(domain="shop", taskList={"name": "t"})

    del reply["ResponseMetadata"]
    assert reply == {"startedEventId": 0}


def test_the_region_of_the_client_shows_in_arns(client):
    """Names of resources have the client's region."""
    client.register_domain(name="shop", workflowExecutionRetentionPeriodInDays="3")

    assert ":eu-west-1:" in client.describe_domain(name="shop")["domainInfo"]["arn"]


@pytest.mark.parametrize(
    "session", [lambda: boto3.Session(region_name="us-west-2"), botocore.session.get_session]
)
def test_a_session_is_attached_with_all_the_clients_it_makes(session, swf_engine, connection):
    """Clients made before and by other sessions talk to where they talked before."""
    attached = session()
    attach(attached, swf_engine)
    make = getattr(attached, "client", None) or attached.create_client
    connection.call(
        "RegisterDomain", {"name": "shop", "workflowExecutionRetentionPeriodInDays": "3"}
    )

    found = make("swf", region_name="us-west-2").describe_domain(name="shop")

    assert found["domainInfo"]["name"] == "shop"


@pytest.mark.parametrize("target", [None, "swf", 5, object()])
def test_what_is_no_client_is_refused(target, swf_engine):
    """Only a client or a session can be attached."""
    with pytest.raises(ValidationTypeError, match="must be a client or a session of boto3"):
        attach(target, swf_engine)
