"""Asks the functions of a definition: what they say of the data is recorded."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from swf.exceptions import PayloadTooLargeError
from swf.steps.body import (
    ExecutionPointer,
    StepExecutionContext,
    WorkflowInstance,
    WorkflowStep,
)
from swf.steps.definition import Delay, Node, Schedule
from swf.steps.failing import Failures
from swf.steps.position import Line, Place

if TYPE_CHECKING:
    from swf.steps.running import StepsRun

T = TypeVar("T")

Question = Callable[[Any, StepExecutionContext], T]
"""A function of the workflow's data and a context."""


@attrs.frozen(eq=False)
class Asking:
    """Asks the functions of a definition for one run of it."""

    run: StepsRun

    def asked(
        self, node: Node, what: str, question: Question[T], line: Line, *, at_end: bool = False
    ) -> T:
        """Return what a function says; where it fails, it is as its node's `on_error` says.

        Meanwhile another run may go on from the node, but not `at_end`, when it has been done.
        """

        def breathe() -> None:
            if at_end:
                self.run.gate()
            else:
                self.run.breathe(line, Place(node.id))

        return self.run.attempts(
            node.id,
            node.on_error,
            Failures(),
            lambda: self.once(node, what, question, line),
            breathe,
        )

    def once(self, node: Node, what: str, question: Question[T], line: Line) -> T:
        """Return what a function says now; raise what it raises.

        That is recorded: it may look at a clock. What it does to the data is of no effect.
        """
        context = self._context(node, line)

        def told() -> T:
            return question(context.workflow.data, context)

        told.__name__ = f"{node.id} {what}"
        try:
            return self.run.side_effect(told)
        except PayloadTooLargeError:  # then it has to say the same when it is replayed
            return told()

    def seconds(self, node: Delay | Schedule, line: Line) -> float:
        """Return the period of a node; what is no function is not recorded."""
        if callable(node.period):
            return self.asked(node, "period", node.seconds_for, line)
        context = self._context(node, line)
        return node.seconds_for(context.workflow.data, context)

    def _context(self, node: Node, line: Line) -> StepExecutionContext:
        """Return what a function is told: the data is a copy."""
        run = self.run
        return StepExecutionContext(
            workflow=WorkflowInstance(
                id=run.context.workflow_id,
                workflow_definition_id=run.definition.id,
                version=run.definition.version,
                data=deepcopy(run.data),
            ),
            step=WorkflowStep(node.id, node.name),
            execution_pointer=ExecutionPointer(id=node.id, step_id=node.id, context_item=line.item),
        )
