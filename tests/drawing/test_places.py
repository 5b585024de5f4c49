"""Places along rows: near what is linked, in order, and apart."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictured import drawn, pictures

from swf.drawing import Picture
from swf.drawing.junctions import graph_of
from swf.drawing.layers import layered
from swf.drawing.ordering import ordered
from swf.drawing.places import BESIDE_BENDS, _apart, placed

numbers = st.floats(-1_000, 1_000)


@given(pictures(), st.data())
def test_items_stand_in_order_and_apart(picture: Picture, data: st.DataObject) -> None:
    """Along each row, items keep their order and the gap between them; the first is at 0."""
    graph = graph_of(picture.nodes, picture.edges)
    rows = ordered(graph, layered(graph))
    breadths = [data.draw(st.floats(1, 90)) for _ in rows.row_of]
    centres = placed(rows, breadths, 10)

    for row in rows.rows:
        for left, right in pairwise(row):
            room = centres[right] - centres[left] - (breadths[left] + breadths[right]) / 2
            assert room >= 10 * BESIDE_BENDS - 1e-6
    edges = [centre - breadth / 2 for centre, breadth in zip(centres, breadths, strict=True)]
    assert min(edges, default=0) == pytest.approx(0, abs=1e-6)


@given(st.lists(st.tuples(numbers, st.floats(0.1, 9)), min_size=1, max_size=8), numbers)
def test_no_shift_of_a_neighbour_does_better(
    wanted: list[tuple[float, float]], shift: float
) -> None:
    """The places found have the least sum of weighted squares: moving all alike makes it more."""
    offsets = [30.0 * at for at in range(len(wanted))]
    found = _apart(wanted, offsets)

    def cost(places: list[float]) -> float:
        return sum(
            weight * (place - want) ** 2
            for place, (want, weight) in zip(places, wanted, strict=True)
        )

    assert cost(found) <= cost([place + shift / 100 for place in found]) + 1e-6
    assert all(right - left >= 30 - 1e-6 for left, right in pairwise(found))


@given(st.lists(numbers, min_size=1, max_size=8, unique=True))
def test_what_is_apart_already_stands_where_it_wants(wanted: list[float]) -> None:
    """Where nobody is in anybody's way, each has the place that it wants."""
    spread = [place * 1 for place in sorted(wanted)]

    assert _apart([(place, 1.0) for place in spread], [0.0] * len(spread)) == pytest.approx(spread)


def test_a_chain_is_straight() -> None:
    """Nodes one below the other stand in one line, whatever their breadth."""
    picture = drawn("ab", "bc", "cd")
    graph = graph_of(picture.nodes, picture.edges)

    assert placed(ordered(graph, layered(graph)), [10, 50, 20, 30], 5) == pytest.approx([25] * 4)


def test_a_chain_within_a_picture_is_straight() -> None:
    """What has one neighbour below, whose only one it is, stands above it where there is room."""
    picture = drawn("ab", "ac", "cd", "de", "bf", "ef", "eg")
    graph = graph_of(picture.nodes, picture.edges)
    found = ordered(graph, layered(graph))
    centres = placed(found, [50.0] * len(found.row_of), 10)

    assert centres[2] == centres[3] == centres[4]
