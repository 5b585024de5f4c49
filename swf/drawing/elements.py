"""What a picture consists of: nodes, edges, and the states that nodes can be in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from swf.exceptions import ValidationError, ValidationTypeError

KINDS: Final[Mapping[str, str]] = {
    "activity": "activity",
    "child": "child workflow",
    "decision": "decision",
    "end": "end",
    "event": "event",
    "generator": "generator",
    "start": "start",
    "step": "step",
    "task": "task",
    "timer": "timer",
}
"""What a node can stand for, in a word for people; each has a shape of its own."""


@attrs.frozen
class Node:
    """One thing that is drawn, named by `label`; `detail` is told beneath it, smaller.

    `kind` is one of `KINDS`. Raises ValidationError where it is not.
    """

    id: str
    label: str
    kind: str = "task"
    detail: str | None = None

    def __attrs_post_init__(self) -> None:
        texts = {"id": self.id, "label": self.label, "detail": self.detail or ""}
        for field, value in texts.items():
            if not isinstance(value, str):
                raise ValidationTypeError(f"Node: {field}: must be a str, got {value!r}")
        if self.kind not in KINDS:
            raise ValidationError(
                f"Node {self.id!r}: kind: must be one of {', '.join(KINDS)}, got {self.kind!r}"
            )


@attrs.frozen
class Edge:
    """A line from one node to another, by their ids, with an arrowhead at the latter."""

    source: str
    target: str
    label: str | None = None
    dashed: bool = False


def check_elements(nodes: Iterable[Node], edges: Iterable[Edge]) -> None:
    """Raise ValidationError unless ids are unique and every edge joins two of them."""
    known: set[str] = set()
    for node in nodes:
        if node.id in known:
            raise ValidationError(f"Picture: nodes: two have the id {node.id!r}; give each its own")
        known.add(node.id)
    for edge in edges:
        for end in (edge.source, edge.target):
            if end not in known:
                raise ValidationError(
                    f"Picture: edges: {edge.source!r} -> {edge.target!r}: no node is {end!r}"
                )
