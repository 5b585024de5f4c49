"""The workflow types of a domain."""

from __future__ import annotations

from typing import ClassVar, TypedDict, Unpack

import attrs

from swf.exceptions import WorkflowTypeDoesNotExist
from swf.models import WorkflowType
from swf.models.versioned import VersionedType
from swf.querysets.versioned import VersionedTypeQuerySet
from swf.wire import DurationLike


class WorkflowTypeFields(TypedDict, total=False):
    """What a workflow type may be registered with, as `WorkflowType` takes it."""

    description: str | None
    task_list: str | None
    task_priority: int | None
    child_policy: str | None
    execution_start_to_close_timeout: DurationLike | None
    task_start_to_close_timeout: DurationLike | None
    lambda_role: str | None


@attrs.frozen(eq=False, repr=False)
class WorkflowTypeQuerySet(VersionedTypeQuerySet[WorkflowType]):
    """The registered workflow types of a domain, by name."""

    model: ClassVar[type[VersionedType]] = WorkflowType
    DoesNotExist = WorkflowTypeDoesNotExist

    def create(self, name: str, version: str, **fields: Unpack[WorkflowTypeFields]) -> WorkflowType:
        """Register a type and return it (RegisterWorkflowType).

        Raises `WorkflowType.AlreadyExists` where it is registered or deprecated.
        """
        return self._create(name, version, dict(fields))

    def get_or_create(
        self, name: str, version: str, **fields: Unpack[WorkflowTypeFields]
    ) -> tuple[WorkflowType, bool]:
        """Return the type as it is upstream, and whether this call registered it.

        The fields count only where it is registered now.
        """
        return self._get_or_create(name, version, dict(fields))
