"""Does what a definition says: goes along its tree, one handler for each kind of node."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from swf.exceptions import PayloadTooLargeError
from swf.flow import futures
from swf.flow.future import Future
from swf.flow.replay.ids import fitted
from swf.steps.body import (
    CaughtEvent,
    ExecutionPointer,
    StepExecutionContext,
    WorkflowInstance,
    WorkflowStep,
)
from swf.steps.definition import (
    Delay,
    Duration,
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
from swf.steps.position import Line, Path, Place, rest
from swf.steps.waiting import Wanted

if TYPE_CHECKING:
    from collections.abc import Generator

    from swf.steps.running import StepsRun

T = TypeVar("T")

LINES: Final = 500
"""How many items of a `for_each`, or of a branch, are at work side by side, at most."""


class Interpreter:
    """Goes along a definition for one run of it.

    `at` has the nodes that are at work now, by the pointer of each passage.
    """

    def __init__(self, run: StepsRun) -> None:
        self.run = run
        self.definition = run.definition
        self.data = run.data
        self.at: dict[str, str] = {}
        self.others = 0  # lines at work beside the first
        self.scheduled: list[Future[Any]] = []
        self._passages: Counter[str] = Counter()

    def sequence(self, nodes: Nodes, line: Line, at: Path = ()) -> None:
        """Do nodes one after the other, from a place on."""
        for node in rest(nodes, at):
            self.breathe(line, Place(node.id))
            _HANDLERS[type(node)](self, node, line, at)
            at = ()

    def breathe(self, line: Line, place: Place) -> None:
        """Wait while the run is suspended; have another run go on from here when it is time."""
        self.run.gate()
        if line.path is not None and not self.others:
            self.run.renew(line, place)

    # Steps

    def step(self, node: RunStep, line: Line, at: Path = ()) -> None:
        """Call a step until it proceeds, and do what its outcome leads to."""
        state = at[0].state if at else {}
        chosen = state.get("when")
        if chosen is None:
            try:
                chosen = self._chosen(node, self._proceeded(node, line, at), line)
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

    def _proceeded(self, node: RunStep, line: Line, at: Path) -> Any:
        """Call a step again and again until it proceeds; return its outcome."""
        state = dict(at[0].state) if at else {}
        pointer = self.pointer(node)
        event: dict[str, Any] | None = state.get("event")
        left = state.get("left")
        with self._at_work(node, pointer):
            while True:
                persisted = state.get("persistence_data")
                if left is not None:
                    self._each(node.id, node.do, left, line, {"persistence_data": persisted})
                    if persisted is None:
                        return None
                    left = None
                call = self._call(node, line, pointer, persisted, event)
                reply = self._attempted(node, line, call, Failures.of(state), state)
                if reply["proceed"]:
                    return reply["outcome"]
                event, left = self._until_next(node, line, pointer, reply), reply["branches"]
                state = {"persistence_data": reply["persistence_data"], "event": event}
                if left is None:
                    self.breathe(line, Place(node.id, state))

    def _attempted(
        self,
        node: RunStep,
        line: Line,
        call: Callable[[Failures], dict[str, Any]],
        failures: Failures,
        state: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Have a step called as often as it takes; return what it answered."""

        def breathe() -> None:
            self.breathe(line, Place(node.id, {**state, **failures.as_value()}))

        return self.run.attempts(node.id, node.on_error, failures, lambda: call(failures), breathe)

    def _call(
        self,
        node: RunStep,
        line: Line,
        pointer: str,
        persisted: Any,
        event: dict[str, Any] | None,
    ) -> Callable[[Failures], dict[str, Any]]:
        """Return what calls the step once, and keeps what it gave."""

        def call(failures: Failures) -> dict[str, Any]:
            inputs = self._function(node, "inputs", node.inputs_for, line) if node.inputs else {}
            activity = self.run.activity_of(node).with_options(activity_id=pointer)
            reply: dict[str, Any] = self.run.submit(
                activity,
                {
                    "definition": [self.definition.id, self.definition.version],
                    "workflow": self.run.context.workflow_id,
                    "step": node.id,
                    "inputs": inputs,
                    "data": dict(vars(self.data)),
                    "item": line.item,
                    "persistence_data": persisted,
                    "event": event,
                    "pointer": {"id": pointer, "retry_count": failures.total},
                },
            ).result
            self.keep(reply.get("data", {}))
            self.keep(reply["outputs"])
            return reply

        return call

    def _until_next(
        self, node: RunStep, line: Line, pointer: str, reply: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """Wait for what the step answered that it waits for; return the event that came."""
        wait = reply["wait"]
        if wait is not None:
            wanted = Wanted.of(wait["name"], wait["key"], wait["as_of"])
            return {"data": self._awaited(node, line, wanted)}
        if reply["sleep"]:
            self._sleep(reply["sleep"], pointer)
        return None

    def _chosen(self, node: RunStep, outcome: Any, line: Line) -> int:
        """Return the number of the `when` that an outcome leads into; -1 where it is none."""

        def chosen(data: Any, context: StepExecutionContext) -> int:
            for number, when in enumerate(node.whens):
                if when.matches(outcome, data, context):
                    return number
            return -1

        return self._asked(node, "when", chosen, line) if node.whens else -1

    # Waiting

    def wait_for(self, node: WaitFor, line: Line, at: Path = ()) -> None:
        """Go on with an event, or after the time-out by way of what follows that."""
        timed_out = len(at) > 1
        if not timed_out:
            timed_out = self._caught(node, line).timed_out
        if timed_out:
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

        pointer = self.pointer(node)
        with self._at_work(node, pointer):
            key, as_of, timeout = self._asked(node, "wait_for", asked, line)
            wanted = Wanted(node.event, key, as_of, timeout)
            try:
                data, timed_out = self._awaited(node, line, wanted), False
            except NoEventError:
                data, timed_out = None, True
            caught = CaughtEvent(
                event_name=node.event, event_key=key, event_data=data, timed_out=timed_out
            )
            if node.outputs:
                self.keep(self._asked(node, "outputs", lambda *_: _outputs(node, caught), line))
        return caught

    def _awaited(self, node: Node, line: Line, wanted: Wanted) -> Any:
        """Return the data of the next event that is wanted; raises NoEventError without one."""
        failures = Failures()
        return self.run.attempts(
            node.id, None, failures, lambda: self.run.waits.awaited(line, wanted), _nothing
        )

    def delay(self, node: Delay, line: Line, _: Path = ()) -> None:
        """Go on after a time."""
        pointer = self.pointer(node)
        with self._at_work(node, pointer):
            seconds = self._period(node, node.period, node.seconds_for, line)
            self._sleep(seconds, pointer)

    def schedule(self, node: Schedule, line: Line, _: Path = ()) -> None:
        """Go on at once, and have the rest done beside, after a time."""
        pointer = self.pointer(node)
        seconds = self._period(node, node.period, node.seconds_for, line)

        def later(line: Line) -> None:
            with self._at_work(node, pointer):
                self._sleep(seconds, pointer)
            self.sequence(node.body, line)

        begun = self._begun(later, line.beside(undo=None))
        begun._when_done(self.run.line_ended)
        self.scheduled.append(begun)

    def _sleep(self, seconds: float, pointer: str) -> None:
        """Let a time pass, by a timer of whole seconds."""
        if seconds > 0:
            _ = self.run.start_timer(ceil(seconds), timer_id=pointer).result

    # What holds others

    def if_(self, node: If, line: Line, at: Path = ()) -> None:
        """Do what is inside, if that is so."""
        if len(at) > 1 or self._asked(node, "if", node.holds, line):
            self.sequence(node.body, line.inside(Place(node.id)), at[1:])

    def while_(self, node: While, line: Line, at: Path = ()) -> None:
        """Do what is inside as long as that is so."""
        inside = line.inside(Place(node.id))
        if len(at) > 1:
            self.sequence(node.body, inside, at[1:])
        while self._asked(node, "while", node.holds, line):
            self.sequence(node.body, inside)
            self.breathe(line, Place(node.id))

    def for_each(self, node: ForEach, line: Line, at: Path = ()) -> None:
        """Do what is inside for each item."""
        state = at[0].state if at else {}
        items = state.get("left")
        if items is None:
            items = self._asked(node, "for_each", node.items_for, line)
        if node.parallel:
            self._each(node.id, node.body, items, line, {})
            return
        for number in range(len(items)):
            place = Place(node.id, {"left": items[number:]})
            inside = attrs.evolve(line.inside(place), item=items[number])
            self.sequence(node.body, inside, at[1:])
            at = ()

    def parallel(self, node: Parallel, line: Line, _: Path = ()) -> None:
        """Do all branches side by side."""
        lines = [line.beside() for _ in node.branches]
        works = [partial(self.sequence, nodes) for nodes in node.branches]
        self._join([self._begun(work, one) for work, one in zip(works, lines, strict=True)])
        for one in lines:
            line.had.join(one.had)

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
                self.breathe(line, Place(node.id, failures.as_value()))
            else:
                if line.undo is not None:
                    line.undo.extend(undo)
                    if node.compensate is not None:
                        line.undo.append([node.compensate.id, line.item])
                return

    def _undo(self, node: Saga, undo: Sequence[Sequence[Any]], line: Line) -> None:
        """Compensate what was done, the newest first, and the saga itself last."""
        for step_id, item in reversed(undo):
            self.step(self.definition.step(step_id), line.beside(item=item, undo=None))
        if node.compensate is not None:
            self.step(node.compensate, line.beside(undo=None))

    # Lines beside each other

    def _each(
        self, node_id: str, nodes: Nodes, items: Iterable[Any], line: Line, state: dict[str, Any]
    ) -> None:
        """Do nodes once for each item, side by side.

        Where it is time for another run, no further item begins, and that has those that are left.
        """
        left = deque(items)
        failed: list[BaseException] = []
        may_drain = line.path is not None and not self.others

        def work(_: Line) -> None:
            while left and not failed and not (may_drain and self.run.wants_renewal):
                one = line.beside(item=left.popleft())
                try:
                    self.sequence(nodes, one)
                except BaseException as error:
                    failed.append(error)
                    raise
                line.had.join(one.had)

        while left:
            self.breathe(line, Place(node_id, {**state, "left": list(left)}))
            self._join([self._begun(work, line) for _ in range(min(LINES, len(left)))])

    def _begun(self, work: Callable[[Line], object], line: Line) -> Future[Any]:
        """Have work done by another line, which begins when this one waits."""
        self.others += 1

        def worked() -> None:
            try:
                work(line)
            finally:
                self.others -= 1

        return self.run.spawn(worked)

    def _join(self, lines: Sequence[Future[Any]]) -> None:
        """Return when all lines have ended; raise what the first one of those that failed did.

        What ends the workflow is raised at once.
        """
        left = list(lines)
        while left:
            done, left = futures.wait(left, return_when=futures.FIRST_EXCEPTION)
            for one in done:
                if isinstance(one.exception, TerminatedError):
                    raise one.exception
        for one in lines:
            _ = one.result

    def join_scheduled(self) -> None:
        """Return when all has ended that was scheduled, by what was scheduled too."""
        while self.scheduled:
            lines, self.scheduled = self.scheduled, []
            self._join(lines)

    # Functions of the definition, and what comes of them

    @property
    def has_moved(self) -> bool:
        """Whether this run has come through a node."""
        return bool(self._passages)

    def _asked(
        self, node: Node, what: str, function: Callable[[Any, StepExecutionContext], T], line: Line
    ) -> T:
        """Return what a function of the definition says; where it fails, try it again and again."""
        failures = Failures()
        return self.run.attempts(
            node.id,
            None,
            failures,
            lambda: self._function(node, what, function, line),
            lambda: self.breathe(line, Place(node.id)),
        )

    def _function(
        self, node: Node, what: str, function: Callable[[Any, StepExecutionContext], T], line: Line
    ) -> T:
        """Return what a function of the definition says now.

        That is recorded: it may look at a clock. What it does to the data is not.
        """
        context = self.context(node, line)

        def told() -> T:
            return function(context.workflow.data, context)

        told.__name__ = f"{node.id} {what}"
        try:
            return self.run.side_effect(told)
        except PayloadTooLargeError:  # then it has to say the same when it is replayed
            return told()

    def _period(
        self,
        node: Node,
        period: Duration,
        function: Callable[[Any, StepExecutionContext], float],
        line: Line,
    ) -> float:
        if callable(period):
            return self._asked(node, "period", function, line)
        return function(self.data, self.context(node, line))

    def context(self, node: Node, line: Line) -> StepExecutionContext:
        """Return what a function of the definition is told, the data a copy."""
        return StepExecutionContext(
            workflow=WorkflowInstance(
                id=self.run.context.workflow_id,
                workflow_definition_id=self.definition.id,
                version=self.definition.version,
                data=deepcopy(self.data),
            ),
            step=WorkflowStep(node.id, node.name),
            execution_pointer=ExecutionPointer(id=node.id, step_id=node.id, context_item=line.item),
        )

    def keep(self, fields: Mapping[str, Any]) -> None:
        """Have these fields in the data."""
        for name, value in fields.items():
            self.data[name] = value

    def pointer(self, node: Node) -> str:
        """Return the id of the next passage through a node: its own, then with a number."""
        self._passages[node.id] += 1
        number = self._passages[node.id]
        return node.id if number == 1 else fitted(f"{node.id}-{number}")

    @contextmanager
    def _at_work(self, node: Node, pointer: str) -> Generator[None]:
        self.at[pointer] = node.id
        try:
            yield
        finally:
            self.at.pop(pointer, None)


def _outputs(node: WaitFor, caught: CaughtEvent) -> dict[str, Any]:
    return {name: function(caught) for name, function in node.outputs}


def _nothing() -> None:
    """Do nothing: there is no place to go on from."""


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
