"""The decider of workflows: it polls, takes each program on by what is new, and answers."""

from __future__ import annotations

import logging
import os
import socket
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Final, Literal

from swf.actors import decider as actors
from swf.actors.measuring import polled
from swf.actors.pages import all_pages
from swf.actors.words import ids
from swf.clock import Clock
from swf.exceptions import (
    IncompleteTaskError,
    ValidationError,
    ValidationFault,
)
from swf.flow import hooks
from swf.flow.cache import Cache
from swf.flow.domain import domain_of
from swf.flow.errors import HungProgramError, ProgramError
from swf.flow.measuring import Measured
from swf.flow.registering import Registrar
from swf.flow.registry import Workflows
from swf.flow.replay.answer import Answer, DecisionTask, answer, blocked, failed
from swf.flow.replay.run import Execution, Run
from swf.flow.replay.strands import Interrupted
from swf.flow.replay.thread import PATIENCE_SECONDS, ReplayThread
from swf.models import Domain
from swf.transport import Transport
from swf.wire import Wire

logger = logging.getLogger(__name__)

CACHED_RUNS: Final = 1_000
"""Suspended runs that a decider keeps: each is a program with its stack."""


class Decider(actors.Decider):
    """Decides for workflows: polls `task_list`, and a list of its own for the runs it holds.

    `workflows` are Workflow classes or modules of them; without a `task_list` it is the one that
    they all name. A run stays suspended here between its decisions, at most `cached_runs` of them,
    and SWF is asked to send its tasks here: where this process is gone, any other takes them after
    ten seconds. Domain and types are registered when they are first needed.

    An execution that its program cannot go on with (it was changed, it is not registered here, a
    store is down) waits, with a marker that says why, and is looked at again after a pause that
    grows to five minutes. With `when_blocked="fail"` it fails at once.

    `activity_task_list` and `child_task_list` are where all activities and all children go,
    whatever these, or the workflows, say.
    """

    sticky_seconds: int = 10
    """How long a decision task waits for the process that holds its run before any may take it."""

    patience_seconds: float = PATIENCE_SECONDS
    """How long a program may go on without waiting: then its execution is blocked."""

    _hook: ClassVar[str] = "run_once"

    def __init__(
        self,
        workflows: Iterable[Any] | Any,
        task_list: str | None = None,
        *,
        domain: Domain | str | None = None,
        connection: Transport | None = None,
        identity: str | None = None,
        clock: Clock | None = None,
        cached_runs: int = CACHED_RUNS,
        when_blocked: Literal["wait", "fail"] = "wait",
        activity_task_list: str | None = None,
        child_task_list: str | None = None,
        register: bool = True,
    ) -> None:
        self.workflows = workflows if isinstance(workflows, Workflows) else Workflows(workflows)
        super().__init__(
            domain_of(domain, connection),
            task_list or _only(self.workflows),
            identity=identity,
            connection=connection,
            clock=clock,
        )
        if isinstance(cached_runs, bool) or cached_runs < 0:
            raise ValidationError(f"Decider: cached_runs: must be 0 or more, got {cached_runs!r}")
        self.cached_runs = cached_runs
        self.when_blocked = when_blocked
        self.activity_task_list = activity_task_list
        self.child_task_list = child_task_list
        self.register = register
        self._equip()

    def _equip(self) -> None:
        """Have what belongs to this process alone."""
        self.own_task_list = own_list(self.task_list)
        self._registrar = Registrar(self)
        self._replay = ReplayThread(patience=self.patience_seconds)
        self._cache = Cache(self.cached_runs)
        self._answered: deque[Answer] = deque()
        self._roles: dict[int, bool] = {}
        self._guard = threading.Lock()
        self._is_own_polled = False  # by `run_once` alone it never is: then no task is sent there

    def start(
        self,
        *,
        threads: int = 1,
        processes: int = 0,
        tasks: int | None = None,
        block: bool = True,
    ) -> None:
        """Poll and decide until `stop()` is called: see `Actor.start`.

        Each thread that polls the task list is joined by one that polls the decider's own.
        """
        if self.register:
            self._registrar.workflows(self.workflows)
        self._roles = {}
        super().start(threads=2 * threads, processes=processes, tasks=tasks, block=block)

    def run_once(self) -> None:
        """Poll once, decide, and answer; in a loop half of the threads poll the decider's own list.

        Raises PollTimeout where there was no task, and what ends the loop; other errors of the task
        are logged and told to `on_error`.
        """
        self.work(own=self._polls_own())

    def work(self, *, own: bool = False) -> None:
        """Poll once, from the task list or from the decider's own, decide, and answer."""
        try:
            task = self._polled(own=own)
        except IncompleteTaskError as error:
            self._counts.add({"tasks": 1, "unanswered": 1})
            self._report("a decision task is left to time out", error, None)
            return
        self._counts.add({"tasks": 1})
        measured = Measured(self, task)
        try:
            made = self._replay.call(lambda: self._made(task))
        except HungProgramError as error:
            made = self._blocked_by(task, error)
        measured.decided(made)
        measured.answered(self._send(task, made))

    def _polls_own(self) -> bool:
        """Tell whether this thread is one of those that poll the decider's own list."""
        with self._guard:
            return self._roles.setdefault(threading.get_ident(), len(self._roles) % 2 == 1)

    def _polled(self, *, own: bool) -> DecisionTask:
        task_list = self.own_task_list if own else self.task_list
        self._is_own_polled = self._is_own_polled or own
        params: dict[str, Any] = {
            "domain": self.domain.name,
            "taskList": {"name": task_list},
            "identity": self._identity(),
        }
        if own:
            params["startAtPreviousStartedEvent"] = True
        first = polled(self, "PollForDecisionTask", params)
        events: list[Wire] = first["events"]
        if first.get("nextPageToken"):
            pages = all_pages(self.connection, params, first, self._clock)
            events = [event for page in pages for event in page["events"]]
        execution, named = first["workflowExecution"], first["workflowType"]
        started_id: int = first["startedEventId"]
        return DecisionTask(
            task_token=first["taskToken"],
            domain=self.domain.name,
            workflow_id=execution["workflowId"],
            run_id=execution["runId"],
            name=named["name"],
            version=named["version"],
            started_event_id=started_id,
            previous_started_event_id=first.get("previousStartedEventId", 0),
            events=events,
            read=lambda: self._read(execution, started_id),
            task_list=task_list,
        )

    def _read(self, execution: Wire, started_id: int) -> Sequence[Wire]:
        with self._replay.unwatched():
            return _history(self.connection, self.domain.name, execution, started_id)

    # In the replay thread

    def _made(self, task: DecisionTask) -> Answer:
        self._keep_answered()
        cached = self._cache.take(task.run_id)
        try:
            return answer(task, cached, lambda: self._begun(task))
        except Exception as error:  # noqa: BLE001  (whatever it is, the execution waits for its end)
            return self._blocked_by(task, error)
        except Interrupted:
            raise  # to who waits for this
        except BaseException as error:  # noqa: BLE001  (what no hook may raise ends no decider)
            ended = ProgramError(f"a program would have ended the decider: {error!r}")
            ended.__cause__ = error
            return self._blocked_by(task, ended)

    def _begun(self, task: DecisionTask) -> Run:
        workflow = self.workflows.get(task.name, task.version)
        execution = Execution(
            domain=task.domain,
            workflow_id=task.workflow_id,
            run_id=task.run_id,
            name=task.name,
            version=task.version,
        )
        return Run(
            workflow(),
            execution,
            activity_task_list=self.activity_task_list,
            child_task_list=self.child_task_list,
        )

    def _blocked_by(self, task: DecisionTask, error: Exception) -> Answer:
        self._report("an execution cannot go on", error, task)
        return failed(error) if self.when_blocked == "fail" else blocked(task, error)

    def _keep_answered(self) -> None:
        """Have the runs in the cache whose answers were acknowledged since the last time."""
        while self._answered:
            self._kept(self._answered.popleft(), acknowledged=True)

    def _kept(self, made: Answer, *, acknowledged: bool) -> None:
        run = made.run
        if run is None:
            return
        run.state_changed = run.state_changed and not acknowledged
        if not acknowledged:
            run.evict()
        elif made.closes is None:
            self._cache.put(run)
        else:
            hooks.closed(run, made.closes)
            run.evict()

    # Sending

    def _send(self, task: DecisionTask, made: Answer) -> Answer | None:
        """Send an answer, and return the one that SWF has; keep its run, or end it without one."""
        sent: Answer | None = None
        try:
            self.on_answer(made)
            if self.register:
                self._answer(task, lambda: self._registrar.needed(made))
            sent = self._sent(task, made)
        finally:
            acknowledged = sent is made
            if acknowledged:
                made = hooks.settled(made, self.connection)
            if acknowledged and made.closes is None:
                self._answered.append(made)  # to wake the replay thread now would be for nothing
            else:
                self._end(lambda: self._kept(made, acknowledged=acknowledged), task)
        if sent is not None and sent.closes is not None:
            self.on_closed(task.workflow_id, task.run_id)
        return made if acknowledged else sent

    def _sent(self, task: DecisionTask, made: Answer) -> Answer | None:
        """Return the answer that SWF has: that one, or why it was refused; None where it has none.

        What is malformed once is so the next time, too: the execution is blocked by that.
        """
        sent = made

        def send() -> None:
            nonlocal sent
            try:
                self._respond(task, sent)
            except ValidationFault as error:
                if sent.run is None:
                    raise
                sent = self._blocked_by(task, error)
                self._respond(task, sent)

        outcome = "completed" if made.run is not None else "blocked"
        return sent if self._deliver(task, outcome, send) else None

    def _respond(self, task: DecisionTask, made: Answer) -> None:
        if logger.isEnabledFor(logging.DEBUG):
            decided = ", ".join(one["decisionType"] for one in made.decisions) or "nothing"
            logger.debug("%s: decides %s", task.workflow_id, decided, extra=ids(task))
        params: dict[str, Any] = {
            "taskToken": task.task_token,
            "decisions": made.decisions,
            **self._affinity(task, made),
        }
        if made.context is not None:
            params["executionContext"] = made.context
        self.connection.call("RespondDecisionTaskCompleted", params)

    def _affinity(self, task: DecisionTask, made: Answer) -> dict[str, Any]:
        """Return where the next decision task of a run shall go: here, while it is held here."""
        draining = self._loop is not None and self._loop.draining.is_set()
        held = made.run is not None and made.closes is None and self.cached_runs > 0
        if not held or not self._is_own_polled or draining:
            if task.task_list != self.own_task_list:
                return {}
            return {"taskList": {"name": self.task_list}}
        return {
            "taskList": {"name": self.own_task_list},
            "taskListScheduleToStartTimeout": str(self.sticky_seconds),
        }

    def on_answer(self, made: Answer) -> None:
        """Be told of an answer before it is sent; does nothing here."""

    def on_closed(self, workflow_id: str, run_id: str) -> None:
        """Be told that an answer was sent which closes an execution; does nothing here."""

    def close(self) -> None:
        """End the runs that are held, and the thread that ran them."""
        self._end(self._clear, None)
        self._replay.close()

    def _end(self, function: Callable[[], None], task: DecisionTask | None) -> None:
        """Have runs end; what hangs there, in a hook or a `finally`, is reported."""
        try:
            self._replay.call(function)
        except HungProgramError as error:
            self._report("a program does not end", error, task)

    def _clear(self) -> None:
        self._keep_answered()
        self._cache.clear()

    def __getstate__(self) -> dict[str, Any]:
        mine = ("_registrar", "_replay", "_cache", "_answered", "_roles", "_guard")
        return {name: value for name, value in super().__getstate__().items() if name not in mine}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._equip()


def _history(
    connection: Transport, domain: str, execution: Wire, started_id: int
) -> Sequence[Wire]:
    """Return the events of an execution up to that one (GetWorkflowExecutionHistory)."""
    params = {"domain": domain, "execution": dict(execution)}
    events: list[Wire] = []
    for page in connection.pages("GetWorkflowExecutionHistory", params):
        events += page["events"]
        if events and events[-1]["eventId"] >= started_id:
            break
    return [event for event in events if event["eventId"] <= started_id]


def own_list(task_list: str) -> str:
    """Return the name of a task list that is one process's alone."""
    here = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    return f"{task_list[: 255 - len(here)]}@{here}"


def _only(workflows: Workflows) -> str:
    lists = workflows.task_lists()
    if len(lists) != 1:
        raise ValidationError(
            f"Decider: task_list: must be given, the workflows name {', '.join(lists) or 'none'}"
        )
    return lists[0]
