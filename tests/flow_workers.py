"""What tests of workers share: a stage on which a Worker does the work, and what it does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import count
from typing import Any

import flow_work
from flow_harness import DOMAIN, Stage, Started
from flow_work import Till

from swf.actors import HeartbeatReply
from swf.exceptions import PollTimeout
from swf.flow import Worker, Workflow, activity, errors

SECONDS = 60
"""How long a test waits for what another thread or process does."""

ALL = [
    *(one for one in vars(flow_work).values() if getattr(one, "key", None)),
    flow_work.Greeting,
    flow_work.Sealed,
    flow_work.OwnContext,
    Till("EUR"),
]


class Noting(Worker):
    """A worker that notes its errors, and tells when a heartbeat was answered."""

    told: list[tuple[Exception, Any]]
    beats: list[Any]
    beaten: threading.Semaphore

    def on_error(self, error: Exception, task: Any) -> None:
        self.told.append((error, task))

    def heartbeat(self, task_token: str, details: Any = None) -> HeartbeatReply:
        self.beats.append(details)
        try:
            return super().heartbeat(task_token, details)
        finally:
            self.beaten.release()


class Shop:
    """A stage on which a Worker does the work."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.told: list[tuple[Exception, Any]] = []
        self.at_work = self.worker([flow_work.echo])

    def worker(self, activities: Any = ALL, task_list: str = "default", **options: Any) -> Noting:
        """Return a worker, whose errors are noted."""
        stage = self.stage
        options = {"connection": stage.connection, "clock": stage.clock, **options}
        made = Noting(activities, task_list, domain=DOMAIN, **options)
        made.told, made.beats, made.beaten = self.told, [], threading.Semaphore(0)
        return made

    def beat(self, worker: Noting) -> None:
        """Have the time of the next heartbeat come, and wait until it is answered."""
        self.stage.clock.advance(20)
        assert worker.beaten.acquire(timeout=SECONDS)

    def drive(self, worker: Worker) -> None:
        """Have decider and worker do all there is to do at this moment."""
        while any([self.stage.decide(), self.stage.decide(own=True), works(worker)]):
            pass

    def code(self, code: Callable[..., object], *args: Any, **attributes: Any) -> Any:
        """Run code as an activity, whose worker is `self.at_work`."""
        made = activity.with_attributes("code", **attributes)(code)
        self.at_work = self.worker([made])
        return self.run(made, *args, worker=self.at_work)

    def run(self, task: Any, *args: Any, worker: Worker | None = None, **kwargs: Any) -> Any:
        """Run a workflow that submits one activity, and return or raise as that does."""
        started = self.stage.start(once(task), *args, **kwargs)
        self.drive(worker or self.worker())
        return outcome(started)


def works(worker: Worker) -> bool:
    """Have a worker see to one task; return whether there was one."""
    try:
        worker.run_once()
    except PollTimeout:
        return False
    return True


def once(task: Any) -> type[Workflow]:
    """Return a workflow that submits one activity; `met` has the errors that it met."""

    class Once(Workflow):
        name = f"once-{next(numbers)}"
        version = "1"
        task_list = "default"
        met: list[errors.TaskError] = []  # noqa: RUF012

        def run(self, *args: Any, **kwargs: Any) -> Any:
            try:
                return self.submit(task, *args, **kwargs).result
            except errors.TaskError as error:
                self.met.append(error)
                raise

    return Once


numbers = count()


def outcome(started: Started) -> Any:
    """Return the result of an execution, or raise what its program met."""
    for error in vars(started.workflow)["met"]:
        raise error
    return started.result


def until(holds: Callable[[], bool]) -> None:
    """Return once something holds, which another thread brings about."""
    tick = threading.Event()
    for _ in range(SECONDS * 100):
        if holds():
            return
        tick.wait(0.01)
    raise AssertionError
