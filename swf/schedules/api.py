"""Schedules from outside: create one, look at it, change it, have it deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from swf.constants import OPEN
from swf.exceptions import (
    DomainDoesNotExist,
    MultipleObjectsReturned,
    WorkflowExecutionAlreadyStartedFault,
    WorkflowExecutionDoesNotExist,
    WorkflowTypeDoesNotExist,
)
from swf.flow import Handle
from swf.flow import start as start_workflow
from swf.flow.activities import DEFAULT_TASK_LIST
from swf.flow.domain import domain_of
from swf.insight.edges import first_event
from swf.models import Domain, WorkflowExecution, WorkflowType
from swf.nearest import nearest
from swf.querysets import WorkflowExecutionQuerySet, WorkflowTypeQuerySet
from swf.schedules.book import Book
from swf.schedules.errors import ScheduleAlreadyExists, ScheduleDoesNotExist, ScheduleSpecError
from swf.schedules.overlap import Due
from swf.schedules.spec import ScheduleSpec, call
from swf.schedules.workflow import CHANGE, ScheduleWorkflow
from swf.transport import Transport
from swf.validation import violations

PREFIX: Final = "schedule-"
"""What the workflow id of a schedule begins with; its name follows."""

LONGEST_NAME: Final = 200

_LATE: Final = Due(0, trigger=999_999)
"""A run whose workflow id is as long as any."""


@attrs.frozen
class Run:
    """A run that a schedule started: for which due time, when, and how it ended.

    `status` is OPEN, how it closed, or NOT_STARTED; `cause` says why it could not be started or
    failed.
    """

    workflow_id: str
    run_id: str | None
    due: datetime
    started: datetime
    closed: datetime | None
    status: str
    cause: str | None


@attrs.frozen(kw_only=True)
class Description:
    """What is known of a schedule; times are in UTC.

    `next` are the due times to come, none while it is paused. `waiting` have come, and wait for
    runs that go on (`running`). `recent` are the latest runs, the last first. `refused` is why the
    latest change was not made. `is_served` is False where nobody has decided for it yet.
    """

    name: str
    spec: ScheduleSpec
    next: tuple[datetime, ...] = ()
    running: tuple[str, ...] = ()
    waiting: tuple[datetime, ...] = ()
    started: int = 0
    skipped: int = 0
    missed: int = 0
    recent: tuple[Run, ...] = ()
    refused: str | None = None
    is_served: bool = False


@attrs.frozen
class Schedule:
    """A schedule by name: looked at, and changed. What is asked for is done by who serves it.

    Each method raises ScheduleDoesNotExist where there is none of the name (any more).
    """

    name: str
    domain: Domain

    @property
    def workflow_id(self) -> str:
        """The workflow id of the execution that it is."""
        return PREFIX + self.name

    @property
    def handle(self) -> Handle[Any]:
        """The handle of the run that is open now (DescribeWorkflowExecution)."""
        return Handle(self._open(), ScheduleWorkflow, ScheduleWorkflow.payloads)

    def describe(self) -> Description:
        """Return what is known of it (DescribeWorkflowExecution).

        Runs that outlived the run of the schedule that started them are asked for one by one.
        """
        execution = self._open()
        payloads = ScheduleWorkflow.payloads
        state: dict[str, Any] | None = payloads.load(execution.latest_execution_context)
        is_served = state is not None
        if state is None:  # nobody has decided yet, or it was continued as new this moment
            first: Any = first_event(execution)
            _, spec, book = payloads.parse_call(payloads.open(first.input)).args
            state = {"spec": spec, "next": [], "running": [], **Book.from_json(book).told()}
            is_served = first.continued_execution_run_id is not None
        running: list[str] = state["running"]
        return Description(
            name=self.name,
            spec=ScheduleSpec.from_json(state["spec"]),
            next=_moments(state["next"]),
            running=tuple(running),
            waiting=_moments(state["waiting"]),
            started=state["started"],
            skipped=state["skipped"],
            missed=state["missed"],
            recent=tuple(self._run(one, running) for one in state["recent"]),
            refused=state["refused"],
            is_served=is_served,
        )

    def _run(self, told: Mapping[str, Any], running: list[str]) -> Run:
        run = Run(
            workflow_id=told["workflow_id"],
            run_id=told["run_id"],
            due=datetime.fromisoformat(told["due"]),
            started=datetime.fromisoformat(told["started"]),
            closed=None if told["closed"] is None else datetime.fromisoformat(told["closed"]),
            status=told["status"],
            cause=told["cause"],
        )
        if run.status != OPEN or run.run_id is None or run.workflow_id in running:
            return run
        try:
            found = WorkflowExecution(self.domain, run.workflow_id, run.run_id).upstream()
        except WorkflowExecutionDoesNotExist:  # SWF keeps what is closed for so many days only
            return attrs.evolve(run, status="UNKNOWN")
        return attrs.evolve(
            run, status=str(found.close_status or found.status), closed=found.close_timestamp
        )

    def pause(self, note: str | None = None) -> None:
        """Have nothing started any more by itself; what comes due meanwhile is passed over."""
        self._change("pause", note)

    def unpause(self) -> None:
        """Have it go on from the next due time."""
        self._change("unpause")

    def trigger(self) -> None:
        """Have a run started now, as if it were due; the overlap rule holds for it, too."""
        self._change("trigger")

    def update(self, spec: ScheduleSpec) -> None:
        """Have it say something else from now on; what runs, and what waits, stays as it is.

        Raises ScheduleSpecError where the workflow type is not there.
        """
        _check_name(self.name, spec)
        self._change("update", _resolved(spec, self.domain).to_json())

    def delete(self) -> None:
        """End it at once; what it has started goes on (TerminateWorkflowExecution)."""
        self._to_open(
            lambda execution: execution.terminate(
                reason="the schedule is deleted", child_policy="ABANDON"
            )
        )

    def _change(self, *words: Any) -> None:
        text = call(*words)
        self._to_open(lambda execution: execution.signal(CHANGE, text))

    def _to_open(self, send: Callable[[WorkflowExecution], object]) -> None:
        """Do something to whichever run is open: SWF finds it by the workflow id."""
        try:
            send(WorkflowExecution(self.domain, self.workflow_id))
        except DomainDoesNotExist:
            raise
        except WorkflowExecutionDoesNotExist as error:
            raise _missing(self.name, self.domain) from error

    def _open(self) -> WorkflowExecution:
        """Return the run that is open, described."""
        try:
            found = WorkflowExecution(self.domain, self.workflow_id).upstream()
        except DomainDoesNotExist:
            raise
        except WorkflowExecutionDoesNotExist as error:
            raise _missing(self.name, self.domain) from error
        if found.status != OPEN:
            raise _missing(self.name, self.domain)
        return found


def create(
    name: str,
    spec: ScheduleSpec,
    *,
    domain: Domain | str | None = None,
    connection: Transport | None = None,
) -> Schedule:
    """Have a schedule from now on (StartWorkflowExecution); return it.

    Who decides for it is `swf schedule serve`, or `serve()`. Raises ScheduleAlreadyExists where
    there is one of the name, ScheduleSpecError for a name that is none, and for a workflow type
    that is not registered.
    """
    _check_name(name, spec)
    place = _place(domain, connection)
    resolved = _resolved(spec, place)
    book = Book(since=place.connection.clock.now().timestamp())
    ordered = ScheduleWorkflow.with_options(workflow_id=PREFIX + name)
    try:
        start_workflow(
            ordered,
            name,
            resolved.to_json(),
            book.to_json(),
            domain=place,
            connection=place.connection,
        )
    except WorkflowExecutionAlreadyStartedFault as error:
        raise ScheduleAlreadyExists(
            f"there is a schedule {name!r} in domain {place.name!r}; update it, or delete it first",
            operation=error.operation,
            resource=repr(name),
        ) from error
    return Schedule(name, place)


def get(
    name: str,
    *,
    domain: Domain | str | None = None,
    connection: Transport | None = None,
) -> Schedule:
    """Return the schedule of this name (DescribeWorkflowExecution).

    Raises ScheduleDoesNotExist where there is none, or it is deleted.
    """
    found = Schedule(name, _place(domain, connection))
    found._open()
    return found


def all(  # noqa: A001  (as every queryset has it)
    domain: Domain | str | None = None, *, connection: Transport | None = None
) -> Iterator[Schedule]:
    """Yield the schedules of a domain, those created last first (ListOpenWorkflowExecutions)."""
    place = _place(domain, connection)
    for execution in _executions(place):
        if execution.workflow_id.startswith(PREFIX):
            yield Schedule(execution.workflow_id[len(PREFIX) :], place)


def _place(domain: Domain | str | None, connection: Transport | None) -> Domain:
    found = domain_of(domain, connection)
    return found if connection is None else Domain(found.name, connection=connection)


def _executions(domain: Domain) -> WorkflowExecutionQuerySet:
    return WorkflowExecutionQuerySet(domain).filter(
        status=OPEN,
        workflow_type_name=ScheduleWorkflow.name,
        workflow_type_version=ScheduleWorkflow.version,
    )


def _missing(name: str, domain: Domain) -> ScheduleDoesNotExist:
    known = [one.workflow_id.removeprefix(PREFIX) for one in _executions(domain)[:1_000]]
    meant = nearest(name, [one for one in known if one != name])
    return ScheduleDoesNotExist(
        f"no schedule {name!r} in domain {domain.name!r}{meant};"
        " `swf schedule list` shows those there are",
        operation="DescribeWorkflowExecution",
        resource=repr(name),
    )


def _check_name(name: str, spec: ScheduleSpec) -> None:
    if len(name) > LONGEST_NAME:
        raise ScheduleSpecError(f"name: at most {LONGEST_NAME} characters, got {len(name)}")
    for found in violations("WorkflowId", name, ("name",)):
        raise ScheduleSpecError(str(found))
    for found in violations("WorkflowId", spec.id_of(name, _LATE), ("workflow_id",)):
        raise ScheduleSpecError(str(found))


def _resolved(spec: ScheduleSpec, domain: Domain) -> ScheduleSpec:
    """Return a spec that says all that SWF must be told, where needed from the workflow type."""
    found = _type(spec.workflow, domain)
    told: dict[str, Any] = {
        "workflow": f"{found.name}:{found.version}",
        "task_list": spec.task_list or found.task_list or DEFAULT_TASK_LIST,
        "execution_start_to_close_timeout": spec.execution_start_to_close_timeout
        or found.execution_start_to_close_timeout
        or ScheduleWorkflow.execution_start_to_close_timeout,
        "task_start_to_close_timeout": spec.task_start_to_close_timeout
        or found.task_start_to_close_timeout
        or ScheduleWorkflow.task_start_to_close_timeout,
        "child_policy": spec.child_policy or found.child_policy or "TERMINATE",
        "lambda_role": spec.lambda_role or found.lambda_role,
    }
    return attrs.evolve(spec, **told)


def _type(named: str, domain: Domain) -> WorkflowType:
    name, _, version = named.partition(":")
    types = WorkflowTypeQuerySet(domain)
    try:
        return types.get(name, version or None)
    except DomainDoesNotExist:
        raise
    except MultipleObjectsReturned as error:
        versions = ", ".join(one.version for one in types.filter(name=name))
        raise ScheduleSpecError(
            f"workflow: {name!r} has several versions: {versions}; say {name}:VERSION"
        ) from error
    except WorkflowTypeDoesNotExist as error:
        known = [f"{one.name}:{one.version}" if version else one.name for one in types[:1_000]]
        meant = nearest(named, known)
        raise ScheduleSpecError(
            f"workflow: {named!r} is not registered in domain {domain.name!r}{meant}; its decider"
            " registers it, or `swf workflow-type register`"
        ) from error


def _moments(told: list[str]) -> tuple[datetime, ...]:
    return tuple(datetime.fromisoformat(one) for one in told)
