"""Where on a line a moment is drawn: to scale, with stretches folded in which nothing goes on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import Final

import attrs

from swf.models.timeline.model import Timeline

GAP: Final = 34.0
"""Pixels that a folded stretch takes, where there are few."""
MOST_FOR_GAPS: Final = 0.4
"""The share of the width that all folded stretches take at most."""
NOTICED: Final = 0.08
"""A stretch is folded where it is longer than this share of all that goes on."""
MUCH_LONGER: Final = 10

BUSY: Final = frozenset({"activity", "child", "decisions", "lambda"})
"""Kinds of lanes in which something goes on; others wait, or tell of a moment."""


@attrs.frozen
class Piece:
    """A stretch of time, in seconds from the beginning, and where it is drawn."""

    begin: float
    end: float
    left: float
    right: float
    folded: bool

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.begin


@attrs.frozen
class Scale:
    """Says where moments are drawn: never an earlier one right of a later one.

    All that is not folded is drawn to one scale, of `per_second` pixels.
    """

    pieces: tuple[Piece, ...]
    per_second: float

    def x(self, seconds: float) -> float:
        """Return where a moment is drawn; one that is out of bounds, at the bound."""
        pieces = self.pieces
        piece = pieces[max(0, bisect_right(pieces, seconds, key=_begin) - 1)]
        if piece.end <= piece.begin:
            return piece.left
        share = min(1.0, max(0.0, (seconds - piece.begin) / piece.seconds))
        return piece.left + share * (piece.right - piece.left)

    @property
    def folds(self) -> tuple[Piece, ...]:
        """The folded stretches, in order."""
        return tuple(piece for piece in self.pieces if piece.folded)


_begin = attrgetter("begin")


def scale(total: float, width: float, busy: Iterable[tuple[float, float]] | None = None) -> Scale:
    """Return the scale of so many seconds over so many pixels.

    `busy` is when something goes on, from and to, in seconds; what is long and between is folded.
    Without it, nothing is.
    """
    bounds = list(_bounds(total, None if busy is None else _united(busy, total)))
    gaps = sum(folded for _, _, folded in bounds)
    gap = min(GAP, MOST_FOR_GAPS * width / gaps) if gaps else 0.0
    shown = sum(end - begin for begin, end, folded in bounds if not folded)
    per_second = (width - gaps * gap) / shown if shown else 0.0
    pieces: list[Piece] = []
    left = 0.0
    for begin, end, folded in bounds:
        right = left + (gap if folded else (end - begin) * per_second)
        pieces.append(Piece(begin, end, left, right, folded))
        left = right
    return Scale(tuple(pieces), per_second)


def busy_of(timeline: Timeline) -> Iterator[tuple[float, float]]:
    """Yield when something goes on in an execution, in seconds from its beginning."""
    begin = timeline.begin
    for lane in timeline.lanes:
        if lane.kind in BUSY:
            for segment in lane.segments:
                if not segment.retry:
                    end = segment.end or timeline.end
                    yield (
                        (segment.begin - begin).total_seconds(),
                        (end - begin).total_seconds(),
                    )


def _united(busy: Iterable[tuple[float, float]], total: float) -> list[tuple[float, float]]:
    """Return busy stretches that neither meet nor leave the line, in order."""
    united: list[tuple[float, float]] = []
    inside = ((max(0.0, begin), min(total, end)) for begin, end in busy)
    for begin, end in sorted(inside):
        if united and begin <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        elif begin <= end:
            united.append((begin, end))
    return united


def _bounds(
    total: float, busy: Sequence[tuple[float, float]] | None
) -> Iterator[tuple[float, float, bool]]:
    """Yield the stretches from 0 to the end, and whether each is folded."""
    if not busy:
        yield (0.0, total, False)
        return
    edges = [0.0, *(edge for stretch in busy for edge in stretch), total]
    between = list(pairwise(edges))[::2]
    most = _longest_kept(
        sum(end - begin for begin, end in busy), [end - begin for begin, end in between]
    )
    idle = [(begin, end) for begin, end in between if end - begin > most]
    shown = 0.0
    for begin, end in idle:
        if begin > shown:
            yield (shown, begin, False)
        yield (begin, end, True)
        shown = end
    if shown < total or not idle:
        yield (shown, total, False)


def _longest_kept(goes_on: float, waits: Iterable[float]) -> float:
    """Return how long a wait may be that is not folded.

    Where all that goes on takes no time, as on a clock that is moved by hand, there is none that is
    much longer than all the shorter ones together.
    """
    if goes_on:
        return NOTICED * goes_on
    kept = longest = 0.0
    for wait in sorted(waits):
        if kept and wait > MUCH_LONGER * kept:
            break
        kept += wait
        longest = wait
    return longest
