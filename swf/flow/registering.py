"""Registers domain and types when they are first needed; what is there already is left alone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from swf.constants import DEFAULT_RETENTION_DAYS
from swf.exceptions import (
    AccessDeniedFault,
    AlreadyExistsError,
    DomainDoesNotExist,
    LimitExceededFault,
    OperationNotPermittedFault,
)
from swf.flow.activities import DEFAULT_TASK_LIST, Activity
from swf.flow.declaration import Declaration
from swf.transport import Transport
from swf.wire import Wire, told

if TYPE_CHECKING:
    from swf.models import Domain

logger = logging.getLogger(__name__)


class Owner(Protocol):
    """Whose types are registered: it has a domain, and a connection to it."""

    @property
    def domain(self) -> Domain:
        """Where its types are."""
        ...

    @property
    def connection(self) -> Transport:
        """How it reaches SWF."""
        ...


class Needs(Protocol):
    """What names types that have to be there: an answer."""

    @property
    def activities(self) -> Iterable[Activity[..., Any]]:
        """The activities that it schedules."""
        ...

    @property
    def children(self) -> Iterable[type[Declaration]]:
        """The workflows that it starts."""
        ...


class Registrar:
    """Registers each type once for a process; threads may share it.

    What credentials or quotas do not allow is left to those who may, with a warning.
    """

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._known: set[tuple[str, str, str]] = set()
        self._guard = threading.Lock()

    def workflows(self, workflows: Iterable[type[Declaration]]) -> None:
        """Have the workflow types registered (RegisterWorkflowType)."""
        for one in workflows:
            self._once(("workflow", *one.key()), partial(self._workflow, one))

    def activities(self, activities: Iterable[Activity[..., Any]]) -> None:
        """Have the activity types registered (RegisterActivityType)."""
        for one in activities:
            if ("activity", *one.key) not in self._known:
                self._once(("activity", *one.key), partial(self._activity, one))

    def needed(self, answer: Needs) -> None:
        """Have all types registered that an answer names."""
        self.activities(answer.activities)
        self.workflows(answer.children)

    def domain(self) -> None:
        """Have the domain registered (RegisterDomain)."""
        params = {
            "name": self._owner.domain.name,
            "workflowExecutionRetentionPeriodInDays": str(DEFAULT_RETENTION_DAYS),
        }
        self._registered("RegisterDomain", params)

    def _workflow(self, one: type[Declaration]) -> None:
        self._typed("RegisterWorkflowType", workflow_defaults(one))

    def _activity(self, one: Activity[..., Any]) -> None:
        self._typed("RegisterActivityType", activity_defaults(one))

    def _typed(self, operation: str, defaults: Wire) -> None:
        params = {"domain": self._owner.domain.name, **defaults}
        try:
            self._registered(operation, params)
        except DomainDoesNotExist:
            self.domain()
            self._registered(operation, params)

    def _registered(self, operation: str, params: Wire) -> None:
        try:
            self._owner.connection.call(operation, params)
        except AlreadyExistsError:
            logger.debug("%s: %r is registered already", operation, params["name"])
        except (AccessDeniedFault, LimitExceededFault, OperationNotPermittedFault) as error:
            logger.warning(
                "%s: %r must be registered by others: %s", operation, params["name"], error
            )

    def _once(self, key: tuple[str, str, str], register: Callable[[], object]) -> None:
        if key in self._known:
            return
        register()
        with self._guard:
            self._known.add(key)


def workflow_defaults(one: type[Declaration]) -> Wire:
    """Return what RegisterWorkflowType is told of a workflow, but the domain."""
    attributes = one.attributes({})
    return told(
        name=one.name,
        version=one.version,
        description=(one.description or one.__doc__ or None) and _short(one),
        defaultTaskList=attributes["taskList"],
        defaultExecutionStartToCloseTimeout=attributes["executionStartToCloseTimeout"],
        defaultTaskStartToCloseTimeout=attributes["taskStartToCloseTimeout"],
        defaultChildPolicy=attributes["childPolicy"],
        defaultTaskPriority=attributes.get("taskPriority"),
        defaultLambdaRole=attributes.get("lambdaRole"),
    )


def activity_defaults(one: Activity[..., Any]) -> Wire:
    """Return what RegisterActivityType is told of an activity, but the domain."""
    priority = one.task_priority
    return told(
        name=one.name,
        version=one.version,
        description=one.description,
        defaultTaskList={"name": one.task_list or DEFAULT_TASK_LIST},
        defaultTaskStartToCloseTimeout=one.start_to_close_timeout,
        defaultTaskScheduleToStartTimeout=one.schedule_to_start_timeout,
        defaultTaskScheduleToCloseTimeout=one.schedule_to_close_timeout,
        defaultTaskHeartbeatTimeout=one.heartbeat_timeout,
        defaultTaskPriority=None if priority is None else str(priority),
    )


def _short(one: type[Declaration]) -> str:
    text = one.description or " ".join((one.__doc__ or "").split())
    return text[:1024]
