"""One execution of one workflow: its program, and how far that has come along its history."""

from __future__ import annotations

import logging
import random
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cached_property, partial
from threading import get_ident
from typing import TYPE_CHECKING, Any, Final

import attrs

from swf.flow.errors import TaskError
from swf.flow.future import Future
from swf.flow.replay import closing, following, matching
from swf.flow.replay.ahead import Ahead
from swf.flow.replay.attempts import Attempts
from swf.flow.replay.command import Command, place
from swf.flow.replay.ids import Scope, fitted
from swf.flow.replay.logger import ReplayLogger, set_running
from swf.flow.replay.marker import Marker
from swf.flow.replay.notes import Notes
from swf.flow.replay.outcomes import OUTCOMES
from swf.flow.replay.signals import Signals
from swf.flow.replay.strands import Scheduler, Strand, WithoutAsyncio
from swf.flow.replay.task import Task, Window
from swf.flow.replay.timer import TimerCall
from swf.payload import Payloads
from swf.validation import CLOSING
from swf.wire import Wire

if TYPE_CHECKING:
    from swf.flow.workflow import Workflow

logger = logging.getLogger(__name__)

CONTINUE_AT_EVENTS: Final = 10_000
"""The length of a history at which it is said that it is time to continue as new."""


GREW_LONG: Final = (
    "%s: its history has %d events, and SWF ends it at 25,000: have it continue as new, by"
    " `self.checkpoint(…)` for one"
)


@attrs.frozen(kw_only=True)
class Execution:
    """Which execution a run is of: what a program may know of where it runs."""

    domain: str
    workflow_id: str
    run_id: str
    name: str
    version: str

    def __str__(self) -> str:
        return f"WorkflowExecution({self.workflow_id!r}, {self.run_id!r})"


class Run:
    """A program that is fed events and asks for decisions.

    `feed` takes the events since the last time; `queue` has then what the program asked for and no
    history has yet. Everything happens in the caller's thread, always the same one.
    """

    def __init__(
        self,
        workflow: Workflow,
        execution: Execution,
        *,
        activity_task_list: str | None = None,
        child_task_list: str | None = None,
    ) -> None:
        self.workflow = workflow
        workflow._run = self
        self.execution = execution
        self.activity_task_list = activity_task_list  # where all activities go, whatever they say
        self.child_task_list = child_task_list
        self.payloads: Payloads = workflow.payloads
        self.scheduler = Scheduler(partial(closing.strand_ended, self))
        self.scope = Scope()
        self.windows = {
            "activities": Window(workflow.max_open_activities),
            "children": Window(workflow.max_open_children),
            "timers": Window(workflow.max_open_timers),
            "lambdas": Window(workflow.max_open_activities),
        }
        self.queue: deque[Command] = deque()
        self.open: dict[int, Task] = {}  # what has begun, by the id of the event it began with
        self.tasks: dict[Task, None] = {}  # all that has not ended, in the order of submits
        self.signals = Signals(self)
        self.shared: dict[str, Future[Any]] = {}  # of idempotent tasks, by id
        self.failures: list[Future[Any]] = []
        self.markers: dict[tuple[str, str | None], Marker] = {}  # by name and plain details
        self.patches: dict[str, bool] = {}
        self.last = 0  # the id of the newest event that was fed
        self.started_id = 0  # that of the newest decision task the program has seen
        self.time = 0.0  # when that was started: seconds since the epoch
        self.started: Wire = {}  # the attributes of WorkflowExecutionStarted
        self.replaying = True
        self.is_recording = False  # a function runs of which only the result counts
        self.is_peeking = False  # past the last answer, to be looked at: nothing is recorded
        self.main: Strand | None = None
        self.closing: Callable[[], Command] | None = None
        self.is_closed = False
        self.cancel_requested = False
        self.being_canceled: list[Future[Any]] = []
        self.is_in_grace = False
        self.error: BaseException | None = None
        self.watched: set[Strand] = set()
        self.state: Any = None
        self.state_plain: str | None = None
        self.state_changed = False
        self.logger = ReplayLogger(self)
        self.ahead = Ahead()
        self.attempts = Attempts(self)
        self.notes = Notes()
        self._buffer: list[Wire] = []
        self.refusals: list[Callable[[], object]] = []
        self.compared = 0  # how many recorded decisions were what the program asked for
        self.progress = 0  # how many events the program has seen
        self.thread = get_ident()  # the only one in which it can run
        self._completed = 0  # the id of the DecisionTaskCompleted whose decisions come now
        self.is_cut = True  # whether those may be fewer than the program asked for

    # Along the history.

    def feed(self, events: Sequence[Wire], started_id: int | None) -> None:
        """Take the program through these events, the oldest first; those it had are passed over.

        `started_id` is that of the decision task to be answered: `queue` has what to answer then.
        Without it, events after the last answered decision task wait. Raises NonDeterminismError
        where the program does not do what the events say, and LookupError where one is missing.
        """
        self.ahead.look(events, self.last)
        with self.at_work():
            for event in events:
                event_id = event["eventId"]
                if event_id == self.last + 1:
                    self.last = event_id
                    event_type = event["eventType"]
                    if event_type in SEEN:
                        self._buffer.append(event)
                    elif event_type in TAKEN:
                        self._take(event_type, event)
                elif event_id > self.last:
                    raise LookupError(
                        f"{self.execution}: event {self.last + 1} is missing, {event_id} came"
                    )
            if started_id is not None:
                self._turn(started_id, replaying=False)

    def peek(self) -> None:
        """Take the program through what no answer followed yet, to be looked at and then evicted.

        It is silent, and nothing that it asks for is sent; it stops short of side effects. Raises
        NonDeterminismError where the history had no place for what it asked for before.
        """
        if self.is_closed:
            return
        self.is_peeking = True
        with self.at_work():
            self._turn(self.last + 1, replaying=True)

    def at_work(self) -> AbstractContextManager[None]:
        """Return what makes this the run whose program runs in this thread, within the block."""
        return _AtWork(self)

    def _take(self, event_type: str, event: Wire) -> None:
        """Take an event that shows how a decision task was answered."""
        if event_type in matching.DECIDED:
            if event_type not in matching.LATER or matching.is_decided(event):
                self.compared += following.match(self, event)
            else:
                self._buffer.append(event)
        else:
            told = event["decisionTaskCompletedEventAttributes"]
            self._completed = event["eventId"]
            if told["startedEventId"] > self.started_id:
                self._turn(told["startedEventId"], replaying=True)
            self.ahead.answered(self._completed)
            self.is_cut = False

    def _turn(self, started_id: int, *, replaying: bool) -> None:
        """Have the program see what one decision task told it."""
        if self.queue and not self.is_cut:
            raise matching.one_more(str(self.execution), self.queue[0], self._completed)
        if self.queue and self.queue[-1].decision_type in CLOSING:
            self.queue.pop()  # it was not sent yet: what comes now goes before it
        self.replaying = replaying
        events, self._buffer = self._buffer, []
        grew_long = started_id >= CONTINUE_AT_EVENTS and _grew_long(self, started_id)
        self.started_id = started_id
        for index, event in enumerate(events):
            if event["eventId"] >= started_id:
                self.time = seconds_of(event["eventTimestamp"])
                self._buffer = events[index + 1 :]
                del events[index:]
                break
        refusals, self.refusals = self.refusals, []
        for refusal in refusals:
            refusal()
            self.scheduler.run()
        for event in events:
            self._see(event)
        closing.end_turn(self)
        if grew_long and self.is_live and self.closing is None:
            logger.warning(GREW_LONG, self.execution, started_id)

    def _see(self, event: Wire) -> None:
        self.progress += 1
        event_type = event["eventType"]
        outcome = OUTCOMES.get(event_type)
        if outcome is None:
            handler = _HANDLERS.get(event_type)
            if handler is None:
                return
            handler(self, event)
        else:
            told = event[outcome.attributes]
            task = self.open.get(told[outcome.link])
            if task is None:
                return
            getattr(task, outcome.method)(told)
        self.scheduler.run()

    # What a program does.

    def issue(self, command: Command) -> None:
        """Ask for a decision: compared with the history, or sent with the next answer."""
        if self.scheduler.closed:
            return
        if command.place is None:
            command.place = place()
        error = self.attempts.seal(command)
        if error is None:
            self.queue.append(command)
        elif command.asker is not None:
            command.asker.unsent(error)
        else:
            raise error

    def publish(self, value: Any) -> None:
        """Have this shown to those outside as the state of the run, from the next answer on.

        Raises PayloadEncodeError for what has no form as text, PayloadTooLargeError for what is too
        long where there is no store.
        """
        plain = self.payloads.plain(value)
        if self.payloads.store is None:
            self.payloads.seal(plain)
        self.state = value
        if plain != self.state_plain:
            self.state_plain, self.state_changed = plain, True

    def withdraw(self, command: Command) -> None:
        """Take back what was not sent yet."""
        if not self.scheduler.closed:
            self.queue.remove(command)

    def pause(self, task: Task, seconds: int) -> TimerCall:
        """Return a timer after which a task is tried again."""
        timer = TimerCall(self, fitted(f"retry-{task.attempt}-{task.id}"), seconds)
        timer.submit()
        return timer

    def on_failure(self, task: Task, error: TaskError) -> None:
        """Ask the workflow what a task that failed for good means, and have it so."""
        closing.on_task_failure(self, task, error)

    @cached_property
    def lot(self) -> random.Random:
        """The random numbers of the program, one after another."""
        return random.Random(self.execution.run_id)  # noqa: S311  (it must replay, and hides nothing)

    def lot_of(self, *names: object) -> random.Random:
        """Return a source of random numbers that is this run's for what these names say."""
        seed = ":".join(map(str, (self.execution.run_id, *names)))
        return random.Random(seed)  # noqa: S311  (it must replay, and hides nothing)

    def recorded(self, name: str) -> tuple[bool, str | None]:
        """Return whether a marker of this name is in the history from here on, and its details."""
        found = self.ahead.markers.get(name)
        return (False, None) if found is None else (True, found[1])

    def is_recorded_now(self, name: str) -> bool:
        """Tell whether the decision that is replayed has recorded a marker of this name."""
        return self.replaying and self.ahead.is_of(name, self._completed)

    @property
    def is_live(self) -> bool:
        """Whether what is asked for now is in no history yet.

        The rest of an answer that was cut is asked for again in a replay, and was never sent.
        """
        asked = len(self.queue)
        return not self.replaying or self.ahead.is_beyond(self._completed, self.last, asked)

    def hold_here(self) -> None:
        """Go no further where the program is only looked at: what comes would be a side effect."""
        if self.is_peeking:
            self.scheduler.wait_for(Future(self.scheduler))

    @property
    def current_scope(self) -> Scope:
        """Where the part of the program that runs now takes its ids from."""
        strand = self.scheduler.current
        return self.scope if strand is None else strand.scope

    @property
    def options(self) -> dict[str, Any]:
        """What all that the running part of the program submits has otherwise."""
        strand = self.scheduler.current
        return _NONE if strand is None else strand.options

    @property
    def should_continue_as_new(self) -> bool:
        """Whether the history has grown so long that the run had better continue as new."""
        return self.started_id >= self.workflow.continue_as_new_at

    def fail(self, error: BaseException) -> None:
        """Have the execution fail with this error."""
        closing.fail(self, error)

    def watch(self, strand: Strand) -> None:
        """Have the execution fail where this strand does."""
        self.watched.add(strand)

    def evict(self) -> None:
        """End the program where it stands; nothing that it still does counts.

        In a thread that is not its own it is only given up.
        """
        if self.thread != get_ident():
            self.scheduler.closed = True
            return
        before = set_running(self)
        try:
            self.scheduler.close()
        finally:
            set_running(before)

    # Events that are no task's outcome.

    def _on_started(self, event: Wire) -> None:
        self.started = event["workflowExecutionStartedEventAttributes"]
        closing.start(self)

    def _on_signaled(self, event: Wire) -> None:
        self.signals.receive(event)

    def _on_cancel_requested(self, event: Wire) -> None:
        closing.cancel_requested(self, event)


def _grew_long(run: Run, started_id: int) -> bool:
    """Tell whether it is with this event that it is time for a run to continue as new."""
    long = max(CONTINUE_AT_EVENTS, run.workflow.continue_as_new_at)
    return run.started_id < long <= started_id


class _AtWork(WithoutAsyncio):
    """Within the block, a run's program runs in this thread."""

    __slots__ = ("_run", "_was_running")  # a generator would cost several times as much

    def __init__(self, run: Run) -> None:
        self._run = run

    def __enter__(self) -> None:
        self._was_running = set_running(self._run)
        super().__enter__()

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        set_running(self._was_running)


_NONE: Final[dict[str, Any]] = {}

_HANDLERS: Final[dict[str, Callable[[Run, Wire], None]]] = {
    "WorkflowExecutionStarted": Run._on_started,
    "WorkflowExecutionSignaled": Run._on_signaled,
    "WorkflowExecutionCancelRequested": Run._on_cancel_requested,
}

SEEN: Final = frozenset({*OUTCOMES, *_HANDLERS, "DecisionTaskStarted"} - {*matching.DECIDED})
"""The events that a program sees, and that tell its time; decisions become others."""

TAKEN: Final = frozenset({*matching.DECIDED, "DecisionTaskCompleted"})
"""The events that show how a decision task was answered."""


def seconds_of(moment: Any) -> float:
    """Return the time of an event, as seconds since the epoch."""
    if type(moment) is float:  # as the wire has it
        return moment
    return moment.timestamp() if isinstance(moment, datetime) else float(moment)
