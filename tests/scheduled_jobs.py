"""What schedules start in tests, and an SWF on which whoever decides for them may die."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime

from swf.clock import ManualClock
from swf.engine import Options
from swf.exceptions import PollTimeout
from swf.flow import Decider, Workflow
from swf.flow.registering import Registrar
from swf.models import Domain, WorkflowExecution
from swf.schedules import Ender, ScheduleWorkflow
from swf.schedules.workflow import TASK_LIST
from swf.testing import Stage, connected, embedded, flow

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


class Job(Workflow):
    """Takes so many seconds."""

    name = "job"
    version = "1"
    task_list = "jobs"

    def run(self, seconds: int = 0) -> int:
        if seconds:
            self.sleep(seconds)
        return seconds


class ShortSchedule(ScheduleWorkflow):
    """A schedule that is continued as new again and again."""

    name = ScheduleWorkflow.name
    version = ScheduleWorkflow.version
    continue_as_new_at = 30


@contextmanager
def staged(schedule: type[ScheduleWorkflow] = ScheduleWorkflow) -> Generator[Stage]:
    """A stage that serves schedules, and on which `Job` is registered."""
    with flow() as stage:
        stage.knows(Job, schedule, Ender(stage.domain))
        Registrar(stage).workflows([Job])
        yield stage


class Mortal:
    """An SWF, a decider of schedules that may die, and one of jobs that does not."""

    def __init__(self, domain: Domain, clock: ManualClock) -> None:
        self.domain = domain
        self.clock = clock
        self.jobs = Decider(Job, domain=domain, connection=domain.connection)
        Registrar(self.jobs).workflows([Job, ShortSchedule])
        self.decider = self.born()

    def born(self) -> Decider:
        return Decider(ShortSchedule, domain=self.domain, connection=self.domain.connection)

    def die(self, *, with_task: bool) -> None:
        """Be killed, perhaps with a task in hand, and be started again, with nothing in mind."""
        if with_task:
            polled = {"domain": self.domain.name, "taskList": {"name": TASK_LIST}}
            self.domain.connection.call("PollForDecisionTask", polled)
        self.decider.close()
        self.decider = self.born()

    def work(self) -> None:
        """Do all there is to do now."""
        while took(self.decider) or took(self.jobs):
            pass

    def skip(self, seconds: int, step: int) -> None:
        """Let time pass, in steps, with somebody at work after each."""
        for _ in range(seconds // step):
            self.clock.advance(step)
            self.work()

    def close(self) -> None:
        self.decider.close()
        self.jobs.close()

    def started(self) -> list[WorkflowExecution]:
        """All jobs that were ever started."""
        found = self.domain.executions().filter(workflow_type_name=Job.name)
        return sorted(found, key=lambda one: one.workflow_id)


def took(decider: Decider) -> bool:
    try:
        decider.run_once()
    except PollTimeout:
        return False
    return True


@contextmanager
def mortal() -> Generator[Mortal]:
    """An SWF in memory on a clock that is moved by hand."""
    clock = ManualClock(BEGUN)
    with embedded(clock=clock, options=Options(poll_seconds=0)) as engine:
        domain = Domain("shop", connection=connected(engine))
        domain.save()
        scene = Mortal(domain, clock)
        try:
            yield scene
        finally:
            scene.close()
