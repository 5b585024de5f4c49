"""Where many wait for the same many, the lines are led through one point."""

from __future__ import annotations

from hypothesis import given
from pictured import drawn, pictures

from swf.drawing import Edge, Node, Picture
from swf.drawing.junctions import Graph, graph_of


def graph(picture: Picture) -> Graph:
    """Return a picture by numbers."""
    return graph_of(picture.nodes, picture.edges)


def reached(found: Graph) -> set[tuple[int, int]]:
    """Return which nodes lines lead from and to, through points or not."""
    count = len(found.nodes)
    into: dict[int, list[int]] = {}
    for line in found.lines:
        if line.target >= count:
            into.setdefault(line.target, []).append(line.source)
    return {
        (source, line.target)
        for line in found.lines
        if line.target < count
        for source in into.get(line.source, [line.source])
    }


@given(pictures())
def test_points_change_nothing_of_what_is_said(picture: Picture) -> None:
    """Whatever leads through points, lines lead from and to the nodes that edges name."""
    found = graph(picture)

    assert reached(found) == {(int(one.source), int(one.target)) for one in picture.edges}
    assert found.before == [
        list(dict.fromkeys(int(one.source) for one in picture.edges if one.target == node.id))
        for node in picture.nodes
    ]


def test_many_that_wait_for_many_share_a_point() -> None:
    """Fifty that wait for fifty others take a hundred lines."""
    nodes = tuple(Node(f"{row}.{at}", "A") for row in range(2) for at in range(50))
    edges = tuple(Edge(f"0.{a}", f"1.{b}") for a in range(50) for b in range(50))
    found = graph(Picture("P", nodes, edges))

    assert found.points == 1
    assert len(found.lines) == 100
    assert found.size == 101


def test_few_have_lines_of_their_own() -> None:
    """Two that wait for three, or three for two, are drawn as they are."""
    assert graph(drawn("ad", "bd", "cd", "ae", "be", "ce")).points == 0
    assert graph(drawn("ac", "bc", "ad", "bd", "ae", "be")).points == 0


def test_a_line_that_says_something_is_drawn_by_itself() -> None:
    """A label would be lost in a point: lines to such a node are not led through one."""
    edges = [f"{source}{target}" for source in "abc" for target in "def"]

    assert graph(drawn(*edges)).points == 1
    assert graph(drawn(*edges, labels={"ad": "yes"})).points == 0


def test_an_edge_told_twice_is_drawn_once() -> None:
    """The same edge twice is one line; with another label, it is another."""
    nodes = (Node("a", "A"), Node("b", "B"))

    def lines(*edges: Edge) -> int:
        return len(graph(Picture("P", nodes, edges)).lines)

    assert lines(Edge("a", "b"), Edge("a", "b")) == 1
    assert lines(Edge("a", "b"), Edge("a", "b", "x")) == 2
