"""A transport with prepared replies, for what no test server can be brought to answer."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
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


def pages_of(member: str, items: Iterable[Any], size: int) -> Callable[[Mapping[str, Any]], Any]:
    """Return a reply that cuts `items` into pages as SWF does, with tokens that carry the place."""
    every = list(items)

    def page(params: Mapping[str, Any]) -> dict[str, Any]:
        start = int(params.get("nextPageToken", "0"))
        end = start + min(size, params.get("maximumPageSize") or size)
        found = every[::-1] if params.get("reverseOrder") else every
        more = {"nextPageToken": str(end)} if end < len(every) else {}
        return {member: found[start:end], **more}

    return page
