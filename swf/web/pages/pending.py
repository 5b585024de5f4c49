"""What an execution waits for: each open task, timer, child and message."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from swf.exceptions import InconsistentHistoryError
from swf.insight.pending import pending_of
from swf.web import subject
from swf.web.room import Room
from swf.web.site import Site

SHOWN: Final = 200
"""Things on the page, of those asked for first; SWF lets 1,000 of a kind be open."""

WORDS: Final = {
    "decision": "decision task",
    "activity": "activity",
    "lambda": "Lambda function",
    "timer": "timer",
    "child": "child workflow",
    "message": "message to another execution",
}
"""What each kind is called."""

CLOCKS: Final = {
    "SCHEDULE_TO_START": "schedule to start",
    "SCHEDULE_TO_CLOSE": "schedule to close",
    "START_TO_CLOSE": "start to close",
    "HEARTBEAT": "heartbeat",
    "fires": "fires",
}
"""What each clock is called."""


def routes(site: Site) -> list[Route]:
    """Return the routes of the page."""
    return subject.routes(site, "/pending", shown)


def shown(site: Site, request: Request) -> Response:
    """Show what is open in an execution, in the order in which it was asked for."""
    found = subject.of(site, request)
    error, pending = "", []
    try:
        pending = pending_of(found.history)
    except InconsistentHistoryError as inconsistent:
        error = str(inconsistent)
    return found.render(
        request,
        "pending.html",
        page="pending",
        error=error,
        pending=pending[:SHOWN],
        count=len(pending),
        words=WORDS,
        clocks=CLOCKS,
        room=Room(),
        events=found.events,
    )
