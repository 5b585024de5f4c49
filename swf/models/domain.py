"""Domains: the namespaces of SWF."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import attrs

from swf.constants import DEFAULT_RETENTION_DAYS, REGISTERED
from swf.exceptions import (
    AlreadyExistsError,
    DeprecatedError,
    DomainAlreadyExistsFault,
    DomainDeprecatedFault,
    DomainDoesNotExist,
    ValidationTypeError,
)
from swf.models.base import Model, of_shape
from swf.models.converting import as_days, as_task_list
from swf.models.relations import related
from swf.transport import Transport
from swf.validation import check_request
from swf.wire import Count, Duration, Wire, duration_text, read_duration, told

if TYPE_CHECKING:
    from swf.querysets import (
        ActivityTypeQuerySet,
        WorkflowExecutionQuerySet,
        WorkflowTypeQuerySet,
    )


@attrs.frozen(repr=False, eq=False)
class Domain(Model):
    """A namespace of types and executions, closed to every other domain.

    `retention_period` is in days (int, str, timedelta or 'NONE'): how long a closed execution is
    kept. `status` is what the model takes the domain to be; `save` makes it so.
    """

    DoesNotExist = DomainDoesNotExist
    AlreadyExists: ClassVar[type[AlreadyExistsError]] = DomainAlreadyExistsFault
    Deprecated: ClassVar[type[DeprecatedError]] = DomainDeprecatedFault

    name: str = attrs.field(metadata=of_shape("DomainName"))
    status: str | None = attrs.field(
        default=REGISTERED, kw_only=True, metadata=of_shape("RegistrationStatus")
    )
    description: str | None = attrs.field(
        default=None, kw_only=True, metadata=of_shape("Description")
    )
    retention_period: Duration | None = attrs.field(
        default=None,
        kw_only=True,
        converter=as_days,
        metadata=of_shape("DurationInDays"),
    )
    arn: str | None = attrs.field(default=None, kw_only=True, metadata=of_shape("Arn"))

    @classmethod
    def _decode(cls, wire: Wire, context: Any, connection: Transport | None) -> dict[str, Any]:
        info: Wire = wire.get("domainInfo", wire)
        configuration: Wire = wire.get("configuration", {})
        return {
            "name": info["name"],
            "status": info["status"],
            "description": info.get("description"),
            "retention_period": read_duration(
                configuration.get("workflowExecutionRetentionPeriodInDays")
            ),
            "arn": info.get("arn"),
        }

    def _identity(self) -> tuple[str, ...]:
        return (self.name,)

    def upstream(self) -> Self:
        """Return the domain as SWF has it now (DescribeDomain)."""
        reply = self.connection.call("DescribeDomain", {"name": self.name})
        return self._from_wire(reply, None, self._connection)

    def save(self, *, tags: Mapping[str, str] | None = None) -> None:
        """Register the domain (RegisterDomain), for 30 days of retention where none was told.

        Raises `Domain.AlreadyExists` where a domain of this name is registered or deprecated: what
        a domain says of itself cannot be changed afterwards.
        """
        period = DEFAULT_RETENTION_DAYS if self.retention_period is None else self.retention_period
        params = told(
            name=self.name,
            workflowExecutionRetentionPeriodInDays=duration_text(period),
            description=self.description,
            tags=resource_tags(tags),
        )
        self.connection.call("RegisterDomain", params)

    def deprecate(self) -> None:
        """Deprecate the domain (DeprecateDomain): open executions go on, new ones are refused."""
        self.connection.call("DeprecateDomain", {"name": self.name})

    def delete(self) -> None:
        """Deprecate the domain: SWF deletes none. The same as `deprecate()`."""
        self.deprecate()

    def undeprecate(self) -> None:
        """Take the deprecated domain back into use (UndeprecateDomain)."""
        self.connection.call("UndeprecateDomain", {"name": self.name})

    def tags(self) -> dict[str, str]:
        """Return the domain's tags by key (ListTagsForResource)."""
        reply = self.connection.call("ListTagsForResource", {"resourceArn": self._resource_arn()})
        return {tag["key"]: tag.get("value", "") for tag in reply["tags"]}

    def add_tags(self, tags: Mapping[str, str]) -> None:
        """Set tags of the domain (TagResource); those of the same key are overwritten."""
        self._on_tags("TagResource", {"tags": resource_tags(tags)})

    def remove_tags(self, keys: Iterable[str]) -> None:
        """Remove the tags of these keys (UntagResource); keys that are not there do no harm.

        Raises ValidationTypeError for a single str in place of a list.
        """
        if isinstance(keys, str) or not isinstance(keys, Iterable):
            raise ValidationTypeError(
                f"Domain.remove_tags: keys must be a list of str, got {keys!r}"
            )
        self._on_tags("UntagResource", {"tagKeys": list(keys)})

    def _on_tags(self, operation: str, params: dict[str, Any]) -> None:
        # Checked before the ARN is asked for: what is refused sends nothing at all.
        check_request(operation, {"resourceArn": "unknown yet", **params})
        self.connection.call(operation, {"resourceArn": self._resource_arn(), **params})

    def _resource_arn(self) -> str | None:
        return self.arn or self.upstream().arn

    def workflows(self, status: str = REGISTERED) -> WorkflowTypeQuerySet:
        """Return the workflow types of the domain in this status (ListWorkflowTypes), lazily."""
        queryset: WorkflowTypeQuerySet = related("workflows")(self)
        return queryset if status == REGISTERED else queryset.filter(status=status)

    def activities(self, status: str = REGISTERED) -> ActivityTypeQuerySet:
        """Return the activity types of the domain in this status (ListActivityTypes), lazily."""
        queryset: ActivityTypeQuerySet = related("activities")(self)
        return queryset if status == REGISTERED else queryset.filter(status=status)

    def executions(self) -> WorkflowExecutionQuerySet:
        """Return the workflow executions of the domain, open and closed, lazily."""
        queryset: WorkflowExecutionQuerySet = related("executions")(self)
        return queryset

    def count_pending_activity_tasks(self, task_list: str) -> Count:
        """Return about how many activity tasks wait in a task list (CountPendingActivityTasks)."""
        return self._pending("Activity", task_list)

    def count_pending_decision_tasks(self, task_list: str) -> Count:
        """Return about how many decision tasks wait in a task list (CountPendingDecisionTasks)."""
        return self._pending("Decision", task_list)

    def _pending(self, kind: str, task_list: str) -> Count:
        params = {"domain": self.name, "taskList": {"name": as_task_list(task_list)}}
        reply = self.connection.call(f"CountPending{kind}Tasks", params)
        return Count(reply["count"], truncated=reply.get("truncated", False))

    def _shown(self) -> tuple[str, ...]:
        return (self.name,)


def as_domain(value: Domain | str) -> Domain:
    """Return the domain that is given as a model or by name; raises ValidationTypeError."""
    if isinstance(value, str):
        return Domain(value)
    if not isinstance(value, Domain):
        raise ValidationTypeError(f"domain: must be a Domain or a name, got {value!r}")
    return value


def connected(domain: Domain, connection: Transport | None) -> Domain:
    """Return the domain as it is asked over this connection; None leaves it as it is."""
    if connection is None or domain._connection is connection:
        return domain
    return attrs.evolve(domain, connection=connection)


def resource_tags(tags: Mapping[str, str] | None) -> list[dict[str, str]] | None:
    """Return tags as the API's list of them; None stays None. Raises ValidationTypeError."""
    if tags is None:
        return None
    if not isinstance(tags, Mapping):
        raise ValidationTypeError(f"Domain: tags must be a mapping of key to value, got {tags!r}")
    return [{"key": key, "value": value} for key, value in tags.items()]
