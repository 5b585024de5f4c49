"""A shop on an SWF in memory, from which tests of models, querysets and actors start."""

from __future__ import annotations

from typing import Any

from overheard import Overheard, Trouble

from swf.engine import Engine
from swf.models import ActivityType, Domain, WorkflowExecution, WorkflowType
from swf.models.decision import Decision, ScheduleActivityTask
from swf.testing import connected
from swf.wire import Wire

HOUR = 3_600


class Shop:
    """The domain `d` with workflow type `order` and activity type `charge`, all on task list `t`.

    Tests ask over `connection`, where they are overheard; the shop itself asks over its own.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.unheard = connected(engine)
        self.connection = Overheard(self.unheard)
        domain = Domain("d", connection=self.unheard)
        domain.save()
        self.order(domain).save()
        self.charge(domain).save()
        self.domain = Domain("d", connection=self.connection)

    @staticmethod
    def order(domain: Domain) -> WorkflowType:
        return WorkflowType(
            domain,
            "order",
            "1",
            task_list="t",
            child_policy="TERMINATE",
            execution_start_to_close_timeout=24 * HOUR,
            task_start_to_close_timeout=HOUR,
        )

    @staticmethod
    def charge(domain: Domain, version: str = "1", **more: Any) -> ActivityType:
        return ActivityType(
            domain,
            "charge",
            version,
            **{
                "task_list": "t",
                "task_heartbeat_timeout": "NONE",
                "task_schedule_to_start_timeout": "NONE",
                "task_schedule_to_close_timeout": "NONE",
                "task_start_to_close_timeout": HOUR,
                **more,
            },
        )

    def troubled(self, **trouble: Trouble | list[Trouble]) -> Overheard:
        """Have calls go wrong on their way."""
        self.connection.trouble.update(trouble)
        return self.connection

    def start(self, workflow_id: str = "order-1", input: Any = None) -> WorkflowExecution:
        """Start an execution: one decision task waits."""
        domain = Domain("d", connection=self.unheard)
        return self.order(domain).start_execution(workflow_id, input)

    def decide(self, *decisions: Decision) -> Wire:
        """Answer the decision task that waits with these decisions, and return it."""
        polled = {"domain": "d", "taskList": {"name": "t"}}
        task = self.unheard.call("PollForDecisionTask", polled)
        answer = {
            "taskToken": task["taskToken"],
            "decisions": [one.to_wire() for one in decisions],
        }
        self.unheard.call("RespondDecisionTaskCompleted", answer)
        return task

    def schedule(
        self, *activity_ids: str, input: Any = '{"amount":3}', version: str = "1"
    ) -> WorkflowExecution:
        """Start an execution that schedules these activities: their tasks wait."""
        execution = self.start()
        self.decide(
            *(ScheduleActivityTask(("charge", version), one, input=input) for one in activity_ids)
        )
        return execution
