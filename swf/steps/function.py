"""A plain function as a step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from swf.flow.activity_work import awaited
from swf.steps.body import ExecutionResult, StepBody, StepExecutionContext


class FunctionStep(StepBody):
    """Calls a function of the context; the step's inputs are its keyword arguments.

    What it returns is the outcome, and `result` for `output(...)`, unless it is an ExecutionResult.
    """

    def __init__(self, function: Callable[..., Any], inputs: dict[str, Any]) -> None:
        self.function = function
        self.inputs = inputs
        self.result: Any = None

    def run(self, context: StepExecutionContext) -> ExecutionResult:
        """Call the function, and return what follows."""
        result = awaited(self.function(context, **self.inputs))
        if isinstance(result, ExecutionResult):
            return result
        self.result = result
        return ExecutionResult.outcome(result)
