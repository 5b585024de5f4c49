"""A timeline as SVG that needs nothing else: no script, no font, no id that another could meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from swf.exceptions import ValidationError
from swf.models.states import STATES, State
from swf.models.text import cut, plain
from swf.models.text import width as width_of
from swf.models.timeline import bars
from swf.models.timeline.axis import ticks
from swf.models.timeline.folding import Scale, busy_of, scale
from swf.models.timeline.model import Lane, Timeline
from swf.models.timeline.style import LABEL, NAME, SMALL, timeline_css
from swf.models.timeline.words import at, lasting

HEAD: Final = 40.0
ROW: Final = 25.0
LEGEND: Final = 24.0
EDGE: Final = 14.0
NARROWEST: Final = 360
MOST_FOR_LABELS: Final = 0.3
"""The share of the width that labels take at most, unless that were too few pixels."""
LABELS: Final = 150.0
BOLD: Final = 1.08
"""How much wider labels are than the same texts in regular letters."""
MOST: Final = 900_000
"""Characters of the lanes after which no more of them is drawn."""

ENDS: Final = STATES[STATES.index("running") :]
"""The states that the legend tells; before them, things wait."""

_ICONS: Final = {
    "execution": "M-4 -4V4L4 0z",
    "decisions": "M0 -5L5 0L0 5L-5 0z",
    "activity": "M-4 -4H4V4H-4z",
    "timer": "M0 -5A5 5 0 1 1 -0.1 -5M0 -2.5V0.4L2.2 1.6",
    "child": "M-4 -5V2H-1M-1 -1H5V5H-1z",
    "lambda": "M-4 -5H-2L3 5H5M-0.6 -1.2L-4 5",
    "signal": "M-3 5V-5L4 -2.5L-3 0",
    "external": "M-5 0H4M1 -3L4.5 0L1 3",
    "markers": "M-3 -5H3V5L0 2.5L-3 5z",
}


def to_svg(
    timeline: Timeline,
    *,
    fold_idle: bool = True,
    link: bars.Link | None = None,
    width: int = 960,
    first: int = 0,
    limit: int = 1_000,
    classes_only: bool = False,
) -> str:
    """Return a timeline as SVG, at most about 1 MB of it; what SWF told cannot become part of it.

    `fold_idle` makes small what nothing but timers fills. With `link`, which is given an event id,
    bars are links. `limit` lanes are drawn from the one numbered `first` on, beside that of the
    execution and that of its decision tasks; the others are told of. With `classes_only` there is
    no style in it: `timeline_css()` is it. Raises ValidationError for a width under 360 pixels.
    """
    if width < NARROWEST:
        raise ValidationError(f"to_svg: width must be at least {NARROWEST} pixels, got {width!r}")
    if first < 0 or limit < 0:
        raise ValidationError(f"to_svg: first and limit must not be negative: {first}, {limit}")
    return "".join(_Drawing(timeline, width, fold_idle, link).parts(first, limit, classes_only))


class _Drawing:
    """One timeline as it is drawn: how wide its labels are, and what is where."""

    def __init__(
        self, timeline: Timeline, wide: int, fold_idle: bool, link: bars.Link | None
    ) -> None:
        self.timeline = timeline
        self.wide = wide
        longest = max(BOLD * width_of(lane.label, LABEL) for lane in timeline.lanes)
        self.labels = min(longest + 40, max(MOST_FOR_LABELS * wide, LABELS))
        self.plot = wide - self.labels - 2 * EDGE
        busy = busy_of(timeline) if fold_idle else None
        self.scale: Scale = scale(timeline.seconds, self.plot, busy)
        self.link = link

    def parts(self, first: int, limit: int, classes_only: bool) -> Iterator[str]:
        """Yield the document, part by part."""
        rows = list(self._rows(first, limit))
        bottom = HEAD + ROW * len(rows)
        legend = list(self._legend(bottom + 20))
        high = bottom + LEGEND * max(1, len(legend)) + 6
        told = self.timeline
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{NAME}" role="graphics-document"'
            f' width="{self.wide}" height="{high:.0f}" viewBox="0 0 {self.wide} {high:.0f}">\n'
            f"<title>{_text(f'Timeline of {told.name}: {told.words}')}</title>\n"
            f"<desc>{_text(_summary(told))}</desc>\n"
        )
        if not classes_only:
            yield f"<style>{timeline_css()}</style>\n"
        yield f'<rect class="paper" width="{self.wide}" height="{high:.0f}" rx="8"/>\n'
        yield self._axis(bottom)
        yield from rows
        yield from legend
        yield "</svg>\n"

    def _rows(self, first: int, limit: int) -> Iterator[str]:
        """Yield the lanes that are asked for, and what is left out before and after them."""
        lanes = self.timeline.lanes
        own = len(lanes) - len(self.timeline.others)
        begin = min(own + first, len(lanes))
        place = size = 0
        for lane in lanes[:own]:
            yield self._row(lane, place)
            place += 1
        if begin > own:
            yield self._rest("earlier", lanes[own:begin], place)
            place += 1
        shown = begin
        for lane in lanes[begin : begin + limit]:
            row = self._row(lane, place)
            size += len(row)
            if size > MOST:
                break
            yield row
            place += 1
            shown += 1
        if shown < len(lanes):
            yield self._rest("more", lanes[shown:], place)

    def _row(self, lane: Lane, place: int) -> str:
        top = HEAD + ROW * place
        middle = top + ROW / 2
        found = bars.bars(lane, self.timeline, self.scale)
        drawn = "".join(bars.drawn(bar, lane, self.timeline, middle, self.link) for bar in found)
        beside = bars.written(found, self.timeline, middle, self.plot)
        label = fitting(lane.label, self.labels - 34)
        return (
            f'<g class="lane">{self._rule(top)}'
            f'<path class="icon" transform="translate({EDGE + 6:.0f} {middle:.1f})"'
            f' d="{_ICONS[lane.kind]}"/>'
            f'<text class="label" x="{EDGE + 20:.0f}" y="{middle + 4:.1f}">'
            f"<title>{_text(f'{lane.label}: {lane.about}')}</title>{_text(label)}</text>\n"
            f'<g transform="translate({self.labels + EDGE:.1f})">\n{drawn}{beside}</g></g>\n'
        )

    def _rest(self, word: str, lanes: Sequence[Lane], place: int) -> str:
        top = HEAD + ROW * place
        return (
            f'<g class="lane rest">{self._rule(top)}'
            f'<text class="quiet" x="{EDGE + 20:.0f}" y="{top + ROW / 2 + 4:.1f}">'
            f"… {len(lanes):,} {word}: {_counted(lanes)}</text></g>\n"
        )

    def _rule(self, top: float) -> str:
        return f'<path class="row" d="M{EDGE:.0f} {top:.1f}H{self.wide - EDGE:.0f}"/>'

    def _axis(self, bottom: float) -> str:
        """Return the ticks with their lines, and the folded stretches behind all."""
        began = f"{self.timeline.begin:%Y-%m-%d} UTC"
        room = self.labels - width_of(began, SMALL) - 8
        found = ticks(self.scale, self.timeline.begin, self.plot, room)
        folds = "".join(
            f'<rect class="fold" x="{one.left:.1f}" y="{HEAD - 21:.0f}"'
            f' width="{one.right - one.left:.1f}" height="{bottom - HEAD + 21:.0f}">'
            f"<title>{lasting(one.seconds)} in which nothing ran</title></rect>\n"
            for one in self.scale.folds
        )
        lines = "".join(
            f"M{one.x:.1f} {HEAD - 5:.0f}V{bottom:.0f}" for one in found if not one.folded
        )
        texts = "".join(
            f'<text class="tick middle" x="{one.x:.1f}" y="{14 if one.folded else HEAD - 10:.0f}">'
            f"{one.text}</text>\n"
            for one in found
        )
        return (
            f'<text class="quiet" x="{EDGE:.0f}" y="{HEAD - 10:.0f}">{began}</text>\n'
            f'<g transform="translate({self.labels + EDGE:.1f})">\n{folds}'
            f'<path class="grid" d="{lines}"/>\n{texts}</g>\n'
        )

    def _legend(self, top: float) -> Iterator[str]:
        """Yield the lines of the legend: the states that there are, and what else is to be told."""
        shown = {one.state for lane in self.timeline.lanes for one in lane.segments}
        entries = [(state.replace("_", " "), _sample(state)) for state in ENDS if state in shown]
        entries.append(("waits", '<path class="wait" d="M0 -4v8M0 0H16"/>'))
        if self.scale.folds:
            entries.append(("idle, left out", '<rect class="fold" y="-7" width="16" height="14"/>'))
        x, line = EDGE + 6, ""
        for word, sample in entries:
            needs = 26 + width_of(word, SMALL) + 18
            if line and x + needs > self.wide - EDGE:
                yield f"<g>{line}</g>\n"
                x, line, top = EDGE + 6, "", top + LEGEND
            line += (
                f'<g transform="translate({x:.0f} {top:.0f})">{sample}'
                f'<text class="quiet" x="{25 if "mark" in sample else 22}" y="4">{word}</text></g>'
            )
            x += needs
        yield f"<g>{line}</g>\n"


def _sample(state: State) -> str:
    mark = bars.mark(state, 16, 0)
    return f'<g class="{state}"><rect class="box" y="-6" width="16" height="12" rx="3"/>{mark}</g>'


def fitting(label: str, pixels: float) -> str:
    """Return a label of at most so many pixels: the middle of a long one is left out."""
    needs = BOLD * width_of(label, LABEL)
    return label if needs <= pixels else cut(label, max(8, int(len(label) * pixels / needs)))


def _counted(lanes: Sequence[Lane]) -> str:
    counted = Counter(lane.state for lane in lanes)
    return ", ".join(
        f"{counted[state]:,} {state.replace('_', ' ')}" for state in STATES if counted[state]
    )


def _summary(timeline: Timeline) -> str:
    until = at(timeline.end) if timeline.finished else "now"
    lanes = timeline.others
    return (
        f"From {at(timeline.begin)} to {until}, {lasting(timeline.seconds)}."
        f" {len(lanes):,} lanes{': ' if lanes else ''}{_counted(lanes)}."
    )


def _text(text: str) -> str:
    return escape(plain(text))
