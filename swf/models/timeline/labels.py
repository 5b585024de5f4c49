"""What lanes are called, told apart where several are called the same, and what is told of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

import attrs

from swf.models.history.entities.base import Entity
from swf.models.history.entities.timer import CompiledTimer
from swf.models.text import plain
from swf.models.timeline.model import KINDS, Lane
from swf.models.timeline.words import arguments
from swf.wire import TypeKey

LONGEST_INPUT: Final = 160
"""Characters of an input that are told."""

_RETRY: Final = re.compile(r"retry-[0-9]+-(.+)", re.DOTALL)
_FIXED: Final = frozenset({"execution", "decisions", "markers"})
_TYPES: Final = {
    "activity": "activity_type",
    "child": "workflow_type",
    "execution": "workflow_type",
}
"""The field that tells the type of what a lane is of."""


def name_of(kind: str, name: str, entity: Entity[Any]) -> str:
    """Return what a thing is called by itself: by its type, or else by its id."""
    if kind in _FIXED:
        return KINDS[kind]
    key = _type(kind, entity)
    if key is not None:
        return plain(key.name)
    return plain(getattr(entity, "function_name", None) or name)


def about(kind: str, name: str, entity: Entity[Any]) -> str:
    """Return all that is told of a thing, in words: id, type and version, task list, input."""
    key = _type(kind, entity)
    told = [f"{KINDS[kind]} {plain(name)}".strip()]
    if key is not None:
        told.append(f"type {plain(key.name)}, version {plain(key.version)}")
    task_list = getattr(entity, "task_list", None)
    if task_list:
        told.append(f"task list {plain(task_list)}")
    given = getattr(entity, "input", None)
    if given:
        told.append(f"input {plain(given[:LONGEST_INPUT])}{'…' if given[LONGEST_INPUT:] else ''}")
    return "; ".join(told)


def retried(timer: CompiledTimer) -> str | None:
    """Return the id of what is attempted again when this timer fires; None for any other timer.

    Workflows in Python name their timers so.
    """
    named = _RETRY.fullmatch(str(timer.id))
    return None if named is None else named[1]


def told_apart(lanes: Iterable[tuple[Lane, str | None]]) -> tuple[Lane, ...]:
    """Return lanes whose labels differ within a kind: by what is given to them, else by ids."""
    pairs = list(lanes)
    often = Counter((lane.kind, lane.label) for lane, _ in pairs)
    labels = [
        _called(lane.label, given) if often[lane.kind, lane.label] > 1 else lane.label
        for lane, given in pairs
    ]
    often = Counter((lane.kind, label) for (lane, _), label in zip(pairs, labels, strict=True))
    return tuple(
        lane
        if lane.label == label and often[lane.kind, label] == 1
        else attrs.evolve(lane, label=_numbered(lane, label, often[lane.kind, label]))
        for (lane, _), label in zip(pairs, labels, strict=True)
    )


def _called(label: str, given: str | None) -> str:
    said = arguments(given)
    return f"{label}({said})" if said else label


def _numbered(lane: Lane, label: str, often: int) -> str:
    """Return a label, where it is not the only one with what the id tells beside the name."""
    if often == 1:
        return label
    own = plain(lane.id)
    _, found, rest = own.rpartition(lane.label)
    short = rest.strip("-_. ") if found else ""
    return f"{label} #{short or own}"


def _type(kind: str, entity: Entity[Any]) -> TypeKey | None:
    field = _TYPES.get(kind)
    return None if field is None else getattr(entity, field)
