"""A picture is a value: what it cannot be is refused when it is made."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from pictured import drawn, pictures

from swf import drawing
from swf.drawing import Edge, Node, Picture
from swf.exceptions import ValidationError, ValidationTypeError

A, B = Node("a", "A"), Node("b", "B", "timer", "30 s")


def test_all_that_is_offered_is_there() -> None:
    """Every public name of the package can be imported from it, and no other is listed."""
    assert dir(drawing) == sorted(drawing.__all__)
    assert all(getattr(drawing, name) is not None for name in drawing.__all__)


def test_a_picture_says_what_it_was_given() -> None:
    """Nodes and edges keep their order, however they are given; equal pictures are equal."""
    picture = Picture("P", [A, B], iter([Edge("a", "b")]))

    assert picture.nodes == (A, B)
    assert picture.edges == (Edge("a", "b"),)
    assert picture == Picture("P", (A, B), (Edge("a", "b"),))
    assert hash(picture) == hash(Picture("P", (A, B), (Edge("a", "b"),)))


def test_states_are_laid_over_a_copy() -> None:
    """With other states, a picture is another one; it forgets those that it had."""
    plain = Picture("P", (A, B), ())
    one = plain.with_states({"a": "completed"})
    other = one.with_states({"b": "failed"})

    assert plain.states == {}
    assert one.states == {"a": "completed"}
    assert other.states == {"b": "failed"}
    assert one != plain


def test_a_state_of_what_is_not_drawn_is_of_no_account() -> None:
    """States are often those of a whole history: what has no node is not drawn."""
    picture = drawn("ab")

    assert picture.with_states({"elsewhere": "failed"}).to_svg() == picture.to_svg()


def test_a_notebook_shows_the_svg() -> None:
    """What a notebook asks for is the SVG document."""
    picture = drawn("ab")

    assert picture._repr_svg_() == picture.to_svg()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Picture("P", (A, A), ()), "two have the id 'a'"),
        (lambda: Picture("P", (A,), (Edge("a", "x"),)), "'a' -> 'x': no node is 'x'"),
        (lambda: Picture("P", (A,), (Edge("x", "a"),)), "no node is 'x'"),
        (lambda: Picture("P", (A,), (), {"a": "lost"}), r"states\['a'\]: must be one of waiting"),  # type: ignore[dict-item]
        (lambda: Node("a", "A", "robot"), "kind: must be one of activity, .*, got 'robot'"),
    ],
)
def test_what_cannot_be_drawn_is_refused(make: Any, says: str) -> None:
    """An id twice, an edge to nowhere, an unknown state or kind: told with its place."""
    with pytest.raises(ValidationError, match=says):
        make()


@pytest.mark.parametrize("field", ["id", "label", "detail"])
def test_a_text_has_to_be_one(field: str) -> None:
    """What is no text is refused by its name, and not drawn as whatever it prints."""
    told: dict[str, Any] = {"id": "a", "label": "A", field: 7}

    with pytest.raises(ValidationTypeError, match=f"Node: {field}: must be a str, got 7"):
        Node(**told)


@given(pictures())
def test_drawing_is_repeatable(picture: Picture) -> None:
    """The same picture is drawn alike each time, in every language."""
    again = Picture(picture.title, picture.nodes, picture.edges, picture.states)

    assert again.to_svg() == picture.to_svg()
    assert again.to_mermaid() == picture.to_mermaid()
    assert again.to_dot() == picture.to_dot()
