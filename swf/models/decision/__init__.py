"""Decisions: one class per decision type, named as the API names it.

The classes load when the first of them is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from swf import _lazy

if TYPE_CHECKING:
    from swf.models.decision.activity_task import (
        RequestCancelActivityTask,
        ScheduleActivityTask,
    )
    from swf.models.decision.base import Decision, check_decisions
    from swf.models.decision.child_workflow_execution import StartChildWorkflowExecution
    from swf.models.decision.external_workflow_execution import (
        RequestCancelExternalWorkflowExecution,
        SignalExternalWorkflowExecution,
    )
    from swf.models.decision.lambda_function import ScheduleLambdaFunction
    from swf.models.decision.marker import RecordMarker
    from swf.models.decision.registry import DECISIONS
    from swf.models.decision.timer import CancelTimer, StartTimer
    from swf.models.decision.workflow_execution import (
        CancelWorkflowExecution,
        CompleteWorkflowExecution,
        ContinueAsNewWorkflowExecution,
        FailWorkflowExecution,
    )

_HOMES: Final = {
    "activity_task": ("RequestCancelActivityTask", "ScheduleActivityTask"),
    "child_workflow_execution": ("StartChildWorkflowExecution",),
    "external_workflow_execution": (
        "RequestCancelExternalWorkflowExecution",
        "SignalExternalWorkflowExecution",
    ),
    "lambda_function": ("ScheduleLambdaFunction",),
    "marker": ("RecordMarker",),
    # The base class knows all the others once the registry is there, so it comes with it.
    "registry": ("DECISIONS", "Decision", "check_decisions"),
    "timer": ("CancelTimer", "StartTimer"),
    "workflow_execution": (
        "CancelWorkflowExecution",
        "CompleteWorkflowExecution",
        "ContinueAsNewWorkflowExecution",
        "FailWorkflowExecution",
    ),
}
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "DECISIONS",
    "CancelTimer",
    "CancelWorkflowExecution",
    "CompleteWorkflowExecution",
    "ContinueAsNewWorkflowExecution",
    "Decision",
    "FailWorkflowExecution",
    "RecordMarker",
    "RequestCancelActivityTask",
    "RequestCancelExternalWorkflowExecution",
    "ScheduleActivityTask",
    "ScheduleLambdaFunction",
    "SignalExternalWorkflowExecution",
    "StartChildWorkflowExecution",
    "StartTimer",
    "check_decisions",
]


if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)
    __getattr__ = _lazy.lazily(__name__, _HOME_OF)


def __dir__() -> list[str]:
    return __all__
