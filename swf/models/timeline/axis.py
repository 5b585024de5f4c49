"""The axis of a timeline: when it is at which place, and how long what is folded takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil, floor
from typing import Final

import attrs

from swf.models.text import width
from swf.models.timeline.folding import Piece, Scale
from swf.models.timeline.style import SMALL
from swf.models.timeline.words import DAY, HOUR, MINUTE, lasting

APART: Final = 84
"""Pixels between two ticks, at least."""
BEFORE: Final = 40
OVER: Final = 12
"""Pixels by which texts may stand out on either side."""

_STEPS: Final = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5),
    *(1, 2, 5, 10, 15, 30),
    *(MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE),
    *(HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR),
    *(DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY, 182 * DAY, 364 * DAY),
)


@attrs.frozen
class Tick:
    """A place on the axis and what is said there: above the others, or by a line down the lanes."""

    x: float
    text: str
    above: bool = False
    line: bool = True

    @property
    def ends(self) -> tuple[float, float]:
        """Where its text begins and ends."""
        half = width(self.text, SMALL) / 2
        return self.x - half, self.x + half


def ticks(scale: Scale, begin: datetime, wide: float) -> list[Tick]:
    """Return the ticks whose texts stand apart; a new day is told above."""
    times = list(_times(scale, begin))
    folds = [_told(one, wide) for one in scale.folds]
    days = [begin, *(moment for _, moment in times)]
    dates = [
        Tick(tick.x, f"{after:%b} {after.day}", above=True, line=False)
        for (before, after), (tick, _) in zip(pairwise(days), times, strict=True)
        if before.date() != after.date()
    ]
    found: list[Tick] = []
    taken: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    for tick in (*dates, *folds, *(tick for tick, _ in times)):
        left, right = tick.ends
        row = taken[tick.above]
        inside = left >= -BEFORE and right <= wide + OVER
        if inside and not any(_meet(tick.ends, one) for one in row):
            row.append(tick.ends)
            found.append(tick)
    return found


def _told(fold: Piece, wide: float) -> Tick:
    """Return how long a folded stretch is, over it, or as near to it as there is room."""
    text = lasting(fold.seconds)
    furthest = wide + OVER - width(text, SMALL) / 2
    return Tick(min((fold.left + fold.right) / 2, furthest), text, line=False)


def _times(scale: Scale, begin: datetime) -> Iterator[tuple[Tick, datetime]]:
    step = next((one for one in _STEPS if one * scale.per_second >= APART), _STEPS[-1])
    since = begin.timestamp()
    after_fold = False
    for piece in scale.pieces:
        if piece.folded:
            after_fold = True
            continue
        first = ceil((since + piece.begin) / step - 1e-9)
        last = floor((since + piece.end) / step + 1e-9)
        places = [number * step - since for number in range(first, last + 1)]
        if after_fold or not piece.begin:
            places.insert(0, piece.begin)
        for place in places:
            moment = begin + timedelta(seconds=place)
            yield Tick(scale.x(place), _clock(moment, step)), moment
        after_fold = False


def _clock(moment: datetime, step: float) -> str:
    if step >= DAY:
        return f"{moment:%b} {moment.day}"
    if step >= MINUTE:
        return f"{moment:%H:%M}"
    if step >= 1:
        return f"{moment:%H:%M:%S}"
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1_000:03d}"


def _meet(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] < other[1] + 10 and other[0] < one[1] + 10
