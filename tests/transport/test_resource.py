"""An error names what the request was about, in the words of the models."""

from __future__ import annotations

import pytest

from swf import exceptions
from swf.transport.resource import resource_of

TYPE = {"name": "order", "version": "1"}
START = {"domain": "d", "workflowId": "w", "workflowType": TYPE}


@pytest.mark.parametrize(
    ("kind", "operation", "params", "named"),
    [
        (exceptions.DomainDoesNotExist, "DescribeDomain", {"name": "d"}, "Domain('d')"),
        (exceptions.DomainDoesNotExist, "StartWorkflowExecution", START, "Domain('d')"),
        (
            exceptions.DomainDoesNotExist,
            "RegisterActivityType",
            {"domain": "d", **TYPE},
            "Domain('d')",
        ),
        (
            exceptions.WorkflowTypeDoesNotExist,
            "StartWorkflowExecution",
            START,
            "WorkflowType('order', '1')",
        ),
        (
            exceptions.DefaultUndefinedFault,
            "StartWorkflowExecution",
            START,
            "WorkflowType('order', '1')",
        ),
        (
            exceptions.WorkflowExecutionAlreadyStartedFault,
            "StartWorkflowExecution",
            START,
            "WorkflowExecution('w')",
        ),
        (
            exceptions.WorkflowExecutionDoesNotExist,
            "DescribeWorkflowExecution",
            {"domain": "d", "execution": {"workflowId": "w", "runId": "r"}},
            "WorkflowExecution('w', 'r')",
        ),
        (
            exceptions.WorkflowExecutionDoesNotExist,
            "SignalWorkflowExecution",
            {"domain": "d", "workflowId": "w", "signalName": "s"},
            "WorkflowExecution('w')",
        ),
        (
            exceptions.TypeAlreadyExistsFault,
            "RegisterActivityType",
            {"domain": "d", **TYPE},
            "ActivityType('order', '1')",
        ),
        (
            exceptions.TypeAlreadyExistsFault,
            "RegisterWorkflowType",
            {"domain": "d", **TYPE},
            "WorkflowType('order', '1')",
        ),
        (
            exceptions.TypeDeprecatedFault,
            "DeprecateActivityType",
            {"domain": "d", "activityType": TYPE},
            "ActivityType('order', '1')",
        ),
        (exceptions.ThrottlingFault, "ListDomains", {"registrationStatus": "REGISTERED"}, None),
        (exceptions.ThrottlingFault, "CountPendingDecisionTasks", {"domain": "d"}, "Domain('d')"),
        (exceptions.LimitExceededFault, "TagResource", {"resourceArn": "arn:x"}, "arn:x"),
        (exceptions.TaskDoesNotExist, "RespondActivityTaskFailed", {"taskToken": "t"}, None),
        (exceptions.UnknownResourceFault, "TagResource", {"resourceArn": "arn:x"}, "arn:x"),
        (exceptions.DomainDoesNotExist, "TagResource", {"resourceArn": "arn:x"}, "arn:x"),
    ],
)
def test_the_resource_is_the_one_that_the_error_is_about(kind, operation, params, named):
    """Of the several things a request names, the error names the one that its class stands for."""
    assert resource_of(kind, operation, params) == named
