"""A picture of what a definition says: nodes and edges, perhaps with states laid over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Self

import attrs

from swf.drawing.dot import dot
from swf.drawing.elements import Edge, Node, check_elements
from swf.drawing.junctions import Graph, graph_of
from swf.drawing.mermaid import mermaid
from swf.drawing.svg import Link, svg
from swf.exceptions import ValidationError
from swf.models.states import STATES, State


def _nodes(given: Iterable[Node]) -> tuple[Node, ...]:
    return tuple(given)


def _edges(given: Iterable[Edge]) -> tuple[Edge, ...]:
    return tuple(given)


def _states(given: Mapping[str, State]) -> dict[str, State]:
    for name, state in given.items():
        if state not in STATES:
            raise ValidationError(
                f"Picture: states[{name!r}]: must be one of {', '.join(STATES)}, got {state!r}"
            )
    return dict(given)


@attrs.frozen(slots=False)
class Picture:
    """Nodes and the edges between them, in the order in which they are told.

    `states` says how far an execution has come, by node id; ids of no node are of no account. In a
    notebook it shows itself. Raises ValidationError where two nodes share an id, where an edge ends
    at no node, and where a state is none.
    """

    title: str
    nodes: tuple[Node, ...] = attrs.field(converter=_nodes)
    edges: tuple[Edge, ...] = attrs.field(converter=_edges)
    states: Mapping[str, State] = attrs.field(factory=dict, converter=_states, hash=False)

    def __attrs_post_init__(self) -> None:
        check_elements(self.nodes, self.edges)

    def with_states(self, states: Mapping[str, State]) -> Self:
        """Return the same picture with these states instead of its own."""
        return attrs.evolve(self, states=states)

    def to_mermaid(self) -> str:
        """Return the picture as a flowchart in Mermaid's language."""
        return mermaid(self.title, self._graph, self.states)

    def to_dot(self) -> str:
        """Return the picture as a digraph in Graphviz's language."""
        return dot(self.title, self._graph, self.states)

    def to_svg(self, *, link: Link | None = None, classes_only: bool = False) -> str:
        """Return the picture as an SVG document, legible on light and on dark screens.

        With `link`, which is given its id, a node is a link. With `classes_only` there is no style
        in the document: `picture_css()` is it.
        """
        return svg(self.title, self._graph, self.states, link=link, classes_only=classes_only)

    def _repr_svg_(self) -> str:
        return self.to_svg()

    @cached_property
    def _graph(self) -> Graph:
        return graph_of(self.nodes, self.edges)
