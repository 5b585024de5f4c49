"""What is said of a node in words, the same in every kind of picture."""

from __future__ import annotations

from typing import Final

from swf.drawing.elements import KINDS, Node
from swf.models.states import State
from swf.models.text import plain

HOUR: Final = 3_600
DAY: Final = 86_400

_SPEAKING: Final = frozenset({"activity", "decision", "end", "start", "step", "task"})
"""Kinds that a shape and the label tell well enough."""


def beneath(node: Node, state: State | None) -> str:
    """Return the second line of a node: its state, then its detail or else its kind."""
    kind = "" if node.kind in _SPEAKING else KINDS[node.kind]
    told = (in_words(state) if state else "", plain(node.detail or "") or kind)
    return " · ".join(filter(None, told))


def headline(node: Node) -> str:
    """Return the first line of a node: its label, or where that shows nothing, its kind."""
    return plain(node.label) or KINDS[node.kind]


def in_words(state: State) -> str:
    """Return a state as people say it."""
    return state.replace("_", " ")


def named(node: Node, state: State | None) -> str:
    """Return a node's name for people who hear it: label, kind and state."""
    said = f"{headline(node)}, {KINDS[node.kind]}"
    return said if state is None else f"{said}: {in_words(state)}"


def versioned(version: str) -> str:
    """Return a version as it is said beside a name: `v1` by itself, `1` as one."""
    return version if version[:1].isalpha() else f"version {version}"


def lasting(seconds: float) -> str:
    """Return a time as people say it: `45 s`, `1 h 30 min`, `2 d`."""
    whole = int(seconds)
    if seconds != whole or whole < 120:
        return f"{seconds:g} s"
    parts = {
        "d": whole // DAY,
        "h": whole % DAY // HOUR,
        "min": whole % HOUR // 60,
        "s": whole % 60,
    }
    told = [f"{count} {unit}" for unit, count in parts.items() if count]
    return " ".join(told[:2])
