"""The worker of activities: it polls, has the code of each do its work, and answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from swf.actors import ActivityTask, ActivityWorker, Beats, Isolation, Limits
from swf.actors.job import job_of
from swf.actors.measuring import Measured
from swf.actors.outcome import Outcome, contained
from swf.clock import Clock
from swf.exceptions import ActivityFailed, ValidationError
from swf.flow.activities import DEFAULT_TASK_LIST
from swf.flow.activity_work import ActivityWork, FailureTold, Hook, Opened
from swf.flow.domain import domain_of
from swf.flow.errors import NotRegisteredError
from swf.flow.registering import Registrar
from swf.flow.registry import Activities
from swf.models import Domain
from swf.payload import Payloads, dump_failure, load_failure
from swf.transport import Transport


class Worker(ActivityWorker):
    """Does the work of activities: polls `task_list`, calls them, and answers.

    `activities` are activities, classes with `execute()`, instances and modules that have some, or
    an iterable of these; no others are ever called. Without a `task_list` it is the one that they
    all have. Types are registered when they are first needed.

    `isolation` says where the code runs, see `start`; for processes, activities have to be declared
    where a module can be asked for them. `payloads` is how arguments and results of activities
    travel that have none of their own: as their workflows say. Each of `before` is called with the
    context of an activity before it, and what it raises fails that; each of `after` is called with
    the context and either `result=` or `error=`, and what it raises is logged.

    A task ends, in the workflow, with the error that was raised here. The worker enforces its
    time-outs, too: the activity's own, or those that the call was given.
    """

    def __init__(
        self,
        activities: Iterable[Any] | Any,
        task_list: str | None = None,
        *,
        domain: Domain | str | None = None,
        connection: Transport | None = None,
        identity: str | None = None,
        clock: Clock | None = None,
        isolation: Isolation = "thread",
        payloads: Payloads | None = None,
        before: Iterable[Hook] = (),
        after: Iterable[Hook] = (),
        heartbeat_interval: float | None = None,
        register: bool = True,
    ) -> None:
        self.activities = (
            activities if isinstance(activities, Activities) else Activities(activities)
        )
        super().__init__(
            domain_of(domain, connection),
            task_list or _only(self.activities),
            identity,
            heartbeat_interval=heartbeat_interval,
            connection=connection,
            clock=clock,
        )
        self.isolation: Isolation = isolation
        self.payloads = payloads or Payloads()
        self.register = register
        self._computing = ActivityWork(
            self.activities, self.payloads, self._clock, tuple(before), tuple(after)
        )
        self._work = self._computing
        self._registrar = Registrar(self)
        self._registered = 0

    def start(
        self,
        *,
        threads: int = 1,
        processes: int = 0,
        tasks: int | None = None,
        block: bool = True,
        isolation: Isolation | None = None,
    ) -> None:
        """Poll and work until `stop()` is called: see `ActivityWorker.start`.

        `isolation` is the worker's own where it is None.
        """
        self._have_registered()
        super().start(
            threads=threads,
            processes=processes,
            tasks=tasks,
            block=block,
            isolation=self.isolation if isolation is None else isolation,
        )

    def run_once(self) -> None:
        """Poll once, have the work done, and answer.

        Raises PollTimeout where there was no task, and what ends the loop; other errors of the task
        are logged and told to `on_error`.
        """
        self._have_registered()
        super().run_once()

    def limits(self, task: ActivityTask) -> Limits:
        """Return for how long a task may be at work: as its call says, else as its activity does.

        Raises ActivityFailed, which fails the task, where it is none of the worker's, or not a call
        that its activity takes.
        """
        named = task.activity_type
        return self._computing.opened(named.name, named.version, task.input)

    def _have_registered(self) -> None:
        if self.register and self._registered != len(self.activities):
            self._registrar.activities(self.activities)
            self._registered = len(self.activities)

    def _compute(self, task: ActivityTask, limits: Limits, context: Beats) -> str | None:
        job = job_of(task, self.domain.name, limits)
        if isinstance(limits, Opened):  # as they are, unless a subclass has its own
            return self._computing.compute(limits, job, context)
        return self._computing(job, context)

    def _settle(
        self, task: ActivityTask, outcome: Outcome, *, lost: bool, measured: Measured
    ) -> None:
        super()._settle(task, self._told(task, outcome), lost=lost, measured=measured)

    def _told(self, task: ActivityTask, outcome: Outcome) -> Outcome:
        """Return an outcome with the error itself for the log, and all of it for the workflow."""
        error = outcome.error
        if outcome.kind != "failed" or error is None:
            return outcome
        if isinstance(error, FailureTold):
            payloads = self._payloads_of(task)
            cause = error.__cause__ or load_failure(payloads, error.reason, error.details)
            return attrs.evolve(outcome, error=contained(cause, ctrl_c=False))
        if isinstance(error, ActivityFailed):  # in the activity's own words
            return outcome
        reason, details = dump_failure(self._payloads_of(task), error)
        return attrs.evolve(outcome, reason=reason, text=details)

    def _payloads_of(self, task: ActivityTask) -> Payloads:
        named = task.activity_type
        try:
            return self.activities.get(named.name, named.version).payloads or self.payloads
        except NotRegisteredError:
            return self.payloads

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        del state["_registrar"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._registrar = Registrar(self)


def _only(activities: Activities) -> str:
    lists = sorted({one.task_list or DEFAULT_TASK_LIST for one in activities})
    if len(lists) != 1:
        raise ValidationError(
            f"Worker: task_list: must be given, the activities have {', '.join(lists) or 'none'}"
        )
    return lists[0]
