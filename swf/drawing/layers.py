"""The rows of a picture: a node stands below all that it comes after, as high as that leaves it.

A line that closes a loop goes back up, and what comes after the loop stands below all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from swf.drawing.junctions import Graph

PAGE: Final = 1_000
"""Pixels that a page is wide; what is wider as rows may be drawn as columns."""

_ROW: Final = 170
_COLUMN: Final = 230
"""Pixels that a node takes of a row, and a column of the whole."""


@attrs.frozen
class Layers:
    """The row of each node and point, counted from 0, and the numbers of the lines that go back."""

    rank: Sequence[int]
    back: frozenset[int]

    @property
    def is_wide(self) -> bool:
        """Whether the picture is better drawn from left to right, as columns."""
        count = [0] * (max(self.rank, default=0) + 1)
        for rank in self.rank:
            count[rank] += 1
        across = max(count) * _ROW
        return across > PAGE and len(count) * _COLUMN < across


def layered(graph: Graph) -> Layers:
    """Return the rows of a graph, by the longest way to each node."""
    back = frozenset(_closing(graph))
    after: list[list[int]] = [[] for _ in range(graph.size)]
    before: list[list[int]] = [[] for _ in range(graph.size)]
    for number, line in enumerate(graph.lines):
        if number not in back:
            after[line.source].append(line.target)
            before[line.target].append(line.source)
    for number in sorted(back):
        line = graph.lines[number]
        _end_loop(line.source, line.target, after, before)
    return Layers(_longest(after, before), back)


def _closing(graph: Graph) -> Iterator[int]:
    """Yield the lines that lead to where their way came from."""
    lines: list[list[int]] = [[] for _ in range(graph.size)]
    entered = [False] * graph.size
    for number, line in enumerate(graph.lines):
        lines[line.source].append(number)
        entered[line.target] = True
    seen = [False] * graph.size
    for root in sorted(range(graph.size), key=entered.__getitem__):
        if seen[root]:
            continue
        seen[root] = True
        within = {root}
        way = [(root, iter(lines[root]))]
        while way:
            place, rest = way[-1]
            number = next(rest, -1)
            if number < 0:
                within.discard(place)
                way.pop()
                continue
            target = graph.lines[number].target
            if target in within:
                yield number
            elif not seen[target]:
                seen[target] = True
                within.add(target)
                way.append((target, iter(lines[target])))


def _end_loop(last: int, head: int, after: list[list[int]], before: list[list[int]]) -> None:
    """Have what follows the head of a loop without being within it come after its last node."""
    within = {last, head}
    open_ = [last] if last != head else []
    while open_:
        for one in before[open_.pop()]:
            if one not in within:
                within.add(one)
                open_.append(one)
    if last == head:
        return
    for one in list(after[head]):
        if one not in within:
            after[last].append(one)
            before[one].append(last)


def _longest(after: list[list[int]], before: list[list[int]]) -> list[int]:
    rank = [0] * len(after)
    missing = [len(sources) for sources in before]
    ready = [place for place, count in enumerate(missing) if not count]
    for place in ready:
        for target in after[place]:
            rank[target] = max(rank[target], rank[place] + 1)
            missing[target] -= 1
            if not missing[target]:
                ready.append(target)
    return rank
