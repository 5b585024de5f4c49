"""What an execution waits for: each open task, timer, child and message, and when its time ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, Final

import attrs

from swf.insight.failures import ToldFailure, failure_of
from swf.insight.naming import name_of, version_of
from swf.models import History
from swf.models.history import CompiledHistory
from swf.models.history.entities.activity_task import CompiledActivityTask
from swf.models.history.entities.base import Entity
from swf.models.history.entities.child_workflow_execution import CompiledChildWorkflowExecution
from swf.models.history.entities.decision_task import CompiledDecisionTask
from swf.models.history.entities.external_workflow_execution import (
    CompiledExternalWorkflowExecution,
)
from swf.models.history.entities.lambda_function import CompiledLambdaFunction
from swf.models.history.entities.timer import CompiledTimer
from swf.models.states import State, state_of
from swf.models.timeline.labels import retried
from swf.wire import Duration

KINDS: Final[Mapping[type[Entity[Any]], str]] = {
    CompiledDecisionTask: "decision",
    CompiledActivityTask: "activity",
    CompiledLambdaFunction: "lambda",
    CompiledTimer: "timer",
    CompiledChildWorkflowExecution: "child",
    CompiledExternalWorkflowExecution: "message",
}
"""What can be open, in one word."""


@attrs.frozen
class Due:
    """When a clock of SWF runs out, and which: `kind` is its timeout type, or `fires`.

    A heartbeat's is `at` the earliest: no history tells when the last one came.
    """

    kind: str
    at: datetime
    seconds: int

    @property
    def is_certain(self) -> bool:
        """Whether it runs out then whatever happens before."""
        return self.kind != "HEARTBEAT"


@attrs.frozen
class Pending:
    """One thing that is open: what it is, how far it got, and who has it."""

    kind: str
    id: str
    name: str
    version: str | None
    state: State
    cancel_requested: bool
    attempt: int
    scheduled: datetime
    started: datetime | None
    event_id: int
    """The id of its first event."""
    identity: str | None
    """Who began it, by the name that the worker gave itself."""
    task_list: str | None
    run_id: str | None
    """The run of a child that has started."""
    input: str | None
    dues: tuple[Due, ...]
    """Its clocks that run, that which runs out first before the others."""
    heartbeat_timeout: int | None
    failure: ToldFailure | None
    """How the attempt before this one failed."""
    next_attempt_of: str | None
    """Of a timer until a next attempt: the id of what will be tried again."""
    tries_failed: int
    """How many attempts failed one after another, up to now."""

    @property
    def since(self) -> datetime:
        """Since when it is in its state."""
        return self.started or self.scheduled

    @property
    def next_due(self) -> Due | None:
        """The clock that runs out first, if one does."""
        return next((due for due in self.dues if due.is_certain), None)


def pending_of(history: History) -> list[Pending]:
    """Return what is open in a history, in the order in which it was asked for.

    That of a closed execution is what it left open. Raises InconsistentHistoryError where the
    events contradict each other.
    """
    compiled = history.compiled
    found = [_pending(entity, compiled) for entity in _open(compiled)]
    return sorted(found, key=lambda one: one.event_id)


def pending_count(history: History) -> int:
    """Return how much is open in a history."""
    return sum(1 for _ in _open(history.compiled))


def _open(compiled: CompiledHistory) -> Iterator[Entity[Any]]:
    yield from compiled.decision_tasks.open
    yield from compiled.activities.open
    yield from compiled.lambdas.open
    yield from compiled.timers.open
    yield from compiled.children.open
    yield from compiled.externals.open


def _pending(entity: Entity[Any], compiled: CompiledHistory) -> Pending:
    name, version = _named(entity)
    heartbeat = getattr(entity, "heartbeat_timeout", None)
    tried = _tried(entity, compiled)
    return Pending(
        kind=KINDS[type(entity)],
        id=str(entity.id),
        name=name,
        version=version,
        state=state_of(entity),
        cancel_requested=bool(getattr(entity, "cancel_requested", False)),
        attempt=entity.attempt,
        scheduled=entity.scheduled_at,
        started=None if isinstance(entity, CompiledTimer) else entity.started_at,
        event_id=entity.first_event_id,
        identity=getattr(entity, "identity", None),
        task_list=getattr(entity, "task_list", None),
        run_id=getattr(entity, "run_id", None),
        input=getattr(entity, "input", None),
        dues=tuple(sorted(_dues(entity), key=lambda due: due.at)),
        heartbeat_timeout=heartbeat if isinstance(heartbeat, int) else None,
        failure=None if tried is None else failure_of(tried),
        next_attempt_of=str(tried.id) if tried is not None and _is_retry(entity) else None,
        tries_failed=0 if tried is None else _failed_in_a_row(tried, compiled),
    )


def _named(entity: Entity[Any]) -> tuple[str, str | None]:
    """Return name and version of what is open; its id where no type is told."""
    if isinstance(entity, CompiledDecisionTask):
        return "decision task", None
    if isinstance(entity, CompiledExternalWorkflowExecution):
        told = f"signal {entity.signal_name}" if entity.is_signal else "cancel request"
        return f"{told} to {entity.id}", None
    return name_of(entity), version_of(entity)


def _is_retry(entity: Entity[Any]) -> bool:
    return isinstance(entity, CompiledTimer) and retried(entity) is not None


def _tried(entity: Entity[Any], compiled: CompiledHistory) -> Entity[Any] | None:
    """Return the attempt before an entity: of a timer, that after which it was started."""
    if isinstance(entity, CompiledTimer):
        named = retried(entity)
        return None if named is None else _bearer(named, compiled)
    held = _like(entity, compiled)
    if held is None or entity.attempt < 2:
        return None
    before: Entity[Any] = held.attempts(entity.id)[entity.attempt - 2]
    return before


def _failed_in_a_row(entity: Entity[Any], compiled: CompiledHistory) -> int:
    """Return how many attempts failed up to this one, with none between that did not."""
    held = _like(entity, compiled)
    before = () if held is None else held.attempts(entity.id)[: entity.attempt]
    return sum(1 for _ in takewhile(lambda one: failure_of(one) is not None, reversed(before)))


def _like(entity: Entity[Any], compiled: CompiledHistory) -> Any:
    """Return the things of an entity's kind, of those that are tried again."""
    held: Mapping[type[Entity[Any]], Any] = {
        CompiledActivityTask: compiled.activities,
        CompiledChildWorkflowExecution: compiled.children,
        CompiledLambdaFunction: compiled.lambdas,
    }
    return held.get(type(entity))


def _bearer(id: str, compiled: CompiledHistory) -> Entity[Any] | None:
    held: Iterable[Any] = (compiled.activities, compiled.children, compiled.lambdas)
    return next((one for entities in held if (one := entities.get(id)) is not None), None)


def _dues(entity: Entity[Any]) -> Iterator[Due]:
    if isinstance(entity, CompiledTimer):
        yield from _due("fires", entity.scheduled_at, entity.start_to_fire_timeout)
        return
    if isinstance(entity, CompiledChildWorkflowExecution):
        limit = entity.execution_start_to_close_timeout
        yield from _due("START_TO_CLOSE", entity.started_at, limit)
        return
    if entity.started_at is None:
        limit = getattr(entity, "schedule_to_start_timeout", None)
        yield from _due("SCHEDULE_TO_START", entity.scheduled_at, limit)
    else:
        for kind, field in (
            ("START_TO_CLOSE", "start_to_close_timeout"),
            ("HEARTBEAT", "heartbeat_timeout"),
        ):
            yield from _due(kind, entity.started_at, getattr(entity, field, None))
    limit = getattr(entity, "schedule_to_close_timeout", None)
    yield from _due("SCHEDULE_TO_CLOSE", entity.scheduled_at, limit)


def _due(kind: str, begin: datetime | None, seconds: Duration | None) -> Iterator[Due]:
    if begin is None or not isinstance(seconds, int):
        return
    try:
        yield Due(kind, begin + timedelta(seconds=seconds), seconds)
    except OverflowError:
        return
