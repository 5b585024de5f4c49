"""Pictures of graphs, with the tasks that generators made and how far an execution has come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from swf.drawing.elements import Edge, Node
from swf.drawing.picture import Picture
from swf.drawing.states import Execution, history_of, states_of, titled
from swf.drawing.words import lasting, versioned
from swf.exceptions import PayloadError
from swf.flow.handle import Handle
from swf.graph.converter import graph_payloads
from swf.graph.errors import GraphError
from swf.graph.flaws import RUN_DIGITS, start_of_child_id, wire_id
from swf.graph.plan import Plan
from swf.graph.progress import restored
from swf.graph.reading import MAX_DEPTH, SPEC_MEMBER, TASKS_MEMBER, spec_from, tasks_from
from swf.graph.specs.task import ActivityTask, ChildWorkflow, Generator, Task, Timer
from swf.models.history import History
from swf.models.states import State
from swf.payload import Payloads

if TYPE_CHECKING:
    from swf.graph.specs.decider_spec import DeciderSpec

LONGEST_INPUT: Final = 24
"""Characters of an input that is told beneath its task; a longer one is not."""


def picture_of(
    graph: DeciderSpec | Iterable[Task],
    execution: Execution | None = None,
    *,
    payloads: Payloads | None = None,
) -> Picture:
    """Return the picture of a graph; with an execution, as far as that has come.

    That shows the tasks that generators made for it too, and the whole graph where it was its input
    that brought it. `payloads` are those of its decider, where they are not the default. Raises
    GraphError where tasks are no graph, and PayloadError where the execution's input cannot be read
    (GetWorkflowExecutionHistory).
    """
    tasks = tuple(graph if isinstance(graph, Iterable) else graph.activity_tasks)
    if execution is None:
        return _drawn("Graph", tasks, {}).picture()
    history = history_of(execution)
    if payloads is None and isinstance(execution, Handle):
        payloads = execution.payloads
    return _of_execution(titled(execution, history), tasks, history, graph_payloads(payloads))


def _of_execution(
    title: str, tasks: tuple[Task, ...], history: History, payloads: Payloads
) -> Picture:
    given, progress = _told(history, payloads)
    plan = Plan(tasks or _tasks_in(given, MAX_DEPTH) or ())
    made: dict[str, list[str]] = {}
    done: set[str] = set()
    if progress is not None:
        told = restored(progress, plan)
        done.update(told.done)
        made.update((id_, _ids(several)) for id_, several in told.grown)
    for id_, several in _generated(plan, history, payloads):
        made[id_] = [task.id_ for task in several]
    drawn = _drawn(title, plan.tasks.values(), made)
    return drawn.picture().with_states(_states(plan, history, done))


def _told(history: History, payloads: Payloads) -> tuple[Any, Mapping[str, Any] | None]:
    """Return the input of an execution, and what it was told of a run before."""
    text = history.compiled.execution.input
    given, progress, *_ = (*payloads.parse_call(payloads.open(text)).args, None, None)
    return given, progress


def _tasks_in(value: Any, depth: int) -> list[Task] | None:
    """Return the tasks that an input has somewhere; None where it has none."""
    if not isinstance(value, Mapping) or not depth:
        return None
    if SPEC_MEMBER in value:
        told: list[Task] = spec_from(value[SPEC_MEMBER])["activity_tasks"]
        return told
    if TASKS_MEMBER in value:
        return tasks_from(value[TASKS_MEMBER])
    found = (_tasks_in(one, depth - 1) for one in value.values())
    return next((tasks for tasks in found if tasks is not None), None)


def _ids(told: Iterable[Any]) -> list[str]:
    return [task.id_ for task in tasks_from(told)]


def _generated(
    plan: Plan, history: History, payloads: Payloads
) -> Iterator[tuple[str, list[Task]]]:
    """Have the plan grown by what generators made in this run, and yield it.

    What is no graph, or cannot be read, was not taken by the execution either: it shows as failed.
    """
    ended = [one for one in history.compiled.activities if one.state == "completed"]
    for activity in sorted(ended, key=lambda one: one.last_event_id):
        id_ = plan.by_wire_id.get(str(activity.id), "")
        if not isinstance(plan.tasks.get(id_), Generator):
            continue
        try:
            tasks = tasks_from(payloads.load(activity.result) or [])
            plan.grow(id_, tasks)
        except (GraphError, PayloadError):
            continue
        yield id_, tasks


def _states(plan: Plan, history: History, done: set[str]) -> dict[str, State]:
    found = states_of(history)
    # A child whose id nobody gave has one that tells runs apart.
    children: dict[str, State] = {name[:-RUN_DIGITS]: state for name, state in found.items()}
    states: dict[str, State] = {}
    for id_, task in plan.tasks.items():
        state = found.get(wire_id(id_))
        if state is None and isinstance(task, ChildWorkflow):
            state = children.get(start_of_child_id(id_))
        otherwise: State = "completed" if id_ in done else "waiting"
        states[id_] = otherwise if state is None else state
    return states


@attrs.frozen
class _Drawn:
    """Nodes and edges of a graph, whose generators made these tasks."""

    title: str
    tasks: Mapping[str, Task]
    made: Mapping[str, list[str]]

    def picture(self) -> Picture:
        nodes = tuple(_node(task) for task in self.tasks.values())
        return Picture(self.title, nodes, tuple(self._edges()))

    def _edges(self) -> Iterator[Edge]:
        """Yield the edges: what requires a generator is drawn below the last that it made."""
        maker = {id_: generator for generator, ids in self.made.items() for id_ in ids}
        last = {generator: self._last(ids) for generator, ids in self.made.items() if ids}
        for id_, task in self.tasks.items():
            own = maker.get(id_)
            required = [one for one in task.required_ids if one != own]
            if own is not None and not any(maker.get(one) == own for one in required):
                yield Edge(own, id_, dashed=True)
            for one in required:
                for end in self._ends(one, last):
                    yield Edge(end, id_)

    def _last(self, ids: list[str]) -> list[str]:
        required = {one for id_ in ids for one in self.tasks[id_].required_ids}
        return [id_ for id_ in ids if id_ not in required]

    def _ends(self, id_: str, last: Mapping[str, list[str]]) -> Iterator[str]:
        left = [id_]
        while left:
            one = left.pop()
            if one in last:
                left.extend(reversed(last[one]))
            else:
                yield one


def _drawn(title: str, tasks: Iterable[Task], made: Mapping[str, list[str]]) -> _Drawn:
    return _Drawn(title, {task.id_: task for task in tasks}, made)


def _node(task: Task) -> Node:
    if isinstance(task, Timer):
        return Node(task.id_, task.id_, "timer", lasting(task.delay_in_seconds))
    if isinstance(task, ChildWorkflow):
        named = task.workflow_type_name, task.workflow_type_version
        return _typed(task, "child", *named, task.input)
    if not isinstance(task, ActivityTask):
        return Node(task.id_, task.id_)
    kind = "generator" if isinstance(task, Generator) else "activity"
    return _typed(task, kind, task.name, task.version, task.input)


def _typed(task: Task, kind: str, name: str, version: str, given: Any) -> Node:
    """Return the node of a task of a type: named by that, or by an id that somebody chose.

    Beneath is what tells it from others: its input where that is short, else its type.
    """
    told = str(given) if isinstance(given, str | int | float) else ""
    is_named = not task.id_.startswith(f"{name}:{version}:")
    label = task.id_ if is_named else name
    of = name if label != name else versioned(version)
    return Node(task.id_, label, kind, told if 0 < len(told) <= LONGEST_INPUT else of)
