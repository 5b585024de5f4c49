"""Workflows as chains of steps: what a step does, how steps are chained, what runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from swf import _lazy

if TYPE_CHECKING:
    from swf.flow.retry import RetryPolicy
    from swf.steps.body import (
        CaughtEvent,
        ContainerStepBody,
        ErrorBehavior,
        ExecutionPointer,
        ExecutionResult,
        StepBody,
        StepExecutionContext,
        WorkflowInstance,
        WorkflowStatus,
        WorkflowStep,
    )
    from swf.steps.builder import StepBuilder, WorkflowBuilder
    from swf.steps.data import Data
    from swf.steps.definition import Definition
    from swf.steps.errors import StepsError
    from swf.steps.failing import ExecutionError
    from swf.steps.host import WorkflowHost, configure_workflow_host
    from swf.steps.workflow import Workflow

_HOMES = {
    "CaughtEvent": "body",
    "ContainerStepBody": "body",
    "Data": "data",
    "Definition": "definition",
    "ErrorBehavior": "body",
    "ExecutionError": "failing",
    "ExecutionPointer": "body",
    "ExecutionResult": "body",
    "RetryPolicy": "definition",
    "StepBody": "body",
    "StepBuilder": "builder",
    "StepExecutionContext": "body",
    "StepsError": "errors",
    "Workflow": "workflow",
    "WorkflowBuilder": "builder",
    "WorkflowHost": "host",
    "WorkflowInstance": "body",
    "WorkflowStatus": "body",
    "WorkflowStep": "body",
    "configure_workflow_host": "host",
}

__all__ = [
    "CaughtEvent",
    "ContainerStepBody",
    "Data",
    "Definition",
    "ErrorBehavior",
    "ExecutionError",
    "ExecutionPointer",
    "ExecutionResult",
    "RetryPolicy",
    "StepBody",
    "StepBuilder",
    "StepExecutionContext",
    "StepsError",
    "Workflow",
    "WorkflowBuilder",
    "WorkflowHost",
    "WorkflowInstance",
    "WorkflowStatus",
    "WorkflowStep",
    "configure_workflow_host",
]


if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)
    __getattr__ = _lazy.lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
