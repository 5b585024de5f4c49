"""Whether today's code still follows the histories that were recorded with yesterday's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any, Final

import attrs

from swf.exceptions import SWFError, ValidationError
from swf.flow.errors import NonDeterminismError
from swf.flow.querying import Located, WaitingStrand, waiting
from swf.flow.registry import Workflows
from swf.flow.replay.command import PAYLOADS, Command
from swf.flow.replay.run import Execution, Run
from swf.models import WorkflowExecution
from swf.models.history import History
from swf.models.history.history import CLOSING
from swf.validation import attributes_member
from swf.wire import Wire

Source = Located | WorkflowExecution | History | Sequence[Wire] | str | Path | IO[str]
"""An execution or a handle of it, a history, raw events, or a file: see `History.from_json`."""

UNKNOWN: Final = "unknown"


@attrs.frozen
class Decided:
    """What a program asked for when it was told of one decision task.

    `decisions` are the API's structures, their payloads before they are sealed; of a failure the
    reason alone.
    """

    started_event_id: int
    decisions: tuple[Wire, ...]


@attrs.frozen(kw_only=True)
class Replayed:
    """How a program has followed a history.

    `compared` says how many recorded decisions were as the program asks for them. `closed` is the
    type of the event that closed the execution, None of an open one; `waiting` says then where its
    strands wait. `decided` is by decision task, the first first; only those are told of that were
    answered.
    """

    workflow_id: str
    run_id: str
    name: str
    version: str
    events: int
    compared: int
    closed: str | None
    decided: tuple[Decided, ...] = attrs.field(repr=False)
    waiting: tuple[WaitingStrand, ...] = attrs.field(repr=False)


class Replayer:
    """Takes workflows along histories: they have to do what was recorded, decision by decision.

    `workflows` are Workflow classes or modules of them; the one that a history is of is found by
    the type in its first event. Nothing is sent, and no activity runs.
    """

    def __init__(self, workflows: Iterable[Any] | Any) -> None:
        self.workflows = workflows if isinstance(workflows, Workflows) else Workflows(workflows)

    def replay(
        self, source: Source, *, workflow_id: str | None = None, run_id: str | None = None
    ) -> Replayed:
        """Return how the program follows a history (GetWorkflowExecutionHistory of an execution).

        A history does not tell the ids of its execution: programs that start children, signal
        themselves or draw lots need them, where `source` is no execution.

        Raises NonDeterminismError at the first difference, with both sides and the line;
        NotRegisteredError where the workflow is none of these; ValidationError where it is no whole
        history; and what keeps the program from being replayed at all.
        """
        history, named = _read(source)
        started = _started(history)
        workflow_type = started["workflowType"]
        cls = self.workflows.get(workflow_type["name"], workflow_type["version"])
        execution = Execution(
            domain=named.domain.name if named else UNKNOWN,
            workflow_id=workflow_id or (named.workflow_id if named else UNKNOWN),
            run_id=run_id or (named.run_id if named else None) or UNKNOWN,
            name=cls.name,
            version=cls.version,
        )
        run = _Followed(cls(), execution)
        try:
            run.feed(history, None)
            run.peek()
            return _report(run, history)
        except NonDeterminismError as error:
            if UNKNOWN in (execution.workflow_id, execution.run_id):
                raise _with_hint(error) from None
            raise
        finally:
            run.evict()

    def replay_all(self, sources: Iterable[Source]) -> list[Replayed]:
        """Return how each of several histories is followed.

        Raises ExceptionGroup of what was raised for each that is not, once all were tried.
        """
        found, errors = list[Replayed](), list[SWFError]()
        for source in sources:
            try:
                found.append(self.replay(source))
            except SWFError as error:
                error.add_note(f"in the history of {source!r:.200}")
                errors.append(error)
        if errors:
            count = len(found) + len(errors)
            raise ExceptionGroup(f"{len(errors)} of {count} histories are not followed", errors)
        return found


class _Followed(Run):
    """A run that notes what was asked for."""

    def __init__(self, workflow: Any, execution: Execution) -> None:
        super().__init__(workflow, execution)
        self.decided: list[Decided] = []
        self._noted: dict[int, Command] = {}

    def _turn(self, started_id: int, *, replaying: bool) -> None:
        super()._turn(started_id, replaying=replaying)
        if self.is_peeking:
            return
        new = [command for command in self.queue if id(command) not in self._noted]
        self._noted = {id(command): command for command in self.queue}
        self.decided.append(Decided(started_id, tuple(map(_told, new))))


def _told(command: Command) -> Wire:
    attributes = dict(command.attributes)
    if command.plain is not None and command.decision_type != "FailWorkflowExecution":
        attributes[PAYLOADS[command.decision_type]] = command.plain
    return {
        "decisionType": command.decision_type,
        attributes_member(command.decision_type): attributes,
    }


def _read(source: Source) -> tuple[list[Wire], WorkflowExecution | None]:
    execution = getattr(source, "execution", source)
    if isinstance(execution, WorkflowExecution):
        return execution.history().raws, execution
    if isinstance(source, History):
        history = source
    elif isinstance(source, str | Path) or hasattr(source, "read"):
        history = History.from_json(source)  # type: ignore[arg-type]
    else:
        history = History.from_raw(source)  # type: ignore[arg-type]
    return sorted(history.raws, key=lambda event: int(event["eventId"])), None


def _started(events: Sequence[Wire]) -> Wire:
    """Return the attributes of the event that a history begins with; refuse what is no history."""
    for number, event in enumerate(events, start=1):
        if event["eventId"] != number:
            raise ValidationError(f"the history is not whole: event {number} is missing")
    if not events or events[0]["eventType"] != "WorkflowExecutionStarted":
        raise ValidationError("a history begins with WorkflowExecutionStarted; this one does not")
    started: Wire = events[0]["workflowExecutionStartedEventAttributes"]
    return started


def _report(run: _Followed, events: Sequence[Wire]) -> Replayed:
    last = events[-1]["eventType"]
    execution = run.execution
    return Replayed(
        workflow_id=execution.workflow_id,
        run_id=execution.run_id,
        name=execution.name,
        version=execution.version,
        events=len(events),
        compared=run.compared,
        closed=last if last in CLOSING else None,
        decided=tuple(run.decided),
        waiting=() if last in CLOSING else tuple(waiting(run)),
    )


def _with_hint(error: NonDeterminismError) -> NonDeterminismError:
    return NonDeterminismError(
        f"{error.message} (a history does not tell the ids of its execution: where the program asks"
        " for them, give workflow_id= and run_id=)",
        recorded=error.recorded,
        issued=error.issued,
        event_id=error.event_id,
        where=error.where,
        resource=error.resource,
    )
