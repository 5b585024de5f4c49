"""The activity types of a domain."""

from __future__ import annotations

from typing import ClassVar, TypedDict, Unpack

import attrs

from swf.exceptions import ActivityTypeDoesNotExist
from swf.models import ActivityType
from swf.models.versioned import VersionedType
from swf.querysets.versioned import VersionedTypeQuerySet
from swf.wire import DurationLike


class ActivityTypeFields(TypedDict, total=False):
    """What an activity type may be registered with, as `ActivityType` takes it."""

    description: str | None
    task_list: str | None
    task_priority: int | None
    task_heartbeat_timeout: DurationLike | None
    task_schedule_to_close_timeout: DurationLike | None
    task_schedule_to_start_timeout: DurationLike | None
    task_start_to_close_timeout: DurationLike | None


@attrs.frozen(eq=False, repr=False)
class ActivityTypeQuerySet(VersionedTypeQuerySet[ActivityType]):
    """The registered activity types of a domain, by name."""

    model: ClassVar[type[VersionedType]] = ActivityType
    DoesNotExist = ActivityTypeDoesNotExist

    def create(self, name: str, version: str, **fields: Unpack[ActivityTypeFields]) -> ActivityType:
        """Register a type and return it (RegisterActivityType).

        Raises `ActivityType.AlreadyExists` where it is registered or deprecated.
        """
        return self._create(name, version, dict(fields))

    def get_or_create(
        self, name: str, version: str, **fields: Unpack[ActivityTypeFields]
    ) -> tuple[ActivityType, bool]:
        """Return the type as it is upstream, and whether this call registered it.

        The fields count only where it is registered now.
        """
        return self._get_or_create(name, version, dict(fields))
