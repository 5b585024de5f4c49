"""What the handler of an operation sees of the engine."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, Final

import attrs

from swf.engine.store.registry import Registry
from swf.engine.tokens import Seal
from swf.engine.turn import Limits
from swf.wire import Wire

ACCOUNT: Final = "123456789012"
"""The account of every resource name: there is only one."""


@attrs.define(eq=False, kw_only=True)
class View:
    """The database at one moment, for one request.

    `now` is in milliseconds since the epoch; `region` is the request's, for resource names. The
    connection is within a transaction, so that all that a handler reads is of one moment.
    """

    connection: sqlite3.Connection
    registry: Registry
    now: int
    region: str
    seal: Seal
    limits: Limits


Handler = Callable[[View, Wire], dict[str, Any] | None]
"""Answers a valid request, or raises Fault; None is the answer of an operation without output."""
