"""The replayer of Temporal's SDK for Python, and the program of steps as Temporal records it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio import workflow
from temporalio.api.common.v1 import ActivityType, Payloads, WorkflowType
from temporalio.api.enums.v1 import EventType, TaskQueueKind
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.client import WorkflowHistory
from temporalio.converter import PayloadConverter
from temporalio.worker import Replayer as TheirReplayer
from temporalio.worker import UnsandboxedWorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

RUN_ID = "5d5b0c26-4f6b-4d0e-a6c1-9a3c1d7f0001"
QUEUE = TaskQueue(name="deciders", kind=TaskQueueKind.TASK_QUEUE_KIND_NORMAL)


@workflow.defn(name="increment-often")
class IncrementOften:
    """Increments so many times, each time what the last one gave."""

    @workflow.run
    async def run(self, times: int) -> int:
        """Return how often it was done."""
        value = 0
        for _ in range(times):
            value = await workflow.execute_activity(
                "increment", value, result_type=int, start_to_close_timeout=timedelta(hours=1)
            )
        return value


def history(steps: int) -> str:
    """Return, as Temporal's JSON, the history of so many completed steps, and of their end."""
    events = _Events()
    events.add(
        "workflow_execution_started",
        workflow_type=WorkflowType(name="increment-often"),
        task_queue=QUEUE,
        input=_payloads(steps),
        original_execution_run_id=RUN_ID,
        first_execution_run_id=RUN_ID,
        identity="client@host",
        attempt=1,
    )
    for number in range(steps):
        decided = events.decided()
        scheduled = events.add(
            "activity_task_scheduled",
            activity_id=str(number + 1),
            activity_type=ActivityType(name="increment"),
            task_queue=QUEUE,
            input=_payloads(number),
            start_to_close_timeout=timedelta(hours=1),
            workflow_task_completed_event_id=decided,
        )
        started = events.add(
            "activity_task_started",
            scheduled_event_id=scheduled,
            identity="worker-1@host",
            request_id="request",
            attempt=1,
        )
        events.add(
            "activity_task_completed",
            result=_payloads(number + 1),
            scheduled_event_id=scheduled,
            started_event_id=started,
            identity="worker-1@host",
        )
    decided = events.decided()
    events.add(
        "workflow_execution_completed",
        result=_payloads(steps),
        workflow_task_completed_event_id=decided,
    )
    return WorkflowHistory("bench-1", events.made).to_json()


class _Events:
    def __init__(self) -> None:
        self.made: list[HistoryEvent] = []

    def add(self, kind: str, **attributes: Any) -> int:
        """Add an event; return its id."""
        event = HistoryEvent(
            event_id=len(self.made) + 1,
            event_time=Timestamp(seconds=1_750_000_000 + len(self.made)),
            event_type=EventType.Value(f"EVENT_TYPE_{kind.upper()}"),
        )
        told = getattr(event, f"{kind}_event_attributes")
        told.SetInParent()
        for name, value in attributes.items():
            member = getattr(told, name)
            if isinstance(value, timedelta):
                member.FromTimedelta(value)
            elif hasattr(member, "CopyFrom"):
                member.CopyFrom(value)
            else:
                setattr(told, name, value)
        self.made.append(event)
        return event.event_id

    def decided(self) -> int:
        """Add a workflow task and its answer; return the id of that."""
        scheduled = self.add("workflow_task_scheduled", task_queue=QUEUE, attempt=1)
        started = self.add(
            "workflow_task_started",
            scheduled_event_id=scheduled,
            identity="decider-1@host",
            request_id="request",
        )
        return self.add(
            "workflow_task_completed",
            scheduled_event_id=scheduled,
            started_event_id=started,
            identity="decider-1@host",
        )


def _payloads(value: int) -> Payloads:
    return Payloads(payloads=PayloadConverter.default.to_payloads([value]))


class Replayer:
    """Temporal's replayer of the program."""

    def __init__(self, *, sandboxed: bool) -> None:
        runner = SandboxedWorkflowRunner() if sandboxed else UnsandboxedWorkflowRunner()
        self._replayer = TheirReplayer(workflows=[IncrementOften], workflow_runner=runner)

    def failure(self, body: str) -> Exception | None:
        """Return why a history cannot be replayed; None where it can."""
        replaying = self._replayer.replay_workflow(WorkflowHistory.from_json("bench-1", body))
        return asyncio.run(replaying).replay_failure
