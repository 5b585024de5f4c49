"""A picture in Graphviz's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from swf.drawing.elements import Node
from swf.drawing.junctions import Graph, Line
from swf.drawing.layers import layered
from swf.drawing.words import beneath, headline, named
from swf.models.colours import LIGHT
from swf.models.states import State
from swf.models.text import cut, plain

LONGEST: Final = 80
_SHAPES: Final[Mapping[str, str]] = {
    "activity": "box",
    "child": "component",
    "decision": "hexagon",
    "end": "oval",
    "event": "cds",
    "generator": "folder",
    "start": "oval",
    "step": "box",
    "task": "box",
    "timer": "oval",
}

_NODES: Final = (
    'fontname="sans-serif", fontsize=12, style="filled,rounded", '
    f'fillcolor="{LIGHT.plain[0]}", color="{LIGHT.plain[1]}", fontcolor="{LIGHT.ink}"'
)
_EDGES: Final = f'fontname="sans-serif", fontsize=10, color="{LIGHT.line}"'


def dot(title: str, graph: Graph, states: Mapping[str, State]) -> str:
    """Return a digraph; what labels say cannot become part of its language."""
    direction = "LR" if layered(graph).is_wide else "TB"
    return "\n".join(
        [
            f"digraph {_quoted(title)} {{",
            f"    graph [label={_quoted(title)}, labelloc=t, rankdir={direction}]",
            f"    node [{_NODES}]",
            f"    edge [{_EDGES}]",
            *(f"    {line}" for line in _lines(graph, states)),
            "}",
            "",
        ]
    )


def _lines(graph: Graph, states: Mapping[str, State]) -> Iterator[str]:
    for number, node in enumerate(graph.nodes):
        yield _node(number, node, states.get(node.id))
    for point in range(len(graph.nodes), graph.size):
        yield f"n{point} [shape=point]"
    for line in graph.lines:
        yield _edge(line, len(graph.nodes))


def _node(number: int, node: Node, state: State | None) -> str:
    second = beneath(node, state)
    label = _escaped(headline(node)) + (f"\\n{_escaped(second)}" if second else "")
    told = {
        "label": f'"{label}"',
        "shape": _SHAPES[node.kind],
        "tooltip": _quoted(f"{named(node, state)} ({node.id})", 300),
    }
    if state is not None:
        fill, frame = LIGHT.states[state]
        told |= {"fillcolor": f'"{fill}"', "color": f'"{frame}"'}
    if state == "waiting":
        told["style"] = '"filled,rounded,dashed"'
    return f"n{number} [{', '.join(f'{name}={value}' for name, value in told.items())}]"


def _edge(line: Line, nodes: int) -> str:
    told = {
        **({"label": _quoted(line.label)} if line.label else {}),
        **({"style": "dashed"} if line.dashed else {}),
        **({"arrowhead": "none"} if line.target >= nodes else {}),
    }
    attributes = ", ".join(f"{name}={value}" for name, value in told.items())
    return f"n{line.source} -> n{line.target}{f' [{attributes}]' if attributes else ''}"


def _quoted(text: str, most: int = LONGEST) -> str:
    return f'"{_escaped(text, most)}"'


def _escaped(text: str, most: int = LONGEST) -> str:
    """Return a text with no quote, no escape and no entity that Graphviz would read."""
    shown = cut(plain(text), most)
    return shown.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
