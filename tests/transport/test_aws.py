"""A connection to a real server: replies, pages and faults as it sends them."""

from __future__ import annotations

import pytest
from shops import Shop

from swf.actors import ActivityTask, ActivityWorker, Decider, DecisionTask, Heartbeat
from swf.exceptions import (
    DomainAlreadyExistsFault,
    DomainDeprecatedFault,
    DomainDoesNotExist,
    WorkflowTypeDoesNotExist,
)
from swf.models import Domain, WorkflowExecution
from swf.models.decision import CompleteWorkflowExecution, ScheduleActivityTask
from swf.testing import run_until_idle

RETENTION = {"workflowExecutionRetentionPeriodInDays": "3"}


def test_what_was_written_can_be_read(connection):
    """A call without a reply returns {}, and what it did is in the next one's reply."""
    assert connection.call("RegisterDomain", {"name": "d", "description": "x", **RETENTION}) == {}

    found = connection.call("DescribeDomain", {"name": "d"})

    assert found["configuration"] == RETENTION
    assert found["domainInfo"]["description"] == "x"
    assert "ResponseMetadata" not in found


def test_times_are_seconds(connection):
    """Times come as the numbers that were on the wire."""
    connection.call("RegisterDomain", {"name": "d", **RETENTION})
    connection.call("RegisterWorkflowType", {"domain": "d", "name": "n", "version": "v"})

    (found,) = connection.call(
        "ListWorkflowTypes", {"domain": "d", "registrationStatus": "REGISTERED"}
    )["typeInfos"]

    assert isinstance(found["creationDate"], int | float)


@pytest.mark.parametrize(
    ("operation", "params", "kind", "resource"),
    [
        ("DescribeDomain", {"name": "no"}, DomainDoesNotExist, "Domain('no')"),
        ("RegisterDomain", {"name": "d", **RETENTION}, DomainAlreadyExistsFault, "Domain('d')"),
        ("DeprecateDomain", {"name": "d"}, DomainDeprecatedFault, "Domain('d')"),
        (
            "DescribeWorkflowType",
            {"domain": "d", "workflowType": {"name": "n", "version": "v"}},
            WorkflowTypeDoesNotExist,
            "WorkflowType('n', 'v')",
        ),
    ],
)
def test_faults_are_classes(connection, operation, params, kind, resource):
    """What a server refuses is raised as the class of what is the matter, with what it is about."""
    connection.call("RegisterDomain", {"name": "d", **RETENTION})
    connection.call("DeprecateDomain", {"name": "d"})

    with pytest.raises(kind) as caught:
        connection.call(operation, params)

    assert type(caught.value) is kind
    assert caught.value.resource == resource
    assert caught.value.request_id


def test_a_workflow_runs_over_http(connection):
    """Deciders and workers do over HTTP what they do in process: poll, page, beat and answer."""
    domain = Domain("d", connection=connection)
    for model in (domain, Shop.order(domain), Shop.charge(domain)):
        model.save()

    class Charging(Decider):
        def decide(self, task: DecisionTask):
            activities = task.history.compiled.activities
            if not activities:
                return [ScheduleActivityTask(("charge", "1"), "charge-1", input="é\u2028")]
            return [CompleteWorkflowExecution(result=activities["charge-1"].result)]

    class Charges(ActivityWorker):
        def execute(self, task: ActivityTask, context: Heartbeat):
            context.heartbeat("half")
            context.beat()
            return task.input

    execution = Shop.order(domain).start_execution("order-1", tag_list=["eu"])
    for _ in range(10):
        execution.signal("more", "x" * 10_000)

    run_until_idle(Charging(domain, "t"), Charges(domain, "t"))

    assert execution.upstream().close_status == "COMPLETED"
    history = execution.history(maximum_page_size=4)
    assert history.last.result == "é\u2028"
    assert history.finished
    with pytest.raises(WorkflowExecution.DoesNotExist):
        execution.signal("too late")
