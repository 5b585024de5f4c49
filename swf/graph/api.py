"""SWF's own operations in floto's words: thin calls on the models."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any, ClassVar, Final

import attrs

from swf import models
from swf.constants import DEPRECATED, REGISTERED
from swf.core import ConnectedSWFObject
from swf.exceptions import AlreadyExistsError, DomainDoesNotExist, WorkflowTypeDoesNotExist
from swf.graph.converter import graph_payloads
from swf.graph.specs.plain import plain, refused
from swf.payload import Payloads
from swf.querysets import DomainQuerySet
from swf.transport import Transport, connect
from swf.wire import DurationLike, told

logger = logging.getLogger(__name__)

DAY: Final = 86_400
YEAR: Final = 365 * DAY


@attrs.frozen(kw_only=True)
class WorkflowType:
    """A workflow type and the defaults of its executions, to be registered.

    An execution may take a day where nothing else is told, a decision 30 seconds.
    """

    domain: str
    name: str
    version: str
    description: str | None = None
    default_task_list: str | None = "default"
    default_task_start_to_close_timeout: DurationLike | None = 30
    default_task_priority: int | None = None
    default_execution_start_to_close_timeout: DurationLike | None = DAY
    default_child_policy: str | None = "TERMINATE"
    default_lambda_role: str | None = None

    _model: ClassVar[Any] = models.WorkflowType


@attrs.frozen(kw_only=True)
class ActivityType:
    """An activity type and the defaults of its tasks, to be registered.

    A task may wait an hour for its worker, and take six where nothing else is told; its heartbeat
    may stay away as long, so tell a shorter time-out where a dead worker shall be noticed.
    """

    domain: str
    name: str
    version: str
    description: str | None = None
    default_task_list: str | None = "default"
    default_task_start_to_close_timeout: DurationLike | None = 6 * 3600
    default_task_priority: int | None = None
    default_task_heartbeat_timeout: DurationLike | None = 6 * 3600
    default_task_schedule_to_start_timeout: DurationLike | None = 3600
    default_task_schedule_to_close_timeout: DurationLike | None = 7 * 3600

    _model: ClassVar[Any] = models.ActivityType


class Domains:
    """The domains that a connection reaches."""

    def __init__(self, swf: Swf) -> None:
        self._swf = swf

    def register_domain(
        self, name: str, description: str | None = None, retention_period: DurationLike = "7"
    ) -> None:
        """Register a domain (RegisterDomain), a week of retention by default.

        One that is registered already is left as it is, with a warning in the log.
        """
        made = models.Domain(
            name,
            description=description,
            retention_period=retention_period,
            connection=self._swf.connection,
        )
        try:
            made.save()
        except AlreadyExistsError:
            logger.warning("the domain %s is registered already", name)

    def deprecate_domain(self, name: str) -> None:
        """Deprecate a domain (DeprecateDomain): open executions go on, new ones are refused."""
        self._swf.domain(name).deprecate()

    def registered_names(self) -> Iterator[str]:
        """Yield the names of the registered domains (ListDomains)."""
        return self._names(REGISTERED)

    def deprecated_names(self) -> Iterator[str]:
        """Yield the names of the deprecated domains (ListDomains)."""
        return self._names(DEPRECATED)

    def domain_exists(self, name: str) -> bool:
        """Tell whether a domain of this name is registered (DescribeDomain)."""
        try:
            return bool(self._swf.domain(name).upstream().status == REGISTERED)
        except DomainDoesNotExist:
            return False

    def _names(self, status: str) -> Iterator[str]:
        for one in DomainQuerySet(connection=self._swf.connection).filter(status=status):
            yield one.name


class Swf(ConnectedSWFObject):
    """SWF in floto's words; `connection` or the settings say where it is.

    Inputs may hold tasks and specs: they travel as their JSON. An input that is text is sent as it
    is, and read as JSON where it is some. `payloads` has the store and the codecs that the deciders
    have too. `region_name` and `profile_name` go over the settings.
    """

    def __init__(
        self,
        region_name: str | None = None,
        profile_name: str | None = None,
        connection: Transport | None = None,
        *,
        payloads: Payloads | None = None,
    ) -> None:
        self._connection = connection
        if connection is None and (region_name or profile_name):
            self._connection = connect(region=region_name, profile=profile_name)
        self.payloads = graph_payloads(payloads)
        self.domains = Domains(self)

    def domain(self, name: str) -> models.Domain:
        """Return the domain of this name; nothing is asked."""
        return models.Domain(name, connection=self.connection)

    def register_workflow_type(self, workflow_type: WorkflowType) -> None:
        """Register a workflow type (RegisterWorkflowType); if it is there, warn and leave it."""
        self._register(workflow_type)

    def register_activity_type(self, activity_type: ActivityType) -> None:
        """Register an activity type (RegisterActivityType); if it is there, warn and leave it."""
        self._register(activity_type)

    def register_type(self, swf_type: WorkflowType | ActivityType) -> None:
        """Register a type of either kind; if it is there, warn and leave it."""
        self._register(swf_type)

    def start_workflow_execution(
        self,
        *,
        domain: str,
        workflow_type_name: str,
        workflow_type_version: str,
        workflow_id: str | None = None,
        task_list: str | None = None,
        input: Any = None,
        decision_task_start_to_close_timeout: DurationLike | None = None,
    ) -> dict[str, Any]:
        """Start an execution and return SWF's reply, `{"runId": …}` (StartWorkflowExecution).

        Its workflow id is `<name>_<version>` where none is given. Domain and type are registered
        where they are not. Raises `WorkflowExecution.AlreadyExists` where one with this id is open.
        """
        workflow_type = models.WorkflowType(
            self.domain(domain), workflow_type_name, workflow_type_version
        )

        def start() -> models.WorkflowExecution:
            return workflow_type.start_execution(
                workflow_id or f"{workflow_type_name}_{workflow_type_version}",
                self._text(input),
                task_list=task_list,
                task_start_to_close_timeout=decision_task_start_to_close_timeout,
            )

        try:
            started = start()
        except (DomainDoesNotExist, WorkflowTypeDoesNotExist):
            self._make(domain, workflow_type_name, workflow_type_version)
            started = start()
        return {"runId": started.run_id}

    def signal_workflow_execution(
        self,
        domain: str,
        workflow_id: str,
        signal_name: str,
        input: Any = None,
        run_id: str | None = None,
    ) -> None:
        """Send a signal to an open execution (SignalWorkflowExecution)."""
        self._execution(domain, workflow_id, run_id).signal(signal_name, self._text(input))

    def terminate_workflow_execution(
        self,
        domain: str,
        workflow_id: str,
        run_id: str | None = None,
        *,
        reason: str | None = None,
        details: str | None = None,
    ) -> None:
        """Close an open execution at once (TerminateWorkflowExecution)."""
        self._execution(domain, workflow_id, run_id).terminate(reason=reason, details=details)

    def describe_workflow_execution(
        self, domain: str, workflow_id: str, run_id: str | None = None
    ) -> dict[str, Any]:
        """Return SWF's description of an execution (DescribeWorkflowExecution).

        Without `run_id` it is of the open run, else of the one started last.
        """
        execution = self._execution(domain, workflow_id, run_id)
        return self.connection.call("DescribeWorkflowExecution", execution._described())

    def get_workflow_execution_history(
        self, domain: str, workflow_id: str, run_id: str | None = None
    ) -> dict[str, Any]:
        """Return the whole history, `{"events": […]}`, the newest first.

        (GetWorkflowExecutionHistory, all its pages)
        """
        execution = self._execution(domain, workflow_id, run_id)
        params = {**execution._described(), "reverseOrder": True}
        pages = self.connection.pages("GetWorkflowExecutionHistory", params)
        return {"events": [event for page in pages for event in page["events"]]}

    def _execution(
        self, domain: str, workflow_id: str, run_id: str | None
    ) -> models.WorkflowExecution:
        return models.WorkflowExecution(self.domain(domain), workflow_id, run_id)

    def _text(self, value: Any) -> str | None:
        told = plain(value, "input")
        if told is not None and not isinstance(told, str):
            told = self.payloads.plain_call((told,), {})
        return self.payloads.seal(told)

    def _register(self, swf_type: Any) -> None:
        if not isinstance(swf_type, WorkflowType | ActivityType):
            rule = "must be a WorkflowType or an ActivityType of swf.graph.api"
            refused("register_type", rule, swf_type, wrong_type=True)
        given = attrs.asdict(swf_type)
        domain = self.domain(given.pop("domain"))
        values = {name.removeprefix("default_"): value for name, value in given.items()}
        try:
            swf_type._model(domain, **told(**values)).save()
        except AlreadyExistsError:
            kind = type(swf_type).__name__
            logger.warning(
                "the %s %s %s is registered already", kind, swf_type.name, swf_type.version
            )

    def _make(self, domain: str, name: str, version: str) -> None:
        """Have domain and workflow type registered: an execution may be open for a year."""
        try:
            models.Domain(domain, connection=self.connection).save()
        except AlreadyExistsError:
            logger.debug("the domain %s is registered already", domain)
        made = WorkflowType(
            domain=domain,
            name=name,
            version=version,
            default_execution_start_to_close_timeout=YEAR,
        )
        self._register(made)
