"""How a Lambda task ends: no operation of the API, but what the function's outcome asks for."""

from __future__ import annotations

from typing import Any, Final

from swf.engine.functions import Outcome
from swf.engine.state import LambdaFunction
from swf.engine.transitions import lambda_function
from swf.engine.unit import Unit

ENDED: Final = "(a function ended)"


def ended(unit: Unit, request: Any) -> None:
    """Record how a function ended; nothing where its task timed out, or the execution is closed."""
    outcome: Outcome = request["outcome"]
    execution = unit.execution(request["run"])
    task = None if execution is None else execution.open.get(request["scheduled_id"])
    if execution is None or not isinstance(task, LambdaFunction):
        return
    if outcome.failed:
        unit.act(execution, lambda_function.fail, task, outcome.reason, outcome.details)
    else:
        unit.act(execution, lambda_function.complete, task, outcome.result)
