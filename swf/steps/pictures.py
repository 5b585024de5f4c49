"""Pictures of chains of steps: what holds steps is a place where the way parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from swf.drawing.elements import Edge, Node
from swf.drawing.picture import Picture
from swf.drawing.states import Execution, history_of, states_of, titled
from swf.drawing.words import lasting
from swf.exceptions import PayloadError
from swf.flow.handle import Handle
from swf.models.history import History
from swf.models.states import State
from swf.payload import Payloads
from swf.steps import definition as tree
from swf.steps.definition import Definition, Nodes, RunStep, told, walk

START: Final = "start"
END: Final = "end"
"""The ids of the nodes before and after all others: those of a definition begin with digits."""

LAMBDA: Final = "lambda"

Exits = list[tuple[str, str | None]]
"""Where the way comes from: ids of nodes, each with what is said on the line from there."""


def picture_of(
    definition: Definition,
    execution: Execution | None = None,
    *,
    payloads: Payloads | None = None,
) -> Picture:
    """Return the picture of a chain; with an execution, as far as its run has come.

    Of a run that continues another, what came before the place where it goes on counts as done.
    `payloads` are those of its host, where they are not the default (GetWorkflowExecutionHistory).
    """
    drawing = _Drawing()
    exits = drawing.chain(definition.body, [(START, None)])
    drawing.lead(exits, END)
    start, end = Node(START, definition.id, "start"), Node(END, "end", "end")
    nodes = (start, *drawing.nodes, end)
    title = f"{definition.id}, version {definition.version}"
    if execution is None:
        return Picture(title, nodes, tuple(drawing.edges))
    history = history_of(execution)
    if payloads is None:
        payloads = execution.payloads if isinstance(execution, Handle) else Payloads()
    states = _Progress.of(definition, history, payloads).states()
    named = title if isinstance(execution, History) else f"{title}: {titled(execution, history)}"
    return Picture(named, nodes, tuple(drawing.edges), states)


class _Drawing:
    """Nodes and edges, as they are found along a definition."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []

    def chain(self, nodes: Nodes, entries: Exits) -> Exits:
        """Draw nodes one after the other, from these exits on; return where the way leaves."""
        for node in nodes:
            label, kind, detail = _words(node)
            self.nodes.append(Node(node.id, label, kind, detail))
            self.lead(entries, node.id)
            entries = _DRAWN.get(type(node), _passed)(self, node)
        return entries

    def lead(self, exits: Exits, target: str) -> None:
        """Draw the lines from exits to a node."""
        self.edges.extend(Edge(source, target, label) for source, label in exits)

    def aside(self, nodes: Nodes, source: str, label: str) -> Exits:
        """Draw what happens beside the chain, by a dashed line."""
        before = len(self.edges)
        exits = self.chain(nodes, [(source, label)])
        if len(self.edges) > before:
            self.edges[before] = attrs.evolve(self.edges[before], dashed=True)
        return exits

    def undone(self, node: RunStep | None, source: str) -> None:
        """Draw what compensates."""
        if node is not None:
            self.aside((node,), source, "compensate")

    def step(self, node: RunStep) -> Exits:
        """Draw what a step leads into: its branches, and what follows its outcomes."""
        if node.do:
            self.lead(self.chain(node.do, [(node.id, "each")]), node.id)
        exits: Exits = []
        for when in node.whens:
            exits += self.chain(when.body, [(node.id, told(when.value))])
        self.undone(node.compensate, node.id)
        return [*exits, (node.id, "otherwise" if node.whens else "done" if node.do else None)]

    def wait_for(self, node: tree.WaitFor) -> Exits:
        """Draw what follows a time-out."""
        if not node.on_timeout:
            return [(node.id, None)]
        return [(node.id, None), *self.chain(node.on_timeout, [(node.id, "time-out")])]

    def loop(self, node: tree.While | tree.ForEach) -> Exits:
        """Draw what is done again and again, and the way back."""
        again, over = ("yes", "no") if isinstance(node, tree.While) else ("each", "done")
        self.lead(self.chain(node.body, [(node.id, again)]), node.id)
        return [(node.id, over)]

    def if_(self, node: tree.If) -> Exits:
        """Draw what is done if the predicate holds, and the way past it."""
        return [*self.chain(node.body, [(node.id, "yes")]), (node.id, "no")]

    def parallel(self, node: tree.Parallel) -> Exits:
        """Draw the branches beside each other."""
        return [one for nodes in node.branches for one in self.chain(nodes, [(node.id, None)])]

    def schedule(self, node: tree.Schedule) -> Exits:
        """Draw what is done later, beside the chain."""
        self.aside(node.body, node.id, "later")
        return [(node.id, None)]

    def saga(self, node: tree.Saga) -> Exits:
        """Draw what is done, and what compensates all of it."""
        exits = self.chain(node.body, [(node.id, None)])
        self.undone(node.compensate, node.id)
        return exits


def _passed(_: _Drawing, node: tree.Node) -> Exits:
    return [(node.id, None)]


_DRAWN: Final[Mapping[type[tree.Node], Callable[[_Drawing, Any], Exits]]] = {
    RunStep: _Drawing.step,
    tree.ForEach: _Drawing.loop,
    tree.If: _Drawing.if_,
    tree.Parallel: _Drawing.parallel,
    tree.Saga: _Drawing.saga,
    tree.Schedule: _Drawing.schedule,
    tree.WaitFor: _Drawing.wait_for,
    tree.While: _Drawing.loop,
}


def _words(node: tree.Node) -> tuple[str, str, str | None]:
    """Return the label of a node, its kind and its detail."""
    if isinstance(node, RunStep):
        return node.name, "step", None
    if isinstance(node, tree.WaitFor):
        return f"wait for {node.event}", "event", None
    if isinstance(node, tree.Delay | tree.Schedule):
        return node.name, "timer", _period(node.period)
    if isinstance(node, tree.ForEach):
        return "for each", "decision", "side by side" if node.parallel else "one by one"
    if isinstance(node, tree.While | tree.If):
        predicate = told(node.predicate)
        return node.name, "decision", None if predicate == LAMBDA else predicate
    return node.name, "decision", None


def _period(period: tree.Duration) -> str | None:
    if callable(period):
        return None if told(period) == LAMBDA else told(period)
    return lasting(period if isinstance(period, int | float) else period.total_seconds())


# How far an execution has come

_MARKED: Final = re.compile(
    r"swf\.result_(?P<node>.+) (?:if|while|for_each|wait_for|when|period|inputs|outputs)-[\d.]+"
)
"""The name of the marker that a function of the definition was asked by."""

_PASSAGE: Final = re.compile(r"-\d+\Z")

_FIRST: Final[tuple[State, ...]] = (
    "running",
    "scheduled",
    "failed",
    "timed_out",
    "canceled",
    "completed",
    "waiting",
)
"""Of the passages through a node, the state that is told first of all."""

_CLOSED: Final[Mapping[str, State]] = {
    "completed": "completed",
    "failed": "failed",
    "timed_out": "timed_out",
    "canceled": "canceled",
    "terminated": "canceled",
}


@attrs.frozen
class _Progress:
    """What the history of a run tells about the nodes of its definition."""

    definition: Definition
    passages: Mapping[str, Sequence[State]]
    """The states of the passages through each node that is an activity or a timer."""
    at: frozenset[str]
    """The nodes at work, as the decider has told last; none where the run is closed."""
    asked: frozenset[str]
    """The nodes whose functions were asked."""
    before: frozenset[str]
    """The nodes that lie before the place where the run goes on from another."""
    closed: State | None

    @classmethod
    def of(cls, definition: Definition, history: History, payloads: Payloads) -> _Progress:
        compiled = history.compiled
        execution = compiled.execution
        known = {node.id for node in walk(definition.body)}
        return cls(
            definition=definition,
            passages=_passages(states_of(history), known),
            at=frozenset()
            if execution.is_closed
            else _at(compiled.latest_execution_context, payloads),
            asked=frozenset(_asked(str(one.id) for one in compiled.markers)),
            before=frozenset(_before(definition.body, _path(execution.input, payloads))),
            closed=_CLOSED.get(execution.state.value),
        )

    def states(self) -> dict[str, State]:
        """Return the state of each node."""
        found: dict[str, State] = {}
        for node in reversed(list(walk(self.definition.body))):
            found[node.id] = self._state(node, found)
        return {**found, START: "completed", END: self.closed or "waiting"}

    def _state(self, node: tree.Node, found: Mapping[str, State]) -> State:
        """Return the state of a node; those of what is inside are found already."""
        own: list[State] = [*self.passages.get(node.id, ())]
        if node.id in self.at and not {"running", "scheduled"}.intersection(own):
            own.append("running")
        inside = {found[one.id] for one in _held(node)}
        if not isinstance(node, RunStep) and {"running", "scheduled"} & inside:
            own.append("running")
        elif not own and (node.id in self.asked | self.before or inside - {"waiting"}):
            own.append("completed")
        return min(own, key=_FIRST.index) if own else "waiting"


def _held(node: tree.Node) -> Iterator[tree.Node]:
    for _, nodes in node.parts:
        yield from nodes


def _passages(states: Mapping[str, State], known: set[str]) -> dict[str, list[State]]:
    found: dict[str, list[State]] = {}
    for name, state in states.items():
        node = name if name in known else _PASSAGE.sub("", name)
        if node in known:
            found.setdefault(node, []).append(state)
    return found


def _at(context: str | None, payloads: Payloads) -> frozenset[str]:
    try:
        told_last = payloads.load(context)
    except PayloadError:  # it was told with payloads that are not known here
        return frozenset()
    at = told_last.get("at", ()) if isinstance(told_last, Mapping) else ()
    return frozenset(one for one in at if isinstance(one, str))


def _asked(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        match = _MARKED.fullmatch(name)
        if match is not None:
            yield match["node"]


def _path(text: str | None, payloads: Payloads) -> list[str]:
    """Return the nodes around the place where a run goes on from another, the outermost first."""
    try:
        call = payloads.parse_call(payloads.open(text))
    except PayloadError:
        return []
    carried = call.args[1] if len(call.args) > 1 else call.kwargs.get("carried")
    path = carried.get("path", ()) if isinstance(carried, Mapping) else ()
    return [place[0] for place in path]


def _before(nodes: Nodes, path: Sequence[str]) -> Iterator[str]:
    """Yield the nodes before a place, in what is around it as well."""
    for id_ in path:
        at = next((place for place, node in enumerate(nodes) if node.id == id_), None)
        if at is None:
            return
        yield from (node.id for node in nodes[:at])
        inside = [several for _, several in nodes[at].parts]
        nodes = tuple(node for several in inside for node in several)
