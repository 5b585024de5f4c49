"""Replies in the documented form, for tests of what no test server answers."""

from __future__ import annotations

from typing import Any

STARTED = 1_700_000_000.5


def domain_reply(name: str = "shop", **info: Any) -> dict[str, Any]:
    """Return what DescribeDomain answers; `retention` is in its own structure."""
    retention = info.pop("retention", "30")
    return {
        "domainInfo": {"name": name, "status": "REGISTERED", **info},
        "configuration": {"workflowExecutionRetentionPeriodInDays": retention},
    }


def type_info(kind: str, name: str, version: str = "1", **info: Any) -> dict[str, Any]:
    """Return what ListWorkflowTypes or ListActivityTypes tell of a type."""
    key = {"name": name, "version": version}
    return {kind: key, "status": "REGISTERED", "creationDate": STARTED, **info}


def execution_info(
    workflow_id: str, run_id: str = "run-1", *, started: float = STARTED, **info: Any
) -> dict[str, Any]:
    """Return what a listing tells of an execution; closed where a closeStatus is given."""
    return {
        "execution": {"workflowId": workflow_id, "runId": run_id},
        "workflowType": {"name": "order", "version": "1"},
        "startTimestamp": started,
        "executionStatus": "CLOSED" if "closeStatus" in info else "OPEN",
        "cancelRequested": False,
        **info,
    }


def execution_reply(workflow_id: str, run_id: str = "run-1", **info: Any) -> dict[str, Any]:
    """Return what DescribeWorkflowExecution answers."""
    return {
        "executionInfo": execution_info(workflow_id, run_id, **info),
        "executionConfiguration": {
            "taskStartToCloseTimeout": "NONE",
            "executionStartToCloseTimeout": "3600",
            "taskList": {"name": "orders"},
            "taskPriority": "-3",
            "childPolicy": "ABANDON",
            "lambdaRole": "arn:aws:iam::1:role/x",
        },
        "openCounts": {
            "openActivityTasks": 2,
            "openDecisionTasks": 1,
            "openTimers": 0,
            "openChildWorkflowExecutions": 3,
            "openLambdaFunctions": 4,
        },
        "latestActivityTaskTimestamp": STARTED + 1,
        "latestExecutionContext": "",
    }
