"""Rows: below all that comes before, and after a loop below all of it."""

from __future__ import annotations

from hypothesis import given
from pictured import drawn, pictures

from swf.drawing import Edge, Node, Picture
from swf.drawing.junctions import graph_of
from swf.drawing.layers import Layers, layered


def layers(picture: Picture) -> Layers:
    """Return the rows of a picture."""
    return layered(graph_of(picture.nodes, picture.edges))


def ranks(*edges: str) -> str:
    """Return the row of each node, in the order of their names."""
    return "".join(map(str, layers(drawn(*edges)).rank))


@given(pictures())
def test_a_node_is_below_what_it_comes_after(picture: Picture) -> None:
    """Every line leads down but those that close a loop, and these lead up or stay."""
    graph = graph_of(picture.nodes, picture.edges)
    found = layered(graph)

    assert len(found.rank) == graph.size
    for number, line in enumerate(graph.lines):
        down = found.rank[line.target] > found.rank[line.source]
        assert down != (number in found.back)


@given(pictures())
def test_without_a_circle_no_line_goes_back(picture: Picture) -> None:
    """Lines from a node to a later one alone make no loop."""
    edges = tuple(edge for edge in picture.edges if int(edge.source) < int(edge.target))
    found = layers(Picture("P", picture.nodes, edges))

    assert not found.back
    assert min(found.rank, default=0) == 0


def test_a_row_is_the_longest_way() -> None:
    """A node is as high as all that it comes after leaves it."""
    assert ranks("ab", "bc", "ac", "cd", "ad") == "0123"
    assert ranks("ac", "bc", "cd") == "0012"


def test_the_line_that_closes_a_loop_goes_back() -> None:
    """In a loop, the line to where it began goes up; that to a node itself does too."""
    picture = drawn("ab", "bc", "cb", "dd")

    assert [picture.edges[number] for number in sorted(layers(picture).back)] == [
        Edge("c", "b"),
        Edge("d", "d"),
    ]


def test_what_follows_a_loop_is_below_it() -> None:
    """What comes after the head of a loop stands below its last node, not beside its first."""
    assert ranks("ab", "bc", "cd", "db", "be") == "01234"
    assert ranks("ab", "bc", "cb", "bd", "da", "ae") == "01234"


def test_two_loops_at_one_head_hold_no_line_up() -> None:
    """Loops that share their head, or lie within one another, leave an order of rows."""
    assert ranks("ab", "ba", "ac", "ca", "ad") == "0123"


def test_a_circle_of_all_is_drawn() -> None:
    """Where every node comes after another, one of them is first all the same."""
    assert ranks("ab", "bc", "ca") == "012"


def test_a_wide_picture_goes_from_left_to_right() -> None:
    """Rows that are wider than a page become columns where that takes less width."""

    def fan(count: int, deep: int) -> Picture:
        nodes = [Node(f"{row}.{at}", "A") for row in range(deep) for at in range(count)]
        edges = [
            Edge(f"{row}.{at}", f"{row + 1}.{at}") for row in range(deep - 1) for at in range(count)
        ]
        return Picture("P", tuple(nodes), tuple(edges))

    assert not layers(fan(5, 1)).is_wide
    assert layers(fan(20, 2)).is_wide
    assert not layers(fan(20, 40)).is_wide
    assert not layers(Picture("P", (), ())).is_wide
    assert "flowchart LR" in fan(20, 2).to_mermaid()
    assert "rankdir=LR" in fan(20, 2).to_dot()
