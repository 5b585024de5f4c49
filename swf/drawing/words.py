"""What is said of a node in words, the same in every kind of picture."""

from __future__ import annotations

from typing import Final

from swf.drawing.elements import KINDS, Node, State
from swf.drawing.text import plain

_SPEAKING: Final = frozenset({"activity", "step", "task", "start", "end"})
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
