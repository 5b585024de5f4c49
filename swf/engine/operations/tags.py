"""Tags of domains, which name themselves by their resource name (ARN).

Source: TagResource, UntagResource, ListTagsForResource.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from swf.constants import MAX_DOMAIN_TAGS
from swf.engine.faults import too_many_tags, unknown_resource
from swf.engine.view import ACCOUNT, Handler, View
from swf.wire import Wire

_ARN: Final = re.compile(rf"arn:aws[a-z-]*:swf:[^:]*:{ACCOUNT}:/domain/(.+)", re.DOTALL)
"""A domain in any region: they share their domains here."""


def arn(view: View, domain: str) -> str:
    """Return the resource name of a domain in the region of the request."""
    return f"arn:aws:swf:{view.region}:{ACCOUNT}:/domain/{domain}"


def tagged(
    resource: str, tags: Mapping[str, str], added: Iterable[Mapping[str, str]]
) -> dict[str, str]:
    """Return the tags with others added, the later of a key in place of the earlier.

    Raises Fault where they are too many.
    """
    all_tags = {**tags, **{tag["key"]: tag.get("value", "") for tag in added}}
    if len(all_tags) > MAX_DOMAIN_TAGS:
        raise too_many_tags(resource, MAX_DOMAIN_TAGS)
    return all_tags


def tag(view: View, request: Wire) -> None:
    """TagResource: the domain has these tags beside those of other keys."""
    domain = _domain(view, request)
    tags = tagged(request["resourceArn"], view.registry.tags(domain), request["tags"])
    view.registry.tag(domain, tags)


def untag(view: View, request: Wire) -> None:
    """UntagResource: the domain has no tags of these keys."""
    view.registry.untag(_domain(view, request), request["tagKeys"])


def list_all(view: View, request: Wire) -> dict[str, Any]:
    """ListTagsForResource: return the tags of the domain, by key."""
    tags = view.registry.tags(_domain(view, request))
    return {"tags": [{"key": key, "value": value} for key, value in tags.items()]}


def _domain(view: View, request: Wire) -> str:
    """Return the domain that a request names by its ARN; raise Fault where there is none."""
    named = _ARN.fullmatch(request["resourceArn"])
    if named is None or view.registry.domain(named[1]) is None:
        raise unknown_resource(request["resourceArn"])
    return named[1]


READS: Final[dict[str, Handler]] = {
    "ListTagsForResource": list_all,
}
WRITES: Final[dict[str, Handler]] = {
    "TagResource": tag,
    "UntagResource": untag,
}
