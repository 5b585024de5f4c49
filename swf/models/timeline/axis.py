"""The axis of a timeline: when it is at which place, and how long what is folded takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil, floor
from typing import Final

import attrs

from swf.models.text import width
from swf.models.timeline.folding import Piece, Scale
from swf.models.timeline.style import SMALL
from swf.models.timeline.words import DAY, HOUR, MINUTE, lasting

APART: Final = 84
"""Pixels between two ticks, at least."""
MIDNIGHT: Final = "00:00"
OVER: Final = 12
"""Pixels by which texts may stand out on the right."""

_STEPS: Final = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5),
    *(1, 2, 5, 10, 15, 30),
    *(MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE),
    *(HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR),
    *(DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY, 182 * DAY, 364 * DAY),
)


@attrs.frozen
class Tick:
    """A place on the axis and what is said there; `folded` says how long a folded stretch is."""

    x: float
    text: str
    folded: bool = False

    @property
    def ends(self) -> tuple[float, float]:
        """Where its text begins and ends."""
        half = width(self.text, SMALL) / 2
        return self.x - half, self.x + half


def ticks(scale: Scale, begin: datetime, wide: float, room: float) -> list[Tick]:
    """Return the ticks whose texts stand apart, those after a jump before others.

    There is `room` for texts left of the axis.
    """
    found: list[Tick] = []
    taken: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    folds = (_told(one, wide) for one in scale.folds)
    for tick in (*folds, *_times(scale, begin)):
        left, right = tick.ends
        row = taken[tick.folded]
        inside = left >= -room and right <= wide + OVER
        if inside and not any(_meet(tick.ends, one) for one in row):
            row.append(tick.ends)
            found.append(tick)
    return found


def _told(fold: Piece, wide: float) -> Tick:
    """Return how long a folded stretch is, over it, or as near to it as there is room."""
    text = lasting(fold.seconds)
    furthest = wide + OVER - width(text, SMALL) / 2
    return Tick(min((fold.left + fold.right) / 2, furthest), text, folded=True)


def _times(scale: Scale, begin: datetime) -> list[Tick]:
    """Return a tick for each step; first those where time has jumped, and where a day begins."""
    longest = _STEPS[-1] if scale.per_second else 1
    step = next((one for one in _STEPS if one * scale.per_second >= APART), longest)
    jumps: list[Tick] = []
    others: list[Tick] = []
    day = begin.date()
    for seconds, jumped in _places(scale, begin.timestamp(), step):
        moment = begin + timedelta(seconds=seconds)
        text = _clock(moment, step)
        new_day = moment.date() != day and step < DAY
        if new_day:
            text = f"{moment:%b} {moment.day}{'' if text == MIDNIGHT else f' {text}'}"
        (jumps if jumped or new_day else others).append(Tick(scale.x(seconds), text))
        day = moment.date()
    return jumps + others


def _places(scale: Scale, since: float, step: float) -> Iterator[tuple[float, bool]]:
    """Yield where there may be ticks, in seconds, and whether time has jumped there."""
    after_fold = True
    for piece in scale.pieces:
        if not piece.folded:
            if after_fold:
                yield piece.begin, True
            first = ceil((since + piece.begin) / step - 1e-9)
            last = floor((since + piece.end) / step + 1e-9)
            yield from ((number * step - since, False) for number in range(first, last + 1))
        after_fold = piece.folded


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
