"""What an execution did because of what: its tasks as a picture, read from its history alone.

A history does not tell why a decider decided what it did. It tells what had just ended when it did:
that is what each task is drawn below.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from swf.drawing import Edge, Node, Picture
from swf.drawing.words import lasting, versioned
from swf.flow.replay.matching import WAKE_UP
from swf.insight.naming import name_of, version_of
from swf.models import History
from swf.models.history.compiled import CompiledHistory
from swf.models.history.entities.base import Entity
from swf.models.history.entities.timer import CompiledTimer
from swf.models.states import REFUSED_REQUESTS, State, state_of
from swf.models.timeline.labels import retried
from swf.models.timeline.words import arguments

MOST: Final = 2_000
"""Tasks that are looked at; a picture of more could not be read."""

START: Final = "start"
END: Final = "end"
"""The ids of the nodes before and after all others."""


@attrs.frozen
class Drawn:
    """A picture of tasks: what each node leads to, and what it is alike to.

    `event_ids` has the first event of each node, `alike` what tasks have in common that differ in
    nothing but what they were given. `left_out` counts tasks beyond those that were looked at.
    """

    picture: Picture
    event_ids: Mapping[str, int]
    alike: Mapping[str, tuple[str, ...]]
    left_out: int


def dependencies_of(
    history: History, title: str, causes: Mapping[int, Sequence[int]] | None = None
) -> Drawn:
    """Return the tasks, timers and signals of an execution, each below what it came after.

    That is what `causes` says, by the ids of first events; without, what had ended since the last
    decision that something was begun by. Attempts at one task are one node.

    Raises InconsistentHistoryError where the events contradict each other, or are none.
    """
    compiled = history.compiled
    tasks = _tasks(compiled)
    shown = tasks[:MOST]
    execution = compiled.execution
    finished = execution.is_closed
    nodes = [Node(START, execution.workflow_type.name, "start"), *(one.node() for one in shown)]
    states: dict[str, State] = {START: "completed"}
    states |= {one.id: one.state(finished) for one in shown}
    if finished:
        nodes.append(Node(END, "end", "end"))
        states[END] = state_of(execution)
    edges = _edges(shown, compiled) if causes is None else _caused(shown, causes, finished)
    return Drawn(
        Picture(title, nodes, edges, states),
        {START: 1, **{one.id: one.first for one in shown}}
        | ({END: closed} if (closed := execution.closed_event_id) is not None else {}),
        {one.id: one.alike for one in shown},
        len(tasks) - len(shown),
    )


@attrs.frozen
class _Task:
    """All attempts at one thing, and the timers between them."""

    id: str
    kind: str
    attempts: Sequence[Entity[Any]]
    pauses: Sequence[Entity[Any]]

    @property
    def first(self) -> int:
        """The id of its first event."""
        return self.attempts[0].first_event_id

    @property
    def ended(self) -> int | None:
        """The id of the event with which it ended for good; None where it did not."""
        if self.kind == "event":
            return self.first
        last = self.attempts[-1].closed_event_id
        pause = self.pauses[-1].first_event_id if self.pauses else 0
        return None if last is None or pause > last else last

    @property
    def alike(self) -> tuple[str, ...]:
        """What it has in common with tasks of the same type."""
        name, version = _type(self.attempts[-1])
        return self.kind, name, version

    def state(self, finished: bool) -> State:
        """Return its state; what a finished execution has left open is canceled."""
        if finished and self.ended is None:
            return "canceled"
        if self.pauses and self.ended is None and self.attempts[-1].is_closed:
            return "scheduled"
        return state_of(self.attempts[-1])

    def node(self) -> Node:
        """Return what is drawn."""
        name, version = _type(self.attempts[-1])
        if self.kind == "timer":
            seconds = getattr(self.attempts[0], "start_to_fire_timeout", None)
            return Node(self.id, name, "timer", lasting(seconds) if seconds else None)
        if self.kind == "event":
            return Node(self.id, name, "event", "signal")
        told = [arguments(getattr(self.attempts[0], "input", None)) or versioned(version)]
        if len(self.attempts) > 1:
            told.append(f"{len(self.attempts)} attempts")
        return Node(self.id, name, self.kind, " · ".join(filter(None, told)) or None)


def _tasks(compiled: CompiledHistory) -> list[_Task]:
    """Return what is drawn, in the order of first events."""
    kinds: tuple[tuple[str, Iterable[Entity[Any]]], ...] = (
        ("activity", compiled.activities),
        ("task", compiled.lambdas),
        ("child", compiled.children),
    )
    attempts: dict[tuple[str, str], list[Entity[Any]]] = {}
    by_id: dict[str, tuple[str, str]] = {}
    pauses: dict[tuple[str, str], list[Entity[Any]]] = {}
    for kind, held in kinds:
        for entity in held:
            if entity.state.value not in REFUSED_REQUESTS:
                key = kind, str(entity.id)
                attempts.setdefault(key, []).append(entity)
                by_id[key[1]] = key
    for timer in compiled.timers:
        named = retried(timer)
        tried = None if named is None else by_id.get(named)
        if tried is not None:
            pauses.setdefault(tried, []).append(timer)
        elif timer.state.value not in REFUSED_REQUESTS and not str(timer.id).startswith(WAKE_UP):
            attempts.setdefault(("timer", f"{timer.id} {timer.first_event_id}"), []).append(timer)
    for signal in compiled.signals:
        attempts["event", str(signal.first_event_id)] = [signal]
    found = [
        _Task(f"{kind} {name}", kind, entities, pauses.get((kind, name), ()))
        for (kind, name), entities in attempts.items()
    ]
    return sorted(found, key=lambda one: one.first)


def _type(entity: Entity[Any]) -> tuple[str, str]:
    """Return name and version of what a task runs; its id where no type is told."""
    if isinstance(entity, CompiledTimer):
        return re.sub(r"[-_ ]?[0-9]+$", "", str(entity.id)) or str(entity.id), ""
    return name_of(entity), version_of(entity) or ""


def _edges(tasks: Sequence[_Task], compiled: CompiledHistory) -> Iterator[Edge]:
    """Yield what came after what; the start is before what came after nothing."""
    answers = {
        one.closed_event_id: one.started_event_id or 0
        for one in compiled.decision_tasks
        if one.closed_event_id is not None
    }
    ended = sorted((end, task.id) for task in tasks if (end := task.ended) is not None)
    after, begun = 0, 0  # how many have ended before the decision at hand, before the last one
    for answer, several in _decided(tasks):
        begun, after = after, bisect_left(ended, (answers.get(answer, answer), ""))
        sources = [name for _, name in ended[begun:after]] or [START]
        yield from (Edge(source, task.id) for task in several for source in sources)
    closed = compiled.execution.closed_event_id
    if closed is not None:
        last = [name for _, name in ended[after:]] or [START]
        yield from (Edge(source, END) for source in last)


def _caused(
    tasks: Sequence[_Task], causes: Mapping[int, Sequence[int]], finished: bool
) -> Iterator[Edge]:
    """Yield what came after what as the causes have it; the end comes after what nothing did."""
    names = {task.first: task.id for task in tasks}
    last = dict(names)
    for task in tasks:
        sources = [one for one in causes.get(task.first, ()) if one in names and one < task.first]
        for one in sources:
            last.pop(one, None)
            yield Edge(names[one], task.id)
        if not sources and task.kind != "event":
            yield Edge(START, task.id)
    if finished:
        yield from (Edge(name, END) for name in last.values() or [START])


def _decided(tasks: Sequence[_Task]) -> list[tuple[int, list[_Task]]]:
    """Return the tasks by the answer in which they were asked for first, in order."""
    found: dict[int, list[_Task]] = {}
    for task in tasks:
        answer = getattr(task.attempts[0].first_event, "decision_task_completed_event_id", None)
        if answer:
            found.setdefault(answer, []).append(task)
    return sorted(found.items())
