"""Workflow types, and the executions that are started of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Self

import attrs

from swf.exceptions import (
    AlreadyExistsError,
    WorkflowExecutionAlreadyStartedFault,
    WorkflowExecutionDoesNotExist,
    WorkflowTypeAlreadyExists,
    WorkflowTypeDeprecated,
    WorkflowTypeDoesNotExist,
)
from swf.models.base import of_kind, of_shape, optional_moment
from swf.models.converting import as_priority, as_seconds, as_tags, as_task_list
from swf.models.domain import Domain
from swf.models.history import History
from swf.models.relations import related
from swf.models.showing import execution_in_time
from swf.models.versioned import VersionedType
from swf.models.within import WithinDomain
from swf.payload import Payloads
from swf.transport import Transport
from swf.validation import check_request
from swf.wire import (
    Duration,
    DurationLike,
    ExecutionKey,
    Wire,
    duration,
    duration_text,
    payload,
    read_duration,
    told,
)

if TYPE_CHECKING:
    from swf.querysets import WorkflowExecutionQuerySet


@attrs.frozen(repr=False, eq=False)
class WorkflowType(VersionedType):
    """A kind of workflow, by name and version, and the defaults of its executions.

    Durations are seconds (int, str, timedelta or 'NONE'; an execution cannot be without end).
    """

    DoesNotExist = WorkflowTypeDoesNotExist
    AlreadyExists = WorkflowTypeAlreadyExists
    Deprecated = WorkflowTypeDeprecated
    _kind: ClassVar[str] = "WorkflowType"
    _defaults: ClassVar[dict[str, str]] = {
        "task_list": "defaultTaskList",
        "task_priority": "defaultTaskPriority",
        "child_policy": "defaultChildPolicy",
        "execution_start_to_close_timeout": "defaultExecutionStartToCloseTimeout",
        "task_start_to_close_timeout": "defaultTaskStartToCloseTimeout",
        "lambda_role": "defaultLambdaRole",
    }

    child_policy: str | None = attrs.field(
        default=None, kw_only=True, metadata=of_shape("ChildPolicy")
    )
    execution_start_to_close_timeout: Duration | None = attrs.field(
        default=None,
        kw_only=True,
        converter=as_seconds,
        metadata=of_shape("DurationInSeconds"),
    )
    task_start_to_close_timeout: Duration | None = attrs.field(
        default=None,
        kw_only=True,
        converter=as_seconds,
        metadata=of_shape("DurationInSeconds"),
    )
    lambda_role: str | None = attrs.field(default=None, kw_only=True, metadata=of_shape("Arn"))

    def start_execution(
        self,
        workflow_id: str | None = None,
        input: Any = None,
        *,
        task_list: str | None = None,
        task_priority: int | None = None,
        child_policy: str | None = None,
        execution_start_to_close_timeout: DurationLike | None = None,
        task_start_to_close_timeout: DurationLike | None = None,
        tag_list: Iterable[str] | None = None,
        lambda_role: str | None = None,
    ) -> WorkflowExecution:
        """Start an execution and return it, with its run id and what it was started with.

        `workflow_id` is made up, and unique, where it is not given. `input` is sent as it is where
        it is a str, else as JSON. What is not given is the type's default.

        Raises `WorkflowExecution.AlreadyExists` where an execution with this workflow id is open,
        DefaultUndefinedFault where neither the call nor the type gives a value that must be there,
        `WorkflowType.Deprecated` where the type is (StartWorkflowExecution).
        """
        if workflow_id is None:
            workflow_id = f"{self.name[:200]}-{self.version[:16]}-{uuid.uuid4()}"
        given: dict[str, Any] = told(
            task_list=as_task_list(task_list),
            task_priority=as_priority(task_priority),
            child_policy=child_policy,
            execution_start_to_close_timeout=duration(
                execution_start_to_close_timeout, "execution_start_to_close_timeout"
            ),
            task_start_to_close_timeout=duration(
                task_start_to_close_timeout, "task_start_to_close_timeout"
            ),
            tag_list=as_tags(tag_list),
            input=payload(input, "input"),
            lambda_role=lambda_role,
        )
        reply = self.connection.call(
            "StartWorkflowExecution", self._start_params(workflow_id, given)
        )
        return WorkflowExecution._trusted(
            self._connection,
            domain=self.domain,
            workflow_id=workflow_id,
            run_id=reply["runId"],
            workflow_type=self,
            **given,
        )

    def executions(self) -> WorkflowExecutionQuerySet:
        """Return the executions of this type, open and closed, lazily."""
        queryset: WorkflowExecutionQuerySet = related("executions")(
            self.domain, connection=self._connection
        )
        return queryset.filter(workflow_type=self)

    def _start_params(self, workflow_id: str, given: dict[str, Any]) -> dict[str, Any]:
        priority = given.get("task_priority")
        name, tags = given.get("task_list"), given.get("tag_list")
        return self._named() | told(
            workflowId=workflow_id,
            input=given.get("input"),
            taskList=None if name is None else {"name": name},
            taskPriority=None if priority is None else str(priority),
            childPolicy=given.get("child_policy"),
            executionStartToCloseTimeout=duration_text(
                given.get("execution_start_to_close_timeout")
            ),
            taskStartToCloseTimeout=duration_text(given.get("task_start_to_close_timeout")),
            tagList=list(tags) if isinstance(tags, tuple) else tags,
            lambdaRole=given.get("lambda_role"),
        )


@attrs.frozen
class OpenCounts:
    """How much of an execution is open (DescribeWorkflowExecution's `openCounts`)."""

    activity_tasks: int = 0
    decision_tasks: int = 0
    timers: int = 0
    child_workflow_executions: int = 0
    lambda_functions: int = 0

    @classmethod
    def from_wire(cls, wire: Wire) -> OpenCounts:
        """Return the counts that the API's structure tells."""
        return cls(
            activity_tasks=wire["openActivityTasks"],
            decision_tasks=wire["openDecisionTasks"],
            timers=wire["openTimers"],
            child_workflow_executions=wire["openChildWorkflowExecutions"],
            lambda_functions=wire.get("openLambdaFunctions", 0),
        )


@attrs.frozen(repr=False, eq=False)
class WorkflowExecution(WithinDomain):
    """One run of a workflow, or, without `run_id`, whichever run of a workflow id is the latest.

    Listings tell less of an execution than `upstream()`: what they leave out is None. `parent` and
    `workflow_type` are models too. Durations are in seconds, times are aware, in UTC.
    """

    DoesNotExist = WorkflowExecutionDoesNotExist
    AlreadyExists: ClassVar[type[AlreadyExistsError]] = WorkflowExecutionAlreadyStartedFault
    _undescribed = frozenset({"domain", "input"})

    workflow_id: str = attrs.field(metadata=of_shape("WorkflowId"))
    run_id: str | None = attrs.field(default=None, metadata=of_shape("WorkflowRunId"))
    status: str | None = attrs.field(
        default=None, kw_only=True, metadata=of_shape("ExecutionStatus")
    )
    close_status: str | None = attrs.field(
        default=None, kw_only=True, metadata=of_shape("CloseStatus")
    )
    workflow_type: WorkflowType | None = attrs.field(
        default=None,
        kw_only=True,
        metadata=of_kind("WorkflowType", attrgetter("key")),
    )
    task_list: str | None = attrs.field(
        default=None, kw_only=True, converter=as_task_list, metadata=of_shape("Name")
    )
    task_priority: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=as_priority,
        metadata=of_shape("TaskPriority"),
    )
    child_policy: str | None = attrs.field(
        default=None, kw_only=True, metadata=of_shape("ChildPolicy")
    )
    execution_start_to_close_timeout: Duration | None = attrs.field(
        default=None,
        kw_only=True,
        converter=as_seconds,
        metadata=of_shape("DurationInSeconds"),
    )
    task_start_to_close_timeout: Duration | None = attrs.field(
        default=None,
        kw_only=True,
        converter=as_seconds,
        metadata=of_shape("DurationInSeconds"),
    )
    lambda_role: str | None = attrs.field(default=None, kw_only=True, metadata=of_shape("Arn"))
    input: str | None = attrs.field(default=None, kw_only=True, metadata=of_shape("Data"))
    tag_list: tuple[str, ...] | None = attrs.field(
        default=None,
        kw_only=True,
        converter=as_tags,
        metadata=of_shape("TagList"),
    )
    start_timestamp: datetime | None = attrs.field(
        default=None, kw_only=True, metadata=of_shape("Timestamp")
    )
    close_timestamp: datetime | None = attrs.field(
        default=None, kw_only=True, metadata=of_shape("Timestamp")
    )
    cancel_requested: bool | None = attrs.field(
        default=None, kw_only=True, metadata=of_shape("Canceled")
    )
    parent: WorkflowExecution | None = attrs.field(
        default=None, kw_only=True, metadata=of_kind("WorkflowExecution", attrgetter("key"))
    )
    open_counts: OpenCounts | None = attrs.field(
        default=None, kw_only=True, metadata=of_kind("OpenCounts")
    )
    latest_activity_task_timestamp: datetime | None = attrs.field(
        default=None, kw_only=True, metadata=of_shape("Timestamp")
    )
    latest_execution_context: str | None = attrs.field(
        default=None, kw_only=True, metadata=of_shape("Data")
    )

    @property
    def key(self) -> ExecutionKey:
        """What names the execution within its domain."""
        return ExecutionKey(self.workflow_id, self.run_id)

    def _identity(self) -> tuple[str, ...]:
        return (self.domain.name, self.workflow_id, self.run_id or "")

    @classmethod
    def _decode(cls, wire: Wire, context: Domain, connection: Transport | None) -> dict[str, Any]:
        info: Wire = wire.get("executionInfo", wire)
        execution, workflow_type = info["execution"], info["workflowType"]
        parent: Wire | None = info.get("parent")
        fields = {
            "domain": context,
            "workflow_id": execution["workflowId"],
            "run_id": execution["runId"],
            "status": info["executionStatus"],
            "close_status": info.get("closeStatus"),
            "workflow_type": WorkflowType._trusted(connection, domain=context, **workflow_type),
            "tag_list": tuple(info.get("tagList", ())),
            "start_timestamp": optional_moment(info["startTimestamp"]),
            "close_timestamp": optional_moment(info.get("closeTimestamp")),
            "cancel_requested": info.get("cancelRequested"),
            "parent": parent
            and cls._trusted(
                connection,
                domain=context,
                workflow_id=parent["workflowId"],
                run_id=parent["runId"],
            ),
        }
        if "executionConfiguration" in wire:
            fields |= _decode_details(wire)
        return fields

    def upstream(self) -> Self:
        """Return the execution as SWF has it now (DescribeWorkflowExecution).

        Without run id, that is the open run of the workflow id, else the one started last.
        """
        reply = self.connection.call("DescribeWorkflowExecution", self._described())
        return self._from_wire(reply, self.domain, self._connection)

    def _described(self) -> dict[str, Any]:
        """Return the params of the operations that need the run id."""
        run_id = self.run_id
        if run_id is None:
            executions = related("executions")(self.domain, connection=self._connection)
            run_id = executions.latest(self.workflow_id).run_id
        return {
            "domain": self.domain.name,
            "execution": {"workflowId": self.workflow_id, "runId": run_id},
        }

    def _addressed(self, **params: Any) -> dict[str, Any]:
        """Return the params of the operations that find the open run by themselves."""
        return told(
            domain=self.domain.name, workflowId=self.workflow_id, runId=self.run_id, **params
        )

    @property
    def state(self) -> Any:
        """What the run tells of itself now, None where it has told nothing.

        It is decoded as values are encoded by default; `latest_execution_context` is the text.
        Raises PayloadError where that cannot be done (DescribeWorkflowExecution).
        """
        return Payloads().load(self.upstream().latest_execution_context)

    def history(
        self, *, maximum_page_size: int | None = None, reverse_order: bool = False
    ) -> History:
        """Return the whole history, all its pages (GetWorkflowExecutionHistory)."""
        paging = told(maximumPageSize=maximum_page_size, reverseOrder=reverse_order or None)
        # Checked before the run is looked for: what is refused sends nothing at all.
        named = {"workflowId": self.workflow_id, "runId": self.run_id or "unknown yet"}
        check_request(
            "GetWorkflowExecutionHistory",
            {"domain": self.domain.name, "execution": named, **paging},
        )
        pages = self.connection.pages("GetWorkflowExecutionHistory", self._described() | paging)
        return History.from_pages(pages)

    def signal(self, signal_name: str, input: Any = None) -> None:
        """Record a signal in the open execution's history (SignalWorkflowExecution).

        `input` is sent as it is where it is a str, else as JSON. Raises
        `WorkflowExecution.DoesNotExist` where the execution is not open.
        """
        params = self._addressed(signalName=signal_name, input=payload(input, "input"))
        self.connection.call("SignalWorkflowExecution", params)

    def request_cancel(self) -> None:
        """Ask the open execution's decider to cancel it (RequestCancelWorkflowExecution).

        Raises `WorkflowExecution.DoesNotExist` where the execution is not open.
        """
        self.connection.call("RequestCancelWorkflowExecution", self._addressed())

    def terminate(
        self,
        *,
        reason: str | None = None,
        details: Any = None,
        child_policy: str | None = None,
    ) -> None:
        """Close the open execution at once (TerminateWorkflowExecution).

        `child_policy` overrides the execution's own for this once. Raises
        `WorkflowExecution.DoesNotExist` where the execution is not open.
        """
        params = self._addressed(
            reason=reason, details=payload(details, "details"), childPolicy=child_policy
        )
        self.connection.call("TerminateWorkflowExecution", params)

    def _first(self, pages: int) -> tuple[History, bool]:
        """Return so many pages of its history, and whether they are all of it."""
        found = self.connection.pages("GetWorkflowExecutionHistory", self._described())
        read = list(islice(found, pages))
        return History.from_pages(read), not read[-1].get("nextPageToken")

    def _repr_html_(self) -> str:
        """Return its timeline, for which the first 3,000 events are fetched, and what it was told.

        It says why where they cannot be had, and raises nothing (GetWorkflowExecutionHistory).
        """
        return execution_in_time(self, self._first, super()._repr_html_())

    def _shown(self) -> tuple[str, ...]:
        return (self.workflow_id,) if self.run_id is None else (self.workflow_id, self.run_id)


def _decode_details(wire: Wire) -> dict[str, Any]:
    """Return the fields that only a description tells."""
    configuration: Wire = wire["executionConfiguration"]
    priority: str | None = configuration.get("taskPriority")
    return {
        "task_list": configuration["taskList"]["name"],
        "task_priority": None if priority is None else int(priority),
        "child_policy": configuration["childPolicy"],
        "execution_start_to_close_timeout": read_duration(
            configuration["executionStartToCloseTimeout"]
        ),
        "task_start_to_close_timeout": read_duration(configuration["taskStartToCloseTimeout"]),
        "lambda_role": configuration.get("lambdaRole"),
        "open_counts": OpenCounts.from_wire(wire["openCounts"]),
        "latest_activity_task_timestamp": optional_moment(wire.get("latestActivityTaskTimestamp")),
        "latest_execution_context": wire.get("latestExecutionContext"),
    }
