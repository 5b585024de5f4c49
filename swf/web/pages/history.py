"""The history of an execution: by what its events are about, event by event, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

import attrs
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from swf.exceptions import InconsistentHistoryError
from swf.insight import groups
from swf.models import event as events
from swf.models.event.base import Event
from swf.models.history import History
from swf.web import paths, subject
from swf.web.histories import last_event_id, stretch
from swf.web.narrowing import FAMILIES, ORDERS, TYPES, VIEWS, Pages, Wanted, is_failing, is_wanted
from swf.web.one_event import Value, told, value_of
from swf.web.room import Room
from swf.web.site import Site

GROUPS: Final = 200
"""Groups on one page of the compact view."""

EVENTS: Final = 200
"""Events on one page of the others."""

EVENTS_OF_A_GROUP: Final = 40
"""Events of one group that are listed, from either end."""


def routes(site: Site) -> list[Route]:
    """Return the routes of the page, and of the history as a file."""
    return [
        *subject.routes(site, "/history", shown),
        *subject.routes(site, "/history.json", downloaded),
    ]


def downloaded(site: Site, request: Request) -> Response:
    """Send the whole history as the AWS CLI gives it, for a file."""
    found = subject.of(site, request)
    name = paths.file_name(found.execution.workflow_id)
    return StreamingResponse(
        _json_of(found),
        media_type="application/json",
        headers={"content-disposition": f'attachment; filename="history-{name}.json"'},
    )


def _json_of(found: subject.Subject) -> Iterator[str]:
    """Yield the JSON of the AWS CLI, with what the execution is called, which that leaves out."""
    execution, history = found.execution, found.history
    key = {"workflowId": execution.workflow_id, "runId": execution.run_id}
    yield json.dumps({"domain": found.domain.name, "execution": key})[:-1] + ', "events": ['
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
    values: dict[str, Any] = {"groups": None, "shown_events": None}
    if wanted.view == "compact":
        try:
            values |= _compact(found, wanted)
        except InconsistentHistoryError as inconsistent:
            error, wanted = str(inconsistent), attrs.evolve(wanted, view="full")
    if wanted.view != "compact":
        values |= _by_event(found, wanted)
    return found.render(
        request,
        "history.html",
        page="history",
        error=error,
        wanted=wanted,
        views=VIEWS,
        orders=ORDERS,
        families=FAMILIES,
        types=TYPES,
        events=found.events,
        **values,
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
        outcome = None if group.outcome is None else value_of("", group.outcome, room, 160)
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
        raws = [raw for raw in kept.raws if is_wanted(raw, wanted)]
        if wanted.newest_first:
            raws.reverse()
        elif wanted.order == "errors":
            raws.sort(key=is_failing, reverse=True)
        ids = [raw["eventId"] for raw in raws]
        place = ids.index(wanted.event) if wanted.event in ids else None
        pages = Pages.of(wanted, len(raws), EVENTS, place)
        chosen = list(events.typed(raws[pages.first : pages.last]))
    room = Room()
    begun = found.execution.start_timestamp or found.clock.now()
    return {
        "shown_events": [told(event, wanted, begun, room) for event in chosen],
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
