"""Pictures for tests, drawn by chance, and what an SVG of one shows."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree as ET

import attrs
from hypothesis import strategies as st

from swf.drawing import KINDS, STATES, Edge, Node, Picture

SVG: Final = "{http://www.w3.org/2000/svg}"

texts = st.text(max_size=40) | st.sampled_from(
    [
        '"]; click n0 "javascript:alert(1)',
        "</text><script>alert(1)</script>",
        "%%{init: {'theme': 'dark'}}%%",
        "a --> b",
        'x" onload="alert(1)',
        "\\n\\l\\N &amp; &lt;",
        "]]>",
        "1. item",
    ]
)


@st.composite
def pictures(draw: st.DrawFn, most: int = 12) -> Picture:
    """Draw a picture of whatever texts, edges in whatever circles, and some states."""
    count = draw(st.integers(0, most))
    ids = [str(number) for number in range(count)]
    nodes = [
        Node(
            one,
            draw(texts),
            draw(st.sampled_from(sorted(KINDS))),
            draw(st.none() | texts),
        )
        for one in ids
    ]
    edge = st.builds(
        Edge,
        st.sampled_from(ids),
        st.sampled_from(ids),
        st.none() | texts,
        st.booleans(),
    )
    edges = draw(st.lists(edge, max_size=3 * most)) if ids else []
    states = draw(st.dictionaries(st.sampled_from(ids), st.sampled_from(STATES))) if ids else {}
    return Picture(draw(texts), tuple(nodes), tuple(edges), states)


def drawn(*edges: str, labels: dict[str, str] | None = None) -> Picture:
    """Return the picture of edges told as "ab": from a to b; nodes come in the order of names."""
    names = sorted({name for edge in edges for name in edge})
    told = labels or {}
    return Picture(
        "made up",
        tuple(Node(name, f"task {name}") for name in names),
        tuple(Edge(edge[0], edge[1], told.get(edge)) for edge in edges),
    )


@attrs.frozen
class Seen:
    """One node of an SVG: what it is called, what is written in it, and its classes."""

    title: str
    description: str
    written: list[str]
    classes: list[str]
    marks: list[str]
    box: tuple[float, float, float, float] | None
    """Left, top, right and bottom of a rectangle; None where the shape is none."""


def root_of(svg: str) -> ET.Element:
    """Return the root of an SVG document that is well-formed."""
    return ET.fromstring(svg)


def seen(svg: str) -> list[Seen]:
    """Return the nodes of an SVG, in order."""
    groups = [
        one for one in root_of(svg).iter(f"{SVG}g") if one.get("class", "").startswith("node ")
    ]
    return [_seen(group) for group in groups]


def _seen(group: ET.Element) -> Seen:
    rectangles = group.findall(f"{SVG}rect")
    box = None
    if rectangles:
        x, y, width, height = (
            float(rectangles[-1].get(name, "nan")) for name in ("x", "y", "width", "height")
        )
        box = (x, y, x + width, y + height)
    return Seen(
        title=group.findtext(f"{SVG}title") or "",
        description=group.findtext(f"{SVG}desc") or "",
        written=[one.text or "" for one in group.iter(f"{SVG}text")],
        classes=group.get("class", "").split(),
        marks=[one.get("d", "") for one in group.iter(f"{SVG}path") if one.get("class") == "mark"],
        box=box,
    )
