"""Where in a definition a line of work is: what the run that continues another goes on from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import attrs

from swf.steps.definition import Node, Nodes
from swf.steps.errors import UnknownStepError

EVENTS_REMEMBERED: Final = 500
"""Of how many names and keys a line of work remembers which event it has had last."""


@attrs.frozen
class Place:
    """A node that was begun, and what is known of that: it is JSON."""

    node: str
    state: Mapping[str, Any] = attrs.field(factory=dict)

    def as_value(self) -> list[Any]:
        """Return what travels."""
        return [self.node, dict(self.state)]


Path = tuple[Place, ...]
"""From the outermost node to the innermost."""


def path_from(value: Iterable[Sequence[Any]]) -> Path:
    """Return the path that travelled so."""
    return tuple(Place(node, state) for node, state in value)


class Had:
    """Which event a line of work has had last, by name and key: it has none of them twice."""

    def __init__(self, numbers: Mapping[tuple[str, str], int] | None = None) -> None:
        self._numbers = dict(numbers or {})

    @classmethod
    def from_value(cls, value: Iterable[Sequence[Any]]) -> Had:
        """Return what travelled so."""
        return cls({(name, key): number for name, key, number in value})

    def as_value(self) -> list[Any]:
        """Return what travels: the newest of it."""
        told = [[name, key, number] for (name, key), number in self._numbers.items()]
        return told[-EVENTS_REMEMBERED:]

    def last(self, name: str, key: str) -> int:
        """Return the number of the last event of this name and key; 0 where there was none."""
        return self._numbers.get((name, key), 0)

    def take(self, name: str, key: str, number: int) -> None:
        """Have had an event."""
        number = max(number, self._numbers.pop((name, key), 0))
        self._numbers[name, key] = number

    def copy(self) -> Had:
        """Return what a line of work that begins here has had."""
        return Had(self._numbers)

    def join(self, other: Had) -> None:
        """Have had all that a line has had which ends here."""
        for (name, key), number in other._numbers.items():
            self.take(name, key, number)


@attrs.frozen(kw_only=True)
class Line:
    """A line of work: of what item, after which events, and how it came where it is.

    `path` has the nodes around; it is None where others are at work beside it, since no run can be
    continued from there. `undo` is what to compensate with should the saga around it fail, each the
    id of a step and its item; None outside of one.
    """

    item: Any = None
    had: Had = attrs.field(factory=Had)
    path: Path | None = ()
    undo: list[list[Any]] | None = None

    def inside(self, place: Place) -> Line:
        """Return the line within a node."""
        return self if self.path is None else attrs.evolve(self, path=(*self.path, place))

    def beside(self, **changes: Any) -> Line:
        """Return a line that begins here and works beside others."""
        return attrs.evolve(self, path=None, had=self.had.copy(), **changes)


def rest(nodes: Nodes, at: Path) -> Nodes:
    """Return the nodes that are left, from a place on; raises UnknownStepError without such."""
    if not at:
        return nodes
    for index, node in enumerate(nodes):
        if node.id == at[0].node:
            return nodes[index:]
    raise UnknownStepError(
        f"the workflow is at {at[0].node!r}, and its definition has there only"
        f" {_told(nodes)}: a changed workflow needs a new version()"
    )


def _told(nodes: Sequence[Node]) -> str:
    return ", ".join(node.id for node in nodes) or "nothing"
