"""How much a client may send, and how long it may take over it.

Source: the quotas of the service (a request of at most 1 MB); the rest protects the server.
"""

from __future__ import annotations

from typing import Final

MAX_BODY_BYTES: Final = 1 << 20
"""The longest body that is read; a longer one is refused."""

MAX_DISCARDED_BYTES: Final = 8 << 20
"""How much of a body that is too long is passed over, so that its sender reads the refusal."""

MAX_HEAD_BYTES: Final = 32 << 10
"""The longest request line with all headers."""

MAX_DEPTH: Final = 64
"""How deep arrays and objects may be nested; what the API takes is never deeper than eight."""

REQUEST_SECONDS: Final = 30.0
"""How long a request may be on its way, from its first byte (or the connection) to its last."""

IDLE_SECONDS: Final = 75
"""How long a connection is kept between two requests."""

DRAIN_SECONDS: Final = 40
"""How long a server that stops waits for what is still on its way."""

BACKLOG: Final = 2048
"""Connections that may wait to be accepted."""
