"""How figures grow, as pictures: drawn from the rows that say which curve they are of.

Both axes are logarithmic: what is twice as steep grows with the square.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from bench._results import HERE, Kept, Row

FOLDER = HERE.parent / "docs" / "benchmarks"

Points = list[tuple[float, float]]


class Curve(NamedTuple):
    """What a picture is of."""

    title: str
    across: str
    up: str


CURVES = {
    "decision": Curve(
        "The cost of a decision over the length of its history",
        "events in the history",
        "CPU of one decision (µs)",
    ),
    "call": Curve(
        "The cost of a call over the executions that are open",
        "open executions",
        "one call (µs)",
    ),
    "flight": Curve(
        "Steps a second over the workflows in flight",
        "workflows in flight",
        "activity steps a second",
    ),
}

WIDTH, HEIGHT = 840, 420
LEFT, RIGHT, TOP, BOTTOM = 106, 232, 56, 356
ROOM = 18
"""Between two labels at the end of lines."""

LIGHT = {
    "paper": "#ffffff",
    "ink": "#1b2733",
    "grid": "#d9dfe5",
    "lines": ("#0b62b8", "#00786b", "#a13d00", "#7a3aa8", "#8a1c4a"),
}
DARK = {
    "paper": "#12181f",
    "ink": "#e4eaf0",
    "grid": "#35404b",
    "lines": ("#6cb6ff", "#4fd1bd", "#ffa566", "#cf9bff", "#ff8fb8"),
}
DASHES = ("", "7 4", "2 4", "10 3 2 3", "1 3")
MARKS = (
    "M-4-4h8v8h-8z",
    "M0-5L5 4H-5z",
    "M0-5L5 0L0 5L-5 0z",
    "M-5-3H5L0 5z",
    "M-5-1H5V1H-5z",
)


def series(rows: Iterable[Row], curve: str) -> dict[str, Points]:
    """Return the points of each line of a curve, ours first, those of peers once each."""
    ours: dict[str, Points] = {}
    peers: dict[str, Points] = {}
    for row in rows:
        if row.get("curve") != curve:
            continue
        for lines, name, value in (
            (ours, row["ours_name"], row["ours"]),
            (peers, row["peer_name"], row["peer"]),
        ):
            if name is not None and value is not None:
                points = lines.setdefault(name, [])
                if (row["x"], value) not in points:
                    points.append((row["x"], value))
    return {name: sorted(points) for name, points in {**ours, **peers}.items()}


def pictures(kept: Kept) -> dict[str, str]:
    """Return each picture there are rows for, by the name of its file."""
    rows = [row for one in kept.values() for row in one["rows"]]
    found = {name: series(rows, name) for name in CURVES}
    return {f"{name}.svg": drawn(CURVES[name], lines) for name, lines in found.items() if lines}


def write(kept: Kept, folder: Path = FOLDER) -> None:
    """Have the pictures show what is kept."""
    folder.mkdir(exist_ok=True)
    for name, picture in pictures(kept).items():
        (folder / name).write_text(picture, encoding="utf-8")


class Scale(NamedTuple):
    """A logarithmic axis between two powers of ten, on so many pixels."""

    low: int
    high: int
    begin: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], begin: float, end: float) -> Scale:
        """Return the axis that has room for all values."""
        low = math.floor(math.log10(min(values)))
        return cls(low, max(low + 1, math.ceil(math.log10(max(values)))), begin, end)

    def at(self, value: float) -> float:
        """Return where a value is."""
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return round(self.begin + share * (self.end - self.begin), 1)

    def ticks(self) -> Iterator[tuple[float, str]]:
        """Yield where the powers of ten are, and how they are written."""
        for power in range(self.low, self.high + 1):
            value = 10.0**power
            yield self.at(value), f"{value:,.0f}" if power >= 0 else f"{value:g}"


def drawn(curve: Curve, lines: dict[str, Points]) -> str:
    """Return the picture, as SVG that follows the reader's light or dark and can be read aloud."""
    across = Scale.over([x for points in lines.values() for x, _ in points], LEFT, WIDTH - RIGHT)
    up = Scale.over([y for points in lines.values() for _, y in points], BOTTOM, TOP)
    body = [*_axes(curve, across, up), *_lines(lines, across, up)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
        f' height="{HEIGHT}" role="img" aria-labelledby="title desc">\n'
        f'<title id="title">{escape(curve.title)}</title>\n'
        f'<desc id="desc">{escape(_told(curve, lines))}</desc>\n'
        f"<style>{_style()}</style>\n" + "\n".join(body) + "\n</svg>\n"
    )


def _told(curve: Curve, lines: dict[str, Points]) -> str:
    told = (
        f"{name}: " + ", ".join(f"{y:,g} at {x:,g}" for x, y in points)
        for name, points in lines.items()
    )
    return f"{curve.up[0].upper()}{curve.up[1:]} by {curve.across}. {'; '.join(told)}."


def _style() -> str:
    plain = (
        "text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}"
        ".title{font-size:16px;font-weight:600}.up,.middle{text-anchor:middle}"
        ".left{text-anchor:end}.grid{stroke-width:1}.name{font-weight:600}"
        ".line{fill:none;stroke-width:2.2;stroke-linejoin:round}"
    )
    return f"{plain}{_colours(LIGHT)}@media (prefers-color-scheme:dark){{{_colours(DARK)}}}"


def _colours(palette: dict[str, str | tuple[str, ...]]) -> str:
    rules = [
        f".paper{{fill:{palette['paper']}}}text{{fill:{palette['ink']}}}",
        f".grid{{stroke:{palette['grid']}}}",
    ]
    rules += [
        f".l{number}{{stroke:{colour}}}.f{number}{{fill:{colour}}}"
        for number, colour in enumerate(palette["lines"])
    ]
    return "".join(rules)


def _axes(curve: Curve, across: Scale, up: Scale) -> Iterator[str]:
    right, middle = WIDTH - RIGHT, (TOP + BOTTOM) / 2
    yield f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
    yield f'<text class="title" x="20" y="30">{escape(curve.title)}</text>'
    for x, told in across.ticks():
        yield f'<path class="grid" d="M{x} {TOP}V{BOTTOM}"/>'
        yield f'<text class="middle" x="{x}" y="{BOTTOM + 20}">{told}</text>'
    for y, told in up.ticks():
        yield f'<path class="grid" d="M{LEFT} {y}H{right}"/>'
        yield f'<text class="left" x="{LEFT - 8}" y="{y + 4}">{told}</text>'
    place = f'x="{(LEFT + right) / 2}" y="{BOTTOM + 46}"'
    yield f'<text class="middle" {place}>{escape(curve.across)}</text>'
    turned = f'transform="translate(24 {middle}) rotate(-90)"'
    yield f'<text class="up" {turned}>{escape(curve.up)}</text>'


def _lines(lines: dict[str, Points], across: Scale, up: Scale) -> Iterator[str]:
    ends = _apart({name: up.at(points[-1][1]) for name, points in lines.items()})
    for number, (name, points) in enumerate(lines.items()):
        which = number % len(MARKS)
        places = [(across.at(x), up.at(y)) for x, y in points]
        path = "L".join(f"{x} {y}" for x, y in places)
        dashes = f' stroke-dasharray="{DASHES[which]}"' if DASHES[which] else ""
        yield f'<path class="line l{which}"{dashes} d="M{path}"/>'
        for x, y in places:
            yield f'<path class="f{which}" transform="translate({x} {y})" d="{MARKS[which]}"/>'
        x, y = WIDTH - RIGHT + 20, ends[name]
        yield f'<path class="f{which}" transform="translate({x} {y})" d="{MARKS[which]}"/>'
        yield f'<text class="name f{which}" x="{x + 10}" y="{y + 4}">{escape(name)}</text>'


def _apart(ends: dict[str, float]) -> dict[str, float]:
    """Return the same heights, pushed down where a label would be upon the one above it."""
    found: dict[str, float] = {}
    last = -math.inf
    for name in sorted(ends, key=lambda name: ends[name]):
        last = found[name] = max(ends[name], last + ROOM)
    return found
