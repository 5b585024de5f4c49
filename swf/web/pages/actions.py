"""Forms that change something in SWF: start, signal, cancel, terminate, restart."""

from __future__ import annotations

from starlette.routing import Route

from swf.web.site import Site


def routes(_site: Site) -> list[Route]:
    """Return the routes of the forms; a site that is read-only has none of them."""
    return []
