"""The pages as an ASGI application."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

import attrs
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from swf.hosts import Hosts
from swf.transport import Transport
from swf.web import assets
from swf.web.errors import Problem
from swf.web.guard import Guard, Receive, Scope, Send
from swf.web.live import LOOK_SECONDS, Watches
from swf.web.pages import (
    actions,
    children,
    domains,
    events,
    execution,
    executions,
    export,
    graph,
    history,
    imported,
    pending,
    replay,
    stack,
    task_lists,
    types,
)
from swf.web.site import Site, routes_of

PAGES: Final = (
    imported,
    domains,
    executions,
    execution,
    history,
    pending,
    task_lists,
    types,
    stack,
    replay,
    graph,
    children,
    export,
)
"""The modules of pages that show something."""

_NOT_FOUND: Final = Problem(
    404,
    "There is no such page",
    "The address may be cut off, or of an older version.",
    way_out=("Begin at the domains.",),
)
_NO_METHOD: Final = Problem(405, "That cannot be done here", "This page is there to be read.")


class Pages:
    """Answers requests for pages, in the loop that first calls it."""

    def __init__(self, site: Site, watches: Watches, guard: Guard) -> None:
        self.site = site
        self._watches = watches
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI has it."""
        await self._guard(scope, receive, send)

    def stop(self) -> None:
        """End the streams that tell of changes; to be called in the loop's thread."""
        self._watches.stop()

    def close(self) -> None:
        """Nothing is held beyond a request."""


def application(
    connection: Transport,
    *,
    read_only: bool = False,
    token: str | None,
    allowed_hosts: Iterable[str] = (),
    code: Iterable[str] = (),
    domain: str | None = None,
    endpoint: str = "",
    look_seconds: float = LOOK_SECONDS,
) -> Pages:
    """Return the pages of the SWF behind a connection, to be mounted at `/ui`.

    With a `token`, a browser has to show it once. `read_only` leaves out whatever changes something
    in SWF. Only requests to a loop-back name or one of `allowed_hosts` are answered. `code` are the
    names of modules with the code of workflows, `domain` is the one shown first, `endpoint` what
    the pages call the SWF. What changes is looked for every `look_seconds`, as long as a page that
    shows it is open.
    """
    site = Site(connection, read_only=read_only, code=tuple(code), domain=domain, endpoint=endpoint)
    watches = Watches(look_seconds=look_seconds)
    routes = [*assets.routes(), *events.routes(site, watches)]
    if not read_only:
        routes += actions.routes(site)
    routes += routes_of(site, PAGES)

    async def failed(request: Request, error: Exception) -> Response:
        return site.problem(request, _refusal(error))

    inner = Starlette(routes=routes, exception_handlers={HTTPException: failed})
    inner.router.redirect_slashes = False
    return Pages(site, watches, Guard(inner, site, hosts=Hosts(allowed_hosts), token=token))


def _refusal(error: Exception) -> Problem:
    """Return what a request that leads to no page is told; in its own words where it has some."""
    assert isinstance(error, HTTPException)  # noqa: S101  (no other is handled by it)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return _NO_METHOD
    if error.detail == HTTPStatus(error.status_code).phrase:
        return _NOT_FOUND
    told = f"{error.detail[:1].upper()}{error.detail[1:]}"
    return attrs.evolve(_NOT_FOUND, status=error.status_code, told=told)
