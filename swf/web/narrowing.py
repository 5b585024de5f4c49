"""What a reader wants to see of a history, as the URL of its page says it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import attrs
from starlette.requests import Request

from swf.insight import groups
from swf.models import event as events
from swf.shapes import SHAPES
from swf.web.site import asked, number_asked
from swf.wire import Wire

VIEWS: Final = ("compact", "full", "json")
"""How a history can be looked at, the first one unless a reader wants another."""

ORDERS: Final = ("oldest", "newest", "errors")
"""What may come first; what is equal in that, the oldest first."""

TYPES: Final[Sequence[str]] = SHAPES["EventType"]["enum"]
"""The types of events that are known."""

FAMILIES: Final[Sequence[str]] = (*groups.FAMILIES.values(), groups.OTHER)
"""What events can be about."""

_FIELDS: Final = ("view", "family", "type", "errors", "order", "q", "page", "event")
_FAILING: Final = re.compile(r"(Failed|TimedOut|Terminated)$")


@attrs.frozen
class Wanted:
    """What a reader wants to see of a history; what is empty says nothing."""

    view: str = "compact"
    family: str = ""
    type: str = ""
    errors: bool = False
    order: str = "oldest"
    q: str = ""
    page: int = 0
    """The number of the page, from 1; 0 where none was told."""
    event: int = 0
    """The event that is to be on the page; 0 for none."""

    @classmethod
    def read(cls, request: Request) -> Wanted:
        """Return what the query of a URL says; what makes no sense there says nothing."""
        said = asked(request, *_FIELDS)
        return cls(
            view=said["view"] if said["view"] in VIEWS else VIEWS[0],
            family=said["family"] if said["family"] in (*FAMILIES, groups.UNDECIDED) else "",
            type=said["type"] if said["type"] in TYPES else "",
            errors=said["errors"] == "1",
            order=said["order"] if said["order"] in ORDERS else ORDERS[0],
            q=said["q"],
            page=number_asked(request, "page"),
            event=number_asked(request, "event"),
        )

    @property
    def query(self) -> dict[str, Any]:
        """What the URL says of the same, of its first page."""
        return {
            "view": "" if self.view == VIEWS[0] else self.view,
            "family": self.family,
            "type": self.type,
            "errors": "1" if self.errors else "",
            "order": "" if self.order == ORDERS[0] else self.order,
            "q": self.q,
        }

    @property
    def is_narrow(self) -> bool:
        """Whether not all of the history is wanted."""
        return bool(self.family or self.type or self.errors or self.q)

    @property
    def needs_all(self) -> bool:
        """Whether the whole history has to be looked through to tell what is on a page."""
        return self.is_narrow or self.order == "errors"

    @property
    def newest_first(self) -> bool:
        """Whether what was recorded last comes first."""
        return self.order == "newest"


@attrs.frozen
class Pages:
    """Where a page is among those of a listing: numbers from 1, and what is on it from 0."""

    number: int
    count: int
    first: int
    last: int
    total: int

    @classmethod
    def of(cls, wanted: Wanted, total: int, size: int, place: int | None) -> Pages:
        """Return the page that is wanted: that of a place, or of a number, else the first."""
        count = max(1, -(-total // size))
        number = wanted.page or 1
        if place is not None and not wanted.page:
            number = place // size + 1
        number = min(max(number, 1), count)
        first = (number - 1) * size
        return cls(number, count, first, min(first + size, total), total)


def is_wanted(raw: Wire, wanted: Wanted) -> bool:
    """Whether an event is wanted by itself; the order and the page do not count."""
    kind = raw["eventType"]
    if wanted.type and kind != wanted.type:
        return False
    if wanted.errors and not is_failing(raw):
        return False
    if wanted.family and not groups.is_of(family_of(kind), wanted.family):
        return False
    return not wanted.q or groups.has_text(raw, wanted.q)


def is_failing(raw: Wire) -> bool:
    """Whether an event says that something did not end well."""
    return _FAILING.search(raw["eventType"]) is not None


def family_of(kind: str) -> str:
    """Return what events of a type are about."""
    known = getattr(events, kind, None) if kind in TYPES else None
    return groups.OTHER if known is None else groups.FAMILIES.get(known.type, groups.OTHER)
