"""PollForDecisionTask and RespondDecisionTaskCompleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from swf.engine import handing
from swf.engine.faults import unknown_decision_task
from swf.engine.operations.tasks import Handler, started_task
from swf.engine.state import DECISION_TASK
from swf.engine.transitions import decision_task
from swf.engine.unit import Unit, new_run_id
from swf.wire import Wire


def poll(unit: Unit, request: Wire) -> dict[str, Any] | None:
    """PollForDecisionTask: the first task in line, a further page of one, or a wait."""
    if request.get("nextPageToken"):
        return handing.next_page(unit, unit.caller) or dict(handing.EMPTY[DECISION_TASK])
    return handing.poll(unit, unit.caller, DECISION_TASK)


def respond_completed(unit: Unit, request: Wire) -> None:
    """RespondDecisionTaskCompleted: the decisions are carried out, in their order."""
    execution, task = started_task(unit, DECISION_TASK, request["taskToken"], unknown_decision_task)
    unit.act(execution, decision_task.complete, task, request, new_run_id)


POLLS: Final[Mapping[str, Handler]] = {"PollForDecisionTask": poll}
WRITES: Final[Mapping[str, Handler]] = {"RespondDecisionTaskCompleted": respond_completed}
