"""The task lists of a domain: what waits there, and who takes it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from swf.insight.backlogs import Backlogs, backlogs_of, told_of
from swf.models import Domain
from swf.web import paths
from swf.web.site import Site


def routes(site: Site) -> list[Route]:
    """Return the route of the page."""
    return [site.page("/{domain}/task-lists", shown)]


def shown(site: Site, request: Request) -> Response:
    """Show what waits on the task lists of a domain, and who polls them."""
    domain = site.domain_of(request)
    found = backlogs(site, domain)
    events = paths.url(domain.name, "task-lists", "events")
    return site.render(
        request,
        "task_lists.html",
        found=found,
        # Inferring costs a call for each execution: that is not done again and again.
        events=events if found.inferred_from is None else None,
    )


def backlogs(site: Site, domain: Domain) -> Backlogs:
    """Return what waits; inferred, which costs dozens of calls, twice in a minute at most.

    Raises DomainDoesNotExist for an unknown domain.
    """
    told = told_of(domain)
    if told is not None:
        return told
    return site.inferred.said(domain.name, site.clock.now(), lambda: backlogs_of(domain))
