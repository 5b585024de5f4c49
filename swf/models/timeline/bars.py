"""The bars of one lane: where they are, what they look like, and what they say when asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Final

import attrs

from swf.models.states import STATES, State
from swf.models.text import cut, plain, width
from swf.models.timeline.folding import Scale
from swf.models.timeline.model import MOMENTS, Lane, Segment, Timeline
from swf.models.timeline.style import SMALL
from swf.models.timeline.words import at, lasting

Link = Callable[[int], str]
"""Returns the address of an event by its id."""

HIGH: Final = 13.0
"""Pixels of the height of a bar."""
SMALLEST: Final = 2.5
"""Pixels of the length of the shortest bar."""
CELL: Final = 3.0
"""Bars that lie within so many pixels are drawn as one."""
CELL_OF_MOMENTS: Final = 8.0
TIGHT: Final = 0.9
"""How wide texts are, of what they are reckoned to be at most."""
LONGEST_SAID: Final = 44

_GRAVE: Final[Sequence[State]] = (
    "completed", "canceled", "waiting", "scheduled", "running", "timed_out", "failed",
)  # fmt: skip
"""States, those last that are to be seen where only one can be."""

_MARKS: Final = {
    "failed": "M-2.2 -2.2L2.2 2.2M2.2 -2.2L-2.2 2.2",
    "timed_out": "M0 -3V0.3L2.2 1.8",
    "canceled": "M-2.6 0H2.6",
}
"""What is drawn at the end of a bar, so that no colour is needed to see its state."""


@attrs.frozen
class Bar:
    """One attempt, or several that lie too near to be told apart, and where it is drawn."""

    left: float
    start: float
    right: float
    segments: tuple[Segment, ...]

    @property
    def state(self) -> State:
        """Its state; of several, the gravest."""
        return _GRAVE[max(_GRAVE.index(one.state) for one in self.segments)]


def bars(lane: Lane, timeline: Timeline, scale: Scale) -> list[Bar]:
    """Return the bars of a lane, in order: those that lie too near are one."""
    found: list[Bar] = []
    cell = CELL_OF_MOMENTS if lane.kind in MOMENTS else CELL
    for segment in lane.segments:
        end = segment.end or timeline.end
        left, start, right = (
            scale.x((moment - timeline.begin).total_seconds())
            for moment in (segment.begin, segment.started or end, end)
        )
        last = found[-1] if found else None
        if last is not None and left >= last.left and max(right, last.right) - last.left <= cell:
            both = (*last.segments, segment)
            found[-1] = Bar(last.left, last.left, max(right, last.right), both)
        else:
            found.append(Bar(left, start, right, (segment,)))
    return found


def drawn(bar: Bar, lane: Lane, timeline: Timeline, middle: float, link: Link | None) -> str:
    """Return a bar as SVG, with its title; where it is linked, it can be reached by keys."""
    first = bar.segments[0]
    parts = f"<title>{_text(said(bar, lane, timeline))}</title>{_shape(bar, lane, middle)}"
    if link is None:
        return f'<g class="bar {bar.state}" role="graphics-symbol">{parts}</g>\n'
    address = escape(link(first.event_ids[0]), quote=True)
    return f'<a class="bar {bar.state}" href="{address}">{parts}</a>\n'


def _shape(bar: Bar, lane: Lane, middle: float) -> str:
    segment, one = bar.segments[0], len(bar.segments) == 1
    top = middle - HIGH / 2
    right = max(bar.right, bar.left + SMALLEST)
    hit = (
        f'<rect class="hit" x="{bar.left - 3:.1f}" y="{top - 4:.1f}"'
        f' width="{right - bar.left + 6:.1f}" height="{HIGH + 8:.0f}" rx="3"/>'
    )
    at_once = one and segment.started is None and segment.end == segment.begin
    if at_once or lane.kind in MOMENTS:
        return hit + _diamond(bar, middle)
    shape = ""
    if one and (bar.start > bar.left or segment.started is None):
        retry = " retry" if segment.retry or lane.kind == "timer" else ""
        shape = (
            f'<path class="wait{retry}" d="M{bar.left:.1f} {middle - 4:.1f}v8'
            f'M{bar.left:.1f} {middle:.1f}H{bar.start:.1f}"/>'
        )
    if not one or segment.started is not None:
        begin = min(bar.start, right - SMALLEST)
        shape += (
            f'<rect class="box" x="{begin:.1f}" y="{top:.1f}" width="{right - begin:.1f}"'
            f' height="{HIGH:.0f}" rx="{min(3.0, (right - begin) / 2):.1f}"/>'
        )
    elif segment.end is not None and bar.state == "completed":
        shape += f'<circle class="ring" cx="{right:.1f}" cy="{middle:.1f}" r="4"/>'
    return hit + shape + mark(bar.state, right, middle)


def _diamond(bar: Bar, middle: float) -> str:
    shape = f'<path class="dot" d="M{bar.left:.1f} {middle - 6:.1f}l6 6l-6 6l-6 -6z"/>'
    return shape + (mark(bar.state, bar.left, middle) if bar.state in _MARKS else "")


def mark(state: State, x: float, middle: float) -> str:
    """Return what shows a state without colour, where it has such a mark."""
    shape = _MARKS.get(state)
    if shape is None:
        return ""
    return (
        f'<circle class="dot" cx="{x:.1f}" cy="{middle:.1f}" r="5.5"/>'
        f'<path class="mark" transform="translate({x:.1f} {middle:.1f})" d="{shape}"/>'
    )


def said(bar: Bar, lane: Lane, timeline: Timeline) -> str:
    """Return what a bar tells: what it is, which attempt, how it ended, what it took, when."""
    first, last = bar.segments[0], bar.segments[-1]
    begin, end = first.begin, max(one.end or timeline.end for one in bar.segments)
    if len(bar.segments) > 1:
        counted = Counter(one.state for one in bar.segments)
        how = ", ".join(
            f"{counted[state]} {state.replace('_', ' ')}" for state in STATES if state in counted
        )
        told = [f"{lane.label}: {len(bar.segments)}, {how}", lasting((end - begin).total_seconds())]
    else:
        told = [f"{lane.label}: {first.words}", ", ".join(_took(first, lane, timeline))]
    span = at(begin) if begin == end else f"{at(begin)} to {at(end)}"
    ids = sorted({first.event_ids[0], last.event_ids[1]})
    events = f"event {ids[0]}" if len(ids) == 1 else f"events {ids[0]} to {ids[-1]}"
    return "\n".join(filter(None, [*told, f"{span}; {events}"]))


def _took(segment: Segment, lane: Lane, timeline: Timeline) -> Iterator[str]:
    if segment.retry:
        yield "until the next attempt"
    elif len(lane.segments) > 1 and lane.kind != "decisions" and lane.kind not in MOMENTS:
        yield f"attempt {segment.attempt}"
    if lane.kind in MOMENTS:
        return
    end = segment.end or timeline.end
    if segment.started is None or segment.started > segment.begin:
        waits = "waits since" if segment.end is None and segment.started is None else "waited"
        since = (segment.started or end) - segment.begin
        yield f"{waits} {lasting(since.total_seconds())}"
    if segment.started is not None:
        runs = "runs for" if segment.end is None else "ran"
        yield f"{runs} {lasting((end - segment.started).total_seconds())}"
    if segment.due is not None and segment.end is None:
        yield f"due {at(segment.due)}"


def beside(segment: Segment, timeline: Timeline) -> str:
    """Return what is written beside the last bar of a lane: how it ended, or how long it took."""
    begin = segment.started or segment.begin
    took = lasting(((segment.end or timeline.end) - begin).total_seconds())
    if segment.state == "completed":
        return took
    if segment.end is None:
        return f"{'waits' if segment.started is None else 'runs'} {took}"
    return cut(segment.words, LONGEST_SAID)


def written(found: Sequence[Bar], timeline: Timeline, middle: float, wide: float) -> str:
    """Return the text beside the last bar: right of it, in it, or left of all, where there is room.

    Moments are told apart by their marks alone.
    """
    last = found[-1]
    segment = last.segments[-1]
    if len(last.segments) > 1 or (segment.begin == segment.end and segment.state == "completed"):
        return ""
    text = beside(segment, timeline)
    needs = width(text, SMALL)
    y = f"{middle + 4:.1f}"
    right = last.right + (10 if segment.state in _MARKS or segment.due else 6)
    if right + needs <= wide:
        return f'<text class="said" x="{right:.1f}" y="{y}">{_text(text)}</text>\n'
    if segment.started is None and last.right - last.left > needs + 24:
        x = last.left + 10
        return (
            f'<rect class="paper" x="{x - 3:.1f}" y="{middle - 6:.1f}" height="12"'
            f' width="{needs * TIGHT + 6:.1f}"/>'
            f'<text class="said" x="{x:.1f}" y="{y}">{_text(text)}</text>\n'
        )
    if last.right - last.start > needs + 24:
        return f'<text class="said" x="{last.start + 8:.1f}" y="{y}">{_text(text)}</text>\n'
    if found[0].left > needs + 10:
        x = found[0].left - 7
        return f'<text class="said end" x="{x:.1f}" y="{y}">{_text(text)}</text>\n'
    return ""


def _text(text: str) -> str:
    return "\n".join(escape(plain(line)) for line in text.split("\n"))
