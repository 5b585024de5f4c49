"""The types of a domain, of workflows and of activities, and what is said of each by default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from swf.constants import DEPRECATED, REGISTERED
from swf.models.versioned import VersionedType
from swf.web.site import Site, part
from swf.web.words import span

LISTED: Final = 500
"""Types of each kind that are shown at most."""

_MINUTE: Final = 60

_NEVER_MISSED: Final = frozenset({"task_priority", "lambda_role"})
"""What need not be said, by the type or otherwise."""

_FACTS: Final[Mapping[str, Mapping[str, str]]] = {
    "workflow": {
        "task_list": "Task list",
        "execution_start_to_close_timeout": "An execution may take",
        "task_start_to_close_timeout": "A decision may take",
        "child_policy": "Child policy",
        "task_priority": "Priority",
        "lambda_role": "Role for Lambda functions",
    },
    "activity": {
        "task_list": "Task list",
        "task_schedule_to_start_timeout": "A task may wait",
        "task_start_to_close_timeout": "A task may take, once begun",
        "task_schedule_to_close_timeout": "A task may take, all in all",
        "task_heartbeat_timeout": "Between two heartbeats",
        "task_priority": "Priority",
    },
}
"""What a type says of its executions or tasks, in words."""


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
    return site.render(
        request, "type.html", kind=kind, found=found, facts=list(_facts(found, _FACTS[kind]))
    )


def _facts(found: VersionedType, names: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """Yield what a type says, in words; None where it says nothing."""
    for name, told in names.items():
        value = getattr(found, name)
        if name.endswith("_timeout") and isinstance(value, int):
            yield told, f"{value:,} s" if value < _MINUTE else f"{value:,} s ({span(value)})"
        elif value is None and name in _NEVER_MISSED:
            continue
        else:
            yield told, None if value is None else str(value)
