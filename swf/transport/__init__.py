"""How a call reaches an SWF: the contract, the connections, the endpoint schemes."""

from __future__ import annotations

from swf.transport.base import Transport, register_scheme
from swf.transport.connection import connect, default_connection

__all__ = ["Transport", "connect", "default_connection", "register_scheme"]
