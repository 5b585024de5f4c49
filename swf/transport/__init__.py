"""How a call reaches an SWF: the contract, the connections, the endpoint schemes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from swf import _lazy

if TYPE_CHECKING:
    from swf.transport.base import Transport
    from swf.transport.connection import connect, default_connection
    from swf.transport.schemes import register_scheme

_HOMES = {
    "Transport": "base",
    "connect": "connection",
    "default_connection": "connection",
    "register_scheme": "schemes",
}

__all__ = ["Transport", "connect", "default_connection", "register_scheme"]


if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)
    __getattr__ = _lazy.lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
