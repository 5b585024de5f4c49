"""Who decides for schedules: a decider, and the worker that terminates what is in the way."""

from __future__ import annotations

import attrs

from swf.flow.activities import Activity
from swf.flow.decider import Decider
from swf.flow.domain import domain_of
from swf.flow.registering import Registrar
from swf.flow.worker import Worker
from swf.models import Domain
from swf.schedules.workflow import TASK_LIST, Ender, ScheduleWorkflow
from swf.transport import Transport

STOP_SECONDS = 70.0
"""How long polls that are open are waited for: SWF holds each for a minute."""


@attrs.frozen
class Serving:
    """A decider and a worker that serve the schedules of a domain, each in a thread of its own."""

    decider: Decider
    worker: Worker

    def serve(self) -> None:
        """Serve until `stop` is called, SIGTERM or Ctrl-C comes; end then."""
        self.worker.start(block=False)
        try:
            self.decider.start()
        finally:
            self.close()

    def stop(self) -> None:
        """Have them end once what they are at is done."""
        self.decider.stop()
        self.worker.stop()

    def close(self, seconds: float = STOP_SECONDS) -> None:
        """Have them end, and wait for that."""
        self.stop()
        self.decider.join(seconds)
        self.worker.join(seconds)
        self.decider.close()


def serving(*, domain: Domain | str | None = None, connection: Transport | None = None) -> Serving:
    """Return who serves the schedules of a domain; what they need is registered.

    Nothing is polled yet. (RegisterWorkflowType, RegisterActivityType, RegisterDomain)
    """
    found = domain_of(domain, connection)
    ender = Ender(found if connection is None else Domain(found.name, connection=connection))
    decider = Decider(ScheduleWorkflow, TASK_LIST, domain=found, connection=connection)
    worker = Worker(ender, TASK_LIST, domain=found, connection=connection)
    registrar = Registrar(decider)
    registrar.workflows([ScheduleWorkflow])
    terminate: Activity[..., None] = ender.terminate
    registrar.activities([terminate])
    return Serving(decider, worker)


def serve(
    *,
    domain: Domain | str | None = None,
    connection: Transport | None = None,
    block: bool = True,
) -> Serving:
    """Serve the schedules of a domain until SIGTERM or Ctrl-C; at once with `block=False`.

    Any number of processes may serve the same domain.
    """
    found = serving(domain=domain, connection=connection)
    if block:
        found.serve()
    else:
        found.worker.start(block=False)
        found.decider.start(block=False)
    return found
