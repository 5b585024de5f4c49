"""The tasks of an execution as its history tells them: activities, children, Lambda functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

import attrs

from swf.insight.naming import name_of, version_of
from swf.models import History
from swf.models.history.entities.activity_task import CompiledActivityTask
from swf.models.history.entities.base import Entity
from swf.models.history.entities.child_workflow_execution import CompiledChildWorkflowExecution
from swf.models.history.entities.lambda_function import CompiledLambdaFunction
from swf.models.history.entities.timer import CompiledTimer

_KINDS: Final[dict[type[Entity[Any]], str]] = {
    CompiledActivityTask: "activity",
    CompiledChildWorkflowExecution: "child",
    CompiledLambdaFunction: "lambda",
    CompiledTimer: "timer",
}


@attrs.frozen
class Task:
    """One task of an execution: what it is, how far it got, and when."""

    kind: str
    name: str
    id: str
    version: str | None
    state: str
    state_time: datetime
    scheduled: datetime
    started: datetime | None
    closed: datetime | None
    scheduled_event_id: int
    attempt: int
    told: dict[str, Any]

    @property
    def waited_seconds(self) -> float | None:
        """How long it waited to be started; None where it was not."""
        return None if self.started is None else (self.started - self.scheduled).total_seconds()

    @property
    def ran_seconds(self) -> float | None:
        """How long it ran; None where it did not, or still does."""
        if self.started is None or self.closed is None:
            return None
        return (self.closed - self.started).total_seconds()

    @property
    def outcome(self) -> str | None:
        """What it ended with, in its own words."""
        words = (self.told.get(name) for name in ("reason", "cause", "timeout_type", "result"))
        return next((word for word in words if word is not None), None)

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.closed is None


def tasks_of(history: History, *, timers: bool = False) -> list[Task]:
    """Return the tasks that a history tells of, in order; timers too where asked for."""
    return list(_tasks(history.compiled.entities, timers))


def _tasks(entities: Iterable[Entity[Any]], timers: bool) -> Iterator[Task]:
    for entity in entities:
        kind = _KINDS.get(type(entity))
        if kind is None or (kind == "timer" and not timers):
            continue
        yield Task(
            kind=kind,
            name=name_of(entity),
            id=str(entity.id),
            version=version_of(entity),
            state=str(entity.state),
            state_time=entity.events[-1].timestamp,
            scheduled=entity.scheduled_at,
            started=entity.started_at,
            closed=entity.closed_at,
            scheduled_event_id=entity.first_event_id,
            attempt=entity.attempt,
            told=entity.as_dict(),
        )


def row(task: Task) -> dict[str, Any]:
    """Return what a listing tells of a task."""
    return {
        "kind": task.kind,
        "name": task.name,
        "version": task.version,
        "id": task.id,
        "attempt": task.attempt,
        "state": task.state,
        "state_time": task.state_time,
        "scheduled": task.scheduled,
        "started": task.started,
        "closed": task.closed,
        "waited_seconds": task.waited_seconds,
        "ran_seconds": task.ran_seconds,
        "outcome": task.outcome,
        "scheduled_event_id": task.scheduled_event_id,
        **{key: task.told.get(key) for key in ("input", "result", "reason", "details")},
    }


def profile(history: History) -> list[dict[str, Any]]:
    """Return what each task that started took, those that ran longest first.

    The percentage is of the time from the first event to the last, as far as the history goes.
    """
    first, last = history.first, history.last
    total = 0.0
    if first is not None and last is not None:
        total = abs((last.timestamp - first.timestamp).total_seconds())
    ran = [task for task in tasks_of(history) if task.ran_seconds is not None]
    return [
        {
            **row(task),
            "percentage": 100 * (task.ran_seconds or 0) / total if total else 0.0,
        }
        for task in sorted(ran, key=lambda task: task.ran_seconds or 0, reverse=True)
    ]
