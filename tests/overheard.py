"""A connection to an SWF on which calls are overheard, and on which they may go wrong."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from swf.transport import Transport


@attrs.frozen
class Lost:
    """A call that arrives, and whose reply does not: this error comes instead."""

    error: Exception


Trouble = Exception | Lost | Callable[[], object] | None
"""What happens to a call on its way: an error in its place, a lost reply, something first."""


class Overheard(Transport):
    """Passes calls on to another connection; `calls` holds (operation, params) in order.

    `trouble` has, for an operation, what happens to its calls: one after the other where it is a
    list, and nothing once that is used up; to each of them where it is none. With `page`, lists
    and histories come in pages of so many items at most, as SWF may cut them at any time.
    """

    def __init__(
        self, connection: Transport, *, page: int | None = None, **trouble: Trouble | list[Trouble]
    ) -> None:
        self.connection = connection
        self.page = page
        self.trouble: dict[str, Trouble | list[Trouble]] = dict(trouble)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.names: dict[str, str] = {}
        """What a test calls executions, by run id."""

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self.calls.append((operation, copy.deepcopy(dict(params))))
        trouble = self.trouble.get(operation)
        if isinstance(trouble, list):
            trouble = trouble.pop(0) if trouble else None
        if isinstance(trouble, Exception):
            raise trouble
        if isinstance(trouble, Lost):
            self.connection.send(operation, params)
            raise trouble.error
        if trouble is not None:
            trouble()
        if self.page is not None and operation.startswith(("List", "Get")):
            size = min(self.page, params.get("maximumPageSize") or self.page)
            params = {**params, "maximumPageSize": size}
        return self.connection.send(operation, params)

    def release(self) -> None:
        self.connection.release()

    def close(self) -> None:
        self.connection.close()

    def operations(self) -> list[str]:
        """The operations called, in order."""
        return [operation for operation, _ in self.calls]

    def params(self, operation: str) -> list[dict[str, Any]]:
        """What an operation was called with, call by call."""
        return [params for name, params in self.calls if name == operation]
