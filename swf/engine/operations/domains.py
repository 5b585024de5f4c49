"""Domains: registered, deprecated, described, listed.

Source: RegisterDomain, DeprecateDomain, UndeprecateDomain, DescribeDomain, ListDomains.
"""

from __future__ import annotations

from typing import Any, Final

from swf.constants import DEPRECATED, REGISTERED
from swf.engine.faults import domain_already_exists, domain_deprecated
from swf.engine.operations.paging import paged
from swf.engine.operations.tags import arn, tagged
from swf.engine.store.registry import DomainQuery, RegisteredDomain
from swf.engine.view import Handler, View
from swf.wire import Wire, told


def register(view: View, request: Wire) -> None:
    """RegisterDomain: the domain takes types and executions from now on."""
    name = request["name"]
    if view.registry.domain(name) is not None:
        raise domain_already_exists(name)
    tags = tagged(arn(view, name), {}, request.get("tags", []))
    view.registry.add_domain(
        RegisteredDomain(
            name=name,
            description=request.get("description"),
            retention=request["workflowExecutionRetentionPeriodInDays"],
            created_at=view.now,
            deprecated_at=None,
        )
    )
    view.registry.tag(name, tags)


def deprecate(view: View, request: Wire) -> None:
    """DeprecateDomain: nothing new is taken; what is open goes on."""
    domain = view.registry.domain_known(request["name"])
    if domain.deprecated:
        raise domain_deprecated(domain.name)
    view.registry.deprecate_domain(domain.name, view.now)


def undeprecate(view: View, request: Wire) -> None:
    """UndeprecateDomain: the domain is registered again, with the types it had."""
    domain = view.registry.domain_known(request["name"])
    if not domain.deprecated:
        raise domain_already_exists(domain.name)
    view.registry.deprecate_domain(domain.name, None)


def describe(view: View, request: Wire) -> dict[str, Any]:
    """DescribeDomain: return what the domain was registered with, and its status."""
    domain = view.registry.domain_known(request["name"])
    return {
        "domainInfo": _info(view, domain),
        "configuration": {"workflowExecutionRetentionPeriodInDays": domain.retention},
    }


def list_page(view: View, request: Wire) -> dict[str, Any]:
    """ListDomains: return a page of the domains of one status, by name."""
    deprecated = request["registrationStatus"] == DEPRECATED
    reverse = request.get("reverseOrder", False)

    def read(after: str | None, size: int) -> list[RegisteredDomain]:
        return view.registry.domains(DomainQuery(deprecated, after, reverse), size)

    page, more = paged(view, "ListDomains", request, read, lambda domain: domain.name)
    return {"domainInfos": [_info(view, domain) for domain in page], **more}


def _info(view: View, domain: RegisteredDomain) -> dict[str, Any]:
    return told(
        name=domain.name,
        status=str(DEPRECATED if domain.deprecated else REGISTERED),
        description=domain.description,
        arn=arn(view, domain.name),
    )


READS: Final[dict[str, Handler]] = {
    "DescribeDomain": describe,
    "ListDomains": list_page,
}
WRITES: Final[dict[str, Handler]] = {
    "DeprecateDomain": deprecate,
    "RegisterDomain": register,
    "UndeprecateDomain": undeprecate,
}
