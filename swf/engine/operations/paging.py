"""Pages of what a client lists: each begins where the one before it ended."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, TypeVar

from swf.constants import MAX_PAGE_SIZE
from swf.engine.view import View
from swf.wire import Wire

T = TypeVar("T")

_OF_ONE_PAGE: Final = frozenset({"maximumPageSize", "nextPageToken"})


def paged(
    view: View,
    operation: str,
    request: Wire,
    read: Callable[[Any, int], list[T]],
    position: Callable[[T], Any],
) -> tuple[list[T], dict[str, str]]:
    """Return a page and, where there is more, the `nextPageToken` that goes into the reply.

    `read` returns at most so many items after a position (None is the beginning); `position`
    returns an item's own, in JSON. A token is valid for the request that it answers, with another
    page size perhaps; any other raises Fault.
    """
    scope = f"{operation} {_told(request)}"
    token = request.get("nextPageToken")
    after = None if token is None else view.seal.read_page_token(scope, token)
    size = request.get("maximumPageSize") or MAX_PAGE_SIZE
    items = read(after, size + 1)
    if len(items) <= size:
        return items, {}
    del items[size:]
    return items, {"nextPageToken": view.seal.page_token(scope, position(items[-1]))}


def _told(request: Wire) -> str:
    """Return what a request asks for, whichever page it asks for; False is as good as absent."""
    told = {
        name: value
        for name, value in request.items()
        if name not in _OF_ONE_PAGE and value is not False
    }
    return json.dumps(told, sort_keys=True)
