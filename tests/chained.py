"""Steps and workflows that the tests of chains share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from swf.steps import (
    ContainerStepBody,
    Data,
    ExecutionPointer,
    ExecutionResult,
    StepBody,
    StepExecutionContext,
    Workflow,
    WorkflowBuilder,
    WorkflowInstance,
    WorkflowStep,
)


class Hello(StepBody):
    """Returns nothing."""

    def run(self, context: StepExecutionContext) -> None:
        pass


class Goodbye(StepBody):
    """Says that the chain goes on."""

    def run(self, context: StepExecutionContext) -> ExecutionResult:
        return ExecutionResult.next()


class AddNumbers(StepBody):
    """Adds its two inputs."""

    def __init__(self) -> None:
        self.input1 = 0
        self.input2 = 0
        self.output = 0

    def run(self, context: StepExecutionContext) -> ExecutionResult:
        self.output = self.input1 + self.input2
        return ExecutionResult.next()


class Split(ContainerStepBody):
    """Branches into 1, 2 and 3."""

    def run(self, context: StepExecutionContext) -> ExecutionResult:
        return ExecutionResult.branch([1, 2, 3])


def workflow(
    build: Callable[[WorkflowBuilder], object], *, id: str = "W", version: int = 1
) -> Workflow:
    """Return a workflow that a function builds."""

    class Made(Workflow):
        def id(self) -> str:
            return id

        def version(self) -> int:
            return version

        def build(self, builder: WorkflowBuilder) -> None:
            build(builder)

    return Made()


def hello(builder: WorkflowBuilder) -> object:
    """Build one step: what stands inside of containers where that is of no account."""
    return builder.start_with(Hello)


def nested(depth: int) -> Callable[[WorkflowBuilder], object]:
    """Return a function that builds containers within each other."""
    if not depth:
        return hello
    return lambda b: b.if_(lambda data, context: True).do(nested(depth - 1))


def context(step_id: str = "1-Hello", item: Any = None, **data: Any) -> StepExecutionContext:
    """Return a context of a step, with an item and data."""
    return StepExecutionContext(
        workflow=WorkflowInstance(id="w", workflow_definition_id="W", version=1, data=Data(**data)),
        step=WorkflowStep(step_id, step_id.partition("-")[2]),
        execution_pointer=ExecutionPointer(id="p", step_id=step_id, context_item=item),
    )
