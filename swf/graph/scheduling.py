"""How a task of a graph begins: as an activity, a timer or a child workflow of the flow layer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property, lru_cache
from math import ceil
from typing import Any

from swf.flow.activities import Activity
from swf.flow.future import Future
from swf.flow.retry import RetryPolicy
from swf.flow.workflow import Workflow
from swf.graph.declared import (
    HEARTBEAT_TIMEOUT_SECONDS,
    START_TO_CLOSE_SECONDS,
    declared,
)
from swf.graph.flaws import RUN_DIGITS, start_of_child_id, wire_id
from swf.graph.specs.task import ActivityTask, ChildWorkflow, Task, Timer, default_id

Context = dict[str, Any]


def begin(
    workflow: Workflow, task: Task, context: Context, *, task_list: str, seconds: float | None
) -> Future[Any]:
    """Have a task begin, and return the future of its end.

    `task_list` is where an activity goes that names none; `seconds` is what is left of a timer that
    a run before has started.
    """
    if isinstance(task, Timer):
        left = task.delay_in_seconds if seconds is None else seconds
        return workflow.start_timer(ceil(left), timer_id=wire_id(task.id_))
    if isinstance(task, ChildWorkflow):
        return _begin_child(workflow, task, context)
    if not isinstance(task, ActivityTask):
        raise TypeError(f"{task!r} is of no kind that is known")  # pragma: no cover
    activity = _activity(task.name, task.version, task.task_list or task_list, policy_of(task))
    return workflow.submit(activity.called(wire_id(task.id_)), context)


def own_input(task: Task) -> Context:
    """Return what a task's context has of its own."""
    told = getattr(task, "input", None)
    if told is None:
        return {}
    if isinstance(task, ChildWorkflow):
        return {"child_workflow": told, "child_workflow_task": told}
    return {"activity_task": told}


def policy_of(task: Task) -> RetryPolicy | None:
    """Return when a task that failed is tried again; None where it is not."""
    strategy = getattr(task, "retry_strategy", None)
    return strategy if strategy is None or isinstance(strategy, RetryPolicy) else strategy.policy


# Activities


class _Elsewhere:
    """The code of an activity that a decider knows by name alone.

    It is what was declared in this very program, where decider and worker are one.
    """

    def __init__(self, name: str, version: str) -> None:
        self._name, self._version = name, version

    def perform(self, context: Any = None) -> Any:
        """Do the work; raises NotRegisteredError where nothing of this name was declared here."""
        return declared(self._name, self._version).perform(context)


class TaskActivity(Activity[..., Any]):
    """An activity as a graph schedules it: its time-outs are those that its type registered.

    What it has of its own is for a type that nobody has registered yet.
    """

    @cached_property
    def on_wire(self) -> dict[str, Any]:
        """What every decision to schedule it tells: its type alone."""
        return {"activityType": {"name": self.name, "version": self.version}}

    def called(self, activity_id: str) -> TaskActivity:
        """Return the same activity under an id: a copy, of which nothing is to be checked again."""
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__, activity_id=activity_id)
        return copy


@lru_cache(maxsize=1_000)
def _activity(name: str, version: str, task_list: str, retry: RetryPolicy | None) -> TaskActivity:
    return TaskActivity(
        _Elsewhere(name, version).perform,
        name=name,
        version=version,
        task_list=task_list,
        retry=retry,
        start_to_close_timeout=START_TO_CLOSE_SECONDS,
        heartbeat_timeout=HEARTBEAT_TIMEOUT_SECONDS,
    )


# Child workflows


class ChildOfGraph(Workflow):
    """A workflow type that a graph starts executions of; who decides for them is on another page.

    What it has of its own is for a type that nobody has registered yet.
    """

    @classmethod
    def attributes(cls, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a start tells: its type and task list; the rest is as the type registered."""
        told = super().attributes(options)
        if "workflow_id" not in options:  # it is not started, but registered
            return told
        names = {"workflowType"} | ({"taskList"} if options.get("task_list") else set())
        return {name: told[name] for name in names}

    def run(self, context: Any = None) -> None:
        """Do nothing: another decider does."""


@lru_cache(maxsize=1_000)
def child_type(name: str, version: str) -> type[ChildOfGraph]:
    """Return the workflow class that stands for a type whose executions are decided elsewhere."""
    told = {"name": name, "version": version, "__module__": __name__}
    return type("ChildOfGraph", (ChildOfGraph,), told)


def _begin_child(workflow: Workflow, task: ChildWorkflow, context: Context) -> Future[Any]:
    child = child_type(task.workflow_type_name, task.workflow_type_version).with_options(
        workflow_id=child_workflow_id(task, workflow.context.run_id),
        payloads=workflow.payloads,
        retry=policy_of(task),
    )
    if task.task_list is not None:
        child = child.with_options(task_list=task.task_list)
    return workflow.submit(child, context)


def child_workflow_id(task: ChildWorkflow, run_id: str) -> str:
    """Return the workflow id of a task's child: the task's id, where that was given.

    A workflow id is one in its domain, and the id that a task has by default is the same wherever
    its graph runs: it is followed by what tells the runs apart.
    """
    by_default = default_id(
        task.workflow_type_name,
        task.workflow_type_version,
        task.input,
        (one.id_ if isinstance(one, Task) else one for one in task.requires),
    )
    if task.id_ != by_default:
        return wire_id(task.id_)
    run = hashlib.sha256(run_id.encode()).hexdigest()[:RUN_DIGITS]
    return f"{start_of_child_id(task.id_)}{run}"
