"""What the querysets of workflow types and of activity types have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, ClassVar, Never, Self, TypeVar

import attrs

from swf.constants import REGISTERED, RegistrationStatus
from swf.models.versioned import VersionedType
from swf.querysets.base import Listing, one_of_both, several, text, unknown_lookup
from swf.querysets.within import WithinDomain
from swf.wire import Wire, told

V = TypeVar("V", bound=VersionedType)


@attrs.frozen(eq=False, repr=False)
class VersionedTypeQuerySet(WithinDomain[V]):
    """The registered types of a domain, by name."""

    model: ClassVar[type[VersionedType]]
    _lookups = ("name", "registration_status", "status", "version")
    _orderings = ("name",)
    _columns: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "name": attrgetter("name"),
        "version": attrgetter("version"),
        "status": attrgetter("status"),
        "creation date": attrgetter("creation_date"),
        "description": attrgetter("description"),
    }

    def filter(
        self,
        *,
        status: str | Iterable[str] | None = None,
        registration_status: str | Iterable[str] | None = None,
        name: str | None = None,
        version: str | None = None,
        **unknown: Never,
    ) -> Self:
        """Return a narrower queryset.

        `status` (or `registration_status`): REGISTERED, DEPRECATED, or both in a list. `name`: the
        types of exactly this name. `version`: this one, compared here. Any other lookup is a
        FieldError.
        """
        for lookup in unknown:
            raise unknown_lookup(type(self).__name__, lookup, self._lookups)
        words = one_of_both(status, registration_status, "status", "registration_status")
        return self._filtered(
            told(
                status=None if words is None else several(words, "status", RegistrationStatus),
                name=text(name, "name"),
                version=text(version, "version"),
            )
        )

    def _listings(self) -> list[Listing]:
        params = told(domain=self.domain.name, name=self._where.get("name"))
        return [
            Listing(
                f"List{self.model._kind}s", {**params, "registrationStatus": status}, "typeInfos"
            )
            for status in self._where.get("status", (REGISTERED,))
        ]

    def _model(self, item: Wire) -> V:
        return self.model._from_wire(item, self.domain, self._connection)  # type: ignore[return-value]

    def _order(self, item: Wire) -> Any:
        key = item[self.model._member()]
        return key["name"], key["version"]

    def _predicate(self) -> Callable[[Wire], bool] | None:
        """Return the comparison by version, which SWF has not, and by name, which not all apply."""
        member = self.model._member()
        wanted = [(part, self._where[part]) for part in ("name", "version") if part in self._where]
        if not wanted:
            return None
        return lambda item: all(item[member][part] == value for part, value in wanted)

    def _exact(self) -> bool:
        return "version" not in self._where

    def get(self, name: str, version: str | None = None) -> V:
        """Return the type of this name and version, deprecated or not (Describe*Type).

        Without a version, the only registered one; filters do not count. Raises `DoesNotExist`
        where there is none, MultipleObjectsReturned where the name has several versions.
        """
        if version is None:
            versions = type(self)(self.domain, connection=self._connection).filter(name=name)
            version = versions._single(f"name={name!r}").version
        named = self.model(self.domain, name, version, connection=self._connection)
        return named.upstream()  # type: ignore[return-value]

    def _made(self, name: str, version: str, fields: dict[str, Any]) -> V:
        return self.model(  # type: ignore[return-value]
            self.domain, name, version, connection=self._connection, **fields
        )

    def _create(self, name: str, version: str, fields: dict[str, Any]) -> V:
        created = self._made(name, version, fields)
        created.save()
        return created

    def _get_or_create(self, name: str, version: str, fields: dict[str, Any]) -> tuple[V, bool]:
        made = self._made(name, version, fields)  # refuses what makes no sense
        try:
            return made.upstream(), False
        except self.model.DoesNotExist:
            try:
                made.save()
            except self.model.AlreadyExists:  # somebody else was quicker
                return made.upstream(), False
            return made.upstream(), True
