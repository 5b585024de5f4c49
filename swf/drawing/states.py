"""How far an execution has come, from its history."""

from __future__ import annotations

from typing import Any, Final

from swf.drawing.words import versioned
from swf.exceptions import ValidationTypeError
from swf.flow.handle import Handle
from swf.models.history import History
from swf.models.history.entities.base import Entities
from swf.models.states import REFUSED_REQUESTS, State, state_of
from swf.models.workflow import WorkflowExecution

Execution = History | WorkflowExecution | Handle[Any]
"""What tells of an execution: its history, or where that can be fetched."""


def history_of(execution: Execution) -> History:
    """Return the whole history of an execution (GetWorkflowExecutionHistory where it is none yet).

    Of a handle it is that of the run that goes on now, or was the last. Raises ValidationTypeError
    where it is no execution.
    """
    if isinstance(execution, History):
        return execution
    if isinstance(execution, WorkflowExecution):
        return execution.history()
    if isinstance(execution, Handle):
        return execution.history
    raise ValidationTypeError(
        f"execution: must be a WorkflowExecution, a Handle or a History, got {execution!r}"
    )


def titled(execution: Execution, history: History) -> str:
    """Return what the picture of an execution is called: its workflow id, where that is known."""
    if isinstance(execution, History):
        kind = history.compiled.execution.workflow_type
        return f"{kind.name}, {versioned(kind.version)}"
    return execution.workflow_id


def states_of(history: History) -> dict[str, State]:
    """Return the state of each activity, timer, child and Lambda task, by its id.

    Where an id was used again, that is the state of what bears it now, or did last. Of an execution
    that is closed, nothing goes on: what it left open is canceled. Raises InconsistentHistoryError
    where the history does not begin with its first event.
    """
    compiled = history.compiled
    found: dict[str, State] = {}
    kinds: tuple[Entities[Any], ...] = (
        compiled.lambdas,
        compiled.timers,
        compiled.children,
        compiled.activities,
    )
    for held in kinds:
        for name in held.ids():
            state = _state(held.get(name))
            if state is not None:
                found[str(name)] = state
    if history.finished:
        found |= {name: "canceled" for name, state in found.items() if state in _OPEN}
    return found


_OPEN: Final = frozenset({"scheduled", "running"})


def _state(entity: Any) -> State | None:
    return None if entity.state.value in REFUSED_REQUESTS else state_of(entity)
