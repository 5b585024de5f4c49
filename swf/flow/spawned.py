"""Running a workflow on any endpoint, with deciders and workers in processes of their own."""

from __future__ import annotations

import logging
import sys
import uuid
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from types import ModuleType
from typing import Any, TextIO, TypeVar, overload

import attrs

from swf.actors import Actor
from swf.exceptions import ValidationError
from swf.flow.activity_work import Hook
from swf.flow.decider import Decider
from swf.flow.declaration import Ordered
from swf.flow.domain import domain_of
from swf.flow.handle import Handle
from swf.flow.progress import Tell, progress, watched
from swf.flow.registry import Activities, Workflows, activities_of, workflows_of
from swf.flow.starting import Place, Runs, RunsAsync, RunsSteps, begin, ordered_of
from swf.flow.worker import Worker
from swf.models import Domain
from swf.transport import Transport

logger = logging.getLogger(__name__)

R = TypeVar("R")


@attrs.frozen(kw_only=True)
class Standalone:
    """Where and how `standalone` runs a workflow: by default where the settings say.

    It has task lists of its own, and `deciders` and `workers` processes, of `threads` threads each.
    These know the activities and workflows that the workflow's module has, itself or in modules
    that it has imported by name; `activities` and `workflows` are further ones. `before`, `after`
    and `heartbeat_interval` are those of the `Worker`. What is still at work in the end has
    `drain_seconds`. What happens is shown on `stream`, stderr if that is None; `quiet` shows
    nothing. `decider_class` and `worker_class` make the actors, called as `Decider` and `Worker`
    are.
    """

    domain: Domain | str | None = None
    connection: Transport | None = None
    deciders: int = 1
    workers: int = 2
    threads: int = 4
    activities: Iterable[Any] = ()
    workflows: Iterable[Any] = ()
    before: Iterable[Hook] = ()
    after: Iterable[Hook] = ()
    heartbeat_interval: float | None = None
    drain_seconds: float = 5.0
    stream: TextIO | None = None
    quiet: bool = False
    decider_class: Callable[..., Decider] = Decider
    worker_class: Callable[..., Worker] = Worker

    @overload
    def run(self, workflow: type[RunsAsync[R]], /, *args: Any, **kwargs: Any) -> R: ...

    @overload
    def run(self, workflow: type[RunsSteps[R]], /, *args: Any, **kwargs: Any) -> R: ...

    @overload
    def run(self, workflow: type[Runs[R]], /, *args: Any, **kwargs: Any) -> R: ...

    @overload
    def run(self, workflow: Ordered, /, *args: Any, **kwargs: Any) -> Any: ...

    def run(self, workflow: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Run a workflow with these arguments to its end, and return what it returns.

        `workflow` is a Workflow class, or `W.with_options(workflow_id=…)` of one. The processes end
        with it; interrupted, the execution goes on without them. Raises what `Handle.result`
        raises, SignatureError where it does not take the arguments, ActorError where processes
        cannot be started: the main module has to be importable.
        """
        ordered = ordered_of(workflow)
        cls: Any = ordered.workflow
        cls.check_arguments(args, kwargs)
        domain = domain_of(self.domain, self.connection)
        place = Place(domain, self.connection or domain.connection)
        task_list = f"standalone-{uuid.uuid4().hex[:12]}"
        decider, worker = self._actors(cls, domain, task_list)
        with _at_work(
            (decider, self.deciders),
            (worker, self.workers),
            threads=self.threads,
            drain_seconds=self.drain_seconds,
        ):
            handle = begin(place, ordered.with_options(task_list=task_list), args, kwargs)
            with self._shown(handle) as tell:
                closing = watched(handle, tell, lambda: _check(decider, worker))
            return handle.result_of(closing)

    def _actors(self, cls: Any, domain: Domain, task_list: str) -> tuple[Decider, Worker]:
        workflows, activities = known_to(cls)
        for one in self.workflows:
            workflows.add(one)
        for one in self.activities:
            activities.add(one)
        decider = self.decider_class(
            workflows,
            task_list,
            domain=domain,
            connection=self.connection,
            when_blocked="fail",
            activity_task_list=f"{task_list}-activities",
            child_task_list=task_list,
        )
        worker = self.worker_class(
            activities,
            f"{task_list}-activities",
            domain=domain,
            connection=self.connection,
            payloads=cls.payloads,
            before=self.before,
            after=self.after,
            heartbeat_interval=self.heartbeat_interval,
        )
        return decider, worker

    @contextmanager
    def _shown(self, handle: Handle[Any]) -> Generator[Tell]:
        if self.quiet:
            yield lambda _: None
        else:
            with progress(handle.workflow_id, self.stream) as tell:
                yield tell


standalone = Standalone().run
"""Run a workflow to its end where the settings say: see `Standalone.run`."""


def known_to(workflow: type[Any]) -> tuple[Workflows, Activities]:
    """Return the workflows and activities of a workflow's module and of those it has by name."""
    workflows, activities = Workflows(workflow), Activities()
    home = sys.modules[workflow.__module__]
    imported = [value for value in vars(home).values() if isinstance(value, ModuleType)]
    for module in (home, *imported):
        workflows.know(workflows_of(module))
        activities.know(activities_of(module))
    return workflows, activities


@contextmanager
def _at_work(*actors: tuple[Actor, int], threads: int, drain_seconds: float) -> Generator[None]:
    """Have each of the actors at work, in so many processes, within the block."""
    try:
        for actor, processes in actors:
            if isinstance(processes, bool) or processes < 1:
                raise ValidationError(
                    f"Standalone: processes: must be 1 or more, got {processes!r}"
                )
            actor.start(threads=threads, processes=processes, block=False)
        yield
    finally:
        for actor, _ in actors:
            actor.stop()
        for actor, _ in actors:
            _end(actor, drain_seconds)


def _end(actor: Actor, drain_seconds: float) -> None:
    """Have no process left; whatever ended one of them was raised before."""
    try:
        if not actor.join(drain_seconds):
            actor.abort()  # a poll is held, of a task list where nothing comes any more
            actor.join()
    except Exception as error:  # noqa: BLE001  (the others are to end as well)
        logger.info("%r has ended: %s", actor, error)


def _check(*actors: Actor) -> None:
    """Raise what has ended one of them."""
    for actor in actors:
        actor.join(0)
