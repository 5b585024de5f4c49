"""Pictures of many tasks, made small."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from swf.drawing import Edge, Node, Picture
from swf.insight.folding import FEWEST, MOST, ROUNDS, folded, stretch, unfolded
from swf.models.states import State


def picture(
    *edges: tuple[str, str], states: dict[str, State] | None = None, more: tuple[str, ...] = ()
) -> tuple[Picture, dict[str, str]]:
    """Return a picture of nodes that are alike where their first letter is the same."""
    ids = dict.fromkeys([*(end for edge in edges for end in edge), *more])
    nodes = [Node(one, one[0]) for one in ids]
    drawn = Picture("p", nodes, [Edge(*edge) for edge in edges], states or {})
    return drawn, {one: one[0] for one in ids}


def labels(given: Any) -> list[str]:
    return [node.label for node in given.picture.nodes]


def test_a_fan_becomes_one_node() -> None:
    """Equal tasks between the same ones are one, which says how many they are."""
    wide = [("s", f"a{n}") for n in range(120)] + [(f"a{n}", "e") for n in range(120)]
    found = folded(*picture(*wide))

    assert labels(found) == ["s", "a \u00d7 120", "e"]
    assert [(one.source, one.target) for one in found.picture.edges] == [("s", "a0"), ("a0", "e")]
    assert len(found.members["a0"]) == 120
    assert found.is_folded


def test_branches_become_one_branch() -> None:
    """Tasks that come one after the other in each of many branches are folded along."""
    branches = [(f"a{n}", f"b{n}") for n in range(9)]
    found = folded(*picture(*(("s", a) for a, _ in branches), *branches))

    assert labels(found) == ["s", "a \u00d7 9", "b \u00d7 9"]


def test_few_equal_tasks_stay_by_themselves() -> None:
    """Below a number of them each can be seen."""
    fan = [("s", f"a{n}") for n in range(FEWEST - 1)]
    found = folded(*picture(*fan))

    assert len(found.picture.nodes) == FEWEST
    assert not found.is_folded


def test_what_stands_otherwise_is_told_apart() -> None:
    """The one task that something else came of is not among the others."""
    fan = [("s", f"a{n}") for n in range(10)]
    found = folded(*picture(*fan, ("a3", "x")))

    assert sorted(labels(found)) == ["a", "a \u00d7 9", "s", "x"]


def test_states_of_folded_tasks_are_counted_and_the_worst_is_shown() -> None:
    """One failure among many is seen."""
    states: dict[str, State] = {f"a{n}": "completed" for n in range(9)}
    found = folded(*picture(*(("s", f"a{n}") for n in range(9)), states={**states, "a4": "failed"}))

    assert found.picture.states == {"a0": "failed"}
    assert found.picture.nodes[1].detail == "1 failed, 8 completed"


def test_a_long_row_is_left_as_it_is() -> None:
    """Where telling apart does not come to an end, nothing is folded."""
    row = [(f"a{n}", f"a{n + 1}") for n in range(3 * ROUNDS)]

    assert len(folded(*picture(*row)).picture.nodes) == 3 * ROUNDS + 1


@st.composite
def pictures(draw: st.DrawFn) -> tuple[Picture, dict[str, str]]:
    count = draw(st.integers(1, 14))
    ids = [f"{draw(st.sampled_from('abc'))}{n}" for n in range(count)]
    pairs = [(a, b) for n, a in enumerate(ids) for b in ids[n + 1 :]]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return picture(*chosen, more=tuple(ids))


@given(pictures())
def test_folding_keeps_every_node_and_every_line(given_: tuple[Picture, dict[str, str]]) -> None:
    """Each node is in one that stands for it, of its kind; each line is between such."""
    before, alike = given_
    after = folded(before, alike)
    stands = {one: name for name, ids in after.members.items() for one in ids}

    assert stands.keys() == {node.id for node in before.nodes}
    assert all(alike[one] == alike[name] for one, name in stands.items())
    assert {(one.source, one.target) for one in after.picture.edges} == {
        (stands[one.source], stands[one.target]) for one in before.edges
    }


def test_a_stretch_is_around_what_goes_on() -> None:
    """Of more nodes than can be read those are shown at which the execution is."""
    row = [(f"a{n}", f"a{n + 1}") for n in range(2 * MOST)]
    states: dict[str, State] = {f"a{n}": "completed" for n in range(MOST)}
    found = stretch(unfolded(picture(*row, states=states)[0]))

    assert len(found.picture.nodes) == len(found.members) == MOST
    assert found.before == MOST // 2
    assert found.before + MOST + found.after == 2 * MOST + 1
    assert f"a{MOST}" in found.members
    assert len(found.picture.edges) == MOST - 1


def test_a_picture_that_can_be_read_is_shown_whole() -> None:
    """Nothing is left out of it."""
    given_ = unfolded(picture(("a1", "b1"))[0])

    assert stretch(given_) is given_
