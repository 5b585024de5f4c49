"""Workflows as graphs of tasks, in floto's words: each task begins once what it requires is done.

A graph is compiled to a workflow of the flow layer, and runs wherever these do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from swf import _lazy

if TYPE_CHECKING:
    from swf.flow.retry import RetryPolicy
    from swf.graph import api, decider, specs
    from swf.graph.decider import Daemon, Decider, DynamicDecider
    from swf.graph.declared import activity, generator
    from swf.graph.errors import GraphError
    from swf.graph.specs.decider_spec import DeciderSpec
    from swf.graph.specs.retry_strategy import InstantRetry, Strategy
    from swf.graph.specs.task import ActivityTask, ChildWorkflow, Generator, Task, Timer
    from swf.graph.worker import ActivityWorker
    from swf.graph.workflow import GraphWorkflow, graph_workflow

_HOMES = {
    "ActivityTask": "specs.task",
    "ActivityWorker": "worker",
    "ChildWorkflow": "specs.task",
    "Daemon": "decider.daemon",
    "Decider": "decider.decider",
    "DeciderSpec": "specs.decider_spec",
    "DynamicDecider": "decider.decider",
    "Generator": "specs.task",
    "GraphError": "errors",
    "GraphWorkflow": "workflow",
    "InstantRetry": "specs.retry_strategy",
    "RetryPolicy": "specs.retry_strategy",
    "Strategy": "specs.retry_strategy",
    "Task": "specs.task",
    "Timer": "specs.task",
    "activity": "declared",
    "api": "api",
    "decider": "decider",
    "generator": "declared",
    "graph_workflow": "workflow",
    "specs": "specs",
}

__all__ = [
    "ActivityTask",
    "ActivityWorker",
    "ChildWorkflow",
    "Daemon",
    "Decider",
    "DeciderSpec",
    "DynamicDecider",
    "Generator",
    "GraphError",
    "GraphWorkflow",
    "InstantRetry",
    "RetryPolicy",
    "Strategy",
    "Task",
    "Timer",
    "activity",
    "api",
    "decider",
    "generator",
    "graph_workflow",
    "specs",
]


if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)
    __getattr__ = _lazy.lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
