"""A sequence while it is being built: what stands in it, and what it cannot take."""

from __future__ import annotations

import hashlib
from typing import Final

import attrs

from swf.steps.behavior import AT_ONCE, FOR_EVER, Asked
from swf.steps.body import ErrorBehavior
from swf.steps.checking import checked_inputs
from swf.steps.definition import Node, Nodes, RunStep, Saga
from swf.steps.errors import StepsError

MAX_DEPTH: Final = 50
"""So deep may containers stand in one another."""

MAX_PREFIX: Final = 120
"""So long may be, in an id, where the node stands; what is deeper is told by a digest."""


@attrs.define(kw_only=True, eq=False)
class Draft:
    """One sequence as far as it is built, `asked` what `on_error` said of each.

    `open` tells what is still missing after a call that is only half of something, such as
    `for_each(...)` without its `do(...)`; nothing else may be added meanwhile.
    """

    prefix: str = ""
    depth: int = 0
    in_saga: bool = False
    default: Asked | None = None
    nodes: list[Node] = attrs.field(factory=list)
    asked: dict[str, Asked] = attrs.field(factory=dict)
    open: str | None = None
    closed: bool = False

    def id_of(self, name: str) -> str:
        """Return the id of the next node, of what is called so."""
        return f"{self.prefix}{len(self.nodes) + 1}-{name}"

    def add(self, node: Node) -> int:
        """Append a node; return the place after it."""
        self.nodes.append(node)
        return len(self.nodes)

    def check_next(self, place: int, call: str) -> None:
        """Raise StepsError unless a call on a builder of this place may add what comes next."""
        here = self.nodes[place - 1].id if place else self.prefix.rstrip(".") or "the beginning"
        if self.closed:
            raise StepsError(
                f"{here}: {call}: the sequence is built already; a builder is used inside of the "
                "function that gets it only"
            )
        if self.open:
            raise StepsError(f"{self.open}, before {call}")
        if len(self.nodes) > place:
            raise StepsError(
                f"{here}: {call}: {self.nodes[place].id} follows here already; what shall happen "
                "side by side goes into parallel().do(...).do(...).join()"
            )

    def inside(self, path: str, *, place: str, in_saga: bool = False) -> Draft:
        """Return the draft of a sequence inside; raises StepsError where that is too deep."""
        if self.depth == MAX_DEPTH:
            raise StepsError(f"{place}: containers stand deeper in one another than {MAX_DEPTH}")
        return Draft(
            prefix=_short(f"{path}."),
            depth=self.depth + 1,
            in_saga=self.in_saga or in_saga,
            default=_in_saga(self.default) if in_saga else self.default,
        )

    def finish(self) -> Nodes:
        """Return the nodes for good, each step with what its errors lead to.

        Raises StepsError, naming the step, for what was begun and not ended.
        """
        if self.open:
            raise StepsError(f"{self.open}, and the sequence ends there")
        self.closed = True
        return tuple(self._finished(index) for index in range(len(self.nodes)))

    def _finished(self, index: int) -> Node:
        node = self.nodes[index]
        if isinstance(node, Saga):
            return node
        if not isinstance(node, RunStep):
            if self.default is None:
                return node
            return attrs.evolve(node, on_error=self.default.at(compensates=self.in_saga))
        checked_inputs(node)
        if node.is_container and not node.do:
            raise StepsError(f"{node.id}: {node.name} is a ContainerStepBody and needs a do(...)")
        compensates = self.in_saga or node.compensate is not None
        implied = AT_ONCE if node.compensate else FOR_EVER
        on_error = (self.asked.get(node.id) or self.default or implied).at(compensates=compensates)
        if on_error.then is ErrorBehavior.COMPENSATE and not compensates:
            raise StepsError(
                f"{node.id}: on_error(COMPENSATE): there is nothing to compensate with; add "
                "compensate_with(...), or put the step into a saga(...)"
            )
        return attrs.evolve(node, on_error=on_error)


def _in_saga(default: Asked | None) -> Asked:
    """Return what holds in a saga where a step says nothing: compensation, after any attempts."""
    return AT_ONCE if default is None else Asked(default.retry, None)


def _short(prefix: str) -> str:
    if len(prefix) <= MAX_PREFIX:
        return prefix
    return f"{hashlib.sha256(prefix.encode()).hexdigest()[:20]}."
