"""Running a workflow once more without doing again what an earlier run has done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import attrs

from swf.actors import ActivityTask, Beats, Limits
from swf.cli import logs
from swf.cli.arguments import Arguments
from swf.flow import Decider, Worker
from swf.flow.replay.answer import Answer, DecisionTask
from swf.flow.replay.matching import attributes_of
from swf.flow.submitting import family_of
from swf.insight.starting import input_of
from swf.models import WorkflowExecution
from swf.payload import Payloads
from swf.wire import told


class Task(NamedTuple):
    """What names an activity task, or a child, alike in two runs of the same program."""

    name: str
    version: str
    id: str


@attrs.frozen
class Done:
    """What was called with what in the earlier run, and what it returned: both as text."""

    input: str | None
    result: str | None


def done_in(execution: WorkflowExecution, forced: str | None = None) -> dict[Task, Done]:
    """Return what was completed in a run with a run id, but that whose names begin with a pattern.

    That is activities, and children by the part of their workflow ids that follows their parent's.
    (GetWorkflowExecutionHistory)
    """
    family = family_of(execution.workflow_id, execution.run_id or "")
    begun: dict[int, tuple[Task, str | None]] = {}
    done: dict[Task, Done] = {}
    for event in execution.history().raws:
        attributes, kind = attributes_of(event), event["eventType"]
        if kind in _BEGIN:
            named = attributes["activityType" if "activityType" in attributes else "workflowType"]
            part = attributes.get("activityId") or attributes["workflowId"].removeprefix(family)
            begun[event["eventId"]] = (
                Task(named["name"], named["version"], part),
                attributes.get("input"),
            )
        elif kind in _END:
            task, text = begun[attributes.get("scheduledEventId") or attributes["initiatedEventId"]]
            if forced is None or not re.match(forced, task.name):
                done[task] = Done(text, attributes.get("result"))
    return done


_BEGIN: Final = {"ActivityTaskScheduled", "StartChildWorkflowExecutionInitiated"}
_END: Final = {"ActivityTaskCompleted", "ChildWorkflowExecutionCompleted"}


def _is_same(payloads: Payloads, then: str | None, now: str | None) -> bool:
    """Tell whether two inputs call for the same, whatever else is told with them."""
    one, other = (payloads.parse_call(payloads.open(text)) for text in (then, now))
    return (list(one.args), one.kwargs) == (list(other.args), other.kwargs)


def arguments_of(execution: WorkflowExecution, payloads: Payloads) -> Arguments:
    """Return what a run was started with (GetWorkflowExecutionHistory)."""
    call = payloads.parse_call(payloads.open(input_of(execution)))
    return Arguments(tuple(call.args), dict(call.kwargs))


class RepairingWorker(Worker):
    """Answers a call as it was answered in the earlier run, if it was; else does it."""

    def __init__(
        self, activities: Any, task_list: str, *, done: Mapping[Task, Done], **told: Any
    ) -> None:
        super().__init__(activities, task_list, **told)
        self.done = dict(done)
        logs.in_children_of(self)

    def _compute(self, task: ActivityTask, limits: Limits, context: Beats) -> str | None:
        named = task.activity_type
        before = self.done.get(Task(named.name, named.version, task.activity_id))
        if before is not None and _is_same(self._payloads_of(task), before.input, task.input):
            return before.result
        return super()._compute(task, limits, context)


class RepairingDecider(Decider):
    """Completes a child as it was completed in the earlier run, if it was; else decides."""

    def __init__(
        self, workflows: Any, task_list: str, *, done: Mapping[Task, Done], **told: Any
    ) -> None:
        super().__init__(workflows, task_list, **told)
        self.done = dict(done)
        logs.in_children_of(self)

    def _made(self, task: DecisionTask) -> Answer:
        before = None if task.previous_started_event_id else self._done_before(task)
        if before is None:
            return super()._made(task)
        attributes = told(result=before.result)
        completed = {
            "decisionType": "CompleteWorkflowExecution",
            "completeWorkflowExecutionDecisionAttributes": attributes,
        }
        return Answer(decisions=[completed], run=None, closes="CompleteWorkflowExecution")

    def _done_before(self, task: DecisionTask) -> Done | None:
        started = attributes_of(task.read()[0])
        parent = started.get("parentWorkflowExecution")
        if parent is None:
            return None
        part = task.workflow_id.removeprefix(family_of(parent["workflowId"], parent["runId"]))
        before = self.done.get(Task(task.name, task.version, part))
        payloads = self.workflows.get(task.name, task.version).payloads
        if before is None or not _is_same(payloads, before.input, started.get("input")):
            return None
        return before
