"""Passages of lines of work through nodes: each has an id, and is told of while it is at work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from swf.flow.replay.ids import fitted
from swf.steps.definition import Node


class Passages:
    """The passages of one run; `at` has the nodes that are at work now, by the passage's id.

    `before` is the highest number that a passage has had in the runs before, so that none of this
    run has the id of another.
    """

    def __init__(self, before: int = 0) -> None:
        self.at: dict[str, str] = {}
        self._before = before
        self._counts: Counter[str] = Counter()

    @property
    def any(self) -> bool:
        """Whether this run has come through a node."""
        return bool(self._counts)

    @property
    def highest(self) -> int:
        """The highest number that a passage has had, in this run or before."""
        return self._before + max(self._counts.values(), default=0)

    @contextmanager
    def through(self, node: Node, pointer: str | None = None) -> Generator[str]:
        """Within the block a node is at work; yield the id of this passage.

        It is the node's, from the second on with a number: so its activity and its timer have it.
        A passage that was begun by the run before keeps its own, which is given.
        """
        self._counts[node.id] += 1
        number = self._before + self._counts[node.id]
        if pointer is None:
            pointer = node.id if number == 1 else fitted(f"{node.id}-{number}")
        self.at[pointer] = node.id
        try:
            yield pointer
        finally:
            del self.at[pointer]
