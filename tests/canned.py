"""A transport with prepared replies, for what a right service never answers."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from swf.transport import Transport

Reply = Mapping[str, Any] | BaseException | Callable[[Mapping[str, Any]], Any] | list[Any]


class CannedTransport(Transport):
    """Answers from a table: operation -> reply, exception, function of params, or a list of them.

    A list is answered item by item, one for each call; one call too many is an AssertionError, as
    is an operation that is not in the table. `calls` holds (operation, params) in order; requests
    are validated as with every transport, and only valid ones get there.
    """

    def __init__(self, replies: Mapping[str, Reply] | None = None, **more: Reply) -> None:
        self.replies = {**(replies or {}), **more}
        self.replies = {
            name: list(reply) if isinstance(reply, list) else reply
            for name, reply in self.replies.items()
        }
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self.calls.append((operation, copy.deepcopy(dict(params))))
        assert operation in self.replies, f"{operation} is not among the canned replies"
        reply = self.replies[operation]
        if isinstance(reply, list):
            assert reply, f"one {operation} more than there are canned replies"
            reply = reply.pop(0)
        if callable(reply) and not isinstance(reply, type):
            reply = reply(params)
        if isinstance(reply, BaseException):
            raise reply
        return copy.deepcopy(dict(reply))

    def operations(self) -> list[str]:
        """The operations called, in order."""
        return [operation for operation, _ in self.calls]
