"""The registry of endpoint schemes: which factory connects to which URLs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from swf.exceptions import SettingsError

if TYPE_CHECKING:
    from swf.transport.base import Transport

Factory = Callable[..., "Transport"]
_FACTORIES: Final[dict[str, Factory]] = {}


def register_scheme(scheme: str, factory: Factory) -> None:
    """Make `factory(recipe)` the one that connects to endpoint URLs of this scheme."""
    _FACTORIES[scheme] = factory


def factory_for(endpoint_url: str | None) -> Factory:
    """Return the factory for an endpoint URL; None is AWS itself.

    Raises SettingsError, naming the schemes there are, where nothing serves the URL.
    """
    scheme = endpoint_url.partition("://")[0].lower() if endpoint_url else "https"
    if scheme not in _FACTORIES:
        known = ", ".join(f"{name}://" for name in sorted(_FACTORIES))
        raise SettingsError(f"endpoint_url {endpoint_url!r}: no such scheme; known are {known}")
    return _FACTORIES[scheme]
