"""The task lists of a domain: what waits there, and who takes it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from swf.insight import pollers
from swf.models import Domain
from swf.web.site import Site


def routes(site: Site) -> list[Route]:
    """Return the route of the page."""
    return [site.page("/{domain}/task-lists", shown)]


def shown(site: Site, request: Request) -> Response:
    """Show the task lists of a domain."""
    found = backlogs(site.domain_of(request))
    return site.render(request, "task_lists.html", found=found)


def backlogs(domain: Domain) -> Any:
    """Return what waits on each task list."""
    return pollers.task_lists(domain.connection, domain.name)
