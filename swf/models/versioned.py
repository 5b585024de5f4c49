"""What workflow types and activity types have in common: a name, a version, a registration."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

import attrs

from swf.constants import REGISTERED
from swf.exceptions import AlreadyExistsError, DeprecatedError
from swf.models.base import of_shape, optional_moment
from swf.models.converting import as_priority, as_task_list
from swf.models.domain import Domain
from swf.models.within import WithinDomain
from swf.transport import Transport
from swf.wire import TypeKey, Wire, read_duration


@attrs.frozen(repr=False, eq=False)
class VersionedType(WithinDomain):
    """A type registered in a domain under a name and a version; what it says never changes.

    The defaults a type registers (task list, time-outs, …) apply where a start or a decision says
    nothing else; None registers no default.
    """

    AlreadyExists: ClassVar[type[AlreadyExistsError]]
    Deprecated: ClassVar[type[DeprecatedError]]
    _kind: ClassVar[str]
    _defaults: ClassVar[dict[str, str]]  # field -> member of the configuration

    name: str = attrs.field(metadata=of_shape("Name"))
    version: str = attrs.field(metadata=of_shape("Version"))
    status: str | None = attrs.field(
        default=REGISTERED, kw_only=True, metadata=of_shape("RegistrationStatus")
    )
    description: str | None = attrs.field(
        default=None, kw_only=True, metadata=of_shape("Description")
    )
    creation_date: datetime | None = attrs.field(
        default=None, kw_only=True, metadata=of_shape("Timestamp")
    )
    deprecation_date: datetime | None = attrs.field(
        default=None, kw_only=True, metadata=of_shape("Timestamp")
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

    @property
    def key(self) -> TypeKey:
        """What names the type within its domain."""
        return TypeKey(self.name, self.version)

    def _identity(self) -> tuple[str, ...]:
        return (self.domain.name, self.name, self.version)

    def _named(self) -> dict[str, Any]:
        """Return the params that name this type to an operation."""
        named = {"name": self.name, "version": self.version}
        return {"domain": self.domain.name, self._member(): named}

    @classmethod
    def _member(cls) -> str:
        """Return the member of requests and replies that names a type of this kind."""
        return f"{cls._kind[0].lower()}{cls._kind[1:]}"

    @classmethod
    def _decode(cls, wire: Wire, context: Domain, connection: Transport | None) -> dict[str, Any]:
        info: Wire = wire.get("typeInfo", wire)
        named: Wire = info[cls._member()]
        configuration: Wire = wire.get("configuration", {})
        fields = {
            "domain": context,
            "name": named["name"],
            "version": named["version"],
            "status": info["status"],
            "description": info.get("description"),
            "creation_date": optional_moment(info.get("creationDate")),
            "deprecation_date": optional_moment(info.get("deprecationDate")),
        }
        for field, name in cls._defaults.items():
            fields[field] = _read_default(name, configuration.get(name))
        return fields

    def upstream(self) -> Self:
        """Return the type as SWF has it now (DescribeWorkflowType or DescribeActivityType)."""
        reply = self.connection.call(f"Describe{self._kind}", self._named())
        return self._from_wire(reply, self.domain, self._connection)

    def save(self) -> None:
        """Register the type with the defaults it was told, and no others (Register*Type).

        Raises its `AlreadyExists` where this name and version is registered or deprecated.
        """
        params: dict[str, Any] = {
            "domain": self.domain.name,
            "name": self.name,
            "version": self.version,
        }
        if self.description is not None:
            params["description"] = self.description
        for field, member in self._defaults.items():
            value = getattr(self, field)
            if value is not None:
                params[member] = {"name": value} if member == "defaultTaskList" else str(value)
        self.connection.call(f"Register{self._kind}", params)

    def deprecate(self) -> None:
        """Deprecate the type: what runs goes on, nothing new of it is started."""
        self.connection.call(f"Deprecate{self._kind}", self._named())

    def delete(self) -> None:
        """Deprecate the type, the same as `deprecate()`; see `delete_permanently()`."""
        self.deprecate()

    def undeprecate(self) -> None:
        """Take the deprecated type back into use."""
        self.connection.call(f"Undeprecate{self._kind}", self._named())

    def delete_permanently(self) -> None:
        """Delete the deprecated type (Delete*Type).

        The embedded SWF then lets its name and version be registered anew; what Amazon does is
        not documented.

        Raises TypeNotDeprecatedFault where the type is still registered.
        """
        self.connection.call(f"Delete{self._kind}", self._named())

    def _shown(self) -> tuple[str, ...]:
        return (self.name,)

    def __str__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self.version!r})"


def _read_default(member: str, value: Any) -> Any:
    if value is None:
        return None
    if member == "defaultTaskList":
        return value["name"]
    if member.endswith("Timeout"):
        return read_duration(value)
    return int(value) if member == "defaultTaskPriority" else value
