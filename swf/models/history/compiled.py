"""A history folded into what it tells about: each entity by its id, in a state, with its past."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Self

from swf.exceptions import InconsistentHistoryError, TransitionError, ValidationError
from swf.models.event.base import Event
from swf.models.history.entities.activity_task import ActivityTasks, CompiledActivityTask
from swf.models.history.entities.base import Entities, Entity, refused
from swf.models.history.entities.child_workflow_execution import (
    ChildWorkflowExecutions,
    CompiledChildWorkflowExecution,
)
from swf.models.history.entities.decision_task import DecisionTasks
from swf.models.history.entities.external_workflow_execution import (
    CompiledExternalWorkflowExecution,
    ExternalWorkflowExecutions,
)
from swf.models.history.entities.lambda_function import CompiledLambdaFunction, LambdaFunctions
from swf.models.history.entities.marker import CompiledMarker, Markers
from swf.models.history.entities.timer import CompiledTimer, Timers
from swf.models.history.entities.workflow_execution import (
    CompiledSignal,
    CompiledWorkflowExecution,
    Signals,
    WorkflowExecutions,
)
from swf.models.history.table import COLUMNS, Row, cells, row, title
from swf.models.history.told import TELLINGS, told_by
from swf.models.showing import compiled_in_time
from swf.models.views import html_table, rich_table
from swf.models.workflow import OpenCounts
from swf.rules import END_OF_TIME
from swf.wire import Wire

DECISION_RESULTS: Final = frozenset(
    {
        "ActivityTaskCancelRequested",
        "ActivityTaskScheduled",
        "CancelTimerFailed",
        "CancelWorkflowExecutionFailed",
        "CompleteWorkflowExecutionFailed",
        "ContinueAsNewWorkflowExecutionFailed",
        "FailWorkflowExecutionFailed",
        "LambdaFunctionScheduled",
        "MarkerRecorded",
        "RecordMarkerFailed",
        "RequestCancelActivityTaskFailed",
        "RequestCancelExternalWorkflowExecutionInitiated",
        "ScheduleActivityTaskFailed",
        "ScheduleLambdaFunctionFailed",
        "SignalExternalWorkflowExecutionInitiated",
        "StartChildWorkflowExecutionInitiated",
        "StartTimerFailed",
        "TimerCanceled",
        "TimerStarted",
        "WorkflowExecutionCanceled",
        "WorkflowExecutionCompleted",
        "WorkflowExecutionContinuedAsNew",
        "WorkflowExecutionFailed",
    }
)
"""The event types that SWF records while it carries out a decision task's decisions.

StartChildWorkflowExecutionFailed is one too where it links to no initiated event.
"""


def results_from_decision(name: str, initiated_event_id: int | None) -> bool:
    """Tell whether SWF records an event of this type, linked so, as it carries out decisions."""
    return name in DECISION_RESULTS or (
        name == "StartChildWorkflowExecutionFailed" and not initiated_event_id
    )


_NAMES: Final = (
    "decision_tasks",
    "activities",
    "timers",
    "markers",
    "children",
    "externals",
    "lambdas",
    "signals",
)


class CompiledHistory:
    """What a history tells, entity by entity, checked event by event against what SWF can record.

    Events are folded by the ids that link them, never by their neighbourhood. One that SWF cannot
    have recorded at its place is refused with InconsistentHistoryError, or TransitionError where it
    would take an entity to a state that it cannot reach; the compiled history is then as it was.

    It follows the history through `append` and `extend`, and so do the entities it gave out.
    """

    __slots__ = (
        "_activities",
        "_children",
        "_decision_tasks",
        "_entities",
        "_events",
        "_executions",
        "_externals",
        "_folds",
        "_lambdas",
        "_markers",
        "_signals",
        "_timers",
    )

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._entities: list[Entity[Any] | None] = []
        self._executions = WorkflowExecutions(CompiledWorkflowExecution)
        self._decision_tasks = DecisionTasks()
        self._activities = ActivityTasks(CompiledActivityTask)
        self._timers = Timers(CompiledTimer)
        self._markers = Markers(CompiledMarker)
        self._children = ChildWorkflowExecutions(CompiledChildWorkflowExecution)
        self._externals = ExternalWorkflowExecutions(CompiledExternalWorkflowExecution)
        self._lambdas = LambdaFunctions(CompiledLambdaFunction)
        self._signals = Signals(CompiledSignal)
        self._folds: dict[str, Callable[[Event], Entity[Any]]] = {
            name: fold.__get__(held) for held in self._held for name, fold in held.folds.items()
        }

    @classmethod
    def of(cls, events: Iterable[Event]) -> Self:
        """Return the whole history from its first event on, folded.

        Raises InconsistentHistoryError, naming the event, where SWF cannot have recorded it.
        """
        compiled = cls()
        for event in events:
            compiled.append(event)
        return compiled

    def append(self, event: Event) -> None:
        """Fold the next event, or raise InconsistentHistoryError and be as before.

        An event of a type that this release does not know keeps its place and is of no entity.
        """
        telling = TELLINGS.get(event.name)
        name = event.name if telling is None else telling.name
        self._check_place(event, name)
        entity = None
        if telling is not None:
            told = told_by(event, telling)
            if name in DECISION_RESULTS or (  # spelled out: it is asked of every event
                name == "StartChildWorkflowExecutionFailed" and not told["initiatedEventId"]
            ):
                self._check_decision(event, told)
            entity = self._folds[name](event)
        self._events.append(event)
        self._entities.append(entity)

    def extend(self, events: Iterable[Event]) -> None:
        """Fold what is new among events that may begin before the end of what is folded.

        Those folded already are passed over; one that differs from the event folded under its id is
        refused with InconsistentHistoryError. The events before a refused one stay folded.
        """
        for event in events:
            known = self._events[event.id - 1] if 0 < event.id <= len(self._events) else None
            if known is None:
                self.append(event)
            elif known != event:
                raise refused(event, f"another event was folded under its id: {known!r}")

    def _check_place(self, event: Event, name: str) -> None:
        """Raise unless the event is the next of an open history and not older than the last."""
        events = self._events
        number = event.raw["eventId"]
        if number != len(events) + 1:
            raise refused(event, _misplaced(number, len(events)))
        _check_time(event, events[-1] if events else None)
        if not events:
            if name != "WorkflowExecutionStarted":
                raise refused(event, "a history begins with WorkflowExecutionStarted")
            return
        execution = self._executions._all[0]
        if execution._closed is not None:
            raise refused(
                event, f"{execution} is {execution.state}: nothing follows", TransitionError
            )

    def _check_decision(self, event: Event, told: Wire) -> None:
        """Raise unless the event may result from a decision of the task answered last.

        Nothing is said against closing over a decision task that waits: see `tolerances`.
        """
        tasks = self._decision_tasks
        completed = told["decisionTaskCompletedEventId"]
        if completed != tasks.deciding:
            raise refused(event, _undecided(completed, self._events))
        if told.get("cause") == "UNHANDLED_DECISION" and tasks.waiting is None:
            raise refused(event, "UNHANDLED_DECISION, and no decision task waits")

    @property
    def execution(self) -> CompiledWorkflowExecution:
        """The execution that the history is of.

        Raises InconsistentHistoryError while no event is folded.
        """
        if not self._executions:
            raise InconsistentHistoryError("an empty history tells of no execution")
        return self._executions[0]

    @property
    def decision_tasks(self) -> DecisionTasks:
        """The decision tasks, in order; their ids are those of their scheduled events."""
        return self._decision_tasks

    @property
    def activities(self) -> ActivityTasks:
        """The activity tasks, in order, by activity id."""
        return self._activities

    @property
    def timers(self) -> Timers:
        """The timers, in order, by timer id."""
        return self._timers

    @property
    def markers(self) -> Markers:
        """The markers, in order, by marker name."""
        return self._markers

    @property
    def children(self) -> ChildWorkflowExecutions:
        """The child executions, in order, by workflow id."""
        return self._children

    @property
    def externals(self) -> ExternalWorkflowExecutions:
        """The signals and cancel requests to other executions, in order, by workflow id."""
        return self._externals

    @property
    def lambdas(self) -> LambdaFunctions:
        """The Lambda tasks, in order, by the ids that their decisions gave them."""
        return self._lambdas

    @property
    def signals(self) -> Signals:
        """The signals received, in order, by signal name."""
        return self._signals

    @property
    def latest_execution_context(self) -> str | None:
        """The execution context that was given last; None where none was."""
        return self._decision_tasks._latest_context

    @property
    def open_counts(self) -> OpenCounts:
        """How much is open; as in SWF, closing the execution does not close what it left open."""
        return OpenCounts(
            activity_tasks=self._activities.open_count,
            decision_tasks=min(1, self._decision_tasks.open_count),
            timers=self._timers.open_count,
            child_workflow_executions=self._children.open_count,
            lambda_functions=self._lambdas.open_count,
        )

    @property
    def last_event_id(self) -> int:
        """The id of the event folded last; 0 where none is."""
        return len(self._events)

    @property
    def last_event(self) -> Event | None:
        """The event folded last; None where none is."""
        return self._events[-1] if self._events else None

    @property
    def entities(self) -> tuple[Entity[Any], ...]:
        """Every entity of every kind, in the order of first events."""
        found = (entity for held in self._held for entity in held)
        return tuple(sorted(found, key=lambda entity: entity.first_event_id))

    def entity_of(self, event_id: int) -> Entity[Any] | None:
        """Return what an event is about; None where it is not folded, or of an unknown type."""
        return self._entities[event_id - 1] if 0 < event_id <= len(self._entities) else None

    def as_table(self) -> list[Row]:
        """Return a row for each entity, in order, for people to read."""
        return [row(entity) for entity in self.entities]

    @property
    def _held(self) -> tuple[Entities[Any], ...]:
        return (
            self._executions,
            self._decision_tasks,
            self._activities,
            self._timers,
            self._markers,
            self._children,
            self._externals,
            self._lambdas,
            self._signals,
        )

    def __len__(self) -> int:
        """How many events are folded."""
        return len(self._events)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CompiledHistory):
            return NotImplemented
        return self._events == other._events and self._held == other._held

    __hash__ = None  # type: ignore[assignment]  # it follows its history

    def __copy__(self) -> Self:
        # Events are immutable, entities are not: a copy shares the former only.
        return type(self).of(self._events)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return type(self).of(self._events)

    def __reduce__(self) -> tuple[Callable[[Iterable[Event]], Self], tuple[list[Event]]]:
        return (type(self).of, (self._events,))

    def __repr__(self) -> str:
        if not self._events:
            return "CompiledHistory()"
        counts = "".join(
            f", {name}={len(held)}"
            for name, held in zip(_NAMES, self._held[1:], strict=True)
            if held
        )
        told = f"{self.execution.id!r}, state={self.execution.state.value!r}"
        return f"CompiledHistory({told}, events={len(self._events)}{counts})"

    def __rich__(self) -> Any:
        return rich_table(title(self.entities), COLUMNS, cells(self.entities))

    def _repr_html_(self) -> str:
        table = html_table(title(self.entities), COLUMNS, cells(self.entities))
        return compiled_in_time(self, table)


def _check_time(event: Event, last: Event | None) -> None:
    """Raise unless the event is of a time, and of one that is not before the last event's."""
    this = event.raw["eventTimestamp"]
    if last is not None:
        before = last.raw["eventTimestamp"]
        if type(this) is type(before) is float and before <= this < END_OF_TIME:
            return  # the usual case, which needs no datetime
    try:
        now = event.timestamp
    except ValidationError as error:
        raise refused(event, f"eventTimestamp must be a time, got {this!r}") from error
    if last is not None and now < last.timestamp:
        raise refused(event, f"it is of {now}, before event {last.id}: {last.timestamp}")


def _misplaced(number: int, folded: int) -> str:
    """Say why an event cannot be the next one."""
    if not folded:
        return (
            "a history compiles from event 1 on: fetch the whole of it, in ascending order,"
            " or append a part of it to what compiled earlier"
        )
    if number <= folded:
        return f"it is folded already: the next event is {folded + 1}"
    return f"events are missing before it: the next event is {folded + 1}"


def _undecided(completed: int, events: Sequence[Event]) -> str:
    """Say why an event cannot come of the decisions of the task that it names."""
    named = events[completed - 1].name if 0 < completed <= len(events) else None
    if named != "DecisionTaskCompleted":
        return f"it names event {completed}, which is no DecisionTaskCompleted before it"
    return (
        f"it names event {completed}, whose decisions were carried out earlier: what results"
        " from decisions comes before the next DecisionTaskStarted"
    )
