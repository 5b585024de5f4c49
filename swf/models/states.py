"""The states in which what an execution asks for is shown to people: few, and the same for all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

from swf.models.history.entities.base import Entity

State = Literal["waiting", "scheduled", "running", "completed", "failed", "timed_out", "canceled"]
"""How far an execution has come with something that it asked for."""

STATES: Final[tuple[State, ...]] = get_args(State)

REFUSED_REQUESTS: Final = frozenset({"request_cancel_failed", "cancel_failed"})
"""The states of entities that are refused requests, about what was never there."""

_STATES: Final[Mapping[str, State]] = {
    "scheduled": "scheduled",
    "start_initiated": "scheduled",
    "signal_initiated": "scheduled",
    "request_cancel_initiated": "scheduled",
    "started": "running",
    "completed": "completed",
    "continued_as_new": "completed",
    "fired": "completed",
    "recorded": "completed",
    "signaled": "completed",
    "failed": "failed",
    "terminated": "failed",
    "schedule_failed": "failed",
    "start_failed": "failed",
    "record_failed": "failed",
    "signal_failed": "failed",
    "request_cancel_failed": "failed",
    "cancel_failed": "failed",
    "timed_out": "timed_out",
    "canceled": "canceled",
}


def state_of(entity: Entity[Any]) -> State:
    """Return the state in which an entity is shown.

    One whose cancel was requested goes on as it was until it ends; a request to cancel another
    execution is completed once it arrived.
    """
    found = _STATES.get(entity.state.value)
    if found is not None:
        return found
    if entity.is_closed:
        return "completed"
    begun = entity.started_at is not None
    return "running" if begun else "scheduled"
