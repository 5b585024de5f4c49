"""Which class stands for which decision type."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from swf.models.decision import (
    activity_task,
    child_workflow_execution,
    external_workflow_execution,
    lambda_function,
    marker,
    timer,
    workflow_execution,
)
from swf.models.decision.base import Decision, check_decisions

__all__ = ["DECISIONS", "Decision", "check_decisions"]

_MODULES: Final = (
    workflow_execution,
    activity_task,
    timer,
    marker,
    child_workflow_execution,
    external_workflow_execution,
    lambda_function,
)

DECISIONS: Final[Mapping[str, type[Decision]]] = MappingProxyType(
    {
        name: found
        for module in _MODULES
        for name, found in vars(module).items()
        if isinstance(found, type)
        and issubclass(found, Decision)
        and "decision_type" in vars(found)
    }
)
"""The class of every decision type, by its exact name."""
