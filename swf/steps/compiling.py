"""Compiles a definition into a workflow of the flow layer, and activities that call its steps."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import attrs

from swf.flow.activities import Activity
from swf.flow.replay.ids import fitted
from swf.payload import Payloads
from swf.steps.definition import Definition, RunStep
from swf.steps.events import Hubs
from swf.steps.failing import FOR_EVER
from swf.steps.performing import Call, Reply, perform
from swf.steps.running import StepsRun

OUTSIDE: Final = re.compile(r"[^\w.-]+")
"""What is replaced in the name of an activity type."""

LOST_AFTER: Final = 30
"""Seconds without a heartbeat after which a step is called again elsewhere."""


@attrs.frozen(eq=False)
class Performer:
    """Calls the steps of definitions, as an activity."""

    definition_of: Callable[[str, int], Definition]

    def perform(self, call: Call) -> Reply:
        """Call a step once, and return what it answered."""
        return perform(self.definition_of, call)


@attrs.frozen
class Compiled:
    """A definition as a workflow, and the activities that call its steps."""

    workflow: type[StepsRun]
    activities: tuple[Activity[..., Any], ...]


def compiled(
    definition: Definition,
    *,
    performer: Performer,
    start_hub: Activity[..., Any],
    task_list: str,
    payloads: Payloads,
) -> Compiled:
    """Return a definition as a workflow whose steps are activities of this task list."""
    activities = {
        name: Activity(
            performer.perform,
            name=fitted(f"swf.steps.{definition.id}.{name}"),
            version=str(definition.version),
            task_list=task_list,
            start_to_close_timeout="NONE",  # a worker that is lost is noticed by its heartbeats
            heartbeat_timeout=LOST_AFTER,
        )
        for name in sorted({body_name(node) for node in definition.steps.values()})
    }
    told = {
        "name": definition.id,
        "version": str(definition.version),
        "task_list": task_list,
        "payloads": payloads,
        "definition": definition,
        "activities": {node.id: activities[body_name(node)] for node in definition.steps.values()},
        "start_hub": start_hub,
        "description": f"Steps: {', '.join(activities)}"[:1_024],
    }
    workflow = type(definition.id, (StepsRun,), told)
    return Compiled(workflow, tuple(activities.values()))


def hub_activity(hubs: Hubs, task_list: str) -> Activity[..., Any]:
    """Return the activity that starts a hub of events which is not there."""
    return Activity(
        hubs.start,
        name="swf.steps.start_hub",
        task_list=task_list,
        start_to_close_timeout=60,
        retry=FOR_EVER.retry,
    )


def body_name(node: RunStep) -> str:
    """Return what a step's body is called in the name of its activity type."""
    name: str = getattr(node.body, "__name__", type(node.body).__name__)
    return OUTSIDE.sub("_", name).strip("_") or "step"
