"""Why an execution closed, in words, and what in it had failed before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import takewhile
from typing import Any, Final

import attrs

from swf.constants import CloseStatus
from swf.insight.failures import ToldFailure, failure_of, told_failure
from swf.insight.naming import name_of
from swf.models import History
from swf.models.history import CompiledHistory
from swf.models.history.entities.base import Entity
from swf.models.history.entities.workflow_execution import CompiledWorkflowExecution

_CAUSES: Final = {
    "CHILD_POLICY_APPLIED": "because its parent closed, whose child policy says so",
    "EVENT_LIMIT_EXCEEDED": "by SWF, because its history had reached 25,000 events",
    "OPERATOR_INITIATED": "by somebody who asked SWF to",
}

_POLICIES: Final = {
    "TERMINATE": "its open children were terminated",
    "REQUEST_CANCEL": "its open children were asked to cancel",
    "ABANDON": "its open children went on",
}


@attrs.frozen
class Culprit:
    """What failed last before an execution did, and is likely to be why it did."""

    type: str
    name: str
    id: str
    attempt: int
    event_id: int
    failure: ToldFailure


@attrs.frozen
class Closing:
    """How an execution closed: in words, with all that its closing event tells."""

    status: CloseStatus
    at: datetime
    event_id: int
    words: str
    result: str | None
    failure: ToldFailure
    culprit: Culprit | None
    next_run_id: str | None
    """The run that it was continued as."""

    @property
    def own_failure(self) -> ToldFailure:
        """The failure without the errors that the culprit tells by itself."""
        told = () if self.culprit is None else self.culprit.failure.errors
        known = {error.words for error in told}
        errors = takewhile(lambda error: error.words not in known, self.failure.errors)
        return attrs.evolve(self.failure, errors=tuple(errors))


def closing_of(history: History) -> Closing | None:
    """Return how the execution of a history closed; None where it is open.

    Raises InconsistentHistoryError where the events contradict each other.
    """
    compiled = history.compiled
    execution = compiled.execution
    status, at, event_id = execution.close_status, execution.closed_at, execution.closed_event_id
    if status is None or at is None or event_id is None:
        return None
    unwell = status in (CloseStatus.FAILED, CloseStatus.TIMED_OUT, CloseStatus.TERMINATED)
    return Closing(
        status=status,
        at=at,
        event_id=event_id,
        words=_words(execution, status),
        result=execution.result,
        failure=told_failure(execution.state.value, execution.reason, execution.details),
        culprit=_culprit(compiled) if unwell else None,
        next_run_id=execution.new_execution_run_id,
    )


def _words(execution: CompiledWorkflowExecution, status: CloseStatus) -> str:
    match status:
        case CloseStatus.COMPLETED:
            return "Its decider completed it."
        case CloseStatus.FAILED:
            return "Its decider failed it."
        case CloseStatus.CANCELED:
            asked = " after it was asked to" if execution.cancel_requested else ""
            return f"Its decider canceled it{asked}."
        case CloseStatus.CONTINUED_AS_NEW:
            return "Its decider continued it as a new run."
        case CloseStatus.TERMINATED:
            how = _CAUSES.get(execution.cause or "", "")
            return f"It was terminated {how}.{_children(execution)}".replace(" .", ".")
        case _:  # timed out
            limit = execution.execution_start_to_close_timeout
            told = f" {limit:,} seconds" if isinstance(limit, int) else " its time"
            return (
                f"It was not closed within{told}, its start-to-close timeout.{_children(execution)}"
            )


def _children(execution: CompiledWorkflowExecution) -> str:
    policy = getattr(execution.events[-1], "child_policy", None)
    told = _POLICIES.get(policy or "")
    return "" if told is None else f" By its child policy ({policy}) {told}."


def _culprit(compiled: CompiledHistory) -> Culprit | None:
    """Return what failed last; rather one whose reason is that of the execution."""
    last: tuple[int, Entity[Any], ToldFailure] | None = None
    reason = compiled.execution.reason
    for entity in _tasks(compiled):
        failure = failure_of(entity)
        if failure is None or failure.state == "canceled":
            continue
        meant = bool(reason and failure.reason and failure.reason in reason)
        rank = (entity.closed_event_id or 0) + (1_000_000 if meant else 0)
        if last is None or rank > last[0]:
            last = (rank, entity, failure)
    if last is None:
        return None
    _, entity, failure = last
    return Culprit(
        type=entity.type,
        name=name_of(entity),
        id=str(entity.id),
        attempt=entity.attempt,
        event_id=entity.closed_event_id or entity.first_event_id,
        failure=failure,
    )


def _tasks(compiled: CompiledHistory) -> Iterator[Entity[Any]]:
    yield from compiled.activities
    yield from compiled.lambdas
    yield from compiled.children
