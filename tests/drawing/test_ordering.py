"""The order within rows: few crossings, room for every line."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from pictured import drawn, pictures

from swf.drawing import Edge, Node, Picture, ordering
from swf.drawing.junctions import graph_of
from swf.drawing.layers import layered
from swf.drawing.ordering import Rows, ordered


def rows(picture: Picture) -> Rows:
    """Return the rows of a picture, each in its order."""
    graph = graph_of(picture.nodes, picture.edges)
    return ordered(graph, layered(graph))


def names(*edges: str) -> list[str]:
    """Return the names of the nodes in each row; a bend is `-`."""
    picture = drawn(*edges)
    return [
        "".join(picture.nodes[item].id if item < len(picture.nodes) else "-" for item in row)
        for row in rows(picture).rows
    ]


@given(pictures())
def test_every_item_stands_once_in_its_row(picture: Picture) -> None:
    """Rows hold all nodes, points and bends, each once, each where it belongs."""
    found = rows(picture)

    assert sorted(item for row in found.rows for item in row) == list(range(len(found.row_of)))
    for number, row in enumerate(found.rows):
        assert all(found.row_of[item] == number for item in row)


@given(pictures())
def test_a_line_has_room_in_every_row(picture: Picture) -> None:
    """From one end to the other, a line goes from row to row, and has a bend where it passes."""
    found = rows(picture)
    for way in found.ways:
        assert all(found.row_of[below] == found.row_of[above] + 1 for above, below in pairwise(way))


def test_lines_are_uncrossed() -> None:
    """Where an order without a crossing is to be had, it is found."""
    assert names("ad", "bc") in (["ab", "dc"], ["ba", "cd"])
    first, second = names("af", "be", "cd", "ae")
    assert first in ("abc", "cba", "cab", "bac")
    assert (first.index("a") < first.index("b")) == (second.index("f") < second.index("e"))


def test_a_loop_closes_on_the_left_of_its_ends() -> None:
    """The line that goes back stands left of what it leaves and of what it leads to."""
    assert names("ab", "bc", "ca")[0] == "-a"
    assert names("ab", "bc", "ca")[2] == "-c"
    outer_and_inner = names("ab", "bc", "cb", "ca")
    assert outer_and_inner == ["-a", "--b", "--c"]


def test_an_empty_picture_has_no_rows() -> None:
    """Nothing has no rows."""
    assert rows(Picture("P", (), ())).rows == []


def test_bends_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture that would take too many bends has its longest lines drawn straight."""
    monkeypatch.setattr(ordering, "MOST_BENDS", 3)
    picture = drawn("ab", "bc", "cd", "de", "ae", "ac", "bd", "ec")
    found = rows(picture)

    assert len(found.row_of) <= len(picture.nodes) + 3
    assert [0, 4] in found.ways
    assert picture.to_svg().count("<path") == 2


def test_a_long_graph_takes_no_longer_than_its_length() -> None:
    """A chain of 20,000 is put in order without a deep stack."""
    nodes = tuple(Node(str(at), "A") for at in range(20_000))
    edges = tuple(Edge(str(at), str(at + 1)) for at in range(19_999))

    assert [len(row) for row in rows(Picture("P", nodes, edges)).rows] == [1] * 20_000
