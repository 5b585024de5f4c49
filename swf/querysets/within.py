"""What the querysets of the things in a domain have in common."""

from __future__ import annotations

from typing import Self

import attrs

from swf.models.domain import Domain, as_domain, connected
from swf.querysets.base import QuerySet
from swf.querysets.listlike import M
from swf.transport import Transport


@attrs.frozen(eq=False, repr=False)
class WithinDomain(QuerySet[M]):
    """A queryset of one domain, given as a model or by name."""

    domain: Domain = attrs.field(converter=as_domain)

    def __attrs_post_init__(self) -> None:
        """Refuse what is no connection; let the domain ask where this asks."""
        super().__attrs_post_init__()
        object.__setattr__(self, "domain", connected(self.domain, self._connection))

    @property
    def connection(self) -> Transport:
        """The connection given to this queryset, else its domain's."""
        return self._connection or self.domain.connection

    def using(self, connection: Transport) -> Self:
        """Return the queryset that asks over another connection."""
        return super().using(connection)._but(domain=connected(self.domain, connection))
