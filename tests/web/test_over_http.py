"""The pages of an SWF that is only reached as Amazon's is: by boto3, over HTTP."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from browsed import Browser, seen
from embedded import server_process
from poisons import harms
from shops import HOUR

import swf
from swf.models import ActivityType, Domain, WorkflowExecution, WorkflowType
from swf.transport import Transport
from swf.web import application, paths


def begun(connection: Transport) -> WorkflowExecution:
    """Return an execution with an activity that failed, and one that waits."""
    domain = Domain("d", connection=connection)
    domain.save()
    order = WorkflowType(
        domain,
        "order",
        "1",
        task_list="t",
        child_policy="TERMINATE",
        execution_start_to_close_timeout=HOUR,
        task_start_to_close_timeout=HOUR,
        connection=connection,
    )
    order.save()
    timeouts = dict.fromkeys(
        (
            "task_heartbeat_timeout",
            "task_schedule_to_start_timeout",
            "task_schedule_to_close_timeout",
            "task_start_to_close_timeout",
        ),
        HOUR,
    )
    ActivityType(domain, "charge", "1", task_list="t", connection=connection, **timeouts).save()
    execution = order.start_execution("order-1", '{"amount": 3}')
    listed = {"domain": "d", "taskList": {"name": "t"}}
    task = connection.call("PollForDecisionTask", listed)
    scheduled = [
        {
            "decisionType": "ScheduleActivityTask",
            "scheduleActivityTaskDecisionAttributes": {
                "activityId": name,
                "activityType": {"name": "charge", "version": "1"},
            },
        }
        for name in ("a", "b")
    ]
    connection.call(
        "RespondDecisionTaskCompleted", {"taskToken": task["taskToken"], "decisions": scheduled}
    )
    task = connection.call("PollForActivityTask", listed | {"identity": "worker-3"})
    connection.call(
        "RespondActivityTaskFailed", {"taskToken": task["taskToken"], "reason": "CardError"}
    )
    return execution


@pytest.mark.usefixtures("folder")
def test_an_execution_is_shown_over_plain_http(folder: Path) -> None:
    """Every page of it, read-only, by the operations of SWF and nothing else."""
    with server_process(
        "--db", str(folder / "shop.db"), "--port", "0", "--poll-seconds", "0"
    ) as server:
        connection = swf.connect(server.url)
        execution = begun(connection)
        browser = Browser(application(connection, token=None, read_only=True))
        path = paths.url("d", "executions", "order-1", execution.run_id or "")
        found = {
            page: browser.get(f"{path}{page}")
            for page in ("", "/timeline", "/pending", "/history", "/history?view=full")
        }
        history = browser.get(f"{path}/history.json").text

    assert {answer.status for answer in found.values()} == {200}
    assert [one for answer in found.values() for one in harms(answer.text, scripts=2)] == []
    told = {page: " ".join(seen(answer.text).text.split()) for page, answer in found.items()}
    assert "amount: 3" in told[""]
    assert "read-only" in told[""]
    assert "Restart" not in told[""]
    assert "charge" in told["/pending"]
    assert "CardError" in told["/history"]
    assert "worker-3" in told["/history?view=full"]
    assert len(json.loads(history)["events"]) == 9
