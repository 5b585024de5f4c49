"""How a history builder records an event: checked, folded, with what SWF adds by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any, Final, Self, TypeVar, get_args

from swf.clock import ManualClock
from swf.constants import NONE
from swf.exceptions import TransitionError, ValidationError, ValidationTypeError
from swf.models.converting import as_priority, as_seconds, as_tags, as_task_list
from swf.models.decision.fields import (
    ExecutionLike,
    as_activity_type,
    as_payload,
    as_workflow_type,
    on_wire,
)
from swf.models.event.base import Event, attributes_key
from swf.models.event.registry import event_from
from swf.models.history.compiled import CompiledHistory, results_from_decision
from swf.models.history.entities.base import Entities, Entity, refused
from swf.shapes import SHAPES
from swf.validation import violations
from swf.wire import Duration, camel_case, epoch, payload, snake_case

ExecutionGiven = ExecutionLike | tuple[str, str] | Mapping[str, str]
"""What is accepted as an execution: a model, a key, (workflow id, run id), the API's structure."""

NEED_DECISION: Final = frozenset(
    {
        "ActivityTaskCanceled",
        "ActivityTaskCompleted",
        "ActivityTaskFailed",
        "ActivityTaskTimedOut",
        "CancelTimerFailed",
        "CancelWorkflowExecutionFailed",
        "ChildWorkflowExecutionCanceled",
        "ChildWorkflowExecutionCompleted",
        "ChildWorkflowExecutionFailed",
        "ChildWorkflowExecutionStarted",
        "ChildWorkflowExecutionTerminated",
        "ChildWorkflowExecutionTimedOut",
        "CompleteWorkflowExecutionFailed",
        "ContinueAsNewWorkflowExecutionFailed",
        "DecisionTaskTimedOut",
        "ExternalWorkflowExecutionCancelRequested",
        "ExternalWorkflowExecutionSignaled",
        "FailWorkflowExecutionFailed",
        "LambdaFunctionCompleted",
        "LambdaFunctionFailed",
        "LambdaFunctionTimedOut",
        "RecordMarkerFailed",
        "RequestCancelActivityTaskFailed",
        "RequestCancelExternalWorkflowExecutionFailed",
        "ScheduleActivityTaskFailed",
        "ScheduleLambdaFunctionFailed",
        "SignalExternalWorkflowExecutionFailed",
        "StartChildWorkflowExecutionFailed",
        "StartLambdaFunctionFailed",
        "StartTimerFailed",
        "TimerFired",
        "WorkflowExecutionCancelRequested",
        "WorkflowExecutionSignaled",
        "WorkflowExecutionStarted",
    }
)
"""The event types after which SWF schedules a decision task, unless one waits already."""

CLOSED_BY_DECISION: Final = frozenset(
    {
        "WorkflowExecutionCanceled",
        "WorkflowExecutionCompleted",
        "WorkflowExecutionContinuedAsNew",
        "WorkflowExecutionFailed",
    }
)
"""The event types of decisions that close the execution."""

E = TypeVar("E", bound=Entity[Any])


class Recorder:
    """A history that grows by events that SWF could record next, and by no others."""

    def _begin(
        self, clock: ManualClock | None, *, automatic: bool, started: dict[str, Any]
    ) -> None:
        self._clock = clock or ManualClock()
        self._automatic = automatic
        self._raws: list[dict[str, Any]] = []
        self._compiled = CompiledHistory()
        self._now = self._clock.now()
        self._owed: list[tuple[str, dict[str, Any]]] = []
        self._decision_owed = False
        self._override: tuple[str, Duration | None] | None = None
        self._record("WorkflowExecutionStarted", **started)

    @property
    def compiled(self) -> CompiledHistory:
        """What is recorded so far, compiled; it follows the builder, and is not to be changed."""
        return self._compiled

    @property
    def last_event_id(self) -> int:
        """The id of the event recorded last."""
        return len(self._raws)

    def advance(self, seconds: float) -> Self:
        """Move the builder's clock forward; later events carry later timestamps."""
        self._clock.advance(seconds)
        return self

    def __copy__(self) -> Self:
        # What is recorded in a copy, and when, is not recorded here.
        return deepcopy(self)

    @contextmanager
    def _whole(self) -> Generator[None]:
        """Let all that is recorded inside stay, or, where any of it is refused, nothing."""
        held = len(self._raws)
        before = (list(self._owed), self._decision_owed, self._override, self._now)
        self._now = max(self._now, self._clock.now())
        try:
            yield
        except BaseException:
            self._owed, self._decision_owed, self._override, self._now = before
            if len(self._raws) > held:
                del self._raws[held:]
                self._compiled = CompiledHistory.of(map(event_from, self._raws))
            raise
        ahead = self._now - self._clock.now()
        if ahead > timedelta():
            self._clock.advance(ahead.total_seconds())

    def _record(self, event_type: str, /, *, due: datetime | None = None, **told: Any) -> Self:
        """Record an event, and before and after it what SWF records by itself.

        `due` is the moment before which SWF would not record it: time moves there.
        """
        with self._whole():
            result = results_from_decision(event_type, told.get("initiated_event_id"))
            if result:
                told["decision_task_completed_event_id"] = self._deciding(event_type)
            else:
                self._settle()
            if due is not None:
                self._now = max(self._now, due)
            self._append(event_type, told)
            if self._compiled.execution.is_closed:
                self._owed, self._decision_owed = [], False
            elif event_type in NEED_DECISION:
                self._decision_owed = True
                if not result:
                    self._settle()
        return self

    def _append(self, event_type: str, told: Mapping[str, Any]) -> None:
        """Check one event against the API's shapes and the history, and add it."""
        shape = f"{event_type}EventAttributes"
        attributes = _attributes(shape, told, snake_case(event_type))
        found = list(violations(shape, attributes))
        if found:
            kind = ValidationTypeError if any(one.wrong_type for one in found) else ValidationError
            raise kind(f"{snake_case(event_type)}: {'; '.join(map(str, found))}")
        raw = {
            "eventId": len(self._raws) + 1,
            "eventType": event_type,
            "eventTimestamp": epoch(self._now),
            attributes_key(event_type): attributes,
        }
        event = event_from(raw)
        self._check_waiting(event)
        self._compiled.append(event)
        self._raws.append(raw)

    def _check_waiting(self, event: Event) -> None:
        """Raise where SWF does not record the event while a decision task waits."""
        waiting = self._compiled.decision_tasks.waiting
        if waiting is None:
            return
        if event.name == "DecisionTaskScheduled":
            raise refused(event, f"{waiting} waits already", TransitionError)
        if event.name in CLOSED_BY_DECISION:
            raise refused(
                event,
                f"{self._compiled.execution} cannot be closed by a decision while {waiting} waits:"
                " SWF refuses that with UNHANDLED_DECISION",
                TransitionError,
            )

    def _settle(self) -> None:
        """Record what SWF records by itself once the decisions of a list are carried out."""
        if not self._automatic:
            return
        owed, self._owed = self._owed, []
        for event_type, told in owed:
            self._append(event_type, told)
            self._decision_owed = True
        if self._decision_owed and self._compiled.decision_tasks.waiting is None:
            self._append("DecisionTaskScheduled", self._next_decision_task())
        self._decision_owed = False

    def _next_decision_task(self) -> dict[str, Any]:
        """Return the attributes of the decision task that SWF would schedule now."""
        execution = self._compiled.execution
        task_list, schedule_to_start = self._override or (execution.task_list, None)
        return {
            "task_list": task_list,
            "start_to_close_timeout": execution.task_start_to_close_timeout,
            "schedule_to_start_timeout": NONE if schedule_to_start is None else schedule_to_start,
            "task_priority": execution.task_priority,
        }

    def _deciding(self, event_type: str) -> int:
        """Return the id of the answer whose decisions are being carried out."""
        completed = self._answer()
        if not completed:
            last = self._raws[-1]
            raise ValidationError(
                f"{snake_case(event_type)}: comes of a decision, and so right after the"
                f" DecisionTaskCompleted of its list, not after event {last['eventId']}"
                f" {last['eventType']}: call decision() first"
            )
        return completed

    def _answer(self) -> int:
        """Return the id of the answer that the last event is, or results from; 0 without one."""
        last = self._raws[-1]
        if last["eventType"] == "DecisionTaskCompleted":
            return int(last["eventId"])
        told = last[attributes_key(last["eventType"])]
        results = results_from_decision(last["eventType"], told.get("initiatedEventId"))
        return int(told["decisionTaskCompletedEventId"]) if results else 0

    def _check_outcome(self, outcome: str, outcomes: Any, method: str) -> None:
        """Raise ValidationError unless the outcome is one of a Literal's."""
        if outcome not in get_args(outcomes):
            raise ValidationError(
                f"{method}: outcome: must be one of {', '.join(get_args(outcomes))},"
                f" got {outcome!r}"
            )

    def _find(self, entities: Entities[E], id: str, argument: str) -> E:
        """Return the entity that an id stands for, closed ones included."""
        found = entities.get(id)
        if found is None:
            raise ValidationError(f"{argument}: this history has none, got {id!r}")
        return found

    def _due(self, since: datetime | None, timeout: Duration | None, what: str) -> datetime | None:
        """Return when a timeout is over; None where nothing says how long it is."""
        if timeout == NONE:
            raise ValidationError(f"{what} is NONE: it never runs out")
        return None if timeout is None or since is None else since + timedelta(seconds=timeout)

    def _run_id(self, what: str) -> str:
        """Return a run id that is the same for the same place in the same history."""
        told = f"{what}:{len(self._raws) + 1}:{self._raws[0]['eventTimestamp']}"
        return hashlib.sha256(told.encode()).hexdigest()[:44]


def _attributes(shape: str, told: Mapping[str, Any], method: str) -> dict[str, Any]:
    """Return an event's attributes as the wire has them, without those that were not told."""
    members = SHAPES[shape]["members"]
    attributes: dict[str, Any] = {}
    for name, value in told.items():
        if value is None:
            continue
        member = camel_case(name)
        convert = _CONVERTERS.get(members[member])
        given = value if convert is None else convert(value)
        argument = f"{method}: {name}"
        if members[member] == "LimitedData":
            attributes[member] = payload(given, argument)
        else:
            attributes[member] = on_wire(members[member], given, argument)
    return attributes


def _execution(value: Any) -> Any:
    if isinstance(value, tuple) and len(value) == 2:
        return {"workflowId": value[0], "runId": value[1]}
    if isinstance(value, ExecutionLike):
        return {"workflowId": value.workflow_id, "runId": value.run_id}
    return value


_CONVERTERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "ActivityType": as_activity_type,
    "Data": as_payload,
    "DurationInSeconds": as_seconds,
    "DurationInSecondsOptional": as_seconds,
    "FunctionInput": as_payload,
    "TagList": as_tags,
    "TaskList": as_task_list,
    "TaskPriority": as_priority,
    "WorkflowExecution": _execution,
    "WorkflowType": as_workflow_type,
}
