"""Calls a step, by its activity, again and again until it proceeds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any

import attrs

from swf.steps.definition import RunStep
from swf.steps.failing import Failures
from swf.steps.position import Line, Path, Place
from swf.steps.waiting import Wanted

if TYPE_CHECKING:
    from swf.steps.interpreter import Interpreter
    from swf.steps.performing import Reply
    from swf.steps.running import StepsRun


@attrs.define(eq=False)
class Calling:
    """The calls of a step on one passage of a line through it.

    `persisted` is what the step has left for itself, `event` what came for it, and `left` the items
    of its branches that are still to be done.
    """

    interpreter: Interpreter
    node: RunStep
    line: Line
    pointer: str
    persisted: Any = None
    event: Mapping[str, Any] | None = None
    left: list[Any] | None = None
    failures: Failures = attrs.field(factory=Failures)

    @property
    def run(self) -> StepsRun:
        """The run that calls."""
        return self.interpreter.run

    def proceeded(self, at: Path) -> Any:
        """Call it from where it is until it proceeds; return its outcome."""
        if at:
            state = at[0].state
            self.persisted = state.get("persistence_data")
            self.event, self.left = state.get("event"), state.get("left")
            self.failures = Failures.of(state)
        while True:
            if self.left is not None:
                self._branch(self.left)
                if self.persisted is None:
                    return None
            reply = self.run.attempts(
                self.node.id, self.node.on_error, self.failures, self._called, self._breathe
            )
            if reply["proceed"]:
                return reply["outcome"]
            self._wait(reply)
            self.persisted, self.left = reply["persistence_data"], reply["branches"]
            self.failures = Failures()
            if self.left is None:
                self._breathe()

    def _called(self) -> Reply:
        """Call it once, and keep what it gave."""
        run, node = self.run, self.node
        inputs: dict[str, Any] = {}
        if node.inputs:
            inputs = self.interpreter.asking.once(node, "inputs", node.inputs_for, self.line)
        activity = run.activity_of(node).with_options(activity_id=self.pointer)
        reply: Reply = run.submit(
            activity,
            {
                "definition": [run.definition.id, run.definition.version],
                "workflow": run.context.workflow_id,
                "step": node.id,
                "inputs": inputs,
                "data": dict(vars(run.data)),
                "item": self.line.item,
                "persistence_data": self.persisted,
                "event": self.event,
                "pointer": {"id": self.pointer, "retry_count": self.failures.total},
            },
        ).result
        run.keep(reply.get("data", {}))
        run.keep(reply["outputs"])
        return reply

    def _branch(self, left: list[Any]) -> None:
        """Have what is inside done for each value that the step has branched into."""
        interpreter, node = self.interpreter, self.node
        work = partial(interpreter.sequence, node.do)
        state = {"persistence_data": self.persisted, "pointer": self.pointer}
        interpreter.beside.each(node.id, left, work, self.line, state)
        self.left = None

    def _wait(self, reply: Reply) -> None:
        """Wait for what the step has answered that it waits for."""
        self.event = None
        wait = reply["wait"]
        if wait is not None:
            wanted = Wanted.of(wait["name"], wait["key"], wait["as_of"])
            self.event = {"data": self.interpreter.awaited(self.node, self.line, wanted)}
        elif reply["sleep"]:
            _ = self.run.start_timer(ceil(reply["sleep"]), timer_id=self.pointer).result

    def _breathe(self) -> None:
        state = {
            "persistence_data": self.persisted,
            "event": self.event,
            "pointer": self.pointer,
        }
        place = Place(self.node.id, {**state, **self.failures.as_value()})
        self.run.breathe(self.line, place)
