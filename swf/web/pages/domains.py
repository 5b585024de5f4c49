"""The first page: the domains, or the one there is."""

from __future__ import annotations

from itertools import islice
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from swf.constants import DEPRECATED, REGISTERED
from swf.querysets import DomainQuerySet
from swf.web import paths
from swf.web.site import Site, part, see

LISTED: Final = 200
"""Domains that are shown at most; an account has a hundred."""


def routes(site: Site) -> list[Route]:
    """Return the routes of the first page, and of each domain's."""
    return [site.page("", begun), site.page("/", listed), site.page("/{domain}", opened)]


def begun(_site: Site, _request: Request) -> Response:
    """Show the first page to who left out its slash."""
    return see(paths.url())


def listed(site: Site, request: Request) -> Response:
    """Show the domains; where there is but one, or one is told, its executions."""
    every = "all" in request.query_params
    if site.domain is not None and not every:
        return see(paths.url(site.domain, "executions"))
    found = DomainQuerySet(connection=site.connection)
    domains = list(islice(found.filter(status=[REGISTERED, DEPRECATED]), LISTED + 1))
    if len(domains) == 1 and not every:
        return see(paths.url(domains[0].name, "executions"))
    return site.render(
        request, "domains.html", domains=domains[:LISTED], more=len(domains) > LISTED
    )


def opened(_site: Site, request: Request) -> Response:
    """Show the executions of a domain."""
    return see(paths.url(part(request, "domain"), "executions"))
