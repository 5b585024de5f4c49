"""A picture in Mermaid's language, as GitHub, GitLab and Jupyter show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from swf.drawing.elements import Node
from swf.drawing.junctions import Graph, Line
from swf.drawing.layers import layered
from swf.drawing.words import beneath, headline
from swf.models.colours import LIGHT
from swf.models.states import STATES, State
from swf.models.text import cut, plain

LONGEST: Final = 80
_SHAPES: Final[Mapping[str, tuple[str, str]]] = {
    "activity": ("[", "]"),
    "child": ("[[", "]]"),
    "decision": ("{{", "}}"),
    "end": ("([", "])"),
    "event": (">", "]"),
    "generator": ("[/", "/]"),
    "start": ("([", "])"),
    "step": ("(", ")"),
    "task": ("[", "]"),
    "timer": ("([", "])"),
}
_STROKES: Final = {False: ("--", "-->", "---"), True: ("-.", ".->", ".-")}
_HARMLESS: Final = frozenset(" _,:/=?'()…·")
_WITHIN: Final = frozenset("-.")
"""Harmless within a word; before a space they may make an item of a list."""


def mermaid(title: str, graph: Graph, states: Mapping[str, State]) -> str:
    """Return a flowchart; what labels say cannot become part of its language."""
    direction = "LR" if layered(graph).is_wide else "TD"
    return "\n".join(
        [
            "---",
            f"title: {_yaml(title)}",
            "---",
            f"flowchart {direction}",
            *(f"    {line}" for line in _lines(graph, states)),
            "",
        ]
    )


def _lines(graph: Graph, states: Mapping[str, State]) -> Iterator[str]:
    for number, node in enumerate(graph.nodes):
        yield _node(number, node, states.get(node.id))
    for point in range(len(graph.nodes), graph.size):
        yield f"n{point}(( ))"
    for line in graph.lines:
        yield _edge(line, len(graph.nodes))
    found = set(states.values())
    for state in STATES:
        if state in found:
            fill, stroke = LIGHT.states[state]
            dashes = ",stroke-dasharray:4 3" if state == "waiting" else ""
            yield f"classDef {state} fill:{fill},stroke:{stroke},color:{LIGHT.ink}{dashes}"
    if graph.points:
        yield f"classDef point fill:{LIGHT.line},stroke:{LIGHT.line},font-size:1px"
        points = ",".join(f"n{point}" for point in range(len(graph.nodes), graph.size))
        yield f"class {points} point"


def _node(number: int, node: Node, state: State | None) -> str:
    begin, end = _SHAPES[node.kind]
    second = beneath(node, state)
    more = f"<br/>{_escaped(second)}" if second else ""
    mark = "" if state is None else f":::{state}"
    return f'n{number}{begin}"{_escaped(headline(node))}{more}"{end}{mark}'


def _edge(line: Line, nodes: int) -> str:
    begin, arrow, stroke = _STROKES[line.dashed]
    end = arrow if line.target < nodes else stroke
    if line.label:
        return f'n{line.source} {begin} "{_escaped(line.label)}" {end} n{line.target}'
    return f"n{line.source} {'-' if line.dashed else ''}{end} n{line.target}"


def _escaped(text: str) -> str:
    """Return a text whose every character that could mean something is told by its number."""
    shown = cut(plain(text), LONGEST)
    return "".join(
        one
        if one.isalnum() or one in _HARMLESS or (one in _WITHIN and after != " ")
        else _code(one)
        for one, after in zip(shown, f"{shown[1:]} ", strict=False)
    )


def _code(character: str) -> str:
    return f"#{ord(character)};"


def _yaml(text: str) -> str:
    shown = plain(text).replace("\\", "\\\\").replace('"', '\\"').replace("%%{", "%% {")
    return f'"{shown}"'
