"""The family of an execution: parents, children, and the runs that continue each other."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import attrs
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from swf.exceptions import InconsistentHistoryError
from swf.insight.family import Family, Relative, family_of
from swf.web import subject
from swf.web.site import Site

WIDE: Final = 1_000.0
"""The units of a bar's line; the page says how wide that is."""

NARROW: Final = 4.0
"""The units of the shortest bar."""


def routes(site: Site) -> list[Route]:
    """Return the routes of the page."""
    return subject.routes(site, "/children", shown)


def shown(site: Site, request: Request) -> Response:
    """Return the page of the relatives."""
    about = subject.of(site, request)
    told: dict[str, Any] = {"error": "", "family": None, "bars": ()}
    try:
        family = family_of(about.execution, about.history)
        told |= {"family": family, "bars": _bars(family, about.clock.now())}
    except InconsistentHistoryError as error:
        told["error"] = str(error)
    return about.render(request, "children.html", page="children", events=about.events, **told)


@attrs.frozen
class Bar:
    """A run, and where its bar begins and how long that is, in `WIDE` units for all runs."""

    run: Relative
    left: float
    length: float


def _bars(family: Family, now: datetime) -> list[Bar]:
    """Return the runs with their bars: those of which SWF knows nothing any more have none."""
    times = [
        (run.begun, run.ended or now) if run.begun is not None else None for run in family.runs
    ]
    known = [one for one in times if one is not None]
    if not known:
        return [Bar(run, 0, 0) for run in family.runs]
    begin = min(one[0] for one in known)
    seconds = max((max(one[1] for one in known) - begin).total_seconds(), 0.001)
    return [_bar(run, when, begin, seconds) for run, when in zip(family.runs, times, strict=True)]


def _bar(
    run: Relative, when: tuple[datetime, datetime] | None, begin: datetime, seconds: float
) -> Bar:
    if when is None:
        return Bar(run, 0, 0)
    left = WIDE * (when[0] - begin).total_seconds() / seconds
    length = WIDE * (when[1] - when[0]).total_seconds() / seconds
    return Bar(run, round(min(left, WIDE - NARROW), 1), round(max(length, NARROW), 1))
