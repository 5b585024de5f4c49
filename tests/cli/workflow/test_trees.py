"""Trees that fit a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from cli_scene import Scene, scheduled, timer
from hypothesis import given
from hypothesis import strategies as st

from swf.cli.workflow.live import Growing
from swf.cli.workflow.trees import Branch, Seen, broken, folded

STATES = ("completed", "failed", "scheduled")

branches = st.lists(
    st.builds(
        lambda state, below: Branch(f"task {state}", state, state == "scheduled", below),
        st.sampled_from(STATES),
        st.lists(st.just("below"), max_size=2).map(tuple),
    ),
    max_size=30,
)


def height(shown: Sequence[Branch]) -> int:
    return sum(1 + len(one.below) for one in shown)


@given(branches, st.integers(1, 20))
def test_a_tree_fits_its_room_and_loses_nothing(given_: list[Branch], room: int) -> None:
    """Whatever is folded, the lines fit, keep their order, and those left out are counted."""
    shown = folded(given_, room)
    counted = [int(word) for one in shown if one.line[0] == "…" for word in one.line.split()[1::2]]
    kept = [one for one in shown if one.line[0] != "…"]
    rest = iter(given_)

    assert height(shown) <= room
    assert all(any(one is other for other in rest) for one in kept)
    assert len(kept) + sum(counted) == len(given_)


@given(
    st.sampled_from(["", "├─ ", "│  └─ ", "└─ "]),
    st.lists(st.text("ab", min_size=1, max_size=9), min_size=1),
    st.integers(20, 60),
)
def test_a_long_line_is_broken_below_its_task(stem: str, words: list[str], columns: int) -> None:
    """Its parts fit, lose no word, and leave the lines of the tree whole."""
    first, *rest = broken(stem + " ".join(words), columns)

    assert all(len(one) <= columns for one in (first, *rest))
    assert " ".join([first, *rest]).replace("│", " ").split() == [
        *stem.split("│")[-1].split(),
        *words,
    ]
    assert all(one.startswith(stem.replace("├─", "│ ").replace("└─", "  ")) for one in rest)


@given(branches, st.integers(2, 20))
def test_what_is_open_is_folded_last(given_: list[Branch], room: int) -> None:
    """A finished task is shown only where each open one is."""
    shown = folded(given_, room)
    if any(not one.is_open and one.line[0] != "…" for one in shown):
        assert {id(one) for one in given_ if one.is_open} <= {id(one) for one in shown}


def test_a_long_tree_counts_what_has_completed(scene: Scene) -> None:
    """On a screen of six lines a hundred completed tasks are one line, what is open stays."""
    execution = scene.start()
    scene.decide(*(scheduled("increment", f"a{number}") for number in range(40)))
    for _ in range(40):
        scene.complete(scene.take())
    scene.decide(scheduled("double", "last"), timer("pause", 60))
    scene.at(20)

    shown = Seen.of(execution, execution.history()).screen(80, 6)

    assert shown[0].endswith("OPEN for 20 s")
    assert "├─ … 39 completed" in shown
    assert "├─ activity examples.basic.double (last) scheduled for 20 s" in shown
    assert "├─ timer pause started due in 40 s, at 2015-08-04 23:05:33 UTC" in shown
    assert len(shown) == 6


def test_a_narrow_tree_names_tasks_in_short(scene: Scene) -> None:
    """Where a line would not fit, its id and the path of its name are left out."""
    execution = scene.start()
    scene.schedule("increment")

    assert "├─ activity increment scheduled for 0 s" in (
        Seen.of(execution, execution.history()).screen(40, 20)
    )


def test_a_growing_tree_takes_events_as_they_come(scene: Scene) -> None:
    """Events are taken in piece by piece; those of a run that continues it replace them."""
    execution = scene.start()
    scene.schedule("increment")
    events = execution.history().raws
    tree = Growing(execution)

    assert tree.lines() == []
    tree.take(events[:1])
    assert len(tree.lines()) == 1
    tree.take(events[1:])
    assert "increment" in tree.lines()[1]
    tree.take(events[:1])
    assert len(tree.lines()) == 1
    assert tree.picture().plain == tree.lines()[0]
