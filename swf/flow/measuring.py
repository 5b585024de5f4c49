"""What deciders measure of their tasks, and the spans of decisions and of workflows."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from swf.actors.measuring import nanoseconds
from swf.flow.replay.answer import Answer, DecisionTask
from swf.flow.replay.matching import attributes_of
from swf.flow.replay.notes import Notes
from swf.flow.replay.run import Run, seconds_of
from swf.metrics import catalogue
from swf.tracing import switch as tracing
from swf.tracing.context import parsed
from swf.tracing.spans import Told, Tracing, links_of
from swf.wire import Wire

if TYPE_CHECKING:
    from swf.actors import Decider

OUTCOMES: Final = {
    "CompleteWorkflowExecution": "completed",
    "FailWorkflowExecution": "failed",
    "CancelWorkflowExecution": "canceled",
    "ContinueAsNewWorkflowExecution": "continued_as_new",
}
"""How an execution ends, by the decision that closes it."""

_ENDS: Final = frozenset(
    f"ActivityTask{how}" for how in ("Completed", "Failed", "TimedOut", "Canceled")
)
_TELLING: Final = _ENDS | {
    "WorkflowExecutionStarted",
    "ActivityTaskScheduled",
    "ActivityTaskStarted",
}
"""The events that are looked at, each once."""


class Measured:
    """One decision task from its poll to its answer: how long that took, and its spans."""

    def __init__(self, decider: Decider, task: DecisionTask) -> None:
        self._task = task
        self._place = (task.domain, decider.task_list)
        self._labels = (*self._place, task.name)
        self._began = perf_counter()
        self._started = self._event(task.started_event_id)
        self._links: Sequence[str] = ()

    def decided(self, made: Answer) -> None:
        """Measure how the program came to its decisions, and what the new events tell."""
        task, run = self._task, made.run
        catalogue.HISTORY.observe(task.started_event_id, self._labels)
        self._measure_wait()
        if run is None:
            return
        notes = run.notes
        is_warm = notes.last > 0
        state = "warm" if is_warm else "cold"
        catalogue.REPLAY.observe(perf_counter() - self._began, (*self._labels, state))
        if is_warm:
            catalogue.CACHE_HITS.add(self._place)
        elif task.previous_started_event_id:
            catalogue.CACHE_MISSES.add(self._place)
        for event in self._news(run):
            if event["eventType"] in _TELLING:
                self._look_at(event, notes)
        notes.last = task.started_event_id
        self._links = notes.followed()  # once SWF has the answer, another thread may have the run

    def answered(self, made: Answer | None) -> None:
        """Measure what SWF was answered, None where it took no answer, and make the spans."""
        elapsed = perf_counter() - self._began
        outcome, error = _outcome(made), _error(made)
        catalogue.DECISION.observe(elapsed, (*self._labels, outcome))
        if outcome == "blocked":
            catalogue.BLOCKED.add((*self._labels, _named(error)))
        if made is not None and made.closes is not None:
            how = OUTCOMES[made.closes]
            begun = self._begun(made.run)
            if begun is not None:
                seconds = max(0.0, self._at(elapsed) - begun)
                catalogue.WORKFLOW.observe(seconds, (*self._labels, how))
            if how == "failed":
                catalogue.FAILURES.add((*self._labels, "workflow", _named(error)))
        tracer = tracing.active()
        if tracer is not None:
            self._trace(tracer, made, self._at(elapsed))

    def _measure_wait(self) -> None:
        """Measure how long the task waited for a decider."""
        if self._started is None:
            return
        scheduled = self._event(attributes_of(self._started).get("scheduledEventId", 0))
        if scheduled is not None:
            began = seconds_of(scheduled["eventTimestamp"])
            waited = seconds_of(self._started["eventTimestamp"]) - began
            catalogue.DECISION_WAIT.observe(max(0.0, waited), self._labels)

    def _news(self, run: Run) -> Sequence[Wire]:
        """Return the events to look at: of those that were repeated, what is under way yet."""
        events = run.notes.news()
        first = events[0]["eventId"] if events else 0
        repeated = self._task.previous_started_event_id + 1 - first
        if repeated <= 1:
            return events
        fresh = events[repeated:]
        begun = {attributes_of(event).get("scheduledEventId", 0) for event in fresh}
        begun.update(run.open)
        old = (event_id for event_id in sorted(begun) if first < event_id < first + repeated)
        return [events[0], *(events[event_id - first] for event_id in old), *fresh]

    def _look_at(self, event: Wire, notes: Notes) -> None:
        """Take note of an event; measure what it tells of an activity, where that is new."""
        kind, told, at = event["eventType"], attributes_of(event), event["eventTimestamp"]
        if kind == "WorkflowExecutionStarted":
            notes.began = seconds_of(at)
        elif kind == "ActivityTaskScheduled":
            labels = (self._task.domain, told["taskList"]["name"], told["activityType"]["name"])
            notes.scheduled[event["eventId"]] = (seconds_of(at), labels)
        else:
            take = notes.scheduled.pop if kind in _ENDS else notes.scheduled.get
            scheduled = take(told["scheduledEventId"], None)
            if scheduled is None or event["eventId"] <= self._task.previous_started_event_id:
                return
            since, labels = scheduled
            if kind == "ActivityTaskStarted":
                catalogue.ACTIVITY_WAIT.observe(max(0.0, seconds_of(at) - since), labels)
            elif kind == "ActivityTaskTimedOut":
                catalogue.FAILURES.add((*labels, "activity", told["timeoutType"]))

    def _event(self, event_id: int) -> Wire | None:
        """Return an event of the page that came; None where it is in none."""
        events = self._task.events
        index = event_id - events[0]["eventId"] if events else -1
        return events[index] if 0 <= index < len(events) else None

    def _begun(self, run: Run | None) -> float | None:
        """Return when the execution was started; None where that is not known here."""
        if run is not None:
            return run.notes.began
        first = self._event(1)
        return None if first is None else seconds_of(first["eventTimestamp"])

    def _at(self, elapsed: float) -> float:
        """Return the time, by SWF's clock, so many seconds after the task was polled."""
        if self._started is None:
            return elapsed
        return seconds_of(self._started["eventTimestamp"]) + elapsed

    # Spans

    def _trace(self, tracer: Tracing, made: Answer | None, now: float) -> None:
        task, run = self._task, None if made is None else made.run
        notes = Notes() if run is None else run.notes
        error, ended = _error(made), nanoseconds(now)
        parent = parsed(notes.parent)
        workflow = parsed(notes.traceparent) or tracer.of_run(task.run_id, parent)
        decision = Told(
            name="swf.decision",
            run_id=task.run_id,
            event_id=task.started_event_id,
            parent=workflow,
            attributes=self._attributes(),
            began=nanoseconds(self._at(0)),
            links=links_of(map(parsed, self._links)),
        )
        tracer.end(tracer.begin(decision), _outcome(made), error, ended=ended)
        if made is None or made.closes is None:
            return
        begun = self._begun(run)
        execution = Told(
            name="swf.workflow",
            run_id=task.run_id,
            event_id=1,
            parent=parent,
            attributes=self._attributes(),
            began=None if begun is None else nanoseconds(begun),
            consumes=True,
        )
        tracer.end(tracer.begin(execution), OUTCOMES[made.closes], error, ended=ended)

    def _attributes(self) -> dict[str, Any]:
        task = self._task
        return {
            "messaging.operation.type": "process",
            "messaging.destination.name": self._place[1],
            "swf.domain": task.domain,
            "swf.workflow_id": task.workflow_id,
            "swf.run_id": task.run_id,
            "swf.workflow_type": task.name,
            "swf.workflow_version": task.version,
        }


def _outcome(made: Answer | None) -> str:
    """Return how a decision task ended, in a word."""
    if made is None:
        return "unanswered"
    return "completed" if made.run is not None or made.closes is not None else "blocked"


def _error(made: Answer | None) -> BaseException | None:
    """Return the error that an answer tells SWF of."""
    if made is None:
        return None
    if made.run is not None:
        return made.run.error if made.closes == "FailWorkflowExecution" else None
    return made.error


def _named(error: BaseException | None) -> str:
    return "(unknown)" if error is None else type(error).__name__
