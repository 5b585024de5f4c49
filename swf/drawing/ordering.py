"""What stands beside what in each row, so that few lines cross.

A line that passes rows has a bend in each of them, which takes room there: no node stands in its
way. Nodes and points are items by their numbers, bends by the numbers after those.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import attrs

from swf.drawing.junctions import Graph
from swf.drawing.layers import Layers

MOST_BENDS: Final = 20_000
"""Bends in a picture; the longest lines of one that would take more go straight."""

SWEEPS: Final = 6
"""How often all rows are put in order anew, downwards and upwards in turn."""


@attrs.frozen
class Rows:
    """The items of each row, in order, and the way of each line along items, downwards.

    The way of a line that goes back is of bends only: from the row of its target to that of its
    source. `row_of` has the row of each item, `size` is how many of them are no bends.
    """

    rows: list[list[int]]
    row_of: list[int]
    ways: list[list[int]]
    size: int


def ordered(graph: Graph, layers: Layers) -> Rows:
    """Return the rows of a picture, each in its order."""
    row_of = list(layers.rank)
    ways = _ways(graph, layers, row_of)
    rows: list[list[int]] = [[] for _ in range(max(row_of, default=-1) + 1)]
    for item, row in enumerate(row_of):
        rows[row].append(item)
    found = Rows(rows, row_of, ways, graph.size)
    _Order(graph, layers, found).improve()
    return found


def _ways(graph: Graph, layers: Layers, row_of: list[int]) -> list[list[int]]:
    """Return the ways of all lines, and add the rows of their bends."""
    rank = layers.rank
    spans = [abs(rank[line.target] - rank[line.source]) for line in graph.lines]
    ways = [[line.source, line.target] for line in graph.lines]
    for number in sorted(range(len(spans)), key=spans.__getitem__):
        line = graph.lines[number]
        if number in layers.back:
            passed = range(rank[line.target], rank[line.source] + 1)
        else:
            passed = range(rank[line.source] + 1, rank[line.target])
        if len(row_of) + len(passed) > graph.size + MOST_BENDS:
            continue
        bends = list(range(len(row_of), len(row_of) + len(passed)))
        row_of.extend(passed)
        if number in layers.back:
            ways[number] = bends
        else:
            ways[number][1:1] = bends
    return ways


class _Order:
    """Rows that are being put in order."""

    def __init__(self, graph: Graph, layers: Layers, found: Rows) -> None:
        self.rows = found.rows
        self.up: list[list[int]] = [[] for _ in found.row_of]
        self.down: list[list[int]] = [[] for _ in found.row_of]
        for way in found.ways:
            for above, below in pairwise(way):
                if found.row_of[below] == found.row_of[above] + 1:
                    self.up[below].append(above)
                    self.down[above].append(below)
        self.beside = _beside(graph, layers, found)
        self.at = [0] * len(found.row_of)

    def improve(self) -> None:
        """Leave the rows in the best order that was met."""
        for row in self.rows:
            self._settle(row)
        best, least = [list(row) for row in self.rows], self._crossings()
        for sweep in range(SWEEPS):
            if not least:
                break
            self._sweep(downwards=sweep % 2 == 0)
            crossings = self._crossings()
            if crossings < least:
                best, least = [list(row) for row in self.rows], crossings
        self.rows[:] = best

    def _sweep(self, *, downwards: bool) -> None:
        linked = self.up if downwards else self.down
        rows = self.rows if downwards else self.rows[::-1]
        for before, row in pairwise(rows):
            scale = len(before) / len(row)
            at = self.at
            key = {
                item: sum(at[one] for one in linked[item]) / len(linked[item])
                if linked[item]
                else at[item] * scale
                for item in row
            }
            row.sort(key=key.__getitem__)
            self._settle(row)

    def _settle(self, row: list[int]) -> None:
        """Put the ends of lines that go back to the left of what they belong to."""
        moved = [item for item in row if item in self.beside]
        if moved:
            rest = [item for item in row if item not in self.beside]
            ends: dict[int, list[int]] = {}
            for item in moved:
                ends.setdefault(self.beside[item][0], []).append(item)
            row[:] = [
                one
                for item in rest
                for one in (*sorted(ends.get(item, ()), key=self._span, reverse=True), item)
            ]
        for place, item in enumerate(row):
            self.at[item] = place

    def _span(self, item: int) -> int:
        return self.beside[item][1]

    def _crossings(self) -> int:
        crossings = 0
        for row in self.rows:
            seen: list[int] = []
            for item in row:
                ends = sorted(self.at[below] for below in self.down[item])
                crossings += sum(len(seen) - bisect_right(seen, end) for end in ends)
                for end in ends:
                    insort(seen, end)
        return crossings


def _beside(graph: Graph, layers: Layers, found: Rows) -> dict[int, tuple[int, int]]:
    """Return the ends of lines that go back: what each belongs to, and how far its line goes."""
    beside: dict[int, tuple[int, int]] = {}
    for number in layers.back:
        line, way = graph.lines[number], found.ways[number]
        if way[0] >= graph.size:
            beside[way[0]] = (line.target, len(way))
            beside[way[-1]] = (line.source, len(way))
    return beside


def neighbours(found: Rows, *, downwards: bool) -> Sequence[Sequence[tuple[int, int]]]:
    """Return what each item is linked with in the row before it, and how straight to be drawn."""
    linked: list[list[tuple[int, int]]] = [[] for _ in found.row_of]
    for way in found.ways:
        for above, below in pairwise(way):
            weight = 1 + 2 * ((above >= found.size) + (below >= found.size))
            if downwards:
                linked[below].append((above, weight))
            else:
                linked[above].append((below, weight))
    return linked
