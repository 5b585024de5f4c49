"""What keeps tasks from being a graph, told by the place of the first one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from swf.flow.replay.ids import MOST, fitted
from swf.graph.errors import GraphError
from swf.graph.specs.plain import refused, shortened
from swf.graph.specs.task import Task
from swf.rules import is_identifier, without_forbidden

RUN_DIGITS: Final = 8
"""Of the workflow id of a child whose id nobody gave, those that tell its parent's run."""

_SHOWN: Final = 20
"""So many tasks of a circle are told."""


def wire_id(id_: str) -> str:
    """Return the id that SWF is told for the one of a task: it does not take all of them."""
    told = fitted(without_forbidden(id_, "."))
    return told if is_identifier(told) else f"{told}."


def start_of_child_id(id_: str) -> str:
    """Return how the workflow id of a child begins whose id nobody gave; RUN_DIGITS follow."""
    return f"{wire_id(id_)[: MOST - RUN_DIGITS - 2]}--"


def check_graph(given: Sequence[Any], place: str) -> None:
    """Raise GraphError, naming the place of the first flaw, unless these tasks are a graph."""
    check_ids(given, place, {})
    check_requirements(given, place, {})
    check_no_circle(given, place)


def check_ids(given: Sequence[Any], place: str, by_wire_id: Mapping[str, str]) -> None:
    """Refuse what is no task, and an id that another task has, or has for SWF.

    `by_wire_id` has the ids of the tasks that are there already.
    """
    seen: dict[str, str] = {}
    for at, task in enumerate(given):
        here = f"{place}[{at}]"
        if not isinstance(task, Task):
            refused(here, "must be a task", task, wrong_type=True)
        told = wire_id(task.id_)
        other = seen.get(told) or by_wire_id.get(told)
        if other is not None:
            _refuse_twice(here, task, other, told)
        seen[told] = task.id_


def _refuse_twice(here: str, task: Task, other: str, told: str) -> None:
    if other != task.id_:
        raise GraphError(
            f"{here}: the ids {task.id_!r} and {other!r} are both {told!r} for SWF; choose one that"
            " differs in more than ':', '/', '|' and control characters"
        )
    word = {"activity": "activity_id", "generator": "activity_id"}.get(task.KIND, "id_")
    raise GraphError(
        f"{here}: another task has the id {task.id_!r} already; two tasks that are told the same"
        f" have the same id unless one is given its own, as {word}="
    )


def check_requirements(given: Iterable[Task], place: str, known: Mapping[str, Task]) -> None:
    """Refuse a requirement that is neither among these tasks nor among the known ones."""
    own = {task.id_ for task in given}
    for at, task in enumerate(given):
        for nth, required in enumerate(task.required_ids):
            if required not in own and required not in known:
                raise GraphError(
                    f"{place}[{at}].requires[{nth}]: {task.id_!r} requires {required!r}, which is"
                    " no task of this graph; add that task to it, or correct the id"
                )


def check_no_circle(given: Sequence[Task], place: str) -> None:
    """Refuse tasks of which one requires, by whatever way round, itself."""
    own = {task.id_: task for task in given}
    required = {id_: [one for one in task.required_ids if one in own] for id_, task in own.items()}
    dependants: dict[str, list[str]] = {id_: [] for id_ in own}
    for id_, ones in required.items():
        for one in ones:
            dependants[one].append(id_)
    missing = {id_: len(ones) for id_, ones in required.items()}
    free = [id_ for id_, count in missing.items() if not count]
    while free:
        id_ = free.pop()
        del missing[id_]
        for one in dependants[id_]:
            missing[one] -= 1
            if not missing[one]:
                free.append(one)
    if missing:
        circle = _circle(missing, required)
        at = list(own).index(circle[0])
        raise GraphError(
            f"{place}[{at}].requires: these tasks wait for each other: {path_of(circle)};"
            " take one of these requirements away"
        )


def _circle(stuck: Mapping[str, int], required: Mapping[str, list[str]]) -> list[str]:
    """Return a circle among tasks each of which requires another of them."""
    met: dict[str, int] = {}
    path: list[str] = []
    here = next(iter(stuck))
    while here not in met:
        met[here] = len(path)
        path.append(here)
        here = next(one for one in required[here] if one in stuck)
    return [*path[met[here] :], here]


def way_between(
    start: str, end: str, requirements: Callable[[str], Iterable[str]], free: set[str]
) -> list[str] | None:
    """Return by which way one task requires another; None where it does not.

    Tasks in `free` do not require the other; those that are found not to are added.
    """
    came_from: dict[str, str | None] = {start: None}
    left = [start]
    while left:
        here = left.pop()
        if here == end:
            return _way_to(here, came_from)
        for one in requirements(here):
            if one not in came_from and one not in free:
                came_from[one] = here
                left.append(one)
    free.update(came_from)
    return None


def _way_to(here: str, came_from: Mapping[str, str | None]) -> list[str]:
    path: list[str] = []
    step: str | None = here
    while step is not None:
        path.append(step)
        step = came_from[step]
    return path[::-1]


def path_of(ids: Sequence[str]) -> str:
    """Return a path as it is shown: of a long one, and of long ids, both ends."""
    if len(ids) > _SHOWN:
        left = len(ids) - _SHOWN
        ids = [*ids[: _SHOWN // 2], f"({left} more)", *ids[-_SHOWN // 2 :]]
    return " → ".join(map(shortened, ids))
