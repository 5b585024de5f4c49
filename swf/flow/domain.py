"""The domain that a program means where it names none."""

from __future__ import annotations

from typing import Final

from swf import settings
from swf.models import Domain
from swf.transport import Transport

DEFAULT_DOMAIN: Final = "default"
"""The domain of programs that were told of none."""


def domain_of(domain: Domain | str | None, connection: Transport | None) -> Domain:
    """Return the domain given, else the one of the settings, else `default`."""
    if isinstance(domain, Domain):
        return domain
    name = domain or settings.get().get("domain") or DEFAULT_DOMAIN
    return Domain(name, connection=connection)
