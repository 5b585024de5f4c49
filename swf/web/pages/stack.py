"""Where the code of an execution waits, line by line."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from swf.web import subject
from swf.web.looking import look
from swf.web.site import Site


def routes(site: Site) -> list[Route]:
    """Return the routes of the page."""
    return subject.routes(site, "/stack", shown)


def shown(site: Site, request: Request) -> Response:
    """Return the page of the call stack: each strand, what it waits for, its lines of code."""
    about = subject.of(site, request)
    seen = look(about, "stack", about.history.raws) if about.is_open else None
    return about.render(request, "stack.html", page="stack", seen=seen)
