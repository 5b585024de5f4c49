"""What actors measure of their tasks, and the spans of activities."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from swf.actors.outcome import Outcome
from swf.actors.tasks import ActivityTask
from swf.exceptions import PollTimeout
from swf.metrics import catalogue
from swf.tracing import switch as tracing
from swf.tracing.context import LINK, PARENT, parsed
from swf.tracing.spans import Told, links_of
from swf.wire import Wire

if TYPE_CHECKING:
    from swf.actors.core import Actor
    from swf.actors.worker import ActivityWorker

POLLS: Final = {"PollForActivityTask": "activity", "PollForDecisionTask": "decision"}
"""The operations that poll, with the kind of task that each is for."""


def polled(actor: Actor, operation: str, params: Wire) -> dict[str, Any]:
    """Return the task that a poll brings; count what came of it.

    Raises PollTimeout where there was none.
    """
    kind, outcome = POLLS[operation], "failed"
    try:
        reply = actor.connection.call(operation, params)
        outcome = "answered" if reply.get("taskToken") else "empty"
    finally:
        catalogue.POLLS.add((actor.domain.name, actor.task_list, kind, outcome))
    if outcome == "empty":
        raise PollTimeout(
            f"no {kind} task on task list {params['taskList']['name']!r}",
            operation=operation,
            resource=repr(actor.domain),
        )
    return reply


def retried(actor: Actor, kind: str) -> None:
    """Count that something is tried again."""
    catalogue.RETRIES.add((actor.domain.name, actor.task_list, kind))


class Measured:
    """One activity task from its poll to its answer: how long that took, and the span of it."""

    def __init__(self, worker: ActivityWorker, task: ActivityTask) -> None:
        self.told: str | None = None
        """The span of this task as its code is told of it; None where there is none."""
        self._worker = worker
        self._task = task
        self._began = perf_counter()
        self._tracing = tracing.active()
        self._span: Any = None

    def begin(self, context: Mapping[str, Any]) -> None:
        """Begin the span; `context` is what the call says beside its arguments."""
        if self._tracing is None:
            return
        task, run_id = self._task, self._task.execution.run_id or ""
        parent = parsed(context.get(PARENT)) or self._tracing.of_run(run_id, None)
        self._span = self._tracing.begin(
            Told(
                name="swf.activity",
                run_id=run_id,
                event_id=task.started_event_id,
                parent=parent,
                attributes=_attributes(self._worker, task) | _attempt(context),
                began=self._now(),
                links=links_of([parsed(context.get(LINK))]),
                consumes=True,
            )
        )
        place = self._tracing.place_of(self._span)
        self.told = None if place is None else str(place)

    def current(self) -> AbstractContextManager[Any]:
        """Return what makes the span the current one, within the block."""
        if self._tracing is None or self._span is None:
            return nullcontext()
        return self._tracing.using(self._span)

    def ended(self, outcome: Outcome) -> None:
        """Measure how the task ended, and end the span."""
        worker, task = self._worker, self._task
        labels = (worker.domain.name, worker.task_list, task.activity_type.name)
        catalogue.ACTIVITY.observe(perf_counter() - self._began, (*labels, outcome.kind))
        if outcome.error is not None:
            reason = type(outcome.error).__name__
            catalogue.FAILURES.add((*labels, "activity", reason))
        if self._tracing is None:
            return
        if self._span is None:  # it could not even be begun
            self.begin({})
        self._tracing.end(self._span, outcome.kind, outcome.error, ended=self._now())

    def _now(self) -> int:
        return nanoseconds(self._worker._clock.now().timestamp())


def nanoseconds(seconds: float) -> int:
    """Return a time as OpenTelemetry has it."""
    return int(seconds * 1e9)


def _attributes(worker: ActivityWorker, task: ActivityTask) -> dict[str, Any]:
    return {
        "messaging.operation.type": "process",
        "messaging.destination.name": task.task_list,
        "swf.domain": worker.domain.name,
        "swf.workflow_id": task.execution.workflow_id,
        "swf.run_id": task.execution.run_id or "",
        "swf.activity_id": task.activity_id,
        "swf.activity_type": task.activity_type.name,
        "swf.activity_version": task.activity_type.version,
    }


def _attempt(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return which attempt it is, as far as the call says so."""
    attempt = context.get("attempt", 1)
    return {"swf.attempt": attempt if isinstance(attempt, int) else 1}
