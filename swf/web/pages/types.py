"""The types of a domain, of workflows and of activities, and what is said of each by default."""

from __future__ import annotations

from itertools import islice
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from swf.constants import DEPRECATED, REGISTERED
from swf.models.versioned import VersionedType
from swf.web.site import Site, part

LISTED: Final = 500
"""Types of each kind that are shown at most."""


def routes(site: Site) -> list[Route]:
    """Return the routes of the list, and of each type."""
    return [
        site.page("/{domain}/types", listed),
        site.page("/{domain}/types/{kind}/{name}/{version}", described),
    ]


def listed(site: Site, request: Request) -> Response:
    """Show the types of a domain, deprecated ones too."""
    domain = site.domain_of(request)
    both = [REGISTERED, DEPRECATED]
    workflows = list(islice(domain.workflows().filter(status=both), LISTED + 1))
    activities = list(islice(domain.activities().filter(status=both), LISTED + 1))
    return site.render(
        request, "types.html", workflows=workflows, activities=activities, most=LISTED
    )


def described(site: Site, request: Request) -> Response:
    """Show what a type says of its executions or tasks."""
    domain = site.domain_of(request)
    kind = part(request, "kind")
    name, version = part(request, "name"), part(request, "version")
    found: VersionedType
    if kind == "workflow":
        found = domain.workflows().get(name, version)
    elif kind == "activity":
        found = domain.activities().get(name, version)
    else:
        raise HTTPException(404)
    return site.render(request, "type.html", kind=kind, found=found)
