"""The nodes and edges of a picture by number, with a point where many lines would cross many.

Where several nodes all wait for the same several others, each for each, the lines are led through
one point: 50 that wait for 50 others take 100 lines, and not 2,500.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from swf.drawing.elements import Edge, Node

FEWEST: Final = 3
"""How many on each side make a point worth while."""


@attrs.frozen
class Line:
    """An edge by the numbers of its ends; numbers from `len(nodes)` on are of points."""

    source: int
    target: int
    label: str | None = None
    dashed: bool = False


@attrs.frozen
class Graph:
    """What is to be drawn: nodes, how many points beside them, and the lines between all of them.

    `before` has, for each node, the nodes that its edges come from, whatever leads through points.
    """

    nodes: Sequence[Node]
    points: int
    lines: Sequence[Line]
    before: Sequence[Sequence[int]]

    @property
    def size(self) -> int:
        """How many nodes and points there are."""
        return len(self.nodes) + self.points


def graph_of(nodes: Sequence[Node], edges: Iterable[Edge]) -> Graph:
    """Return the numbered form of a picture; an edge that is told twice is drawn once."""
    number = {node.id: place for place, node in enumerate(nodes)}
    lines = dict.fromkeys(
        Line(number[edge.source], number[edge.target], edge.label, edge.dashed) for edge in edges
    )
    sources: dict[int, dict[int, Line]] = {}
    for line in lines:
        sources.setdefault(line.target, {})[line.source] = line
    before = [list(sources.get(place, ())) for place in range(len(nodes))]
    return _led_through_points(nodes, list(lines), before)


def _led_through_points(nodes: Sequence[Node], lines: list[Line], before: list[list[int]]) -> Graph:
    marked = {line.target for line in lines if line.label or line.dashed}
    waiting: dict[tuple[int, ...], list[int]] = {}
    for target, sources in enumerate(before):
        if len(sources) >= FEWEST and target not in marked:
            waiting.setdefault(tuple(sorted(sources)), []).append(target)
    kept: list[Line] = []
    led: set[int] = set()
    point = len(nodes)
    for several, targets in waiting.items():
        if len(targets) >= FEWEST:
            kept += [Line(source, point) for source in several]
            kept += [Line(point, target) for target in targets]
            led.update(targets)
            point += 1
    rest = [line for line in lines if line.target not in led]
    return Graph(nodes, point - len(nodes), rest + kept, before)
