"""A stage for workflows: an SWF in memory, a decider, a worker and a clock, all in one thread."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar, Unpack, overload

from swf import settings
from swf.engine import Engine, Functions, Options
from swf.exceptions import ActorError, PollTimeout, ValidationError, ValidationTypeError
from swf.flow.activities import as_activity
from swf.flow.declaration import Ordered
from swf.flow.domain import DEFAULT_DOMAIN
from swf.flow.handle import Handle
from swf.flow.registering import Registrar
from swf.flow.registry import Activities, Workflows
from swf.flow.starting import Place, Runs, RunsAsync, RunsSteps, begin, ordered_of
from swf.flow.workflow import Workflow
from swf.models import Domain, WorkflowExecution
from swf.models.event import Event
from swf.testing.embedded import connected, embedded
from swf.testing.stage_actors import StagedActivities, StageDecider, StagedWorkflows, StageWorker
from swf.testing.stage_clock import AtWork, StageClock, beat
from swf.testing.stubs import Ends, Stub, outcome

R = TypeVar("R")


class Stage:
    """Where a test runs workflows; time that nothing happens in is skipped.

    Decider and worker are driven by whoever waits, in the test's own thread: `run`, `result()` of a
    handle, `skip` and `work` have them do what there is to do. They know the workflows that are
    started here, and all that these submit, on whatever task list. Activities run for real unless
    they have a stub; with `strict` each must have one. With `replays` all that was run is replayed
    when the stage is left.
    """

    def __init__(
        self,
        engine: Engine,
        clock: StageClock,
        domain: str,
        *,
        strict: bool = False,
        replays: bool = True,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.replays = replays
        self.at_most = 100_000
        """So many tasks are done at one moment: more have no end, and raise ActorError."""
        self.connection = connected(engine)
        self.domain = Domain(domain, connection=self.connection)
        self.stubs: dict[tuple[str, tuple[str, str]], Stub] = {}
        Registrar(self).domain()
        self._activities = StagedActivities(self.stubs)
        self._workflows = StagedWorkflows(self.stubs)
        self._worker = StageWorker(self.domain, self._activities, clock)
        self._decider = StageDecider(
            self.domain, self._workflows, self._activities, self._worker, strict=strict
        )
        self._at_work: list[AtWork] = []
        self._done_at = clock.now()
        self._done = 0
        clock.work = self.work

    @property
    def strict(self) -> bool:
        """Whether an activity without a stub fails its workflow, with a NotStubbedError."""
        return self._decider.strict

    @strict.setter
    def strict(self, strict: bool) -> None:
        self._decider.strict = strict

    @property
    def functions(self) -> Functions:
        """The Lambda functions there are: `functions.register(name, function)`."""
        return self.engine.functions

    # Running

    @overload
    def run(self, workflow: type[RunsAsync[R]], /, *args: Any, **kwargs: Any) -> R: ...

    @overload
    def run(self, workflow: type[RunsSteps[R]], /, *args: Any, **kwargs: Any) -> R: ...

    @overload
    def run(self, workflow: type[Runs[R]], /, *args: Any, **kwargs: Any) -> R: ...

    @overload
    def run(self, workflow: Ordered, /, *args: Any, **kwargs: Any) -> Any: ...

    def run(self, workflow: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Run a workflow to its end, however long that takes, and return its result.

        Raises what `Handle.result` raises.
        """
        return self.start(workflow, *args, **kwargs).result()

    @overload
    def start(self, workflow: type[RunsAsync[R]], /, *args: Any, **kwargs: Any) -> Handle[R]: ...

    @overload
    def start(self, workflow: type[RunsSteps[R]], /, *args: Any, **kwargs: Any) -> Handle[R]: ...

    @overload
    def start(self, workflow: type[Runs[R]], /, *args: Any, **kwargs: Any) -> Handle[R]: ...

    @overload
    def start(self, workflow: Ordered, /, *args: Any, **kwargs: Any) -> Handle[Any]: ...

    def start(self, workflow: Any, /, *args: Any, **kwargs: Any) -> Handle[Any]:
        """Start an execution and return its handle; nothing is decided before somebody waits.

        `workflow` is a Workflow class, or `W.with_options(workflow_id=…)` of one. Raises
        SignatureError where it does not take the arguments.
        """
        ordered = ordered_of(workflow)
        self.knows(ordered.workflow)
        return begin(Place(self.domain, self.connection), ordered, args, kwargs)

    def knows(self, *given: Any) -> None:
        """Have decider and worker know what no workflow started here shows them.

        Workflow classes that the program under test starts by itself, instances whose methods are
        activities, and modules of either.
        """
        for one in given:
            if isinstance(one, type) and issubclass(one, Workflow):
                self._workflows.add(one)
            elif as_activity(one) is not None:
                self._activities.add(one)
            else:
                _add_all(one, (self._workflows, self._activities))

    # Stubs

    def stub(self, task: Any, **ends: Unpack[Ends]) -> Stub:
        """Have something stand in for an activity or a workflow from now on, and return it.

        A call of it returns `returns`, or raises `raises`, or returns what the function `calls`
        does with its arguments. It `takes` so many seconds of the clock, a timedelta too: its
        time-outs may come first. With `times_out` its worker is lost (a child waits for ever), and
        what happens is up to its time-outs; with `cancels` it goes on until its cancel is
        requested, and is canceled then. `heartbeat` is what it tells by a heartbeat, at first.
        These hold for `times` calls; `then(…)` says how those after them end, and the last outcome
        told is that of all further calls. Attempts of a retry are calls.

        Raises ValidationTypeError for what is no activity and no workflow, and ValidationError for
        outcomes that exclude each other.
        """
        first = outcome(ends)
        workflow = task.workflow if isinstance(task, Ordered) else task
        if isinstance(workflow, type) and issubclass(workflow, Workflow):
            if "heartbeat" in ends:
                raise ValidationError(f"stub: heartbeat: {workflow.__name__} is no activity")
            made = self.stubs["workflow", workflow.key()] = Stub(workflow.name, first, self.now)
            return made
        activity = as_activity(task)
        if activity is None:
            raise ValidationTypeError(f"stub: {task!r:.80} is no activity and no workflow")
        made = self.stubs["activity", activity.key] = Stub(activity.name, first, self.now)
        return made

    def now(self) -> datetime:
        """Return the present moment."""
        return self.clock.now()

    # Time and work

    def at(self, when: datetime | float, action: Callable[[], object]) -> None:
        """Have `action` called at a moment, or so many seconds from now: it sends a signal, say."""
        self.clock.at(when, action)

    def skip(self, seconds: float) -> None:
        """Let so much time pass, and all happen that happens in it."""
        self.clock.skip(seconds)

    def work(self) -> bool:
        """Do all there is to do at this moment; return whether there was something."""
        tasks = 0
        while found := self._worked():
            tasks += found
            self._check_end(found)
        return tasks > 0

    def _worked(self) -> int:
        done = 0
        for ready in [one for one in self._at_work if one.is_ready]:
            self._go_on(ready)
            done += 1
        for one in self.engine.task_lists(self.domain.name):
            take = self._decide if one["kind"] == "decision" else self._begin
            for _ in range(one["backlog"]):
                done += take(one["taskList"])
        return done

    def _decide(self, task_list: str) -> bool:
        try:
            self._decider.take(task_list)
        except PollTimeout:
            return False
        if self._decider.took_back:
            for activity in self._at_work:
                beat(activity)
        return True

    def _begin(self, task_list: str) -> bool:
        """Have the worker take a task, and begin with it."""
        found: list[bool] = []

        def work() -> None:
            try:
                self._worker.work(task_list, activity)
            except PollTimeout:
                return
            found.append(True)

        activity = AtWork(work)
        self._go_on(activity)
        return bool(found) or not activity.dead

    def _go_on(self, activity: AtWork) -> None:
        if activity in self._at_work:
            self._at_work.remove(activity)
        if activity.go_on():
            self._at_work.append(activity)

    def _check_end(self, found: int) -> None:
        now = self.clock.now()
        if now != self._done_at:
            self._done_at, self._done = now, 0
        self._done += found
        if self._done > self.at_most:
            raise ActorError(f"there is no end to it: {self._done} tasks at {now}, and more")

    # The end

    def executions(self) -> list[WorkflowExecution]:
        """Return all executions there were, children and continued runs too, the oldest first."""
        infos: list[Any] = []
        since = {"startTimeFilter": {"oldestDate": 0}, "reverseOrder": True}
        for operation in ("ListOpenWorkflowExecutions", "ListClosedWorkflowExecutions"):
            for page in self.connection.pages(operation, {"domain": self.domain.name, **since}):
                infos += page["executionInfos"]
        infos.sort(key=lambda info: info["startTimestamp"])
        return [
            WorkflowExecution(self.domain, *info["execution"].values(), connection=self.connection)
            for info in infos
        ]

    def replay(self) -> None:
        """Replay all executions that were decided here from their histories.

        Raises NonDeterminismError where a program does not do again what it did.
        """
        for execution in self.executions():
            self._decider.replay(execution)

    def close(self) -> None:
        """End what is at work still."""
        self._worker.is_closed = True
        while self._at_work:
            self._at_work.pop().end()
        self._decider.close()


@contextmanager
def flow(
    *, strict: bool = False, replay: bool = True, domain: str | None = None
) -> Generator[Stage]:
    """Yield a stage for the block: an SWF in memory, on a clock that skips idle time.

    Code that names no connection and no domain is led there. With `strict` an activity without a
    stub fails its workflow. At the end all executions are replayed, unless `replay` is False or the
    block raises: what a program does not do again raises NonDeterminismError.
    """
    with (
        embedded(clock=StageClock(), options=Options(poll_seconds=0)) as engine,
        staged(engine, strict=strict, replay=replay, domain=domain) as stage,
    ):
        yield stage


@contextmanager
def staged(
    engine: Engine, *, strict: bool = False, replay: bool = True, domain: str | None = None
) -> Generator[Stage]:
    """Yield a stage on an engine that has a StageClock: see `flow`."""
    if not isinstance(engine.clock, StageClock):
        raise ValidationTypeError(f"flow: the SWF must be on a StageClock, not on {engine.clock!r}")
    name = domain or settings.get().get("domain") or DEFAULT_DOMAIN
    with settings.override(endpoint_url=engine.url, domain=name):
        stage = Stage(engine, engine.clock, name, strict=strict, replays=replay)
        try:
            yield stage
            if stage.replays:
                stage.replay()
        finally:
            stage.close()


def event_names(history: Iterable[Event]) -> list[str]:
    """Return the names of the events of a history, in order, without those of decision tasks."""
    return [event.name for event in history if not event.name.startswith("DecisionTask")]


def _add_all(given: Any, registries: Iterable[Workflows | Activities]) -> None:
    """Have registries know all that a module or an instance has for them."""
    refused: list[ValidationTypeError] = []
    for registry in registries:
        try:
            registry.add(given)
        except ValidationTypeError as error:
            refused.append(error)
    if len(refused) == 2:
        raise ValidationTypeError(f"knows: {given!r:.80} is no workflow, no activity, and has none")
