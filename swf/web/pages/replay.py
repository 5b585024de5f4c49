"""An execution as it stood at one of its events, to be gone through step by step."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from swf.exceptions import InconsistentHistoryError
from swf.insight.moments import Moment, moment_of
from swf.insight.strands import end_of_answer
from swf.models.timeline import timeline_of, to_svg
from swf.web import subject
from swf.web.looking import Look, look
from swf.web.site import Site, number_asked

LANES: Final = 40
"""Lanes of the timeline that are drawn: the latest."""

WIDE: Final = 1_320


def routes(site: Site) -> list[Route]:
    """Return the routes of the page."""
    return subject.routes(site, "/replay", shown)


def shown(site: Site, request: Request) -> Response:
    """Return the page of one moment, that of the query's `event`: by default the last one."""
    about = subject.of(site, request)
    told: dict[str, Any] = {"error": "", "moment": None, "seen": None, "timeline": None}
    try:
        found = moment_of(about.history, number_asked(request, "event", len(about.history)))
        told |= {"moment": found, "seen": _seen(about, found), "timeline": _timeline(about, found)}
    except InconsistentHistoryError as error:
        told["error"] = str(error)
    return about.render(request, "replay.html", page="replay", **told)


def _seen(about: subject.Subject, found: Moment) -> Look | None:
    """Return where the code stood; None where it did not stand any more."""
    if found.closed is not None:
        return None
    events = about.history.raws
    return look(about, "stack", events[: end_of_answer(events, found.event.id)])


def _timeline(about: subject.Subject, found: Moment) -> Markup:
    """Return the picture of what was by then."""
    timeline = timeline_of(found.history, now=found.event.at)
    own = sum(lane.kind in ("execution", "decisions") for lane in timeline.lanes)
    drawn = to_svg(
        timeline,
        link=about.event,
        width=WIDE,
        first=max(0, len(timeline.lanes) - own - LANES),
        limit=LANES,
        classes_only=True,
    )
    return Markup(drawn)  # noqa: S704  (what is SWF's own in it is escaped there)
