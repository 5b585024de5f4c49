"""Does what a definition says: goes along its tree, one handler for each kind of node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any, Final

import attrs

from swf.steps.asking import Asking
from swf.steps.beside import Beside
from swf.steps.body import CaughtEvent, StepExecutionContext
from swf.steps.calling import Calling
from swf.steps.definition import (
    Delay,
    ForEach,
    If,
    Node,
    Nodes,
    Parallel,
    RunStep,
    Saga,
    Schedule,
    WaitFor,
    While,
)
from swf.steps.failing import Failures, NoEventError, StepFailedError, TerminatedError
from swf.steps.passages import Passages
from swf.steps.position import Line, Path, Place, rest
from swf.steps.waiting import Wanted

if TYPE_CHECKING:
    from swf.steps.running import StepsRun


class Interpreter:
    """Goes along a definition for one run of it.

    Each handler does a node for a line of work, from a place on where that begins with this node.
    """

    def __init__(self, run: StepsRun) -> None:
        self.run = run
        self.asking = Asking(run)
        self.beside = Beside(run)
        self.passages = Passages(run.carried.get("passages", 0))

    def sequence(self, nodes: Nodes, line: Line, at: Path = ()) -> None:
        """Do nodes one after the other, from a place on."""
        for node in rest(nodes, at):
            self.run.breathe(line, Place(node.id))
            _HANDLERS[type(node)](self, node, line, at)
            at = ()

    # Steps

    def step(self, node: RunStep, line: Line, at: Path = ()) -> None:
        """Call a step until it proceeds, and do what its outcome leads to."""
        chosen = at[0].state.get("when") if at else None
        if chosen is None:
            try:
                chosen = self._chosen(node, line, at)
            except TerminatedError:
                raise
            except StepFailedError:
                if node.compensate is not None:
                    self.step(node.compensate, line.beside(undo=None))
                if line.undo is not None:
                    raise
                return
            if line.undo is not None and node.compensate is not None:
                line.undo.append([node.compensate.id, line.item])
        if chosen >= 0:
            inside = line.inside(Place(node.id, {"when": chosen}))
            self.sequence(node.whens[chosen].body, inside, at[1:])

    def _chosen(self, node: RunStep, line: Line, at: Path) -> int:
        """Call a step until it proceeds; return the number of the `when` of its outcome, or -1."""
        begun = at[0].state.get("pointer") if at else None
        with self.passages.through(node, begun) as pointer:
            outcome = Calling(self, node, line, pointer).proceeded(at)

        def chosen(data: Any, context: StepExecutionContext) -> int:
            found = (n for n, one in enumerate(node.whens) if one.matches(outcome, data, context))
            return next(found, -1)

        if not node.whens:
            return -1
        return self.asking.asked(node, "when", chosen, line, at_end=True)

    # Waiting

    def wait_for(self, node: WaitFor, line: Line, at: Path = ()) -> None:
        """Go on with an event, or after the time-out by way of what follows that."""
        if len(at) > 1 or self._caught(node, line).timed_out:
            self.sequence(node.on_timeout, line.inside(Place(node.id)), at[1:])

    def _caught(self, node: WaitFor, line: Line) -> CaughtEvent:
        """Wait for an event, have its outputs in the data, and return it."""

        def asked(data: Any, context: StepExecutionContext) -> list[Any]:
            as_of = node.effective_date_for(data, context)
            return [
                node.key_for(data, context),
                None if as_of is None else as_of.timestamp(),
                node.timeout_for(data, context),
            ]

        with self.passages.through(node):
            key, as_of, timeout = self.asking.asked(node, "wait_for", asked, line)
            came = CaughtEvent(event_name=node.event, event_key=key)
            try:
                data = self.awaited(node, line, Wanted(node.event, key, as_of, timeout))
                came = attrs.evolve(came, event_data=data)
            except NoEventError:
                came = attrs.evolve(came, timed_out=True)
            if node.outputs:
                outputs = partial(_outputs, node, came)
                self.run.keep(self.asking.asked(node, "outputs", outputs, line, at_end=True))
        return came

    def awaited(self, node: Node, line: Line, wanted: Wanted) -> Any:
        """Return the data of the next event that is wanted; raises NoEventError without one."""
        return self.run.attempts(
            node.id, None, Failures(), lambda: self.run.waits.awaited(line, wanted), self.run.gate
        )

    def delay(self, node: Delay, line: Line, _: Path = ()) -> None:
        """Go on after a time."""
        self._sleep(node, self.asking.seconds(node, line))

    def schedule(self, node: Schedule, line: Line, _: Path = ()) -> None:
        """Go on at once, and have the rest done beside, after a time."""
        seconds = self.asking.seconds(node, line)

        def later(line: Line) -> None:
            self._sleep(node, seconds)
            self.sequence(node.body, line)

        self.beside.schedule(later, line)

    def _sleep(self, node: Node, seconds: float) -> None:
        """Let a time pass, by a timer of whole seconds."""
        with self.passages.through(node) as pointer:
            if seconds > 0:
                _ = self.run.start_timer(ceil(seconds), timer_id=pointer).result

    # What holds others

    def if_(self, node: If, line: Line, at: Path = ()) -> None:
        """Do what is inside, if that is so."""
        if len(at) > 1 or self.asking.asked(node, "if", node.holds, line):
            self.sequence(node.body, line.inside(Place(node.id)), at[1:])

    def while_(self, node: While, line: Line, at: Path = ()) -> None:
        """Do what is inside as long as that is so."""
        inside = line.inside(Place(node.id))
        if len(at) > 1:
            self.sequence(node.body, inside, at[1:])
        while self.asking.asked(node, "while", node.holds, line):
            self.sequence(node.body, inside)
            self.run.breathe(line, Place(node.id))

    def for_each(self, node: ForEach, line: Line, at: Path = ()) -> None:
        """Do what is inside for each item."""
        items = at[0].state.get("left") if at else None
        if items is None:
            items = self.asking.asked(node, "for_each", node.items_for, line)
        if node.parallel:
            self.beside.each(node.id, items, partial(self.sequence, node.body), line, {})
            return
        for number, item in enumerate(items):
            place = Place(node.id, {"left": items[number:]})
            self.sequence(node.body, attrs.evolve(line.inside(place), item=item), at[1:])
            at = ()

    def parallel(self, node: Parallel, line: Line, _: Path = ()) -> None:
        """Do all branches side by side."""
        self.beside.branches([partial(self.sequence, nodes) for nodes in node.branches], line)

    def saga(self, node: Saga, line: Line, at: Path = ()) -> None:
        """Do what is inside; where that fails, compensate, and go on as it says."""
        state = at[0].state if at else {}
        failures = Failures.of(state)
        undo: list[list[Any]] = [list(one) for one in state.get("undo", ())]
        while True:
            place = Place(node.id, {"undo": undo, **failures.as_value()})
            try:
                self.sequence(node.body, attrs.evolve(line.inside(place), undo=undo), at[1:])
            except TerminatedError:
                raise
            except StepFailedError as failed:
                self._undo(node, undo, line)
                if node.on_error is None:
                    return
                self.run.failed(node.id, node.on_error, failures, failed)
                at, undo = (), []
                self.run.breathe(line, Place(node.id, failures.as_value()))
            else:
                if line.undo is not None:
                    line.undo.extend(undo)
                    if node.compensate is not None:
                        line.undo.append([node.compensate.id, line.item])
                return

    def _undo(self, node: Saga, undo: Sequence[Sequence[Any]], line: Line) -> None:
        """Compensate what was done, the newest first, and the saga itself last."""
        for step_id, item in reversed(undo):
            self.run.gate()
            step = self.run.definition.step(step_id)
            self.step(step, line.beside(item=item, undo=None))
        if node.compensate is not None:
            self.step(node.compensate, line.beside(undo=None))


def _outputs(
    node: WaitFor, came: CaughtEvent, _data: Any, _context: StepExecutionContext
) -> dict[str, Any]:
    return {name: function(came) for name, function in node.outputs}


Handler = Callable[[Interpreter, Any, Line, Path], None]

_HANDLERS: Final[dict[type[Node], Handler]] = {
    Delay: Interpreter.delay,
    ForEach: Interpreter.for_each,
    If: Interpreter.if_,
    Parallel: Interpreter.parallel,
    RunStep: Interpreter.step,
    Saga: Interpreter.saga,
    Schedule: Interpreter.schedule,
    WaitFor: Interpreter.wait_for,
    While: Interpreter.while_,
}
