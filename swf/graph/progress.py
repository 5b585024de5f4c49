"""How far a graph has come, as the run that continues it as new is told."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Final

import attrs

from swf.graph.errors import GraphError
from swf.graph.plan import Plan
from swf.graph.reading import tasks_from

VERSION: Final = 1


@attrs.frozen(kw_only=True)
class Progress:
    """What is done of a graph, and what of it is needed still.

    `grown` are the tasks that generators made, as their JSON, in the order in which they came;
    `results` those that a task still waits for, or that are the graph's; `deadlines` when timers
    are to fire, in seconds since the epoch.
    """

    done: tuple[str, ...]
    results: Mapping[str, Any]
    grown: tuple[tuple[str, Any], ...]
    deadlines: Mapping[str, float]

    def as_value(self, plan: Plan) -> dict[str, Any]:
        """Return what travels: the tasks that are done are told by their places in the plan."""
        done = set(self.done)
        bits = bytearray(-(-len(plan.tasks) // 8))
        for place, id_ in enumerate(plan.tasks):
            if id_ in done:
                bits[place >> 3] |= 1 << (place & 7)
        return {
            "version": VERSION,
            "plan": _digest(plan),
            "done": b64encode(bits).decode(),
            "results": dict(self.results),
            "grown": [list(one) for one in self.grown],
            "deadlines": dict(self.deadlines),
        }


def restored(told: Mapping[str, Any], plan: Plan) -> Progress:
    """Return the progress that was told, and have the plan grown and as far done as it says.

    Raises GraphError where it is the progress of another graph: that was changed meanwhile.
    """
    try:
        return _restored(told, plan)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, GraphError):
            raise
        raise GraphError(
            f"what a run was told beside its input is no progress of a graph: {error!r}; start"
            " executions with one input"
        ) from error


def _restored(told: Mapping[str, Any], plan: Plan) -> Progress:
    if told.get("version") != VERSION:
        raise GraphError(
            f"the progress of a graph is of version {told.get('version')!r}, and this program"
            f" knows {VERSION}: a later release has decided before"
        )
    grown = tuple((generator, tasks) for generator, tasks in told["grown"])
    for generator, tasks in grown:
        if generator in plan.tasks:
            plan.grow(generator, tasks_from(tasks))
    if _digest(plan) != told["plan"]:
        raise GraphError(
            "the graph was changed while an execution of it was under way, which has continued as"
            " new: have deciders with the graph as it was bring it to its end"
        )
    bits = b64decode(told["done"])
    done = tuple(id_ for place, id_ in enumerate(plan.tasks) if bits[place >> 3] >> (place & 7) & 1)
    for id_ in done:
        plan.done(id_)
    return Progress(done=done, results=told["results"], grown=grown, deadlines=told["deadlines"])


def _digest(plan: Plan) -> str:
    """Return what tells two plans apart: the tasks in their order, and what these require."""
    digest = hashlib.sha256()
    for id_, task in plan.tasks.items():
        digest.update("\0".join((id_, *task.required_ids, "\n")).encode())
    return digest.hexdigest()[:32]
