"""Where along its row each item stands: near what it is linked with, and on nobody's toes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from swf.drawing.ordering import Rows, neighbours

PASSES: Final = 6
"""How often all rows are placed anew; the last is by the neighbours above."""

BESIDE_BENDS: Final = 0.5
"""The part of the gap that is kept beside a bend, which is but a line."""


def placed(found: Rows, breadths: Sequence[float], gap: float) -> list[float]:
    """Return the middle of each item along its row, from 0 on, for items of these breadths."""
    centres = [0.0] * len(found.row_of)
    offsets = [_offsets(row, breadths, gap, found.size) for row in found.rows]
    for row, offset in zip(found.rows, offsets, strict=True):
        for item, along in zip(row, offset, strict=True):
            centres[item] = along - offset[-1] / 2
    up, down = neighbours(found, downwards=True), neighbours(found, downwards=False)
    order = range(len(found.rows))
    for turn in range(PASSES):
        linked = up if turn % 2 else down
        for number in order if turn % 2 else reversed(order):
            row = found.rows[number]
            wanted = [_wanted(item, linked[item], centres) for item in row]
            for item, centre in zip(row, _apart(wanted, offsets[number]), strict=True):
                centres[item] = centre
    _straighten(found, up, down, offsets, centres)
    if not centres:
        return centres
    left = min(centre - breadth / 2 for centre, breadth in zip(centres, breadths, strict=True))
    return [centre - left for centre in centres]


def _straighten(
    found: Rows,
    up: Sequence[Sequence[tuple[int, int]]],
    down: Sequence[Sequence[tuple[int, int]]],
    offsets: Sequence[Sequence[float]],
    centres: list[float],
) -> None:
    """Move what has one link to a row below, whose only link it is, above that, if there is room.

    From the last row to the first, so that whole chains follow; along each row there and back,
    since what has moved makes room.
    """
    for row, offset in zip(reversed(found.rows), reversed(offsets), strict=True):
        for place in (*range(len(row)), *reversed(range(len(row)))):
            links = down[row[place]]
            if len(links) == 1 and len(up[links[0][0]]) == 1:
                wanted = centres[links[0][0]]
                if _has_room(wanted, row, place, offset, centres):
                    centres[row[place]] = wanted


def _has_room(
    wanted: float, row: Sequence[int], place: int, offset: Sequence[float], centres: Sequence[float]
) -> bool:
    """Tell whether an item can stand there, between those beside it."""
    for other in (place - 1, place + 1):
        if 0 <= other < len(row):
            apart = offset[place] - offset[other]
            if (wanted - centres[row[other]] - apart) * apart < 0:
                return False
    return True


def _offsets(row: Sequence[int], breadths: Sequence[float], gap: float, size: int) -> list[float]:
    """Return how far each item of a row is from the first where they stand as near as may be."""
    offsets = [0.0]
    for left, right in pairwise(row):
        kept = gap if left < size and right < size else gap * BESIDE_BENDS
        offsets.append(offsets[-1] + (breadths[left] + breadths[right]) / 2 + kept)
    return offsets


def _wanted(
    item: int, linked: Sequence[tuple[int, int]], centres: Sequence[float]
) -> tuple[float, float]:
    """Return where an item would be best, and how much that matters."""
    if not linked:
        return centres[item], 0.1
    weight = sum(heavy for _, heavy in linked)
    return sum(centres[one] * heavy for one, heavy in linked) / weight, weight


def _apart(wanted: Sequence[tuple[float, float]], offsets: Sequence[float]) -> list[float]:
    """Return the places nearest to those wanted at which no item overlaps the one before.

    The sum of weighted squares is the least there is: items that would overlap form a block, and
    a block stands at the mean of what its items want (pool adjacent violators).
    """
    blocks: list[tuple[float, float, int]] = []  # mean, weight, how many items
    for (place, heaviness), offset in zip(wanted, offsets, strict=True):
        mean, weight, count = place - offset, heaviness, 1
        while blocks and blocks[-1][0] > mean:
            before, heavy, many = blocks.pop()
            mean = (before * heavy + mean * weight) / (heavy + weight)
            weight, count = heavy + weight, many + count
        blocks.append((mean, weight, count))
    means = [mean for mean, _, count in blocks for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
