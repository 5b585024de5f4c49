"""Graphs as workflows of the flow layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import attrs

from swf.flow.workflow import Workflow
from swf.graph.converter import PAYLOADS, graph_payloads
from swf.graph.errors import GraphError
from swf.graph.plan import Plan
from swf.graph.reading import MAX_DEPTH, SPEC_MEMBER, TASKS_MEMBER, tasks_from
from swf.graph.specs.decider_spec import DeciderSpec
from swf.graph.specs.task import Task
from swf.graph.walk import Walk
from swf.payload import Payloads

CONTINUE_AT_EVENTS: Final = 20_000
"""The length that a history may have, but for tasks that are tried again: SWF allows 25,000.

With another number, executions that are open would not be replayed alike.
"""


@attrs.frozen
class _Graph:
    """What a run goes through: tasks, what is told beside them, and what its input is to them."""

    spec: DeciderSpec
    tasks: tuple[Task, ...]
    input: Any


class GraphWorkflow(Workflow):
    """A workflow that goes through a graph: that of its `spec`, or one that its input brings.

    Subclasses have the `spec`; without one, or where that has no tasks, the input has a
    `decider_spec`, or the tasks, as `activity_tasks` at any depth. It continues as new by itself
    where its history has grown long. See `graph_workflow`.
    """

    name = "swf.graph"
    version = "1"
    payloads = PAYLOADS
    continue_as_new_at = CONTINUE_AT_EVENTS
    spec: ClassVar[DeciderSpec | None] = None

    def run(self, input: Any = None, progress: Any = None) -> dict[str, Any] | None:
        """Return the results of the tasks that nothing requires, by their ids; None without any.

        `progress` is told by the run that this one continues. Raises GraphError for a graph that
        has a flaw, before anything of it begins.
        """
        graph = self._graph(input)
        walk = Walk(
            self,
            Plan(graph.tasks),
            task_list=self._task_list_of(graph.spec),
            root=self._root(graph.input),
            progress=progress,
        )
        walk.go()
        if walk.failures:
            self.fail(walk.reason, walk.failures)
        if walk.is_drained:
            self.continue_as_new(input, walk.progress())
        if graph.spec.repeat_workflow:
            self.continue_as_new(*(() if input is None else (input,)))
        return walk.result()

    def _graph(self, input: Any) -> _Graph:
        spec = self.spec or DeciderSpec()
        if spec.activity_tasks:
            return _Graph(spec, tuple(spec.activity_tasks), input)
        if isinstance(input, Mapping) and SPEC_MEMBER in input:
            told = DeciderSpec.from_json(input[SPEC_MEMBER])
            rest = {name: value for name, value in input.items() if name != SPEC_MEMBER}
            return _Graph(told, tuple(told.activity_tasks), rest)
        found, rest = _without_tasks(input, MAX_DEPTH)
        if found is None:
            raise GraphError(
                f"the input of {self.name!r} has no {TASKS_MEMBER!r} and no {SPEC_MEMBER!r}:"
                " start it with input={'activity_tasks': […]}"
            )
        return _Graph(spec, tuple(tasks_from(found)), rest)

    def _task_list_of(self, spec: DeciderSpec) -> str:
        """Return where activities go that name no task list."""
        own = None if self.spec is None else self.spec.default_activity_task_list
        return spec.default_activity_task_list or own or str(self.context.task_list)

    def _root(self, input: Any) -> dict[str, Any]:
        """Return what those tasks are told that require none."""
        told: dict[str, Any] = {} if input is None else {"workflow": input}
        if isinstance(input, Mapping) and self.context.parent_workflow_id is not None:
            told |= {name: input[name] for name in ("child_workflow",) if name in input}
        return told


def graph_workflow(
    spec: DeciderSpec | str | Mapping[str, Any] | None = None,
    name: str = GraphWorkflow.name,
    version: str = GraphWorkflow.version,
    *,
    task_list: str | None = None,
    payloads: Payloads | None = None,
) -> type[GraphWorkflow]:
    """Return the workflow class that goes through the graph of a spec: for `swf.flow`, and tests.

    `spec` may be its JSON; without one, or without tasks in it, each execution's input brings its
    graph. Raises GraphError for a spec that has a flaw.
    """
    told = as_spec(spec)
    members = {
        "__doc__": GraphWorkflow.__doc__,
        "__module__": __name__,
        "name": name,
        "version": version,
        "task_list": task_list or told.task_list or GraphWorkflow.task_list,
        "payloads": graph_payloads(payloads),
        "spec": told,
    }
    return type("Graph", (GraphWorkflow,), members)


def as_spec(spec: DeciderSpec | str | Mapping[str, Any] | None) -> DeciderSpec:
    """Return a spec as it is, or that of its JSON; an empty one for None."""
    if spec is None:
        return DeciderSpec()
    return spec if isinstance(spec, DeciderSpec) else DeciderSpec.from_json(spec, trusted=True)


def _without_tasks(value: Any, depth: int) -> tuple[Any, Any]:
    """Return the tasks that an input has somewhere, None where it has none, and it without them.

    Where the input of a child tells them by both of its names, they are taken from both.
    """
    found = _tasks_in(value, depth)
    return found, value if found is None else _rest(value, found, depth)


def _tasks_in(value: Any, depth: int) -> Any:
    if not isinstance(value, Mapping) or not depth:
        return None
    if TASKS_MEMBER in value:
        return value[TASKS_MEMBER]
    inner = (_tasks_in(one, depth - 1) for one in value.values())
    return next((one for one in inner if one is not None), None)


def _rest(value: Any, tasks: Any, depth: int) -> Any:
    if not isinstance(value, Mapping) or not depth:
        return value
    return {
        name: _rest(one, tasks, depth - 1)
        for name, one in value.items()
        if name != TASKS_MEMBER or one != tasks
    }
