"""Workflow types and activity types: registered, deprecated, deleted, described, listed.

Source: RegisterWorkflowType, DeprecateWorkflowType, UndeprecateWorkflowType, DeleteWorkflowType,
DescribeWorkflowType, ListWorkflowTypes, and the same of ActivityType.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from swf.constants import DEPRECATED, REGISTERED
from swf.engine.faults import (
    ACTIVITY_TYPE,
    WORKFLOW_TYPE,
    type_already_exists,
    type_deprecated,
    type_not_deprecated,
    unknown_domain,
    unknown_type,
)
from swf.engine.operations.paging import paged
from swf.engine.store.registry import RegisteredDomain, Registration, TypeQuery
from swf.engine.view import Handler, View
from swf.wire import TypeKey, Wire, told


def register(kind: str, view: View, request: Wire) -> None:
    """Register…Type: the type can be used from now on, and never changes."""
    domain = view.registry.domain_known(request["domain"])
    if domain.deprecated:
        raise unknown_domain(domain.name)
    key = TypeKey(request["name"], request["version"])
    if view.registry.registration(domain.name, kind, key) is not None:
        raise type_already_exists(kind, key)
    registration = Registration(
        kind=kind,
        key=key,
        description=request.get("description"),
        defaults={name: value for name, value in request.items() if name.startswith("default")},
        created_at=view.now,
        deprecated_at=None,
    )
    view.registry.add_type(domain.name, registration)


def deprecate(kind: str, view: View, request: Wire) -> None:
    """Deprecate…Type: no new work of the type is taken; what is open goes on."""
    domain, found = _known(kind, view, request)
    if _deprecated_at(domain, found) is not None:
        raise type_deprecated(kind, found.key)
    view.registry.deprecate_type(domain.name, kind, found.key, view.now)


def undeprecate(kind: str, view: View, request: Wire) -> None:
    """Undeprecate…Type: the type is registered again, where its domain is."""
    domain, found = _known(kind, view, request)
    if found.deprecated_at is None:
        raise type_already_exists(kind, found.key)
    view.registry.deprecate_type(domain.name, kind, found.key, None)


def delete(kind: str, view: View, request: Wire) -> None:
    """Delete…Type: a deprecated type is forgotten, and its key free; what is open goes on."""
    domain, found = _known(kind, view, request)
    if _deprecated_at(domain, found) is None:
        raise type_not_deprecated(kind, found.key)
    view.registry.delete_type(domain.name, kind, found.key)


def describe(kind: str, view: View, request: Wire) -> dict[str, Any]:
    """Describe…Type: return what the type was registered with, and its status."""
    domain, found = _known(kind, view, request)
    return {"typeInfo": _info(domain, found), "configuration": dict(found.defaults)}


def list_page(kind: str, view: View, request: Wire) -> dict[str, Any]:
    """List…Types: return a page of the types of one status, by name and version."""
    domain = view.registry.domain_known(request["domain"])
    wants_deprecated = request["registrationStatus"] == DEPRECATED
    if domain.deprecated and not wants_deprecated:
        return {"typeInfos": []}

    def read(after: list[str] | None, size: int) -> list[Registration]:
        query = TypeQuery(
            domain=domain.name,
            kind=kind,
            deprecated=None if domain.deprecated else wants_deprecated,
            name=request.get("name"),
            after=None if after is None else TypeKey(*after),
            reverse=request.get("reverseOrder", False),
        )
        return view.registry.types(query, size)

    page, more = paged(view, f"List{kind}s", request, read, lambda found: found.key)
    return {"typeInfos": [_info(domain, found) for found in page], **more}


def _known(kind: str, view: View, request: Wire) -> tuple[RegisteredDomain, Registration]:
    """Return the type that a request names, and its domain; raise Fault where one is not there."""
    domain = view.registry.domain_known(request["domain"])
    named = request[_member(kind)]
    key = TypeKey(named["name"], named["version"])
    found = view.registry.registration(domain.name, kind, key)
    if found is None:
        raise unknown_type(kind, key)
    return domain, found


def _deprecated_at(domain: RegisteredDomain, found: Registration) -> int | None:
    """Return since when a type takes no new work: its own deprecation, else its domain's."""
    return domain.deprecated_at if found.deprecated_at is None else found.deprecated_at


def _member(kind: str) -> str:
    return kind[0].lower() + kind[1:]


def _info(domain: RegisteredDomain, found: Registration) -> dict[str, Any]:
    deprecated_at = _deprecated_at(domain, found)
    return {
        _member(found.kind): found.key._asdict(),
        "status": str(REGISTERED if deprecated_at is None else DEPRECATED),
        "creationDate": found.created_at / 1000,
        **told(
            description=found.description,
            deprecationDate=None if deprecated_at is None else deprecated_at / 1000,
        ),
    }


def _of(kind: str) -> tuple[dict[str, Handler], dict[str, Handler]]:
    reads: dict[str, Handler] = {
        f"Describe{kind}": partial(describe, kind),
        f"List{kind}s": partial(list_page, kind),
    }
    writes: dict[str, Handler] = {
        f"Delete{kind}": partial(delete, kind),
        f"Deprecate{kind}": partial(deprecate, kind),
        f"Register{kind}": partial(register, kind),
        f"Undeprecate{kind}": partial(undeprecate, kind),
    }
    return reads, writes


_ACTIVITY_READS, _ACTIVITY_WRITES = _of(ACTIVITY_TYPE)
_WORKFLOW_READS, _WORKFLOW_WRITES = _of(WORKFLOW_TYPE)

READS: Final[dict[str, Handler]] = {**_ACTIVITY_READS, **_WORKFLOW_READS}
WRITES: Final[dict[str, Handler]] = {**_ACTIVITY_WRITES, **_WORKFLOW_WRITES}
