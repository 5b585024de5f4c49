"""Pictures of many tasks, made small: equal ones become one, and the rest a stretch of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Final

import attrs

from swf.drawing import Edge, Node, Picture
from swf.models.states import State

FEWEST: Final = 4
"""So many equal tasks become one node."""

MOST: Final = 400
"""Nodes that a picture can have and still be read."""

TIMES: Final = "\u00d7"

ROUNDS: Final = 100
"""How often what is equal is told apart by what is before and after it, before that is given up."""

_FIRST: Final[tuple[State, ...]] = (
    "failed",
    "timed_out",
    "running",
    "scheduled",
    "waiting",
    "canceled",
    "completed",
)
"""Of several tasks, the state that is told first of all."""


@attrs.frozen
class Folded:
    """A picture, and which nodes of the one before each of its nodes stands for, the first first.

    `before` and `after` count the nodes that were left out ahead of it and behind it.
    """

    picture: Picture
    members: Mapping[str, tuple[str, ...]]
    before: int = 0
    after: int = 0

    @property
    def is_folded(self) -> bool:
        """Whether some node stands for several."""
        return any(len(ids) > 1 for ids in self.members.values())


def folded(picture: Picture, alike: Mapping[str, Hashable]) -> Folded:
    """Return a picture in which tasks that are alike, and stand alike, are one node.

    `alike` has what tasks have in common by node id; a node that is not in it stands for itself.
    Tasks stand alike that come after what is alike, and before what is alike.
    """
    groups = _groups(picture, alike)
    kept = {ids[0]: ids if len(ids) >= FEWEST else (ids[0],) for ids in groups}
    for ids in groups:
        if len(ids) < FEWEST:
            kept |= {one: (one,) for one in ids}
    stands = {one: name for name, ids in kept.items() for one in ids}
    nodes = {node.id: node for node in picture.nodes}
    chosen = [node.id for node in picture.nodes if node.id in kept]
    return Folded(
        attrs.evolve(
            picture,
            nodes=[_several(nodes[name], kept[name], picture.states) for name in chosen],
            edges=_between(picture.edges, stands),
            states={
                name: _state(kept[name], picture.states)
                for name in chosen
                if any(one in picture.states for one in kept[name])
            },
        ),
        {name: kept[name] for name in chosen},
    )


def unfolded(picture: Picture) -> Folded:
    """Return a picture as it is."""
    return Folded(picture, {node.id: (node.id,) for node in picture.nodes})


def stretch(given: Folded, most: int = MOST) -> Folded:
    """Return at most so many nodes of a picture: those around the first that is not completed."""
    nodes = given.picture.nodes
    if len(nodes) <= most:
        return given
    states = given.picture.states
    at = next((place for place, node in enumerate(nodes) if states.get(node.id) != "completed"), 0)
    begin = max(0, min(at - most // 2, len(nodes) - most))
    kept = nodes[begin : begin + most]
    ids = {node.id for node in kept}
    picture = attrs.evolve(
        given.picture,
        nodes=kept,
        edges=[one for one in given.picture.edges if one.source in ids and one.target in ids],
    )
    return attrs.evolve(
        given,
        picture=picture,
        members={name: several for name, several in given.members.items() if name in ids},
        before=begin,
        after=len(nodes) - begin - len(kept),
    )


def _groups(picture: Picture, alike: Mapping[str, Hashable]) -> list[tuple[str, ...]]:
    """Return the ids of nodes that are alike and stand alike together, in order."""
    ids = [node.id for node in picture.nodes]
    sources: dict[str, list[str]] = {one: [] for one in ids}
    targets: dict[str, list[str]] = {one: [] for one in ids}
    for edge in picture.edges:
        sources[edge.target].append(edge.source)
        targets[edge.source].append(edge.target)
    marks = _numbered([alike.get(one, ("itself", one)) for one in ids], ids)
    for _ in range(ROUNDS):
        told = [
            (marks[one], _marks(sources[one], marks), _marks(targets[one], marks)) for one in ids
        ]
        found = _numbered(told, ids)
        if len(set(found.values())) == len(set(marks.values())):
            break
        marks = found
    else:
        return [(one,) for one in ids]
    groups: dict[int, list[str]] = {}
    for one in ids:
        groups.setdefault(marks[one], []).append(one)
    return [tuple(several) for several in groups.values()]


def _numbered(told: Sequence[Hashable], ids: Iterable[str]) -> dict[str, int]:
    known: dict[Hashable, int] = {}
    return {one: known.setdefault(mark, len(known)) for one, mark in zip(ids, told, strict=True)}


def _marks(ids: Iterable[str], marks: Mapping[str, int]) -> frozenset[int]:
    return frozenset(marks[one] for one in ids)


def _several(node: Node, ids: Sequence[str], states: Mapping[str, State]) -> Node:
    """Return the node that stands for several."""
    if len(ids) == 1:
        return node
    counted = Counter(state for one in ids if (state := states.get(one)) is not None)
    told = ", ".join(
        f"{counted[state]} {state.replace('_', ' ')}" for state in _FIRST if counted[state]
    )
    return attrs.evolve(
        node,
        label=f"{node.label} {TIMES} {len(ids)}",
        detail=told if len(counted) > 1 else None,
    )


def _state(ids: Iterable[str], states: Mapping[str, State]) -> State:
    found = {states[one] for one in ids if one in states}
    return next(state for state in _FIRST if state in found)


def _between(edges: Iterable[Edge], stands: Mapping[str, str]) -> list[Edge]:
    """Return the edges between what stands for their ends; each once."""
    found = (
        attrs.evolve(edge, source=stands[edge.source], target=stands[edge.target]) for edge in edges
    )
    return list(dict.fromkeys(found))
