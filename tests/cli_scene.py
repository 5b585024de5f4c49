"""An execution whose times are known to the millisecond, for commands that show executions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from swf.clock import ManualClock
from swf.engine import Engine
from swf.models import ActivityType, Domain, WorkflowExecution, WorkflowType
from swf.models.decision import (
    CompleteWorkflowExecution,
    Decision,
    ScheduleActivityTask,
    StartTimer,
)
from swf.testing import connected
from swf.transport import connect

DOMAIN = "TestDomain"
WORKFLOW_ID = "basic-example-1438722273"
BEGUN = datetime(2015, 8, 4, 23, 4, 33, tzinfo=UTC)
"""When the execution is started."""

NAMES = ("increment", "delay", "double")


class Scene:
    """The domain `TestDomain` with workflow type `basic` and three activity types, and its actors.

    Nothing happens but what a test has happen, at the moment that it says, in seconds from BEGUN.
    """

    def __init__(self, engine: Engine, clock: ManualClock) -> None:
        self.clock = clock
        self.connection = connected(engine)
        self.domain = Domain(DOMAIN, connection=self.connection)
        self.domain.save()
        self.basic = WorkflowType(
            self.domain,
            "basic",
            "example",
            task_list="quickstart",
            child_policy="TERMINATE",
            execution_start_to_close_timeout=3600,
            task_start_to_close_timeout=300,
        )
        self.basic.save()
        for name in NAMES:
            ActivityType(
                self.domain,
                f"examples.basic.{name}",
                "example",
                task_list="quickstart",
                task_heartbeat_timeout="NONE",
                task_schedule_to_start_timeout="NONE",
                task_schedule_to_close_timeout="NONE",
                task_start_to_close_timeout=600,
            ).save()

    def at(self, seconds: float) -> None:
        """Move the clock to so many seconds after BEGUN."""
        target = BEGUN + timedelta(seconds=seconds)
        self.clock.advance((target - self.clock.now()).total_seconds())

    def start(self, workflow_id: str = WORKFLOW_ID, **options: Any) -> WorkflowExecution:
        options.setdefault("input", '{"args": [1], "kwargs": {}}')
        return self.basic.start_execution(workflow_id, **options)

    def decide(self, *decisions: Decision) -> None:
        """Take the decision task that waits, and answer it."""
        polled = {"domain": DOMAIN, "taskList": {"name": "quickstart"}}
        token = self.connection.call("PollForDecisionTask", polled)["taskToken"]
        params = {"taskToken": token, "decisions": [one.to_wire() for one in decisions]}
        self.connection.call("RespondDecisionTaskCompleted", params)

    def schedule(self, *names: str, id: str | None = None) -> None:
        """Have activities scheduled, their ids `activity-examples.basic.NAME-1`."""
        self.decide(*(scheduled(name, id) for name in names))

    def take(self) -> str:
        """Take the activity task that waits; return its token."""
        polled = {"domain": DOMAIN, "taskList": {"name": "quickstart"}}
        token: str = self.connection.call("PollForActivityTask", polled)["taskToken"]
        return token

    def complete(self, token: str, result: str = "2") -> None:
        params = {"taskToken": token, "result": result}
        self.connection.call("RespondActivityTaskCompleted", params)

    def fail(self, token: str, reason: str, details: str = "") -> None:
        params = {"taskToken": token, "reason": reason, "details": details}
        self.connection.call("RespondActivityTaskFailed", params)

    def close(self, result: str = "4") -> None:
        self.decide(CompleteWorkflowExecution(result=result))

    def play(self) -> None:
        """Have the whole of `basic` happen: (1 + 1) * 2, and a delay of two minutes beside it."""
        self.begin()
        self.finish()

    def begin(self) -> None:
        """Have it happen until `increment` is scheduled."""
        self.at(0)
        self.start()
        self.at(1.510)
        self.schedule("increment")

    def finish(self) -> None:
        """Have the rest happen."""
        self.at(103.713)
        increment = self.take()
        self.at(104.503)
        self.complete(increment)
        self.at(104.738)
        self.schedule("delay", "double")
        delay = self.take()
        self.at(104.806)
        double = self.take()
        self.at(106.200)
        self.complete(double, "4")
        self.decide()
        self.at(225.402)
        self.complete(delay)
        self.close()


def scheduled(name: str, id: str | None = None) -> ScheduleActivityTask:
    return ScheduleActivityTask(
        activity_type=(f"examples.basic.{name}", "example"),
        activity_id=id or f"activity-examples.basic.{name}-1",
        input='{"args": [1], "kwargs": {}}',
    )


def timer(id: str, seconds: int) -> StartTimer:
    return StartTimer(timer_id=id, start_to_fire_timeout=seconds)


def shop_on_file(path: Path, workflow_ids: Iterable[str]) -> str:
    """Start executions of `basic` in the domain `shop` of a file; return its URL."""
    url = f"sqlite:///{path}"
    connection = connect(url)
    domain = Domain("shop", connection=connection)
    domain.save()
    basic = WorkflowType(
        domain,
        "basic",
        "1",
        task_list="quickstart",
        child_policy="TERMINATE",
        execution_start_to_close_timeout=3600,
        task_start_to_close_timeout=300,
    )
    basic.save()
    for workflow_id in workflow_ids:
        basic.start_execution(workflow_id)
    connection.close()
    return url
