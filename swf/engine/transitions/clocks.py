"""What happens when a deadline of something open has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from swf.engine.state import (
    ACTIVITY_TASK,
    DECISION_TASK,
    LAMBDA_FUNCTION,
    TIMER,
    WORKFLOW_EXECUTION,
    Entity,
)
from swf.engine.transitions import (
    activity_task,
    decision_task,
    lambda_function,
    timer,
    workflow_execution,
)
from swf.engine.turn import Turn

_TIMED_OUT: Final[dict[str, Callable[[Turn, Any, str], None]]] = {
    WORKFLOW_EXECUTION: lambda turn, _entity, _type: workflow_execution.time_out(turn),
    DECISION_TASK: decision_task.time_out,
    ACTIVITY_TASK: activity_task.time_out,
    TIMER: lambda turn, entity, _type: timer.fire(turn, entity),
    LAMBDA_FUNCTION: lambda turn, entity, _type: lambda_function.time_out(turn, entity),
}


def time_out(turn: Turn, entity: Entity, timeout_type: str) -> None:
    """Record that this deadline of an open entity is over, and what follows of it."""
    _TIMED_OUT[entity.kind](turn, entity, timeout_type)
