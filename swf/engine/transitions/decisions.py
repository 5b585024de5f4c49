"""The decisions that a decider may answer with, each with what carries it out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from swf.engine.state import Attributes
from swf.engine.transitions import (
    activity_task,
    child_workflow_execution,
    external_workflow_execution,
    lambda_function,
    marker,
    timer,
    workflow_execution,
)
from swf.engine.turn import Turn
from swf.validation import attributes_member

Handler = Callable[[Turn, Attributes, int], bool]
"""Carries a decision out, given its attributes and the id of the DecisionTaskCompleted; False where
it was refused, which an event tells."""

CONTINUE_AS_NEW: Final = "ContinueAsNewWorkflowExecution"
"""The one decision that needs more than a Handler is given: the run id of the next run."""

DECISIONS: Final[dict[str, Handler]] = {
    "CancelTimer": timer.cancel,
    "CancelWorkflowExecution": workflow_execution.cancel,
    "CompleteWorkflowExecution": workflow_execution.complete,
    "FailWorkflowExecution": workflow_execution.fail,
    "RecordMarker": marker.record,
    "RequestCancelActivityTask": activity_task.request_cancel,
    "RequestCancelExternalWorkflowExecution": external_workflow_execution.request_cancel,
    "ScheduleActivityTask": activity_task.schedule,
    "ScheduleLambdaFunction": lambda_function.schedule,
    "SignalExternalWorkflowExecution": external_workflow_execution.signal,
    "StartChildWorkflowExecution": child_workflow_execution.start,
    "StartTimer": timer.start,
}
"""The handler of each decision but ContinueAsNewWorkflowExecution."""

_MEMBERS: Final = {name: attributes_member(name) for name in (*DECISIONS, CONTINUE_AS_NEW)}


def carry_out(
    turn: Turn, decision: Attributes, decided: int, new_run_id: Callable[[], str]
) -> bool:
    """Record what one decision comes to; False where it was refused.

    A decision without attributes is one with none told.
    """
    name = decision["decisionType"]
    attributes = decision.get(_MEMBERS[name]) or {}
    if name == CONTINUE_AS_NEW:
        return workflow_execution.continue_as_new(turn, attributes, decided, new_run_id)
    return DECISIONS[name](turn, attributes, decided)
