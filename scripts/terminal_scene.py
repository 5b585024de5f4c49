"""What has happened in the SWF that the pictures of terminals show: a morning of a small shop."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from swf.clock import ManualClock
from swf.models import ActivityType, Domain, WorkflowType
from swf.testing import connected, embedded
from swf.transport import Transport

BEGUN: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DECIDERS: Final = "orders"
ACTIVITIES: Final = {"reserve": "warehouse", "charge": "payments", "ship": "couriers"}
"""The activities and their task lists."""

SHOP: Final = """
from swf.flow import Workflow, activity

tries = []

@activity
def reserve(order, pieces):
    return pieces

@activity(retry=1)
def charge(order, pieces):
    tries.append(order)
    if len(tries) == 1:
        raise ConnectionError("the bank does not answer")
    return f"receipt of {order}"

@activity
def ship(order, receipt):
    return "parcel 77"

class Order(Workflow):
    name = "order"
    version = "1"

    def run(self, order, pieces):
        reserved = self.submit(reserve, order, pieces)
        receipt = self.submit(charge, order, reserved)
        return self.submit(ship, order, receipt).result
"""
"""A module that is run, and shown meanwhile."""


@contextmanager
def played() -> Generator[Mapping[str, str]]:
    """Yield the variables that name an SWF in which it has happened; its clock stands still."""
    clock = ManualClock(BEGUN)
    with embedded(clock=clock) as engine:
        shop = Shop(clock, connected(engine))
        shop.sell()
        yield {"SWF_ENDPOINT_URL": engine.url, "SWF_DOMAIN": "shop"}


class Shop:
    """The domain `shop`, and who works there by hand."""

    def __init__(self, clock: ManualClock, connection: Transport) -> None:
        self.clock = clock
        self.connection = connection
        self.domain = Domain("shop", connection=connection)
        self.domain.save()
        self.types = {name: self._workflow_type(name) for name in ("order", "report")}
        for name, task_list in ACTIVITIES.items():
            ActivityType(
                self.domain,
                f"shop.{name}",
                "1",
                task_list=task_list,
                task_heartbeat_timeout="NONE",
                task_schedule_to_start_timeout="NONE",
                task_schedule_to_close_timeout="NONE",
                task_start_to_close_timeout=900,
            ).save()

    def _workflow_type(self, name: str) -> WorkflowType:
        made = WorkflowType(
            self.domain,
            name,
            "1",
            task_list=DECIDERS,
            child_policy="TERMINATE",
            execution_start_to_close_timeout=86_400,
            task_start_to_close_timeout=60,
        )
        made.save()
        return made

    def sell(self) -> None:
        """Have four orders and a report happen: done, failed, closed for its time, stuck."""
        self.start("order", "order-1038", seconds=600)
        self.decide(timer("payment-due", 3_600))
        self.clock.advance(720)
        self.start("order", "order-1039")
        self.deliver(1039)
        self.clock.advance(240)
        self.start("order", "order-1040")
        self.decline(1040)
        self.clock.advance(60)
        self.start("report", "report-2026-03-02")
        self.decide(timer("until-noon", 9_000))
        self.clock.advance(40)
        self.start("order", "order-1042")
        self.stick(1042)

    def deliver(self, order: int) -> None:
        self.decide(activity("reserve", order))
        self.work("reserve", 4, result='{"pieces":2}')
        self.decide(activity("charge", order))
        self.work("charge", 7, result='"receipt 5512"')
        self.decide(activity("ship", order))
        self.work("ship", 31, result='"parcel 76"')
        self.decide(
            {
                "decisionType": "CompleteWorkflowExecution",
                "completeWorkflowExecutionDecisionAttributes": {"result": '"parcel 76"'},
            }
        )

    def decline(self, order: int) -> None:
        self.decide(activity("charge", order))
        self.work("charge", 3, reason="CardDeclined: the card has expired")
        self.decide(
            {
                "decisionType": "FailWorkflowExecution",
                "failWorkflowExecutionDecisionAttributes": {
                    "reason": "CardDeclined: the card has expired"
                },
            }
        )

    def stick(self, order: int) -> None:
        self.decide(activity("reserve", order), timer("cancel-unpaid", 1_800))
        self.work("reserve", 5, result='{"pieces":1}')
        self.decide(activity("charge", order))
        self.work("charge", 21, reason="ConnectionError: the bank does not answer")
        self.decide(activity("charge", order))
        self.work("charge", 6, result='"receipt 5513"')
        self.decide(activity("ship", order))
        self.clock.advance(312)

    def start(self, kind: str, workflow_id: str, *, seconds: int = 86_400) -> None:
        self.types[kind].start_execution(
            workflow_id,
            input=f'{{"args":["{workflow_id}"],"kwargs":{{}}}}',
            execution_start_to_close_timeout=seconds,
        )
        self.clock.advance(1)

    def decide(self, *decisions: Mapping[str, Any]) -> None:
        polled = {"domain": "shop", "taskList": {"name": DECIDERS}, "identity": "decider:1"}
        token = self.connection.call("PollForDecisionTask", polled)["taskToken"]
        params = {"taskToken": token, "decisions": list(decisions)}
        self.connection.call("RespondDecisionTaskCompleted", params)
        self.clock.advance(1)

    def work(
        self, name: str, seconds: float, *, result: str | None = None, reason: str | None = None
    ) -> None:
        polled = {"domain": "shop", "taskList": {"name": ACTIVITIES[name]}, "identity": "worker:1"}
        token = self.connection.call("PollForActivityTask", polled)["taskToken"]
        self.clock.advance(seconds)
        if reason is None:
            params = {"taskToken": token, "result": result}
            self.connection.call("RespondActivityTaskCompleted", params)
        else:
            self.connection.call(
                "RespondActivityTaskFailed", {"taskToken": token, "reason": reason}
            )


def activity(name: str, order: int) -> Mapping[str, Any]:
    return {
        "decisionType": "ScheduleActivityTask",
        "scheduleActivityTaskDecisionAttributes": {
            "activityType": {"name": f"shop.{name}", "version": "1"},
            "activityId": f"{name}-{order}",
            "input": f'{{"args":["order-{order}"],"kwargs":{{}}}}',
        },
    }


def timer(name: str, seconds: int) -> Mapping[str, Any]:
    return {
        "decisionType": "StartTimer",
        "startTimerDecisionAttributes": {
            "timerId": name,
            "startToFireTimeout": str(seconds),
        },
    }
