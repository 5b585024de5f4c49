"""What the operations on tasks have in common: a token, and the started task that it names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from swf.engine.faults import unknown_execution
from swf.engine.state import ActivityTask, DecisionTask, Execution
from swf.engine.unit import Unit
from swf.fault import Fault

Handler = Callable[[Unit, Any], dict[str, Any] | None]


def started_task(
    unit: Unit, kind: str, token: str, unknown: Callable[[int], Fault]
) -> tuple[Execution, Any]:
    """Return the execution and the started task of a token.

    Raises Fault where the token is none of this engine's, where the execution is closed, and
    where the task is, or the execution is forgotten (`unknown` tells how that is said).
    """
    run, scheduled_id = unit.seal.read_task_token(kind, token)
    execution = unit.execution(run)
    if execution is None:
        # Closed so long ago that it is forgotten; the token was ours, and names the task still.
        raise unknown(scheduled_id)
    if not execution.is_open:
        raise unknown_execution(execution.workflow_id, execution.run_id)
    task = execution.open.get(scheduled_id)
    if not isinstance(task, DecisionTask | ActivityTask) or not task.started_id:
        raise unknown(scheduled_id)
    return execution, task
