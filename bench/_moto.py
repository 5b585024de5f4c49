"""moto: Amazon SWF as a mock, in this process or as its server; it keeps nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import _given as given
from _sides import Found, Timed

KEYS = {"aws_access_key_id": "bench", "aws_secret_access_key": "bench"}


def client(url: str | None = None) -> Any:
    """Return a boto3 client."""
    import boto3

    return boto3.client("swf", region_name="us-east-1", endpoint_url=url, **KEYS)


def asking(swf: Any) -> given.Ask:
    """Return what performs operations by their names with a boto3 client."""
    from botocore import xform_name

    methods = {name: getattr(swf, name) for name in dir(swf) if not name.startswith("_")}

    def ask(operation: str, params: dict[str, Any]) -> dict[str, Any]:
        return methods[xform_name(operation)](**params)

    return ask


def steps(count: int, _folder: Path) -> Found:
    """Take steps one after another in one workflow, within this process."""
    from moto import mock_aws

    with mock_aws():
        ask = asking(client())
        given.register(ask)
        return polled_steps(ask, count, "order-1", poll=plain_poll())


def plain_poll() -> dict[str, Any]:
    """Return the request of a decision poll as moto understands it."""
    return {name: one for name, one in given.DECISION_POLL.items() if not name.startswith("start")}


def polled_steps(
    ask: given.Ask, count: int, workflow_id: str, *, poll: dict[str, Any] = given.DECISION_POLL
) -> Found:
    """Take steps in one workflow, each by four calls one after another."""
    ask("StartWorkflowExecution", given.started(workflow_id))
    with Timed() as timed:
        for number in range(count):
            task = ask("PollForDecisionTask", poll)
            ask("RespondDecisionTaskCompleted", given.scheduled(task["taskToken"], str(number)))
            work = ask("PollForActivityTask", given.ACTIVITY_POLL)
            ask("RespondActivityTaskCompleted", given.done(work["taskToken"]))
    task = ask("PollForDecisionTask", poll)
    ask("RespondDecisionTaskCompleted", given.completed(task["taskToken"]))
    return timed.each(count)
