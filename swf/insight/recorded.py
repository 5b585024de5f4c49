"""An execution of which only the history is at hand, read through models as any other is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from swf.clock import Clock, ManualClock
from swf.exceptions import InconsistentHistoryError, ValidationError, WorkflowExecutionDoesNotExist
from swf.models import Domain, History, WorkflowExecution
from swf.models.history.history import CLOSING
from swf.rules import NOT_NULL
from swf.transport import Transport
from swf.validation import violations
from swf.wire import Wire, moment

DOMAIN: Final = "imported"
"""What the domain is called where nobody says."""

NAME: Final = "imported"
"""What workflow id and run id are where nobody says: a history does not tell them."""

PAGE: Final = 1_000

_CONFIGURED: Final = (
    "taskPriority",
    "executionStartToCloseTimeout",
    "taskStartToCloseTimeout",
    "taskList",
    "childPolicy",
    "lambdaRole",
)
"""What an execution's first event tells that its description tells too."""

_ENDED: Final = {"TimedOut": "TIMED_OUT", "ContinuedAsNew": "CONTINUED_AS_NEW"}


class Recorded(Transport):
    """An SWF that holds one execution, of a history that was recorded; it can only be read.

    Its clock stands at the last event. Raises ValidationError where the history is not the whole of
    one, from its first event on; InconsistentHistoryError where SWF cannot have recorded it.
    """

    __slots__ = ("_clock", "_description", "_events", "execution")

    def __init__(
        self,
        history: History,
        *,
        workflow_id: str = NAME,
        run_id: str = NAME,
        domain: str = DOMAIN,
    ) -> None:
        self._events = sorted(history.raws, key=_id)
        if not self._events:
            raise ValidationError("the history has no event")
        _check(self._events)
        compiled = History.from_raw(self._events).compiled
        self._clock = ManualClock(moment(self._events[-1]["eventTimestamp"]))
        counts = compiled.open_counts
        self._description: Final[dict[str, Any]] = {
            "executionInfo": _info(self._events, {"workflowId": workflow_id, "runId": run_id}),
            "executionConfiguration": _configuration(self._events[0]),
            "openCounts": {
                "openActivityTasks": counts.activity_tasks,
                "openDecisionTasks": counts.decision_tasks,
                "openTimers": counts.timers,
                "openChildWorkflowExecutions": counts.child_workflow_executions,
                "openLambdaFunctions": counts.lambda_functions,
            },
            **(
                {}
                if (context := compiled.latest_execution_context) is None
                else {"latestExecutionContext": context}
            ),
        }
        named = WorkflowExecution(
            Domain(domain, connection=self), workflow_id, run_id, connection=self
        )
        self.execution: Final[WorkflowExecution] = named.upstream()
        """The execution, as SWF would describe it."""

    @property
    def clock(self) -> Clock:
        """The clock, which stands where the record ends."""
        return self._clock

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Answer what can be answered from a history.

        Raises WorkflowExecutionDoesNotExist for any other operation, or execution.
        """
        named = self._description["executionInfo"]["execution"]
        if params.get("execution") == named:
            if operation == "DescribeWorkflowExecution":
                return dict(self._description)
            if operation == "GetWorkflowExecutionHistory":
                return self._page(params)
        raise WorkflowExecutionDoesNotExist(
            "only a recorded history is at hand: there is no SWF behind it",
            operation=operation,
            resource=repr(named["workflowId"]),
        )

    def _page(self, params: Mapping[str, Any]) -> dict[str, Any]:
        events = self._events[::-1] if params.get("reverseOrder") else self._events
        token = params.get("nextPageToken") or "0"
        if not (token.isascii() and token.isdigit()):
            raise ValidationError(f"nextPageToken: this is none of ours: {token!r:.80}")
        begin = int(token)
        end = begin + (params.get("maximumPageSize") or PAGE)
        page: dict[str, Any] = {"events": events[begin:end]}
        if end < len(events):
            page["nextPageToken"] = str(end)
        return page


def _check(events: list[Wire]) -> None:
    """Raise ValidationError where something is not of the type that SWF tells it as, or not there.

    What a newer SWF may tell besides is passed over.
    """
    for one in violations("HistoryEventList", events):
        is_missing = one.constraint == NOT_NULL and one.value is None
        if is_missing or (one.wrong_type and not one.rule.startswith("is not a member")):
            raise ValidationError(f"events{one.argument}: {one.rule}, got {one.value!r:.80}")
    nameless = next((one["eventId"] for one in events if not one["eventType"]), None)
    if nameless is not None:
        raise ValidationError(f"event {nameless}: its eventType is empty")


def _id(raw: Wire) -> int:
    number: int = raw["eventId"]
    return number


def _info(events: list[Wire], named: Wire) -> Wire:
    first, last = events[0], events[-1]
    begun: Wire = first["workflowExecutionStartedEventAttributes"]
    info: dict[str, Any] = {
        "execution": named,
        "workflowType": begun["workflowType"],
        "startTimestamp": first["eventTimestamp"],
        "executionStatus": "OPEN",
        "cancelRequested": any(
            one["eventType"] == "WorkflowExecutionCancelRequested" for one in events
        ),
        **{
            name: begun[there]
            for name, there in (("parent", "parentWorkflowExecution"), ("tagList", "tagList"))
            if begun.get(there)
        },
    }
    if last["eventType"] in CLOSING:
        ended = last["eventType"].removeprefix("WorkflowExecution")
        info |= {
            "executionStatus": "CLOSED",
            "closeTimestamp": last["eventTimestamp"],
            "closeStatus": _ENDED.get(ended, ended.upper()),
        }
    return info


def _configuration(first: Wire) -> Wire:
    """Return what the execution was started with; what its record leaves out is without limit."""
    begun: Wire = first["workflowExecutionStartedEventAttributes"]
    return {
        "executionStartToCloseTimeout": "NONE",
        "taskStartToCloseTimeout": "NONE",
        **{name: begun[name] for name in _CONFIGURED if begun.get(name) is not None},
    }


def recorded(
    source: str | bytes,
    *,
    workflow_id: str | None = None,
    run_id: str | None = None,
    domain: str | None = None,
) -> WorkflowExecution:
    """Return the execution whose history is in a JSON text, see `History.from_json`.

    What it is called is told by the text where it is not given, if by any: `swf server export` does
    that. Raises ValidationError where it is no history, or none that SWF can have recorded.
    """
    text = source if isinstance(source, bytes) else source.encode("utf-8", "surrogatepass")
    try:
        history = History.from_json(text)
        told = _told(text)
        return Recorded(
            history,
            workflow_id=workflow_id or told.get("workflowId", NAME),
            run_id=run_id or told.get("runId", NAME),
            domain=domain or told.get("domain", DOMAIN),
        ).execution
    except InconsistentHistoryError as error:
        raise ValidationError(f"the history contradicts itself: {error}") from error


def _told(text: bytes) -> dict[str, str]:
    """Return what a text tells of the execution beside its events."""
    found = json.loads(text)
    if not isinstance(found, dict):
        return {}
    named = found.get("execution")
    every = {**found, **(named if isinstance(named, dict) else {})}
    return {
        name: every[name]
        for name in ("domain", "workflowId", "runId")
        if isinstance(every.get(name), str)
    }
