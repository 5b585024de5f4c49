"""How long an execution takes, beside others of its type, and what in it took longest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import Any, Final

import attrs

from swf.constants import CLOSED
from swf.insight.naming import name_of
from swf.models import History, WorkflowExecution
from swf.models.history.entities.base import Entity

COMPARED: Final = 50
"""Closed runs of the type that an execution is compared with: those started last."""


@attrs.frozen
class Usual:
    """How long the last closed runs of a type took, in seconds, shortest first."""

    seconds: tuple[float, ...]

    @property
    def count(self) -> int:
        """How many runs there are."""
        return len(self.seconds)

    def percentile(self, percent: float) -> float:
        """Return the time within which so many percent of the runs closed.

        Raises ValueError where there is no run.
        """
        if not self.seconds:
            raise ValueError("there is no run to compare with")
        return self.seconds[max(0, ceil(percent / 100 * len(self.seconds)) - 1)]


@attrs.frozen
class Slowest:
    """What ran longest in an execution."""

    type: str
    name: str
    id: str
    seconds: float
    event_id: int


def usual_of(execution: WorkflowExecution, *, most: int = COMPARED) -> Usual:
    """Return how long the last closed runs of an execution's type took, without the execution.

    The type has to be told (ListClosedWorkflowExecutions).
    """
    others = execution.domain.executions().filter(
        status=CLOSED, workflow_type=execution.workflow_type
    )
    taken = [
        (other.close_timestamp - other.start_timestamp).total_seconds()
        for other in others[: most + 1]
        if other.run_id != execution.run_id
        and other.close_timestamp is not None
        and other.start_timestamp is not None
    ]
    return Usual(tuple(sorted(taken[:most])))


def slowest_of(history: History, *, now: datetime) -> Slowest | None:
    """Return the activity, Lambda function or child that ran longest, until now where it runs.

    None where none has started. Raises InconsistentHistoryError where the events contradict.
    """
    compiled = history.compiled
    held: Sequence[Sequence[Entity[Any]]] = (
        compiled.activities,
        compiled.lambdas,
        compiled.children,
    )
    until = compiled.execution.closed_at or now
    found = max(
        ((_ran(one, until), one) for entities in held for one in entities if one.started_at),
        key=lambda pair: pair[0],
        default=None,
    )
    if found is None:
        return None
    seconds, entity = found
    return Slowest(entity.type, name_of(entity), str(entity.id), seconds, entity.first_event_id)


def _ran(entity: Entity[Any], until: datetime) -> float:
    started = entity.started_at or until
    return max(0.0, ((entity.closed_at or until) - started).total_seconds())
