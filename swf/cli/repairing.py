"""Running a workflow once more without doing again what an earlier run has done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import attrs

from swf.actors import ActivityTask, Beats, Limits
from swf.cli.arguments import Arguments
from swf.flow import Decider, Standalone, Worker
from swf.flow.replay.matching import attributes_of
from swf.models import Domain, WorkflowExecution
from swf.payload import Payloads


class Task(NamedTuple):
    """What names an activity task alike in two runs of the same program."""

    name: str
    version: str
    activity_id: str


@attrs.frozen
class Done:
    """What an activity was called with in the earlier run, and what it returned: both as text."""

    input: str | None
    result: str | None


def done_in(execution: WorkflowExecution, forced: str | None = None) -> dict[Task, Done]:
    """Return what was completed in a run, but the activities whose names begin with a pattern.

    (GetWorkflowExecutionHistory)
    """
    scheduled: dict[int, tuple[Task, str | None]] = {}
    done: dict[Task, Done] = {}
    for event in execution.history().raws:
        told = attributes_of(event)
        if event["eventType"] == "ActivityTaskScheduled":
            named = told["activityType"]
            task = Task(named["name"], named["version"], told["activityId"])
            scheduled[event["eventId"]] = task, told.get("input")
        elif event["eventType"] == "ActivityTaskCompleted":
            task, text = scheduled[told["scheduledEventId"]]
            if forced is None or not re.match(forced, task.name):
                done[task] = Done(text, told.get("result"))
    return done


def arguments_of(execution: WorkflowExecution, payloads: Payloads) -> Arguments:
    """Return what a run was started with (GetWorkflowExecutionHistory)."""
    started = attributes_of(execution.history().raws[0])
    call = payloads.parse_call(payloads.open(started.get("input")))
    return Arguments(tuple(call.args), dict(call.kwargs))


class RepairingWorker(Worker):
    """Answers a call as it was answered in the earlier run, if it was; else does it."""

    def __init__(
        self, activities: Any, task_list: str, done: Mapping[Task, Done], **told: Any
    ) -> None:
        super().__init__(activities, task_list, **told)
        self.done = dict(done)

    def _compute(self, task: ActivityTask, limits: Limits, context: Beats) -> str | None:
        named = task.activity_type
        before = self.done.get(Task(named.name, named.version, task.activity_id))
        if before is not None and self._is_same(task, before):
            return before.result
        return super()._compute(task, limits, context)

    def _is_same(self, task: ActivityTask, before: Done) -> bool:
        payloads = self._payloads_of(task)
        then, now = (payloads.parse_call(payloads.open(one)) for one in (before.input, task.input))
        return (list(then.args), then.kwargs) == (list(now.args), now.kwargs)


@attrs.frozen(kw_only=True)
class Repairing(Standalone):
    """Runs a workflow as `Standalone` does; what is `done` already is not done again."""

    done: Mapping[Task, Done] = attrs.field(factory=dict)

    def _actors(self, cls: Any, domain: Domain, task_list: str) -> tuple[Decider, Worker]:
        decider, worker = super()._actors(cls, domain, task_list)
        repairing = RepairingWorker(
            worker.activities,
            worker.task_list,
            self.done,
            domain=domain,
            connection=self.connection,
            payloads=worker.payloads,
        )
        return decider, repairing
