"""Where everything of a picture is: boxes, points, and the ways of lines between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import attrs

from swf.drawing.elements import Node
from swf.drawing.junctions import Graph
from swf.drawing.layers import Layers, layered
from swf.drawing.ordering import Rows, ordered
from swf.drawing.places import placed
from swf.drawing.words import beneath, headline
from swf.models.states import State
from swf.models.text import cut, plain, width

LABEL: Final = 13
SMALL: Final = 11
"""Pixels of the font of labels, and of what is beneath them or beside lines."""

LONGEST_LABEL: Final = 30
LONGEST_SMALL: Final = 38
LONGEST_ON_LINE: Final = 24
"""Characters; the middle of more is left out, and all of it told in the node's description."""

HEIGHT: Final = 44
LEAST_WIDTH: Final = 96
POINT: Final = 8
BEND: Final = 10
PADDING: Final[Mapping[str, int]] = {"decision": 22, "event": 20, "child": 20, "timer": 20}
USUAL_PADDING: Final = 14

BETWEEN_ROWS: Final = 42
BETWEEN_LABELLED: Final = 60
BETWEEN_COLUMNS: Final = 64
BESIDE: Final = 26
BELOW: Final = 16
PORT: Final = 14


class Spot(NamedTuple):
    """A place by pixels from the left and from the top."""

    x: float
    y: float


class Box(NamedTuple):
    """What a node takes: its middle and its size."""

    x: float
    y: float
    width: float
    height: float


class Shown(NamedTuple):
    """The two lines of text of a node; the second may be empty."""

    label: str
    small: str


class Band(NamedTuple):
    """From where to where a row reaches."""

    begin: float
    end: float


@attrs.frozen
class Layout:
    """A picture in numbers: `across` is where an item stands in its row, `bands` where rows are.

    Rows go down the picture, or to the right where `is_wide`; `spot` takes both to pixels.
    """

    graph: Graph
    layers: Layers
    rows: Rows
    texts: Sequence[Shown]
    across: Sequence[float]
    breadths: Sequence[float]
    bands: Sequence[Band]
    is_wide: bool
    size: Spot

    def spot(self, across: float, along: float) -> Spot:
        """Return the pixels of a place: so far along its row, and so far along the rows."""
        return Spot(along, across) if self.is_wide else Spot(across, along)

    def box(self, number: int) -> Box:
        """Return the box of a node."""
        band = self.bands[self.rows.row_of[number]]
        middle = self.spot(self.across[number], (band.begin + band.end) / 2)
        wide = band.end - band.begin if self.is_wide else self.breadths[number]
        return Box(*middle, wide, HEIGHT)


def shown(node: Node, state: State | None) -> Shown:
    """Return what is written in a node."""
    return Shown(cut(headline(node), LONGEST_LABEL), cut(beneath(node, state), LONGEST_SMALL))


def laid_out(graph: Graph, states: Mapping[str, State]) -> Layout:
    """Return where everything of a picture is."""
    layers = layered(graph)
    rows = ordered(graph, layers)
    is_wide = layers.is_wide
    texts = [shown(node, states.get(node.id)) for node in graph.nodes]
    widths = [_width(node, text) for node, text in zip(graph.nodes, texts, strict=True)]
    breadths = [HEIGHT if is_wide else wide for wide in widths]
    breadths += [POINT] * graph.points + [BEND] * (len(rows.row_of) - graph.size)
    if not is_wide:
        _make_room_for_labels(graph, layers, rows, breadths)
    across = placed(rows, breadths, BELOW if is_wide else BESIDE)
    bands = _bands(graph, rows, widths, is_wide=is_wide)
    reach = max(
        (place + breadth / 2 for place, breadth in zip(across, breadths, strict=True)), default=0.0
    )
    length = bands[-1].end if bands else 0.0
    size = Spot(length, reach) if is_wide else Spot(reach, length)
    return Layout(graph, layers, rows, texts, across, breadths, bands, is_wide, size)


def _width(node: Node, text: Shown) -> float:
    written = max(width(text.label, LABEL) * 1.05, width(text.small, SMALL))
    return max(LEAST_WIDTH, round(written + 2 * PADDING.get(node.kind, USUAL_PADDING)))


def _make_room_for_labels(graph: Graph, layers: Layers, rows: Rows, breadths: list[float]) -> None:
    """Widen the first bend of a line by what is written there."""
    for number, line in enumerate(graph.lines):
        first = rows.ways[number][1:2]
        if line.label and number not in layers.back and first and first[0] >= graph.size:
            breadths[first[0]] = max(BEND, on_line(line.label)[1])


def on_line(label: str) -> tuple[str, float]:
    """Return what is written on a line and how wide that gets."""
    text = cut(plain(label), LONGEST_ON_LINE)
    return text, width(text, SMALL)


def _bands(graph: Graph, rows: Rows, widths: Sequence[float], *, is_wide: bool) -> list[Band]:
    labelled = {rows.row_of[line.source] for line in graph.lines if line.label}
    bands: list[Band] = []
    begin = 0.0
    for number, row in enumerate(rows.rows):
        nodes = [item for item in row if item < len(graph.nodes)]
        thick = POINT if not nodes else max(widths[item] for item in nodes) if is_wide else HEIGHT
        bands.append(Band(begin, begin + thick))
        usual = BETWEEN_COLUMNS if is_wide else BETWEEN_ROWS
        between = max(usual, BETWEEN_LABELLED) if number in labelled else usual
        begin += thick + (between if nodes else usual * 0.75)
    return bands
