"""Starting executions, and what those who started them have in hand."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Coroutine, Generator, Iterable
from typing import Any, Final, Protocol, TypeVar, overload

import attrs

from swf.exceptions import (
    UnknownResourceFault,
    ValidationTypeError,
    WorkflowExecutionAlreadyStartedFault,
)
from swf.flow.declaration import Ordered
from swf.flow.domain import domain_of
from swf.flow.handle import Handle
from swf.flow.registering import Registrar
from swf.flow.replay.ids import fitted
from swf.flow.workflow import Workflow
from swf.models import Domain, WorkflowExecution
from swf.payload import Payloads
from swf.tracing import switch as tracing
from swf.tracing.context import with_tag
from swf.transport import Transport
from swf.wire import Wire

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

UNTOLD: Final[Any] = object()
"""An option that was not given; None may be an argument of the workflow's."""


class Runs(Protocol[R_co]):
    """A workflow with a plain `run`."""

    def run(self, *args: Any, **kwargs: Any) -> R_co:
        """Return its result."""
        ...


class RunsAsync(Protocol[R_co]):
    """A workflow with an `async def run`."""

    def run(self, *args: Any, **kwargs: Any) -> Coroutine[Any, Any, R_co]:
        """Return its result."""
        ...


class RunsSteps(Protocol[R_co]):
    """A workflow whose `run` yields what it waits for."""

    def run(self, *args: Any, **kwargs: Any) -> Generator[Any, Any, R_co]:
        """Return its result."""
        ...


@attrs.frozen
class Place:
    """Where executions are started: a domain, and the connection to it."""

    domain: Domain
    connection: Transport


@overload
def start(
    workflow: type[RunsAsync[R]],
    /,
    *args: Any,
    workflow_id: str = ...,
    domain: Domain | str | None = ...,
    connection: Transport | None = ...,
    task_list: str = ...,
    tag_list: Iterable[str] = ...,
    **kwargs: Any,
) -> Handle[R]: ...


@overload
def start(
    workflow: type[RunsSteps[R]],
    /,
    *args: Any,
    workflow_id: str = ...,
    domain: Domain | str | None = ...,
    connection: Transport | None = ...,
    task_list: str = ...,
    tag_list: Iterable[str] = ...,
    **kwargs: Any,
) -> Handle[R]: ...


@overload
def start(
    workflow: type[Runs[R]],
    /,
    *args: Any,
    workflow_id: str = ...,
    domain: Domain | str | None = ...,
    connection: Transport | None = ...,
    task_list: str = ...,
    tag_list: Iterable[str] = ...,
    **kwargs: Any,
) -> Handle[R]: ...


@overload
def start(
    workflow: Ordered,
    /,
    *args: Any,
    workflow_id: str = ...,
    domain: Domain | str | None = ...,
    connection: Transport | None = ...,
    task_list: str = ...,
    tag_list: Iterable[str] = ...,
    **kwargs: Any,
) -> Handle[Any]: ...


def start(
    workflow: Any,
    /,
    *args: Any,
    workflow_id: Any = UNTOLD,
    domain: Any = UNTOLD,
    connection: Any = UNTOLD,
    task_list: Any = UNTOLD,
    tag_list: Any = UNTOLD,
    **kwargs: Any,
) -> Handle[Any]:
    """Start an execution of a workflow with these arguments, and return its handle at once.

    `workflow` is a Workflow class, or `W.with_options(…)` of one. `workflow_id` is made up, and
    unique, where neither it nor the class's `get_workflow_id` says it. Domain and workflow type are
    registered where they are not (StartWorkflowExecution, RegisterWorkflowType, RegisterDomain).

    A keyword that `run` itself has as a parameter is always the workflow's: of such a workflow, say
    `W.with_options(workflow_id=…, task_list=…, tag_list=…)`, and domain and connection by settings.

    Raises SignatureError where `run` does not take the arguments and PayloadError for one that
    cannot be sent, before anything is sent; `WorkflowExecution.AlreadyExists` where an execution
    with this workflow id is open.
    """
    ordered = ordered_of(workflow)
    given = {
        "workflow_id": workflow_id,
        "domain": domain,
        "connection": connection,
        "task_list": task_list,
        "tag_list": tag_list,
    }
    given = {name: value for name, value in given.items() if value is not UNTOLD}
    for name in own_names(ordered) & given.keys():
        kwargs[name] = given.pop(name)
    connection = given.pop("connection", None)
    domain = domain_of(given.pop("domain", None), connection)
    options = {name: value for name, value in given.items() if value is not None}
    ordered = ordered.with_options(**options)
    return begin(Place(domain, connection or domain.connection), ordered, args, kwargs)


@overload
def get(
    workflow_id: str,
    run_id: str | None = None,
    *,
    workflow: type[RunsAsync[R]],
    domain: Domain | str | None = None,
    connection: Transport | None = None,
) -> Handle[R]: ...


@overload
def get(
    workflow_id: str,
    run_id: str | None = None,
    *,
    workflow: type[Runs[R]],
    domain: Domain | str | None = None,
    connection: Transport | None = None,
) -> Handle[R]: ...


@overload
def get(
    workflow_id: str,
    run_id: str | None = None,
    *,
    workflow: None = None,
    domain: Domain | str | None = None,
    connection: Transport | None = None,
) -> Handle[Any]: ...


def get(
    workflow_id: str,
    run_id: str | None = None,
    *,
    workflow: Any = None,
    domain: Domain | str | None = None,
    connection: Transport | None = None,
) -> Handle[Any]:
    """Return the handle of an execution that was started before, here or anywhere.

    Without `run_id` it is that of the open run, else of the one started last. `workflow` is its
    class: needed where it has payloads of its own, and for queries. Raises
    `WorkflowExecution.DoesNotExist` where there is no such execution (DescribeWorkflowExecution).
    """
    place = domain_of(domain, connection)
    found = WorkflowExecution(
        place, workflow_id, run_id, connection=connection or place.connection
    ).upstream()
    payloads = Payloads() if workflow is None else workflow.payloads
    return Handle(found, workflow, payloads)


def begin(
    place: Place, ordered: Ordered, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Handle[Any]:
    """Start an execution at a place; return its handle."""
    cls: Any = ordered.workflow
    cls.check_arguments(args, kwargs)
    options = cls.asked(ordered.options, args, kwargs)
    payloads: Payloads = options.get("payloads") or cls.payloads
    workflow_id = options.get("workflow_id")
    if workflow_id is None:
        workflow_id = fitted(f"{cls.__name__}-{uuid.uuid4().hex[:16]}")
    params = {
        "domain": place.domain.name,
        "workflowId": workflow_id,
        **cls.attributes(options),
    }
    with tracing.sending("swf.start", _told(place, cls, workflow_id)) as sent:
        text = payloads.seal(payloads.plain_call(args, kwargs, sent.context))
        if text is not None:
            params["input"] = text
        if payloads.raw and sent.told is not None:
            params["tagList"] = with_tag(params.get("tagList") or (), sent.told)
        run_id = _started(place, cls, params)
        sent.note("swf.run_id", run_id)
    execution = WorkflowExecution(place.domain, workflow_id, run_id, connection=place.connection)
    return Handle(execution, cls, payloads)


def _told(place: Place, cls: type[Any], workflow_id: str) -> dict[str, Any]:
    """Return what a span says of an execution that is started."""
    return {
        "messaging.operation.type": "send",
        "swf.domain": place.domain.name,
        "swf.workflow_id": workflow_id,
        "swf.workflow_type": cls.name,
        "swf.workflow_version": cls.version,
    }


def ordered_of(workflow: Any) -> Ordered:
    """Return a workflow class, or one with options, as the latter; refuse anything else."""
    if isinstance(workflow, Ordered):
        return workflow
    if isinstance(workflow, type) and issubclass(workflow, Workflow):
        return Ordered(workflow, {})
    raise ValidationTypeError(
        f"must be a Workflow class, or one with_options(…), got {workflow!r:.80}"
    )


def own_names(ordered: Ordered) -> set[str]:
    """Return the parameters of a workflow's `run` that can be given by name."""
    by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    parameters = ordered.workflow.run_signature().parameters
    return {name for name, one in parameters.items() if one.kind in by_name}


def _started(place: Place, cls: type[Any], params: Wire) -> str:
    """Start an execution and return its run id; what it needs is registered first if it is not."""
    call = place.connection.call
    try:
        try:
            reply = call("StartWorkflowExecution", params)
        except UnknownResourceFault:
            Registrar(place).workflows([cls])
            reply = call("StartWorkflowExecution", params)
    except WorkflowExecutionAlreadyStartedFault as error:
        raise WorkflowExecutionAlreadyStartedFault(
            f"{error.message}: give another workflow_id, or have that execution by"
            f" get({params['workflowId']!r})",
            operation=error.operation,
            resource=error.resource,
            fault=error.fault,
            request_id=error.request_id,
        ) from error
    run_id: str = reply["runId"]
    return run_id
