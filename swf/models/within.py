"""What the models of the things in a domain have in common."""

from __future__ import annotations

from operator import attrgetter

import attrs

from swf.models.base import Model, of_kind
from swf.models.domain import Domain, as_domain, connected
from swf.transport import Transport


@attrs.frozen(repr=False, eq=False)
class WithinDomain(Model):
    """A model of something in a domain, which is given as a model or by name."""

    domain: Domain = attrs.field(
        converter=as_domain, metadata=of_kind("Domain", attrgetter("name"))
    )

    def __attrs_post_init__(self) -> None:
        """Refuse what SWF would refuse; let the domain ask where this asks."""
        super().__attrs_post_init__()
        object.__setattr__(self, "domain", connected(self.domain, self._connection))

    @property
    def connection(self) -> Transport:
        """The connection given to this model, else its domain's."""
        return self._connection or self.domain.connection
