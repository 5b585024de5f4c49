"""What a decider does with one decision task: history in, answer out; nothing is sent here."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from threading import get_ident
from typing import Any, Final

import attrs

from swf.exceptions import SWFError
from swf.flow.activities import Activity
from swf.flow.declaration import Declaration
from swf.flow.replay.activity_task import ActivityCall
from swf.flow.replay.child_workflow_execution import ChildCall
from swf.flow.replay.matching import BLOCKED, WAKE_UP, attributes_of, is_decided
from swf.flow.replay.packing import pack, wake_up
from swf.flow.replay.run import Run
from swf.payload import Payloads, dump_failure
from swf.validation import CLOSING
from swf.wire import Wire

logger = logging.getLogger(__name__)

LONGEST_PAUSE: Final = 300
"""Seconds until a blocked execution is looked at again, at most."""


@attrs.frozen(kw_only=True)
class DecisionTask:
    """A decision task as it was polled; `read` returns all events up to it, from the first on."""

    task_token: str = attrs.field(repr=False)
    domain: str
    workflow_id: str
    run_id: str
    name: str
    version: str
    started_event_id: int
    previous_started_event_id: int
    events: Sequence[Wire] = attrs.field(repr=False)
    read: Callable[[], Sequence[Wire]] = attrs.field(repr=False)
    task_list: str

    @property
    def execution(self) -> DecisionTask:
        """Itself: it has workflow id and run id, as log records want them."""
        return self


@attrs.frozen(kw_only=True)
class Answer:
    """What a decision task is answered with; `run` is None where the program was given up.

    `activities` and `children` are those whose types the decisions name.
    `error` is why the program was given up.
    """

    decisions: list[Wire]
    run: Run | None
    context: str | None = None
    closes: str | None = None
    activities: tuple[Activity[..., Any], ...] = ()
    children: tuple[type[Declaration], ...] = ()
    error: BaseException | None = attrs.field(default=None, eq=False)


def answer(task: DecisionTask, cached: Run | None, begin: Callable[[], Run]) -> Answer:
    """Return the answer to a task: from a run that is cached and fits, else by replay.

    Raises what the program's history does not allow, or what cannot be read or sent: no answer is
    made then, and the run is ended.
    """
    run = usable(task, cached)
    events = task.events
    if run is None:
        run = begin()
        if not events or events[0]["eventId"] != 1:
            events = task.read()
    elif not events or events[0]["eventId"] > run.last + 1:
        events = task.read()
    try:
        run.workflow.before_replay()
        run.feed(events, task.started_event_id)
        run.notes.fed = events
        run.workflow.after_replay()
        return _answered(run, task)
    except BaseException:
        run.evict()
        raise


def usable(task: DecisionTask, cached: Run | None) -> Run | None:
    """Return a cached run where the task goes on from what it has answered last; else end it."""
    if cached is None or cached.thread != get_ident():
        return None
    if cached.started_id == task.previous_started_event_id and cached.last < task.started_event_id:
        return cached
    cached.evict()
    return None


def _answered(run: Run, task: DecisionTask) -> Answer:
    decisions = pack(run.queue, task.started_event_id)
    last = decisions[-1]["decisionType"] if decisions else ""
    activities: dict[tuple[str, str], Activity[..., Any]] = {}
    children: dict[type[Declaration], None] = {}
    for command in run.queue:
        asker = command.asker
        if isinstance(asker, ActivityCall):
            activities[asker.activity.key] = asker.activity
        elif isinstance(asker, ChildCall) and not asker.workflow.is_elsewhere:
            children[asker.workflow] = None
    context = run.payloads.seal(run.state_plain) if run.state_changed else None
    return Answer(
        decisions=decisions,
        run=run,
        context=context,
        closes=last if last in CLOSING else None,
        activities=tuple(activities.values()),
        children=tuple(children),
    )


def blocked(task: DecisionTask, error: BaseException) -> Answer:
    """Return the answer that leaves an execution as it is, tells why, and has it looked at again.

    After 1, 2, 4… seconds, at most five minutes, whoever looks: once the program is right, or what
    it needs is there, it goes on where it was. Whatever happens to it meanwhile, signals say, there
    is no second timer for that.
    """
    told = error.message if isinstance(error, SWFError) else str(error)
    details = json.dumps({"error": type(error).__name__, "message": told[:20_000]})
    marker = {"markerName": BLOCKED, "details": details}
    decisions: list[Wire] = [
        {"decisionType": "RecordMarker", "recordMarkerDecisionAttributes": marker}
    ]
    seconds = _pause(task.events)
    if seconds is not None:
        decisions.append(wake_up(task.started_event_id, seconds))
    return Answer(decisions=decisions, run=None, error=error)


def _pause(events: Sequence[Wire]) -> int | None:
    """Return how long a blocked execution is left alone, in seconds; None where a timer runs."""
    fired: set[int] = set()
    for event in reversed(events):
        told = attributes_of(event)
        name = told.get("timerId") or told.get("markerName") or ""
        if event["eventType"] == "TimerFired":
            fired.add(told["startedEventId"])
        elif name.startswith(WAKE_UP):
            if event["eventId"] not in fired:
                return None
            return min(max(1, 2 * int(told["startToFireTimeout"])), LONGEST_PAUSE)
        elif is_decided(event) and name != BLOCKED:  # it has gone on since it was blocked before
            break
    return 1


def failed(error: BaseException) -> Answer:
    """Return the answer that fails an execution with an error that is not its program's."""
    reason, details = dump_failure(Payloads(), error)
    return Answer(
        decisions=[
            {
                "decisionType": "FailWorkflowExecution",
                "failWorkflowExecutionDecisionAttributes": {"reason": reason, "details": details},
            }
        ],
        run=None,
        closes="FailWorkflowExecution",
        error=error,
    )
