"""The history of an execution: by what its events are about, event by event, or as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, Final

import attrs
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from swf.exceptions import InconsistentHistoryError
from swf.insight import groups
from swf.models import event as events
from swf.models.event.base import Event, is_link
from swf.models.event.base import shown as fields_of
from swf.models.history import History
from swf.shapes import SHAPES
from swf.web import subject
from swf.web.histories import last_event_id, stretch
from swf.web.payloads import Payload
from swf.web.room import Room
from swf.web.site import Site, asked

VIEWS: Final = ("compact", "full", "json")
"""How a history can be looked at, the first one unless a reader wants another."""

ORDERS: Final = ("oldest", "newest", "errors")
"""What may come first; what is equal in that, the oldest first."""

GROUPS: Final = 200
"""Groups on one page of the compact view."""

EVENTS: Final = 200
"""Events on one page of the others."""

LONGEST: Final = 4_000
"""Characters of one value, as long as there is room."""

OF_ONE: Final = 350_000
"""Room for the event that a reader wants to see; it is told whole, if it can be."""

EVENTS_OF_A_GROUP: Final = 40
"""Events of one group that are listed, from either end."""

_FIELDS: Final = ("view", "family", "type", "errors", "order", "q", "page", "event")
_TYPES: Final[Sequence[str]] = SHAPES["EventType"]["enum"]
_FAILING: Final = re.compile(r"Failed$|TimedOut$|^WorkflowExecutionTerminated$|Terminated$")
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")


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
            family=said["family"] if said["family"] in _families() else "",
            type=said["type"] if said["type"] in _TYPES else "",
            errors=said["errors"] == "1",
            order=said["order"] if said["order"] in ORDERS else ORDERS[0],
            q=said["q"],
            page=_number(said["page"]),
            event=_number(said["event"]),
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


@attrs.frozen
class Value:
    """One attribute of an event: a text, perhaps cut, an event that it names, or a payload."""

    name: str
    text: str
    hidden: int = 0
    event: int | None = None
    payload: Payload | None = None


@attrs.frozen
class Shown:
    """One event as the page tells it."""

    event: Event
    family: str
    failing: bool
    after_seconds: float
    """Seconds after the execution began."""
    values: tuple[Value, ...] = ()
    json: str = ""


def routes(site: Site) -> list[Route]:
    """Return the routes of the page, and of the history as a file."""
    return [
        *subject.routes(site, "/history", shown),
        *subject.routes(site, "/history.json", downloaded),
    ]


def downloaded(site: Site, request: Request) -> Response:
    """Send the whole history as the AWS CLI gives it, for a file."""
    found = subject.of(site, request)
    name = _UNSAFE.sub("-", found.execution.workflow_id).strip("-.")[:80] or "execution"
    return StreamingResponse(
        _json_of(found.history),
        media_type="application/json",
        headers={"content-disposition": f'attachment; filename="history-{name}.json"'},
    )


def _json_of(history: History) -> Iterator[str]:
    yield '{"events": ['
    for index in range(0, len(history), 500):
        # One piece is `{"events": […]}`, of which the inner part is wanted.
        piece = history[index : index + 500].to_json()
        yield ("" if not index else ", ") + piece.partition("[")[2].rpartition("]")[0]
    yield "]}\n"


def shown(site: Site, request: Request) -> Response:
    """Show a page of the history."""
    found = subject.of(site, request)
    wanted = Wanted.read(request)
    error = ""
    told: dict[str, Any] = {}
    if wanted.view == "compact":
        try:
            told = _compact(found, wanted)
        except InconsistentHistoryError as inconsistent:
            error, wanted = str(inconsistent), attrs.evolve(wanted, view="full")
    if wanted.view != "compact":
        told = _by_event(found, wanted)
    return found.render(
        request,
        "history.html",
        page="history",
        error=error,
        wanted=wanted,
        views=VIEWS,
        orders=ORDERS,
        families=_families(),
        types=_TYPES,
        events=None if found.is_imported or not found.is_open else found.url("events"),
        **{"groups": None, "shown_events": None, **told},
    )


def _compact(found: subject.Subject, wanted: Wanted) -> dict[str, Any]:
    """Return the groups of a page."""
    history = found.history
    things = groups.groups_of(
        history, groups.Wanted(wanted.family, wanted.type, wanted.errors, wanted.q)
    )
    if wanted.newest_first:
        things.reverse()
    elif wanted.order == "errors":
        things.sort(key=groups.is_failing, reverse=True)
    place = _place_of_thing(history, things, wanted.event) if wanted.event else None
    pages = Pages.of(wanted, len(things), GROUPS, place)
    begun = history.compiled.execution.scheduled_at
    room = Room()
    return {
        "groups": [
            _GroupShown.of(groups.group(one), room) for one in things[pages.first : pages.last]
        ],
        "pages": pages,
        "begun": begun,
    }


@attrs.frozen
class _GroupShown:
    """A group as the page tells it; the events in the middle of a long one are left out."""

    group: groups.Group
    outcome: Value | None
    events: tuple[Event, ...]
    left_out: int

    @classmethod
    def of(cls, group: groups.Group, room: Room) -> _GroupShown:
        most = EVENTS_OF_A_GROUP // 2
        few = len(group.events) <= 2 * most
        events = group.events if few else (*group.events[:most], *group.events[-most:])
        outcome = None if group.outcome is None else _value("", group.outcome, room, 160)
        return cls(group, outcome, events, len(group.events) - len(events))


def _place_of_thing(history: History, things: Sequence[Any], event_id: int) -> int | None:
    entity = history.compiled.entity_of(event_id)
    first = event_id if entity is None else entity.first_event_id
    return next((at for at, one in enumerate(things) if groups.first_event_id(one) == first), None)


def _by_event(found: subject.Subject, wanted: Wanted) -> dict[str, Any]:
    """Return the events of a page; no more of the history is read than is needed."""
    kept = _at_hand(found, wanted)
    if kept is None:
        count = last_event_id(found.execution)
        pages = Pages.of(wanted, count, EVENTS, _place(wanted, count))
        first, last = pages.first + 1, pages.last
        if wanted.newest_first:
            first, last = count - pages.last + 1, count - pages.first
        chosen = stretch(found.execution, first, last, count)
        if wanted.newest_first:
            chosen.reverse()
    else:
        raws = [raw for raw in kept.raws if _is_wanted(raw, wanted)]
        if wanted.newest_first:
            raws.reverse()
        elif wanted.order == "errors":
            raws.sort(key=_is_failing, reverse=True)
        ids = [raw["eventId"] for raw in raws]
        place = ids.index(wanted.event) if wanted.event in ids else None
        pages = Pages.of(wanted, len(raws), EVENTS, place)
        chosen = list(events.typed(raws[pages.first : pages.last]))
    room = Room()
    begun = found.execution.start_timestamp or found.clock.now()
    return {
        "shown_events": [_shown(event, wanted, begun, room) for event in chosen],
        "pages": pages,
        "begun": begun,
    }


def _at_hand(found: subject.Subject, wanted: Wanted) -> History | None:
    """Return the whole history where it is here already, or is needed; None where it is not."""
    if wanted.needs_all:
        return found.history
    return found.site.histories.kept(found.execution)


def _place(wanted: Wanted, count: int) -> int | None:
    if not 0 < wanted.event <= count:
        return None
    return count - wanted.event if wanted.newest_first else wanted.event - 1


def _is_wanted(raw: Any, wanted: Wanted) -> bool:
    kind = raw["eventType"]
    if wanted.type and kind != wanted.type:
        return False
    if wanted.errors and not _is_failing(raw):
        return False
    if wanted.family and _family_of(kind) != wanted.family:
        return False
    return not wanted.q or groups.has_text(raw, wanted.q)


def _is_failing(raw: Any) -> bool:
    return _FAILING.search(raw["eventType"]) is not None


def _family_of(kind: str) -> str:
    known = getattr(events, kind, None) if kind in _TYPES else None
    return groups.OTHER if known is None else groups.FAMILIES.get(known.type, groups.OTHER)


def _families() -> list[str]:
    return [*groups.FAMILIES.values(), groups.OTHER]


def _value(name: str, text: str, room: Room, most: int) -> Value:
    """Return a text as the value of an attribute."""
    kept = room.cut(text, most)
    return Value(name, kept, hidden=len(text) - len(kept))


def _payload(name: str, text: str, room: Room, most: int) -> Value:
    """Return a text as the payload that it is: as a tree where there is room for one."""
    if len(text) <= most:
        found = room.payload(text)
        if found is not None and found.node is not None and found.node.nodes:
            return Value(name, text, payload=found)
    return _value(name, text, room, most)


def _shown(event: Event, wanted: Wanted, begun: datetime, room: Room) -> Shown:
    most = LONGEST
    if event.id == wanted.event:
        room, most = Room(OF_ONE), OF_ONE
    is_json = wanted.view == "json"
    return Shown(
        event,
        _family_of(event.name),
        failing=_is_failing(event.raw),
        after_seconds=(event.timestamp - begun).total_seconds(),
        values=() if is_json else tuple(_values(event, room, most)),
        json=room.cut(_as_json(event), most) if is_json else "",
    )


def _as_json(event: Event) -> str:
    return json.dumps(dict(event.raw), indent=2, default=str, ensure_ascii=False)


_PAYLOADS: Final = frozenset({"input", "result", "details", "control", "execution_context"})


def _values(event: Event, room: Room, most: int) -> Iterator[Value]:
    """Yield the attributes of an event that are told, zero for what does not apply left out."""
    for name, value in fields_of(event).items():
        if is_link(name):
            if value:
                yield Value(name, str(value), event=value)
        elif name in _PAYLOADS and isinstance(value, str):
            yield _payload(name, value, room, most)
        elif value != 0 or isinstance(value, str):
            yield _value(name, _words(name, value), room, most)


def _words(name: str, value: Any) -> str:
    if name.endswith("_timeout") and isinstance(value, int):
        return f"{value:,} s"
    if isinstance(value, tuple):
        return " ".join(str(one) for one in chain(value) if one is not None)
    return str(value)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
