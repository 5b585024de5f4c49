"""What each task of an execution was asked for because of, found out by replaying its code.

A program knows of a task's end once it has waited for it, looked at its result, or given it to
another task. What it asks for then comes after that, and so does what other lines of execution ask
for that it starts, or that wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from swf.flow import querying
from swf.flow.canvas import GroupFuture
from swf.flow.future import Future, Several
from swf.flow.replay.arguments import futures_in
from swf.flow.replay.ids import Scope
from swf.flow.replay.run import Execution, Run
from swf.flow.replay.signals import Waiter
from swf.flow.replay.strands import Function, Scheduler, Strand
from swf.flow.replay.task import Task
from swf.flow.replay.thread import ReplayThread
from swf.flow.workflow import Workflow
from swf.wire import Wire

Causes = Mapping[int, Sequence[int]]
"""By the id of the first event of a task, those of what it comes after: tasks and signals."""


def causes_of(
    events: Sequence[Wire],
    workflow: type[Workflow],
    named: Execution,
    *,
    patience_seconds: float = 10.0,
) -> Causes:
    """Return what comes after what in an execution, what others lead to left out; nothing is sent.

    Raises NonDeterminismError where the program does not follow the events, HungProgramError where
    it does not wait for anything for so long.
    """

    def followed() -> Causes:
        run = _Noting(workflow(), named)
        with querying.replayed(run, events):
            return run.knowledge.causes()

    replay = ReplayThread(patience=patience_seconds)
    try:
        return replay.call(followed)
    finally:
        replay.close()


class _Knowledge:
    """Who knew of what when it asked for something: each set is the bits of an int.

    A bit is of a task, or of a signal; a strand has those of all whose end it knows.
    """

    def __init__(self) -> None:
        self.bits: dict[object, int] = {}
        self.event_ids: dict[int, int] = {}
        self.known: dict[Strand | None, int] = {}
        self.before: dict[int, int] = {}  # by its bit, what was known when a task was asked for
        self.behind: dict[Future[Any], object] = {}

    def bit(self, thing: object) -> int:
        """Return the bit of a task, or of a signal by the id of its event."""
        return self.bits.setdefault(thing, len(self.bits))

    def learn(self, strand: Strand | None, known: int) -> None:
        """Have a strand know more."""
        self.known[strand] = self.known.get(strand, 0) | known

    def of(self, future: Future[Any], *, done: bool) -> int:
        """Return what is known to who knows that a future is done; of several, those that are.

        If not `done`, it is what will be known then.
        """
        behind = self.behind.get(future, future._task)
        several = future if isinstance(future, GroupFuture) else behind
        if isinstance(several, Several | GroupFuture):
            found = 0
            for one in several.futures:
                if one._is_done or not done:
                    found |= self.of(one, done=done)
            return found
        if isinstance(behind, Strand):
            return self.known.get(behind, 0)
        return 1 << self.bit(behind) if isinstance(behind, Task) else 0

    def causes(self) -> Causes:
        """Return what is before each task, but what is before that already."""
        return {
            self.event_ids[bit]: sorted(
                self.event_ids[one] for one in self._nearest(known) if one in self.event_ids
            )
            for bit, known in self.before.items()
            if bit in self.event_ids
        }

    def _nearest(self, known: int) -> Iterator[int]:
        around = 0
        for bit in _bits(known):
            around |= self.before.get(bit, 0)
        yield from _bits(known & ~around)


def _bits(several: int) -> Iterator[int]:
    while several:
        lowest = several & -several
        yield lowest.bit_length() - 1
        several ^= lowest


class _Noting(Run):
    """A run that notes who asks for what."""

    def __init__(self, workflow: Workflow, execution: Execution) -> None:
        super().__init__(workflow, execution)
        self.knowledge = _Knowledge()
        self.seeing: Wire = {}
        self.scheduler = _NotingScheduler(self, self.scheduler)
        self.tasks = _Asked(self)
        self.open = _Begun(self.knowledge)

    def _see(self, event: Wire) -> None:
        self.seeing = event
        super()._see(event)


class _NotingScheduler(Scheduler):
    """Notes what strands wait for, and who starts them."""

    __slots__ = ("_run",)

    def __init__(self, run: _Noting, scheduler: Scheduler) -> None:
        super().__init__(scheduler.on_end)
        self._run = run

    def spawn(
        self, function: Function, args: Sequence[Any], kwargs: Mapping[str, Any], scope: Scope
    ) -> Strand:
        """Have the new strand know what the one knows that starts it."""
        strand = super().spawn(function, args, kwargs, scope)
        knowledge = self._run.knowledge
        knowledge.learn(strand, knowledge.known.get(self.current, 0))
        _watch(self._run, strand.future, strand)
        return strand

    def wait_for(self, future: Future[Any]) -> None:
        """Have the strand that waited know what it waited for."""
        knowledge, strand = self._run.knowledge, self.current
        behind = knowledge.behind.setdefault(future, future._task)
        super().wait_for(future)
        knowledge.learn(strand, knowledge.of(future, done=True))
        event = self._run.seeing
        if isinstance(behind, Waiter) and event["eventType"] == "WorkflowExecutionSignaled":
            bit = knowledge.bit(event["eventId"])
            knowledge.event_ids[bit] = event["eventId"]
            knowledge.learn(strand, 1 << bit)


class _Asked(dict[Task, None]):
    """The tasks of a run: notes what is known when one is asked for."""

    def __init__(self, run: _Noting) -> None:
        super().__init__()
        self._run = run

    def __setitem__(self, task: Task, value: None) -> None:
        knowledge = self._run.knowledge
        given = futures_in((task.args, task.kwargs))
        known = knowledge.known.get(self._run.scheduler.current, 0)
        for future in given:
            known |= knowledge.of(future, done=False)
        knowledge.before[knowledge.bit(task)] = known
        _watch(self._run, task.future, task)
        super().__setitem__(task, value)


class _Begun(dict[int, Task]):
    """The tasks that have begun: notes the id of the first event of each."""

    def __init__(self, knowledge: _Knowledge) -> None:
        super().__init__()
        self._knowledge = knowledge

    def __setitem__(self, event_id: int, task: Task) -> None:
        self._knowledge.event_ids.setdefault(self._knowledge.bit(task), event_id)
        super().__setitem__(event_id, task)


class _Watched(Future[Any]):
    """A future that notes who looks at its result once it is done."""

    __slots__ = ()

    @property
    def result(self) -> Any:
        """The result."""
        _looked(self)
        return super().result

    @property
    def exception(self) -> BaseException | None:
        """The error."""
        _looked(self)
        return super().exception

    def _when_done(self, callback: Any) -> None:
        _looked(self)
        super()._when_done(callback)


def _watch(run: _Noting, future: Future[Any], behind: object) -> None:
    run.knowledge.behind[future] = behind
    if type(future) is Future:
        future.__class__ = _Watched


def _looked(future: Future[Any]) -> None:
    scheduler = future._scheduler
    if future._is_done and isinstance(scheduler, _NotingScheduler) and scheduler.current:
        knowledge = scheduler._run.knowledge
        knowledge.learn(scheduler.current, knowledge.of(future, done=True))
