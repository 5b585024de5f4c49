"""The host: it runs workflows of steps, and is how programs reach them."""

from __future__ import annotations

import logging
import uuid
import weakref
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

from swf.flow.domain import domain_of
from swf.flow.errors import ResultTimeout, TaskError
from swf.flow.handle import Handle
from swf.flow.registry import Activities, Workflows
from swf.flow.starting import Place, begin
from swf.models import Domain, WorkflowExecution
from swf.payload import Payloads
from swf.steps.body import WorkflowInstance, effective_date_from, event_key_from
from swf.steps.compiling import Performer, compiled, hub_activity
from swf.steps.configuring import Reached, reached
from swf.steps.crew import HostDecider, HostWorker
from swf.steps.data import data_from
from swf.steps.definition import Definition
from swf.steps.errors import StepsError, StepsTypeError
from swf.steps.events import EventHub, Hubs, unsubscription
from swf.steps.instance import instance_of
from swf.steps.lasting import Lasting
from swf.steps.running import RESUME, SUSPEND
from swf.steps.workflow import Workflow
from swf.transport import Transport
from swf.wire import epoch

logger = logging.getLogger(__name__)

DEFAULT_PLACE: Final = "steps"
"""The domain and the task list of a host that was told of none."""


class WorkflowHost:
    """Runs workflows of steps, in threads of this process, and is how programs reach them.

    Made by `configure_workflow_host`. Between `start` and `stop` it takes part in the work of its
    domain: all hosts on the same domain and task list share it, and are to know the same workflows.
    Workflows can be started, and events published, at any time. `with host:` is `start` and `stop`.
    """

    def __init__(
        self, there: Reached, *, domain: Domain, task_list: str, workers: int, payloads: Payloads
    ) -> None:
        self.task_list = task_list
        self.workers = workers
        self.payloads = payloads
        self._there = there
        self._place = Place(domain, there.connection)
        told = {"name": EventHub.name, "task_list": task_list, "payloads": payloads}
        hub = type("EventHub", (EventHub,), told)
        self._hubs = Hubs(self._place, hub)
        self._start_hub = hub_activity(self._hubs, task_list)
        self._definitions: dict[tuple[str, int], Definition] = {}
        self._registered: dict[tuple[str, int], type[Workflow]] = {}
        self._performer = Performer(self.definition_of)
        self._workflows = Workflows([hub])
        self._activities = Activities([self._start_hub])
        self._actors: tuple[HostDecider, HostWorker] | None = None
        if there.is_own and not there.is_kept:  # nobody else can ever look at it
            weakref.finalize(self, there.connection.close).atexit = False
        self._lasting: Lasting | None = None

    @property
    def connection(self) -> Transport:
        """The connection to the SWF that keeps the workflows."""
        return self._place.connection

    @property
    def domain(self) -> Domain:
        """Where the workflows are."""
        return self._place.domain

    @property
    def running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._actors is not None

    # What it knows

    def register_workflow(self, workflow: Workflow) -> None:
        """Have the host know a workflow: `host.register_workflow(MyWorkflow())`.

        Raises StepsError where it cannot be built, or another one has its id and version.
        """
        if not isinstance(workflow, Workflow):
            raise StepsTypeError(
                f"register_workflow: must be an instance of a Workflow, got {workflow!r:.80}"
            )
        definition = workflow.definition()
        key = (definition.id, definition.version)
        if self._registered.setdefault(key, type(workflow)) is not type(workflow):
            raise StepsError(
                f"register_workflow: another workflow is {definition.id!r} version"
                f" {definition.version} already: give this one another id() or version()"
            )
        if key in self._definitions:
            return
        made = compiled(
            definition,
            performer=self._performer,
            start_hub=self._start_hub,
            task_list=self.task_list,
            payloads=self.payloads,
        )
        self._definitions[key] = definition
        for activity in made.activities:
            self._activities.add(activity)
        self._workflows.add(made.workflow)

    def definition_of(self, workflow_id: str, version: int | None = None) -> Definition:
        """Return the definition of an id, of the newest version where none is told.

        Raises StepsError, naming those that are registered.
        """
        versions = [number for name, number in self._definitions if name == workflow_id]
        wanted = max(versions, default=None) if version is None else version
        found = None if wanted is None else self._definitions.get((workflow_id, wanted))
        if found is None:
            known = ", ".join(f"{name} {number}" for name, number in sorted(self._definitions))
            raise StepsError(
                f"no workflow {workflow_id!r}, version {version!r}, is registered with this host;"
                f" it knows {known or 'none'}: register_workflow(…) it first"
            )
        return found

    # Taking part in the work

    def start(self) -> None:
        """Begin to take part in the work, in threads of this process, and return.

        Without `stop` a program ends no sooner than all is at rest; with an SWF in another process,
        where others may give it work, it goes on until it is interrupted. Raises StepsError where
        the host is running already.
        """
        if self._actors is not None:
            raise StepsError("start: the host is running already")
        decider = HostDecider(
            self._workflows,
            self.task_list,
            domain=self.domain,
            connection=self.connection,
            clock=self.connection.clock,
        )
        worker = HostWorker(
            self._activities, self.task_list, place=self._place, payloads=self.payloads
        )
        self._actors = (decider, worker)
        decider.start(block=False)
        worker.start(threads=self.workers, block=False)
        self._lasting = Lasting(
            self._place,
            running=lambda: decider.running and worker.running,
            stop=self.stop,
        )

    def stop(self, timeout: float | None = None) -> bool:
        """Take no part any more: steps at work are brought to their end, others begin elsewhere.

        On AWS that may take the minute for which a poll is held. Returns
        whether decider and worker were over within `timeout` seconds each. Raises what ended the
        work by itself, an error of access for one, once all is over.
        """
        actors, self._actors = self._actors, None
        if actors is None:
            return True
        if self._lasting is not None:
            self._lasting.end()
        decider, worker = actors
        decider.stop()
        worker.stop()
        try:
            try:
                ended = decider.join(timeout)
            finally:
                worked = worker.join(timeout)
        finally:
            decider.close()
            if self._there.is_own and self._there.is_kept:
                self.connection.close()
        return ended and worked

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    # Workflows

    def start_workflow(self, workflow_id: str, version: int | None = None, data: Any = None) -> str:
        """Start a workflow with this data; return the id of the instance (StartWorkflowExecution).

        `data` is a dict, an object whose attributes are the data, or None. Without a version it is
        the newest that is registered. Raises StepsError for one that is not registered, and for
        data that is none; PayloadError for data that cannot travel.
        """
        definition = self.definition_of(workflow_id, version)
        workflow = self._workflows.get(definition.id, str(definition.version))
        wid = str(uuid.uuid4())
        carried = {"began": epoch(self.connection.clock.now())}
        ordered = workflow.with_options(workflow_id=wid)
        begin(self._place, ordered, (dict(vars(data_from(data))), carried), {})
        return wid

    def suspend_workflow(self, workflow_id: str) -> None:
        """Have a workflow begin no further step; the one at work is brought to its end.

        Raises `WorkflowExecution.DoesNotExist` where it is closed, as the other calls do.
        """
        self._handle(workflow_id).signal(SUSPEND)

    def resume_workflow(self, workflow_id: str) -> None:
        """Have a suspended workflow go on; a step that suspended it is tried again."""
        self._handle(workflow_id).signal(RESUME)

    def terminate_workflow(self, workflow_id: str, reason: str | None = None) -> None:
        """Close a workflow at once; a step at work is not waited for (TerminateWorkflowExecution).

        What it waited for is waited for no more.
        """
        handle = self._handle(workflow_id)
        state = handle.state or {}
        handle.terminate(reason)
        for subscription, hub in state.get("waits", ()):
            self._hubs.tell(hub, unsubscription(subscription))

    def get_workflow(self, workflow_id: str) -> WorkflowInstance:
        """Return how a workflow stands: its status, data, errors, and the steps at work.

        The data of one that is not closed is there where it is not long. Raises
        `WorkflowExecution.DoesNotExist` where there is none (DescribeWorkflowExecution).
        """
        return instance_of(self._handle(workflow_id))

    status = get_workflow

    def wait_for(self, workflow_id: str, timeout: float | None = None) -> WorkflowInstance:
        """Wait until a workflow is closed, at most `timeout` seconds; return how it stands then.

        Raises ResultTimeout where it is still open.
        """
        handle = self._handle(workflow_id)
        try:
            handle.result(timeout)
        except ResultTimeout:
            raise
        except TaskError as error:
            logger.info("%s did not complete: %s", workflow_id, error)
        return instance_of(handle)

    # Events

    def publish_event(
        self,
        event_name: str,
        event_key: str | int,
        event_data: Any = None,
        effective_date: datetime | None = None,
    ) -> None:
        """Hand an event to all workflows that wait for its name and key, now or a little later.

        It is kept for seven days, while there is room, for those that begin to wait; each has it
        once, where `effective_date`, an aware datetime, by default now, is not before what it asks
        for (SignalWorkflowExecution). Raises PayloadError for data that cannot travel.
        """
        if not isinstance(event_name, str) or not event_name:
            raise StepsTypeError(f"publish_event: event_name must be a str, got {event_name!r:.80}")
        key = event_key_from(event_key, "publish_event")
        at = effective_date_from(effective_date, "publish_event")
        self._hubs.publish(event_name, key, event_data, at)

    def _handle(self, workflow_id: str) -> Handle[Any]:
        execution = WorkflowExecution(self.domain, workflow_id, connection=self.connection)
        return Handle(execution.upstream(), None, self.payloads)

    def __repr__(self) -> str:
        return f"WorkflowHost({self.domain.name!r}, {self.task_list!r})"


def configure_workflow_host(
    persistence_service: str | Transport | None = None,
    queue_service: str | Transport | None = None,
    lock_service: str | Transport | None = None,
    *,
    connection: str | Transport | None = None,
    domain: Domain | str = DEFAULT_PLACE,
    task_list: str = DEFAULT_PLACE,
    workers: int = 16,
    payloads: Payloads | None = None,
) -> WorkflowHost:
    """Return a host of workflows; they are kept, queued and locked by one SWF.

    Any of the first arguments says which: the URL of an endpoint, or a connection. By default it is
    the one of the settings' `endpoint_url`, else one in memory that is this host's alone. At most
    `workers` steps are at work in this process at once. `payloads` is how all values travel: every
    host of the domain is to say the same.

    Raises StepsError for two that differ, and StepsTypeError for what is neither.
    """
    there = reached(
        persistence_service=persistence_service,
        queue_service=queue_service,
        lock_service=lock_service,
        connection=connection,
    )
    if isinstance(workers, bool) or not isinstance(workers, int):
        raise StepsTypeError(f"configure_workflow_host: workers: must be an int, got {workers!r}")
    if workers < 1:
        raise StepsError(f"configure_workflow_host: workers: must be 1 or more, got {workers}")
    return WorkflowHost(
        there,
        domain=domain_of(domain, there.connection),
        task_list=task_list,
        workers=workers,
        payloads=Payloads() if payloads is None else payloads,
    )
