"""A picture as an SVG document that needs nothing else: no script, no font, no link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Final

from swf.drawing.elements import Node
from swf.drawing.junctions import Graph
from swf.drawing.layout import LABEL, SMALL, Box, Layout, laid_out, on_line
from swf.drawing.routes import routes
from swf.drawing.shapes import badge, outline
from swf.drawing.words import in_words, named
from swf.models.colours import DARK, LIGHT, Palette
from swf.models.states import STATES, State
from swf.models.text import cut, plain, width

MARGIN: Final = 24
TITLE: Final = 15
HEADING: Final = 34
LONGEST_TITLE: Final = 90
MOST_NAMED: Final = 8
"""How many nodes are named in the description of one that comes after them."""


Link = Callable[[str], str | None]
"""Returns where the node of an id leads to."""


def svg(
    title: str,
    graph: Graph,
    states: Mapping[str, State],
    *,
    link: Link | None = None,
    classes_only: bool = False,
) -> str:
    """Return an SVG document; what labels say cannot become part of its language.

    With `link`, nodes are links. With `classes_only` there is no style in it: `picture_css()` is
    it.
    """
    layout = laid_out(graph, states)
    heading = cut(plain(title), LONGEST_TITLE)
    wide = max(layout.size.x, width(heading, TITLE) * 1.1) + 2 * MARGIN
    high = layout.size.y + 2 * MARGIN + HEADING
    left = (wide - layout.size.x) / 2
    return "".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" class="swf-picture" role="graphics-document"',
            f' width="{wide:.0f}" height="{high:.0f}" viewBox="0 0 {wide:.0f} {high:.0f}">\n',
            f"<title>{_text(title)}</title>\n<desc>{_text(_summary(graph, states))}</desc>\n",
            "" if classes_only else f"<style>{_STYLE}</style>\n",
            f'<rect class="paper" width="{wide:.0f}" height="{high:.0f}" rx="8"/>\n',
            f'<text class="title" x="{MARGIN}" y="{MARGIN + TITLE - 3}">{_text(heading)}</text>\n',
            f'<g transform="translate({left:.1f} {MARGIN + HEADING})">\n',
            *_lines(layout),
            *_nodes(layout, states, link),
            *_labels(layout),
            "</g>\n</svg>\n",
        ]
    )


def _summary(graph: Graph, states: Mapping[str, State]) -> str:
    counted = Counter(state for node in graph.nodes if (state := states.get(node.id)) is not None)
    told = [f"{counted[state]} {in_words(state)}" for state in STATES if counted[state]]
    nodes = f"{len(graph.nodes)} {'node' if len(graph.nodes) == 1 else 'nodes'}"
    return f"{nodes}: {', '.join(told)}" if told else nodes


def _lines(layout: Layout) -> Iterator[str]:
    paths: dict[bool, list[str]] = {False: [], True: []}
    heads: list[str] = []
    for line, route in zip(layout.graph.lines, routes(layout), strict=True):
        paths[line.dashed].append(route.path)
        heads.append(route.head)
    for dashed, found in paths.items():
        if found:
            yield f'<path class="line{" dashed" if dashed else ""}" d="{"".join(found)}"/>\n'
    if heads:
        yield f'<path class="head" d="{"".join(heads)}"/>\n'
    for point in range(len(layout.graph.nodes), layout.graph.size):
        band = layout.bands[layout.rows.row_of[point]]
        x, y = layout.spot(layout.across[point], (band.begin + band.end) / 2)
        yield f'<circle class="head" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>\n'


def _labels(layout: Layout) -> Iterator[str]:
    if not any(line.label for line in layout.graph.lines):
        return
    for line, route in zip(layout.graph.lines, routes(layout), strict=True):
        if line.label:
            text = _text(on_line(line.label)[0])
            x, y = route.label
            yield f'<text class="on-line" x="{x:.1f}" y="{y + 4:.1f}">{text}</text>\n'


def _nodes(layout: Layout, states: Mapping[str, State], link: Link | None) -> Iterator[str]:
    for number, node in enumerate(layout.graph.nodes):
        state = states.get(node.id)
        box = layout.box(number)
        to = None if link is None else link(node.id)
        begin, end = ("", "") if to is None else (f'<a href="{escape(to)}">', "</a>")
        yield (
            f'{begin}<g class="node {state or "plain"}" role="graphics-symbol">'
            f"<title>{_text(named(node, state))}</title>"
            f"<desc>{_text(_described(layout, number, node))}</desc>"
            f"{outline(node.kind, box)}{_written(layout, number, box)}"
            f"{'' if state is None else badge(state, box)}</g>{end}\n"
        )


def _written(layout: Layout, number: int, box: Box) -> str:
    text = layout.texts[number]
    x = f"{box.x:.1f}"
    if not text.small:
        return f'<text class="label" x="{x}" y="{box.y + 4.5:.1f}">{_text(text.label)}</text>'
    return (
        f'<text class="label" x="{x}" y="{box.y - 3:.1f}">{_text(text.label)}</text>'
        f'<text class="small" x="{x}" y="{box.y + 13:.1f}">{_text(text.small)}</text>'
    )


def _described(layout: Layout, number: int, node: Node) -> str:
    told = [node.id, *([node.detail] if node.detail else [])]
    before = [layout.graph.nodes[one].label for one in layout.graph.before[number]]
    if before:
        more = len(before) - MOST_NAMED
        named_ = ", ".join(before[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        told.append(f"after {named_}")
    return "; ".join(told)


def _text(text: str) -> str:
    return escape(plain(text))


def _rules(palette: Palette) -> str:
    rules = {
        ".paper": f"fill:{palette.paper}",
        "text": f"fill:{palette.ink}",
        ".small": f"fill:{palette.small}",
        ".line": f"stroke:{palette.line}",
        ".head": f"fill:{palette.line}",
        ".on-line": f"fill:{palette.small};stroke:{palette.paper}",
        ".mark": f"stroke:{palette.paper}",
    }
    for name, (fill, frame) in (("plain", palette.plain), *palette.states.items()):
        rules[f".{name} .box"] = f"fill:{fill};stroke:{frame}"
        rules[f".{name} .badge"] = f"fill:{frame};stroke:{palette.paper}"
    return "".join(f".swf-picture {which}{{{what}}}" for which, what in rules.items())


def picture_css(light: Palette = LIGHT, dark: Palette | None = DARK) -> str:
    """Return the style of pictures, for a page that does not take it from within the SVG.

    What a palette says may be custom properties of that page: `var(--ink)`.
    """
    by_night = "" if dark is None else f"@media (prefers-color-scheme:dark){{{_rules(dark)}}}"
    return f"{_SHAPES}{_rules(light)}{by_night}"


_SHAPES: Final = (
    ".swf-picture text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',"
    f"sans-serif;font-size:{LABEL}px;font-weight:600;text-anchor:middle}}"
    f".swf-picture .title{{font-size:{TITLE}px;text-anchor:start}}"
    f".swf-picture .small,.swf-picture .on-line{{font-size:{SMALL}px;font-weight:400}}"
    ".swf-picture .on-line{paint-order:stroke;stroke-width:5px;stroke-linejoin:round}"
    ".swf-picture .line{fill:none;stroke-width:1.4}"
    ".swf-picture .dashed{stroke-dasharray:5 4}"
    ".swf-picture .box{stroke-width:1.4}"
    ".swf-picture .waiting .box{stroke-dasharray:4 3}"
    ".swf-picture .running .box{stroke-width:2.6}"
    ".swf-picture .badge{stroke-width:1.5}"
    ".swf-picture .mark{fill:none;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}"
)

_STYLE: Final = picture_css()
