"""The domains of an account and region."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, ClassVar, Never, Self

import attrs

from swf.constants import DEFAULT_RETENTION_DAYS, REGISTERED, RegistrationStatus
from swf.exceptions import DomainDoesNotExist
from swf.models import Domain
from swf.models.domain import resource_tags
from swf.querysets.base import Listing, QuerySet, one_of_both, several, text, unknown_lookup
from swf.wire import DurationLike, Wire, told


@attrs.frozen(eq=False, repr=False)
class DomainQuerySet(QuerySet[Domain]):
    """The registered domains, by name; `filter(status=DEPRECATED)` for the deprecated ones."""

    model = Domain
    DoesNotExist = DomainDoesNotExist
    _lookups = ("name", "registration_status", "status")
    _orderings = ("name",)
    _columns: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "name": attrgetter("name"),
        "status": attrgetter("status"),
        "description": attrgetter("description"),
    }

    def filter(
        self,
        *,
        status: str | Iterable[str] | None = None,
        registration_status: str | Iterable[str] | None = None,
        name: str | None = None,
        **unknown: Never,
    ) -> Self:
        """Return a narrower queryset.

        `status` (or `registration_status`): REGISTERED, DEPRECATED, or both in a list. `name`: this
        one, compared here. Any other lookup is a FieldError.
        """
        for lookup in unknown:
            raise unknown_lookup(type(self).__name__, lookup, self._lookups)
        words = one_of_both(status, registration_status, "status", "registration_status")
        return self._filtered(
            told(
                status=None if words is None else several(words, "status", RegistrationStatus),
                name=text(name, "name"),
            )
        )

    def _listings(self) -> list[Listing]:
        return [
            Listing("ListDomains", {"registrationStatus": status}, "domainInfos")
            for status in self._where.get("status", (REGISTERED,))
        ]

    def _model(self, item: Wire) -> Domain:
        return Domain._from_wire(item, None, self._connection)

    def _order(self, item: Wire) -> Any:
        return item["name"]

    def _predicate(self) -> Callable[[Wire], bool] | None:
        name = self._where.get("name")
        return None if name is None else lambda item: item["name"] == name

    def get(self, name: str) -> Domain:
        """Return the domain of this name, deprecated or not (DescribeDomain).

        Raises `DomainQuerySet.DoesNotExist` where there is none.
        """
        return Domain(name, connection=self._connection).upstream()

    def create(
        self,
        name: str,
        *,
        description: str | None = None,
        retention_period: DurationLike | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Domain:
        """Register a domain and return it (RegisterDomain).

        Raises `Domain.AlreadyExists` where it is registered or deprecated.
        """
        if retention_period is None:
            retention_period = DEFAULT_RETENTION_DAYS
        domain = self._made(name, description, retention_period)
        domain.save(tags=tags)
        return domain

    def _made(
        self, name: str, description: str | None, retention_period: DurationLike | None
    ) -> Domain:
        return Domain(
            name,
            description=description,
            retention_period=retention_period,
            connection=self._connection,
        )

    def get_or_create(
        self,
        name: str,
        *,
        description: str | None = None,
        retention_period: DurationLike | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> tuple[Domain, bool]:
        """Return the domain of this name as it is upstream, and whether this call registered it.

        The other arguments count only where it is registered now.
        """
        made = self._made(name, description, retention_period)  # refuses what makes no sense
        resource_tags(tags)
        try:
            return made.upstream(), False
        except DomainDoesNotExist:
            try:
                created = self.create(
                    name, description=description, retention_period=retention_period, tags=tags
                )
            except Domain.AlreadyExists:  # somebody else was quicker
                return self.get(name), False
            return created.upstream(), True
