"""Histories taken out of a database, and into another: as GetWorkflowExecutionHistory shows them.

A document is the reply of that operation with `domain`, `execution` and `workflowType` beside the
events. What Amazon SWF itself answers is taken in too, given the three.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from swf.engine.engine import Engine
from swf.engine.faults import already_started
from swf.engine.page import attributes_member
from swf.engine.state import Event, Execution
from swf.engine.transitions import rebuilt
from swf.engine.unit import Unit
from swf.exceptions import InconsistentHistoryError, ValidationError
from swf.fault import Fault
from swf.wire import moment

_PAGE: Final = 1_000


def export_history(engine: Engine, domain: str, workflow_id: str, run_id: str) -> dict[str, Any]:
    """Return the whole history of a run, and what it needs to be taken in elsewhere.

    GetWorkflowExecutionHistory, DescribeWorkflowExecution. The document is JSON-able. Raises Fault
    where there is no such run.
    """
    execution = {"workflowId": workflow_id, "runId": run_id}
    named = {"domain": domain, "execution": execution}
    described = engine.handle("DescribeWorkflowExecution", named)
    events: list[Any] = []
    request: dict[str, Any] = {**named, "maximumPageSize": _PAGE}
    while True:
        page = engine.handle("GetWorkflowExecutionHistory", request)
        events += page["events"]
        if "nextPageToken" not in page:
            break
        request["nextPageToken"] = page["nextPageToken"]
    return {**named, "workflowType": described["executionInfo"]["workflowType"], "events": events}


def import_history(
    engine: Engine,
    document: Mapping[str, Any],
    *,
    domain: str | None = None,
    workflow_id: str | None = None,
    run_id: str | None = None,
) -> str:
    """Have the run that a document tells of in the engine; return its run id.

    What is given as an argument goes before what the document says. The domain has to be
    registered. A closed run is kept as long as the domain says, from its close; an open one goes
    on: what waits is handed out, timers fire, and tasks that were started elsewhere, whose tokens
    nobody here can have, end by their time-outs. Raises ValidationError where the document says too
    little, InconsistentHistoryError where its history is none, and Fault where the domain is
    unknown, or the run, or another open run of its workflow id, is here already.
    """
    named = document.get("execution") or {}
    events = _events(document)
    execution = rebuilt(
        0,
        _text("domain", domain or document.get("domain")),
        _text("workflow_id", workflow_id or named.get("workflowId")),
        _text("run_id", run_id or named.get("runId")),
        events,
    )
    told = document.get("workflowType")
    if told and tuple(told.get(name) for name in ("name", "version")) != execution.workflow_type:
        raise InconsistentHistoryError(
            f"the document is of type {told}, its history of {tuple(execution.workflow_type)}"
        )
    execution.unsaved.extend(events)
    engine.perform(lambda unit: _take_in(unit, execution))
    return execution.run_id


def _text(argument: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValidationError(f"{argument}: neither given nor told by the document")
    return value


def _take_in(unit: Unit, execution: Execution) -> None:
    """Give the run a number, and leave it to the unit to save and to serve."""
    unit.registry.domain_known(execution.domain)
    known = unit.runs.run_of(execution.domain, execution.workflow_id, execution.run_id)
    if known is not None:
        raise Fault(
            "WorkflowExecutionAlreadyStartedFault",
            f"the run {execution.run_id} of {execution.workflow_id} is here already",
        )
    if execution.is_open and unit.open_execution(execution.domain, execution.workflow_id):
        raise already_started()
    execution.run = unit.runs.next_run()
    unit.cache.add(execution)
    unit.touched[execution.run] = execution


def _events(document: Mapping[str, Any]) -> list[Event]:
    """Return the events of a document in ascending order."""
    told = document.get("events")
    if not isinstance(told, list) or not told:
        raise ValidationError("document: has no events")
    if document.get("nextPageToken"):
        raise ValidationError("document: is one page of a history; all of it is needed")
    events = [_event(one, number) for number, one in enumerate(told)]
    return events if events[0].id <= events[-1].id else events[::-1]


def _event(told: Any, number: int) -> Event:
    """Return an event as the engine records it; the times may be numbers, texts or datetimes."""
    try:
        event_id, event_type = int(told["eventId"]), str(told["eventType"])
        at = _milliseconds(told["eventTimestamp"])
        attributes = told[attributes_member(event_type)]
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise ValidationError(f"events[{number}]: is no event of a history: {error!r}") from error
    if not isinstance(attributes, dict):
        raise ValidationError(f"events[{number}]: its attributes are no object")
    return Event(event_id, event_type, at, attributes)


def _milliseconds(told: float | str | datetime) -> int:
    if isinstance(told, str):
        told = datetime.fromisoformat(told)
    return round(moment(told).timestamp() * 1000)
