"""An SVG of a picture: safe, legible on any screen, and told to those who do not see it."""

from __future__ import annotations

import re
from itertools import combinations
from typing import Final
from xml.etree import ElementTree as ET

import attrs
import pytest
from hypothesis import given, settings
from pictured import SVG, drawn, pictures, root_of, seen

from swf.drawing import STATES, Edge, Node, Picture, State, picture_css
from swf.models.colours import DARK, LIGHT, Palette

ELEMENTS: Final = {"svg", "title", "desc", "style", "rect", "text", "g", "path", "circle"}
ATTRIBUTES: Final = {
    "class", "role", "width", "height", "viewBox", "rx", "x", "y", "transform", "d", "r",
    "cx", "cy", "stroke-linejoin",
}  # fmt: skip
"""All that a picture is made of: nothing of it acts, and nothing is fetched."""


@given(pictures())
def test_labels_never_become_elements(picture: Picture) -> None:
    """Whatever labels say, the document is well-formed and has no element that acts."""
    for element in root_of(picture.to_svg()).iter():
        assert element.tag.removeprefix(SVG) in ELEMENTS
        assert set(element.attrib) <= ATTRIBUTES


def test_an_attack_is_shown_as_text() -> None:
    """A label with a script in it is a label."""
    attack = "<script>alert(1)</script>"
    svg = Picture(attack, (Node("a", attack, detail=attack),), (Edge("a", "a", attack),)).to_svg()

    assert "<script" not in svg
    assert "&lt;script&gt;" in svg
    assert seen(svg)[0].written[0] == attack


def test_controls_are_spelled_out() -> None:
    """What turns the direction of writing, or is no XML at all, is shown by its number."""
    node = seen(Picture("P", (Node("a", "x\u202ey\x00\ud800z\n w"),), ()).to_svg())[0]

    assert node.written == ["x\\u202ey\\x00\\ud800z w"]


@given(pictures())
def test_every_node_is_told_with_its_state(picture: Picture) -> None:
    """Each node has a title with its state in words, and says the state in its text too."""
    for node, shown in zip(picture.nodes, seen(picture.to_svg()), strict=True):
        state = picture.states.get(node.id)
        assert shown.description.startswith(node.id)
        if state is None:
            assert "plain" in shown.classes
        else:
            assert shown.title.endswith(f": {state.replace('_', ' ')}")
            assert state.replace("_", " ") in shown.written[1]
            assert state in shown.classes


def test_no_state_is_told_by_colour_alone() -> None:
    """Each state has a word of its own, and all but waiting a mark of its own."""
    nodes = tuple(Node(state, "A") for state in STATES)
    shown = seen(Picture("P", nodes, (), {state: state for state in STATES}).to_svg())

    assert len({one.written[1] for one in shown}) == len(STATES)
    marks = [one.marks for one in shown]
    assert marks[0] == []
    assert len({tuple(one) for one in marks}) == len(STATES)


def test_each_kind_has_a_shape() -> None:
    """What tells kinds apart is their outline, and for some a word beneath."""
    kinds = ("activity", "child", "decision", "event", "generator", "step", "timer")
    svg = Picture("P", tuple(Node(kind, "A", kind) for kind in kinds), ()).to_svg()
    outlines = [
        tuple((one.tag, one.get("rx"), (one.get("d") or "").count("L")) for one in group)[2:-1]
        for group in root_of(svg).iter(f"{SVG}g")
        if group.get("class", "").startswith("node ")
    ]

    assert len(set(outlines)) == len(kinds)


def test_what_comes_before_is_told_in_words() -> None:
    """Who does not see the lines hears what a node comes after; of many, the first."""
    few = seen(drawn("ac", "bc").to_svg())
    many = seen(drawn(*(f"{name}z" for name in "abcdefghijkl")).to_svg())

    assert few[2].description == "c; after task a, task b"
    assert many[-1].description.endswith("task h and 4 more")


def test_the_picture_is_told_in_a_sentence() -> None:
    """Title and description of the document say what it is of and how far that has come."""
    picture = drawn("ab", "bc").with_states({"a": "completed", "b": "completed", "c": "running"})
    root = root_of(picture.to_svg())

    assert root.findtext(f"{SVG}title") == "made up"
    assert root.findtext(f"{SVG}desc") == "3 nodes: 1 running, 2 completed"
    assert root_of(drawn().to_svg()).findtext(f"{SVG}desc") == "0 nodes"
    assert root_of(drawn("aa").to_svg()).findtext(f"{SVG}desc") == "1 node"


@settings(max_examples=60)
@given(pictures(most=20))
def test_no_two_boxes_touch(picture: Picture) -> None:
    """Whatever the edges, boxes stand apart from each other."""
    boxes = [one.box for one in seen(picture.to_svg()) if one.box is not None]
    for one, other in combinations(boxes, 2):
        apart = one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]
        assert apart, (one, other)


@given(pictures())
def test_everything_is_within_the_page(picture: Picture) -> None:
    """Boxes lie within the size that the document says."""
    root = root_of(picture.to_svg())
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    group = root.find(f"{SVG}g")
    assert group is not None
    left, top = map(float, re.findall(r"[\d.]+", group.get("transform", "")))
    for shown in seen(picture.to_svg()):
        if shown.box is not None:
            assert 0 < shown.box[0] + left < shown.box[2] + left < width
            assert 0 < shown.box[1] + top < shown.box[3] + top < height


def test_what_is_long_is_cut_and_told_in_full() -> None:
    """A long label is cut in its middle to fit, and whole in the title."""
    name = "a-very-long-name-of-an-activity-that-nobody-would-read-at-once"
    shown = seen(Picture("P", (Node("a", name),), ()).to_svg())[0]

    assert len(shown.written[0]) == 30
    assert shown.written[0][:10] == name[:10]
    assert shown.written[0][-5:] == name[-5:]
    assert name in shown.title


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG has it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_lines_are_legible(palette: Palette) -> None:
    """On light screens and on dark ones, text has a contrast of 4.5, frames and lines of 3."""
    fills = [palette.paper, palette.plain[0], *(fill for fill, _ in palette.states.values())]
    frames = [palette.line, palette.plain[1], *(frame for _, frame in palette.states.values())]

    assert set(palette.states) == set(STATES)
    assert all(contrast(ink, fill) >= 4.5 for ink in (palette.ink, palette.small) for fill in fills)
    assert all(contrast(frame, palette.paper) >= 3 for frame in frames)


def test_the_style_keeps_to_the_picture() -> None:
    """In a page with other pictures and other styles, every rule is for this kind of picture."""
    style = root_of(drawn("ab").to_svg()).findtext(f"{SVG}style") or ""
    outer, _, inner = style.partition("@media (prefers-color-scheme:dark){")

    assert inner
    for rule in re.findall(r"([^{}]+)\{[^{}]*\}", outer + inner.removesuffix("}")):
        assert all(one.startswith(".swf-picture ") for one in rule.split(","))
    assert "url(" not in style
    assert "@import" not in style


def test_no_id_meets_those_of_another_picture() -> None:
    """Several pictures stand in one page: nothing in them is named by an id."""
    assert not [one for one in root_of(drawn("ab").to_svg()).iter() if one.get("id")]


def test_dashes_and_labels_are_drawn() -> None:
    """A dashed edge is drawn as one, and the label of an edge beside it."""
    picture = Picture(
        "P", (Node("a", "A"), Node("b", "B")), (Edge("a", "b", "if so", dashed=True),)
    )
    root = root_of(picture.to_svg())
    paths: list[ET.Element] = list(root.iter(f"{SVG}path"))

    assert [one.get("class") for one in paths] == ["line dashed", "head"]
    assert [one.text for one in root.iter(f"{SVG}text") if one.get("class") == "on-line"] == [
        "if so"
    ]


def test_states_of_all_kinds_are_typed() -> None:
    """The table of states is the type of them."""
    one: State = "running"

    assert one in STATES


def test_a_point_is_a_dot() -> None:
    """Where many lines meet that lead to many, there is a dot, and no node."""
    svg = drawn(*(f"{source}{target}" for source in "abc" for target in "def")).to_svg()

    assert len(seen(svg)) == 6
    assert [one.get("class") for one in root_of(svg).iter(f"{SVG}circle")] == ["head"]


def test_nodes_can_be_links() -> None:
    """Each leads where its id is said to lead, whatever that is, and others lead nowhere."""
    drawn = Picture("p", [Node("a", "a"), Node("b", "b")], [Edge("a", "b")])
    svg = drawn.to_svg(link=lambda name: '/x?"><script>' if name == "a" else None)
    links = [element for element in root_of(svg).iter() if element.tag.endswith("}a")]

    assert [link.get("href") for link in links] == ['/x?"><script>']
    assert links[0][0].get("class") == "node plain"


def test_a_page_can_bring_the_style() -> None:
    """Without it in the document, the picture is the same otherwise; by the colours of the page."""
    drawn = Picture("p", [Node("a", "a")], [], {"a": "failed"})
    bare = drawn.to_svg(classes_only=True)

    assert "<style>" not in bare
    assert "style=" not in bare
    assert drawn.to_svg() == bare.replace("<rect", f"<style>{picture_css()}</style>\n<rect", 1)
    assert "var(--paper)" in picture_css(attrs.evolve(LIGHT, paper="var(--paper)"), None)
    assert "prefers-color-scheme" not in picture_css(LIGHT, None)
