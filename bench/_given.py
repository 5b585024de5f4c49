"""What the benchmarks of the engine have in common: a domain, its types, a step's requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Ask = Callable[[str, dict[str, Any]], dict[str, Any]]
"""Performs an operation and returns its reply."""

DOMAIN = "bench"
WORKFLOW = {"name": "process-order", "version": "1"}
ACTIVITY = {"name": "charge-card", "version": "1"}
DECISIONS = {"name": "deciders"}
WORK = {"name": "workers"}
INPUT = '{"order": 1234, "customer": "5678"}'
RESULT = '{"charged": true}'

COMPLETE = [
    {
        "decisionType": "CompleteWorkflowExecution",
        "completeWorkflowExecutionDecisionAttributes": {"result": RESULT},
    }
]


def register(ask: Ask) -> None:
    """Register the domain and the types."""
    ask("RegisterDomain", {"name": DOMAIN, "workflowExecutionRetentionPeriodInDays": "1"})
    ask(
        "RegisterWorkflowType",
        {
            "domain": DOMAIN,
            **WORKFLOW,
            "defaultTaskList": DECISIONS,
            "defaultChildPolicy": "TERMINATE",
            "defaultTaskStartToCloseTimeout": "60",
            "defaultExecutionStartToCloseTimeout": "86400",
        },
    )
    ask(
        "RegisterActivityType",
        {
            "domain": DOMAIN,
            **ACTIVITY,
            "defaultTaskList": WORK,
            "defaultTaskHeartbeatTimeout": "NONE",
            "defaultTaskScheduleToStartTimeout": "NONE",
            "defaultTaskScheduleToCloseTimeout": "3600",
            "defaultTaskStartToCloseTimeout": "600",
        },
    )


def started(workflow_id: str) -> dict[str, Any]:
    """Return the request that starts an execution."""
    return {"domain": DOMAIN, "workflowId": workflow_id, "workflowType": WORKFLOW, "input": INPUT}


def scheduled(token: str, activity_id: str) -> dict[str, Any]:
    """Return the answer to a decision task that schedules one activity task."""
    attributes = {"activityId": activity_id, "activityType": ACTIVITY, "input": INPUT}
    decision = {
        "decisionType": "ScheduleActivityTask",
        "scheduleActivityTaskDecisionAttributes": attributes,
    }
    return {"taskToken": token, "decisions": [decision]}


def completed(token: str) -> dict[str, Any]:
    """Return the answer to a decision task that completes the execution."""
    return {"taskToken": token, "decisions": COMPLETE}


def done(token: str) -> dict[str, Any]:
    """Return the answer to an activity task."""
    return {"taskToken": token, "result": RESULT}


DECISION_POLL = {
    "domain": DOMAIN,
    "taskList": DECISIONS,
    "identity": "decider-1",
    "startAtPreviousStartedEvent": True,
}
ACTIVITY_POLL = {"domain": DOMAIN, "taskList": WORK, "identity": "worker-1"}
