"""Lines: from box to box, through the room that is theirs, and shared where there are many."""

from __future__ import annotations

import re
from typing import Final

from hypothesis import given
from pictured import drawn, pictures

from swf.drawing import Edge, Node, Picture
from swf.drawing.junctions import graph_of
from swf.drawing.layout import Layout, laid_out
from swf.drawing.routes import FAN, Route, routes

NUMBER: Final = r"-?\d+\.\d"
SPOT: Final = rf"{NUMBER},{NUMBER}"
PATH: Final = re.compile(rf"M{SPOT}(?:L{SPOT}|Q{SPOT} {SPOT}|C{SPOT} {SPOT} {SPOT})+")
HEAD: Final = re.compile(rf"M{SPOT}L{SPOT}L{SPOT}z")


def layout(picture: Picture) -> Layout:
    """Return where everything of a picture is."""
    return laid_out(graph_of(picture.nodes, picture.edges), picture.states)


def of(picture: Picture) -> dict[str, Route]:
    """Return the route of each edge, as "ab"."""
    found = routes(layout(picture))
    return {f"{one.source}{one.target}": route for one, route in zip(picture.edges, found)}  # noqa: B905


def spots(path: str) -> list[tuple[float, float]]:
    """Return the places that a path names, in order."""
    return [(float(x), float(y)) for x, y in re.findall(rf"({NUMBER}),({NUMBER})", path)]


@given(pictures())
def test_every_line_is_a_path(picture: Picture) -> None:
    """Whatever the edges, each has a path that a reader of SVG understands, and one head."""
    found = layout(picture)
    for line, route in zip(found.graph.lines, routes(found), strict=True):
        assert PATH.fullmatch(route.path)
        if line.target < len(found.graph.nodes):
            assert HEAD.fullmatch(route.head)
        else:
            assert route.head == ""


@given(pictures())
def test_no_line_crosses_a_box(picture: Picture) -> None:
    """Between its ends, a line that leads down is in no node's box where it passes its row."""
    found = layout(picture)
    boxes = [found.box(number) for number in range(len(picture.nodes))]
    for line, route, number in zip(
        found.graph.lines, routes(found), range(len(found.graph.lines)), strict=True
    ):
        if number in found.layers.back:
            continue
        for x, y in spots(route.path)[1:-1]:
            for other, box in enumerate(boxes):
                inside = (
                    abs(x - box.x) < box.width / 2 - 0.2 and abs(y - box.y) < box.height / 2 - 0.2
                )
                assert not inside or other in (line.source, line.target)


def test_a_line_begins_and_ends_at_its_boxes() -> None:
    """A line leaves below its source and ends, by its head, above its target."""
    picture = drawn("ab")
    found = layout(picture)
    a, b = found.box(0), found.box(1)
    route = of(picture)["ab"]

    assert spots(route.path)[0] == (a.x, a.y + a.height / 2)
    assert spots(route.head)[0] == (b.x, b.y - b.height / 2 - 1)
    assert len(spots(route.path)) == 2, "straight"


def test_few_lines_leave_beside_each_other() -> None:
    """Lines of one node have places of their own there, in the order of where they lead."""
    route = of(drawn("ab", "ac", "ad"))
    begins = [spots(route[name].path)[0][0] for name in ("ab", "ac", "ad")]

    assert len(set(begins)) == 3


def test_many_lines_share_a_trunk() -> None:
    """More lines than stand beside each other leave a node as one, and turn at right angles."""
    names = "bcdefghij"[: FAN + 1]
    fan = of(drawn(*(f"a{name}" for name in names)))
    paths = [route.path for route in fan.values()]

    assert len({spots(path)[0] for path in paths}) == 1
    assert sum("Q" in path for path in paths) >= FAN
    assert not any("C" in path for path in paths)


def test_trunks_in_one_gap_stand_apart() -> None:
    """The trunks of two fans between the same rows are two lines."""
    nodes = [Node(name, name) for name in ("a", "b")]
    edges = []
    for source in ("a", "b"):
        for at in range(FAN + 1):
            nodes.append(Node(f"{source}{at}", "x"))
            edges.append(Edge(source, f"{source}{at}"))
    picture = Picture("P", tuple(nodes), tuple(edges))
    found = layout(picture)
    levels = [
        {spots(route.path)[2][0 if found.is_wide else 1] for route in several if "Q" in route.path}
        for several in (list(routes(found))[: FAN + 1], list(routes(found))[FAN + 1 :])
    ]

    assert not levels[0] & levels[1]


def test_a_loop_leaves_and_enters_on_the_left() -> None:
    """A line that goes back runs left of what is within the loop, and its head points right."""
    picture = drawn("ab", "bc", "ca")
    found = layout(picture)
    route = of(picture)["ca"]
    left = min(found.box(number).x - found.box(number).width / 2 for number in range(3))
    tip, *rest = spots(route.head)

    assert min(x for x, _ in spots(route.path)) < left
    assert all(tip[0] > x for x, _ in rest)
    assert spots(route.path)[0][1] > spots(route.path)[-1][1]


def test_a_loop_to_itself_is_beside_its_node() -> None:
    """A node that comes after itself has its line at its left side."""
    picture = drawn("aa")
    box = layout(picture).box(0)
    places = spots(of(picture)["aa"].path)

    assert all(x <= box.x - box.width / 2 for x, _ in places)
    assert len({y for _, y in places}) == 2


def test_a_label_has_room() -> None:
    """Labels of lines from one node stand apart, and in the gap between the rows."""
    picture = drawn("ab", "ac", labels={"ab": "if it is so", "ac": "otherwise"})
    found = layout(picture)
    first, second = (route.label for route in of(picture).values())

    assert abs(first.x - second.x) > 50
    assert found.bands[0].end < first.y < found.bands[1].begin
