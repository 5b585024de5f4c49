"""Domains, types and executions as immutable models; events, decisions and histories.

A model knows how to describe, register and deprecate itself. What a field does not know is None:
"not told", never a default that pretends to be a fact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from swf import _lazy

if TYPE_CHECKING:
    from swf.models.activity import ActivityType
    from swf.models.base import Difference, Model, ModelDiff
    from swf.models.domain import Domain
    from swf.models.history import CompiledHistory, History, HistoryBuilder
    from swf.models.workflow import OpenCounts, WorkflowExecution, WorkflowType

_HOMES = {
    "ActivityType": "activity",
    "CompiledHistory": "history",
    "Difference": "base",
    "Domain": "domain",
    "History": "history",
    "HistoryBuilder": "history",
    "Model": "base",
    "ModelDiff": "base",
    "OpenCounts": "workflow",
    "WorkflowExecution": "workflow",
    "WorkflowType": "workflow",
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
    __getattr__ = _lazy.lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
