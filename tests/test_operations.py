"""Everything that the API can do can be done through models, querysets and actors."""

from __future__ import annotations

from typing import Any

import pytest
from canned import CannedTransport
from replies import domain_reply, execution_info, execution_reply, type_info

from swf.actors import ActivityWorker, Decider
from swf.exceptions import PollTimeout
from swf.models import ActivityType, Domain, WorkflowExecution, WorkflowType
from swf.querysets import (
    ActivityTypeQuerySet,
    DomainQuerySet,
    WorkflowExecutionQuerySet,
    WorkflowTypeQuerySet,
)
from swf.shapes import OPERATIONS

ARN = "arn:aws:swf:us-east-1:1:/domain/shop"


def described(kind: str) -> dict[str, Any]:
    """Return what a Describe operation of a type answers."""
    return {"typeInfo": type_info(kind, "order"), "configuration": {}}


REPLIES: dict[str, Any] = {
    **{name: {} for name in OPERATIONS},
    "CountClosedWorkflowExecutions": {"count": 0},
    "CountOpenWorkflowExecutions": {"count": 0},
    "CountPendingActivityTasks": {"count": 0},
    "CountPendingDecisionTasks": {"count": 0},
    "DescribeActivityType": described("activityType"),
    "DescribeDomain": domain_reply(arn=ARN),
    "DescribeWorkflowExecution": execution_reply("order-1"),
    "DescribeWorkflowType": described("workflowType"),
    "GetWorkflowExecutionHistory": {"events": []},
    "ListActivityTypes": {"typeInfos": []},
    "ListClosedWorkflowExecutions": {"executionInfos": []},
    "ListDomains": {"domainInfos": []},
    "ListOpenWorkflowExecutions": {"executionInfos": [execution_info("order-1")]},
    "ListTagsForResource": {"tags": []},
    "ListWorkflowTypes": {"typeInfos": []},
    "PollForActivityTask": {"startedEventId": 0},
    "PollForDecisionTask": {"startedEventId": 0, "previousStartedEventId": 0},
    "RecordActivityTaskHeartbeat": {"cancelRequested": False},
    "StartWorkflowExecution": {"runId": "run-1"},
}


def use_domains(connection: CannedTransport) -> None:
    domain = Domain("shop", connection=connection)
    domain.save()
    domain.deprecate()
    domain.undeprecate()
    assert domain.exists
    domain.tags()
    domain.add_tags({"a": "b"})
    domain.remove_tags(["a"])
    domain.count_pending_activity_tasks("orders")
    domain.count_pending_decision_tasks("orders")
    list(DomainQuerySet(connection=connection))


def use_types(connection: CannedTransport) -> None:
    for kind in (WorkflowType, ActivityType):
        made = kind("shop", "order", "1", connection=connection)
        made.save()
        assert made.exists
        made.deprecate()
        made.undeprecate()
        made.delete_permanently()
    list(WorkflowTypeQuerySet("shop", connection=connection))
    list(ActivityTypeQuerySet("shop", connection=connection))


def use_executions(connection: CannedTransport) -> None:
    WorkflowType("shop", "order", "1", connection=connection).start_execution("order-1")
    execution = WorkflowExecution("shop", "order-1", "run-1", connection=connection)
    assert execution.exists
    execution.history()
    execution.signal("paid")
    execution.request_cancel()
    execution.terminate()
    executions = WorkflowExecutionQuerySet("shop", connection=connection)
    list(executions)
    executions.count()


def use_actors(connection: CannedTransport) -> None:
    decider = Decider("shop", "orders", connection=connection)
    with pytest.raises(PollTimeout):
        decider.poll()
    decider.complete("token")
    worker = ActivityWorker("shop", "orders", connection=connection)
    with pytest.raises(PollTimeout):
        worker.poll()
    worker.heartbeat("token")
    worker.complete("token")
    worker.fail("token")
    worker.cancel("token")


def test_all_39_operations_are_reached():
    """Between them, the public methods of models, querysets and actors call every operation."""
    connection = CannedTransport(REPLIES)

    for use in (use_domains, use_types, use_executions, use_actors):
        use(connection)

    assert len(OPERATIONS) == 39
    assert set(OPERATIONS) - set(connection.operations()) == set()
