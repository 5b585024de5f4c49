"""The ways of lines between boxes, as paths of SVG."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs

from swf.drawing.layout import PORT, Layout, Spot

HEAD: Final = 7
"""Pixels that an arrowhead is long."""

CORNER: Final = 8
"""Pixels of the rounding of a line that turns at a right angle."""

FAN: Final = 6
"""Lines that begin or end at a node beside each other; more than these share a trunk."""

LABEL_AT: Final = 0.6
"""How far along the first gap of its line a label stands: near the end, lines are apart."""


@attrs.frozen
class Route:
    """The path of a line, that of its arrowhead, "" where it has none, and where its label goes."""

    path: str
    head: str
    label: Spot


def routes(layout: Layout) -> Iterator[Route]:
    """Yield the route of each line of a picture."""
    ends = _ends(layout)
    ports, trunks = _ports(layout, ends), _trunks(layout, ends)
    for number in range(len(layout.graph.lines)):
        if number not in layout.layers.back:
            yield _forward(layout, number, ports, trunks)
        elif layout.rows.ways[number][0] >= layout.graph.size:
            yield _backward(layout, number)
        else:
            yield _straight_back(layout, number)


Ends = dict[tuple[int, int], list[tuple[float, int]]]
"""The lines that leave (item, 0) and enter (item, 1), each by where it leads, across."""


def _ends(layout: Layout) -> Ends:
    ends: Ends = {}
    for number, way in enumerate(layout.rows.ways):
        if number not in layout.layers.back:
            ends.setdefault((way[0], 0), []).append((layout.across[way[1]], number))
            ends.setdefault((way[-1], 1), []).append((layout.across[way[-2]], number))
    return ends


def _ports(layout: Layout, ends: Ends) -> dict[tuple[int, int], float]:
    """Return how far beside the middle of a node each line leaves (number, 0) and enters (…, 1)."""
    found: dict[tuple[int, int], float] = {}
    for (item, side), lines in ends.items():
        apart = _has_box(layout, item) and len(lines) <= FAN
        room = layout.breadths[item] * 0.5 if apart else 0.0
        step = min(PORT, room / max(1, len(lines) - 1))
        for place, (_, number) in enumerate(sorted(lines)):
            found[number, side] = (place - (len(lines) - 1) / 2) * step
    return found


def _trunks(layout: Layout, ends: Ends) -> dict[tuple[int, int], float]:
    """Return where in its gap the trunk of each fan is, from 0 to 1: no two at the same place."""
    gaps: dict[int, list[tuple[int, int]]] = {}
    for (item, side), lines in sorted(ends.items()):
        if len(lines) > FAN:
            gaps.setdefault(layout.rows.row_of[item] - side, []).append((item, side))
    return {
        fan: 0.25 + 0.5 * (place + 1) / (len(fans) + 1)
        for fans in gaps.values()
        for place, fan in enumerate(sorted(fans, key=lambda fan: fan[1]))
    }


def _forward(
    layout: Layout,
    number: int,
    ports: dict[tuple[int, int], float],
    trunks: dict[tuple[int, int], float],
) -> Route:
    way = layout.rows.ways[number]
    line = layout.graph.lines[number]
    across = [layout.across[item] for item in way]
    across[0] += ports[number, 0]
    across[-1] += ports[number, 1]
    bands = [layout.bands[layout.rows.row_of[item]] for item in way]
    has_head = line.target < len(layout.graph.nodes)
    begin = bands[0].end if _has_box(layout, way[0]) else (bands[0].begin + bands[0].end) / 2
    parts = [f"M{_told(layout, across[0], begin)}"]
    last = len(way) - 1
    for place in range(last):
        leave = bands[place].end
        enter = bands[place + 1].begin
        if place + 1 == last:
            enter = enter - HEAD if has_head else (bands[last].begin + bands[last].end) / 2
        trunk = trunks.get((way[0], 0)) if place == 0 else None
        if trunk is None and place + 1 == last:
            trunk = trunks.get((way[last], 1))
        parts.append(_curve(layout, (across[place], leave), (across[place + 1], enter), trunk))
        if place + 1 < last:
            parts.append(f"L{_told(layout, across[place + 1], bands[place + 1].end)}")
    head = _head(layout, across[-1], bands[-1].begin, 1) if has_head else ""
    return Route("".join(parts), head, _label(layout, across, bands[0].end, bands[1].begin))


def _has_box(layout: Layout, item: int) -> bool:
    return item < len(layout.graph.nodes)


def _label(layout: Layout, across: list[float], begin: float, end: float) -> Spot:
    part = LABEL_AT
    eased = part * part * (3 - 2 * part)
    middle = across[0] + (across[1] - across[0]) * eased
    return layout.spot(middle, begin + (end - begin) * part - 2)


def _backward(layout: Layout, number: int) -> Route:
    """Return the way up: out of the left side, beside what is within the loop, in at the left."""
    line, way = layout.graph.lines[number], layout.rows.ways[number]
    across = [layout.across[item] for item in way]
    bands = [layout.bands[layout.rows.row_of[item]] for item in way]
    target, source = (
        layout.across[item] - layout.breadths[item] / 2 for item in (line.target, line.source)
    )
    top, bottom = ((band.begin + band.end) / 2 for band in (bands[0], bands[-1]))
    label = layout.spot(across[-1], bands[-1].begin - 6)
    if len(way) == 1:
        far = across[0] - 10
        curve = [(source, bottom + 9), (far, bottom + 9), (far, top - 9), (target - HEAD, top - 9)]
        first, *rest = (_told(layout, *one) for one in curve)
        return Route(f"M{first}C{' '.join(rest)}", _head_aside(layout, target, top - 9), label)
    parts = [
        f"M{_told(layout, source, bottom)}",
        f"Q{_told(layout, across[-1], bottom)} {_told(layout, across[-1], bands[-1].begin)}",
    ]
    for place in range(len(way) - 1, 0, -1):
        arrive = bands[place - 1].end
        parts.append(
            _curve(layout, (across[place], bands[place].begin), (across[place - 1], arrive))
        )
        if place > 1:
            parts.append(f"L{_told(layout, across[place - 1], bands[place - 1].begin)}")
    parts.append(f"Q{_told(layout, across[0], top)} {_told(layout, target - HEAD, top)}")
    return Route("".join(parts), _head_aside(layout, target, top), label)


def _straight_back(layout: Layout, number: int) -> Route:
    line = layout.graph.lines[number]
    source, target = (
        (layout.across[item], layout.bands[layout.rows.row_of[item]].begin)
        for item in (line.source, line.target)
    )
    path = f"M{_told(layout, *source)}L{_told(layout, *target)}"
    return Route(path, "", layout.spot(*source))


def _curve(
    layout: Layout,
    begin: tuple[float, float],
    end: tuple[float, float],
    trunk: float | None = None,
) -> str:
    """Return the rest of a path to `end`: bent softly, or at right angles along a trunk."""
    apart = end[0] - begin[0]
    if abs(apart) < 0.1:
        return f"L{_told(layout, *end)}"
    if trunk is None:
        middle = (begin[1] + end[1]) / 2
        way = ((begin[0], middle), (end[0], middle), end)
        return f"C{' '.join(_told(layout, *one) for one in way)}"
    level = begin[1] + (end[1] - begin[1]) * trunk
    round_ = min(CORNER, abs(apart) / 2)
    side = round_ if apart > 0 else -round_
    return (
        f"L{_told(layout, begin[0], level - round_)}"
        f"Q{_told(layout, begin[0], level)} {_told(layout, begin[0] + side, level)}"
        f"L{_told(layout, end[0] - side, level)}"
        f"Q{_told(layout, end[0], level)} {_told(layout, end[0], level + round_)}"
        f"L{_told(layout, *end)}"
    )


def _head(layout: Layout, across: float, along: float, way: int) -> str:
    tip = _told(layout, across, along - way)
    left = _told(layout, across - HEAD * 0.6, along - way * (HEAD + 1))
    right = _told(layout, across + HEAD * 0.6, along - way * (HEAD + 1))
    return f"M{tip}L{left}L{right}z"


def _head_aside(layout: Layout, across: float, along: float) -> str:
    tip = _told(layout, across - 1, along)
    above = _told(layout, across - HEAD - 1, along - HEAD * 0.6)
    below = _told(layout, across - HEAD - 1, along + HEAD * 0.6)
    return f"M{tip}L{above}L{below}z"


def _told(layout: Layout, across: float, along: float) -> str:
    x, y = layout.spot(across, along)
    return f"{x:.1f},{y:.1f}"
