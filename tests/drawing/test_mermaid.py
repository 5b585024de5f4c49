"""A picture in Mermaid's language: its grammar whatever the labels say."""

from __future__ import annotations

import re
from typing import Final

from hypothesis import given
from pictured import drawn, pictures

from swf.drawing import KINDS, STATES, Edge, Node, Picture

TEXT: Final = r'"(?:[^"#\[\]{}<>`%;&\\]|#\d+;|<br/>)*"'
NODE: Final = re.compile(
    rf"n\d+(?:\[{TEXT}\]|\[\[{TEXT}\]\]|\{{\{{{TEXT}\}}\}}|\(\[{TEXT}\]\)|>{TEXT}\]|\[/{TEXT}/\]"
    rf"|\({TEXT}\)|\(\( \)\))(?::::\w+)?"
)
EDGE: Final = re.compile(
    rf"n\d+ (?:-->|---|-\.->|-\.-|-- {TEXT} -->|-- {TEXT} ---|-\. {TEXT} \.->|-\. {TEXT} \.-) n\d+"
)
STYLE: Final = re.compile(r"classDef \w+ [\w:#, -]+|class [n\d,]+ point")


@given(pictures())
def test_labels_never_become_language(picture: Picture) -> None:
    """Every line is a node, an edge or a style: nothing of a label gets out of its quotes."""
    head, rest = picture.to_mermaid().split("\n---\n")
    first, *lines = rest.rstrip("\n").split("\n")

    assert re.fullmatch(r'---\ntitle: "(?:[^"\\\n]|\\["\\])*"', head)
    assert first in ("flowchart TD", "flowchart LR")
    for line in lines:
        told = line.removeprefix("    ")
        assert NODE.fullmatch(told) or EDGE.fullmatch(told) or STYLE.fullmatch(told), line
    assert "%%{" not in rest


def test_a_flowchart_says_what_the_picture_says() -> None:
    """Nodes, edges and states, in order."""
    picture = Picture(
        "Order",
        (Node("a", "charge", detail="v1"), Node("b", "paid?", "decision"), Node("c", "ship")),
        (Edge("a", "b"), Edge("b", "c", "yes"), Edge("b", "a", dashed=True)),
        {"a": "completed", "b": "waiting"},
    )

    assert picture.to_mermaid() == (
        '---\ntitle: "Order"\n---\nflowchart TD\n'
        '    n0["charge<br/>completed · v1"]:::completed\n'
        '    n1{{"paid?<br/>waiting"}}:::waiting\n'
        '    n2["ship"]\n'
        "    n0 --> n1\n"
        '    n1 -- "yes" --> n2\n'
        "    n1 -.-> n0\n"
        "    classDef waiting fill:#fafbfc,stroke:#7d8794,color:#1f2328,stroke-dasharray:4 3\n"
        "    classDef completed fill:#e2f4e5,stroke:#1a7f37,color:#1f2328\n"
    )


def test_points_are_nodes_without_a_label() -> None:
    """What leads many lines to many is drawn as a dot, into which lines have no head."""
    text = drawn(*(f"{source}{target}" for source in "abc" for target in "def")).to_mermaid()

    assert "n6(( ))" in text
    assert text.count("--- n6") == 3
    assert text.count("n6 --> ") == 3
    assert "class n6 point" in text


def test_each_kind_and_each_state_is_told() -> None:
    """Kinds have shapes, states classes, and nothing is left out."""
    nodes = tuple(Node(kind, "x", kind) for kind in KINDS)
    states = dict(zip(KINDS, STATES, strict=False))
    text = Picture("P", nodes, (), states).to_mermaid()

    assert all(f"classDef {state} " in text for state in STATES)
    assert all(f":::{state}\n" in text for state in STATES)


def test_what_would_be_a_list_stays_text() -> None:
    """Mermaid reads `1. x` and `- x` as lists: a mark before a space is told by its number."""
    text = Picture("P", (Node("a", "1. x"), Node("b", "v1.0-rc")), ()).to_mermaid()

    assert '"1#46; x"' in text
    assert '"v1.0-rc"' in text
