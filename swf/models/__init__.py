"""Domains, types and executions as immutable models; events, decisions and histories.

A model knows how to describe, register and deprecate itself. What a field does not know is None:
"not told", never a default that pretends to be a fact.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from swf.models.activity import ActivityType
    from swf.models.base import Difference, Model, ModelDiff
    from swf.models.domain import Domain
    from swf.models.history import CompiledHistory, History, HistoryBuilder
    from swf.models.workflow import OpenCounts, WorkflowExecution, WorkflowType

_HOMES = {
    "ActivityType": "swf.models.activity",
    "CompiledHistory": "swf.models.history",
    "Difference": "swf.models.base",
    "Domain": "swf.models.domain",
    "History": "swf.models.history",
    "HistoryBuilder": "swf.models.history",
    "Model": "swf.models.base",
    "ModelDiff": "swf.models.base",
    "OpenCounts": "swf.models.workflow",
    "WorkflowExecution": "swf.models.workflow",
    "WorkflowType": "swf.models.workflow",
}

__all__ = [
    "ActivityType",
    "CompiledHistory",
    "Difference",
    "Domain",
    "History",
    "HistoryBuilder",
    "Model",
    "ModelDiff",
    "OpenCounts",
    "WorkflowExecution",
    "WorkflowType",
]


if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)

    def __getattr__(name: str) -> Any:
        """Import a model's module when the model is first used."""
        if name not in _HOMES:
            raise AttributeError(f"module 'swf.models' has no attribute {name!r}")
        return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
