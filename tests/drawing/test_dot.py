"""A picture in Graphviz's language: its grammar whatever the labels say."""

from __future__ import annotations

import re
from typing import Final

from hypothesis import given
from pictured import drawn, pictures

from swf.drawing import KINDS, Edge, Node, Picture

TEXT: Final = r'"(?:[^"\\&\n]|\\\\|\\"|&amp;|\\n)*"'
VALUE: Final = rf"(?:{TEXT}|\w+)"
LIST: Final = rf"\[\w+={VALUE}(?:, \w+={VALUE})*\]"
LINE: Final = re.compile(rf"    (?:(?:graph|node|edge|n\d+) {LIST}|n\d+ -> n\d+(?: {LIST})?)")


@given(pictures())
def test_labels_never_become_language(picture: Picture) -> None:
    """Every line is a node or an edge: nothing of a label gets out of its quotes."""
    first, *lines, last, end = picture.to_dot().split("\n")

    assert re.fullmatch(rf"digraph {TEXT} \{{", first)
    assert (last, end) == ("}", "")
    for line in lines:
        assert LINE.fullmatch(line), line


def test_a_digraph_says_what_the_picture_says() -> None:
    """Nodes, edges and states, in order."""
    picture = Picture(
        "Order",
        (Node("a", "charge", "activity", "v1"), Node("b", 'is "paid"', "decision")),
        (Edge("a", "b", "then", dashed=True), Edge("b", "a")),
        {"a": "running", "b": "waiting"},
    )
    lines = picture.to_dot().split("\n")

    charge = '    n0 [label="charge\\nrunning · v1", shape=box, '
    paid = '    n1 [label="is \\"paid\\"\\nwaiting", shape=hexagon, '
    assert lines[4].startswith(f'{charge}tooltip="charge, activity: running (a)", fillcolor="#')
    assert lines[5].startswith(f'{paid}tooltip="is \\"paid\\", decision: waiting (b)", fillcolor=')
    assert lines[5].endswith(', style="filled,rounded,dashed"]')
    assert lines[6:8] == ['    n0 -> n1 [label="then", style=dashed]', "    n1 -> n0"]


def test_points_have_no_arrowhead() -> None:
    """What leads many lines to many is a point, into which lines have no head."""
    text = drawn(*(f"{source}{target}" for source in "abc" for target in "def")).to_dot()

    assert "n6 [shape=point]" in text
    assert text.count("-> n6 [arrowhead=none]") == 3


def test_each_kind_has_a_shape() -> None:
    """No kind is left out."""
    nodes = tuple(Node(kind, "x", kind) for kind in KINDS)

    assert Picture("P", nodes, ()).to_dot().count("shape=") == len(KINDS)
