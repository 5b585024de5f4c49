"""One execution at a glance: why it is stuck or closed, its timeline, what it was given.

The timeline has a page of its own, too: all lanes of a long one are there, in pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final, TypeVar

import attrs
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from swf.exceptions import InconsistentHistoryError
from swf.insight import pollers
from swf.insight.closing import Closing, closing_of
from swf.insight.durations import Slowest, Usual, slowest_of
from swf.insight.finding import Finding
from swf.insight.meters import Meter, meters_of
from swf.insight.pending import pending_count
from swf.insight.signs import signs
from swf.insight.stuck import findings
from swf.models import WorkflowExecution
from swf.models.history.entities.workflow_execution import CompiledWorkflowExecution
from swf.models.timeline import to_svg
from swf.web import subject
from swf.web.room import Room
from swf.web.site import Site, number_asked, part, see

GLANCED_EVENTS: Final = 3_000
"""Events up to which the timeline is on the first page."""

GLANCED_LANES: Final = 60
"""Lanes of the timeline on the first page."""

LANES: Final = 500
"""Lanes on one page of the timeline's own page, fewer where they have much to say."""

PATIENCE_SECONDS: Final = 30.0
"""How long a task may wait to be taken without being a finding, where somebody polls for it."""

WIDE: Final = 1_320
"""Pixels of the timeline, before the browser fits it into the page."""

T = TypeVar("T")


def routes(site: Site) -> list[Route]:
    """Return the routes of the first page of an execution and of its timeline."""
    return [
        *subject.routes(site, "", shown),
        *subject.routes(site, "/timeline", timeline_shown),
    ]


@attrs.frozen
class Glance:
    """What the first page tells beyond what SWF's description does; None is not known."""

    begun: CompiledWorkflowExecution
    closing: Closing | None
    findings: tuple[Finding, ...]
    signs: tuple[Finding, ...]
    meters: tuple[Meter, ...]
    usual: Usual | None
    slowest: Slowest | None
    open_count: int


def shown(site: Site, request: Request) -> Response:
    """Show an execution; without run id, have the browser open the page of the latest run."""
    if not request.path_params.get("key") and not part(request, "run_id"):
        return see(subject.of(site, request).url())
    found = subject.of(site, request)
    error, glance = _or_why(lambda: _glance(found))
    told = None if glance is None else glance.begun
    return found.render(
        request,
        "execution.html",
        page="",
        glance=glance,
        error=error,
        begun=told,
        count=len(found.history),
        closes_at=_closes_at(found.execution),
        room=Room(),
        timeline=_glanced(found, request),
        lanes=GLANCED_LANES,
        fold=_folds(request),
        events=found.events,
    )


def timeline_shown(site: Site, request: Request) -> Response:
    """Show the timeline of an execution, so many lanes of it on a page."""
    found = subject.of(site, request)
    first = number_asked(request, "first")
    error, drawn = _or_why(lambda: _drawn(found, request, first, LANES, _beside))
    return found.render(
        request,
        "timeline.html",
        page="timeline",
        error=error,
        timeline=drawn,
        first=0 if drawn is None else drawn.first,
        lanes=LANES,
        fold=_folds(request),
        events=found.events,
    )


def _glance(found: subject.Subject) -> Glance:
    history, execution, now = found.history, found.execution, found.clock.now()
    meters = meters_of(history)
    about = execution.workflow_id
    return Glance(
        begun=history.compiled.execution,
        closing=closing_of(history),
        findings=tuple(_findings(found)) if found.is_open else (),
        signs=tuple(signs(about, history, meters=meters, now=now)) if found.is_open else (),
        meters=meters,
        usual=None if found.is_imported else found.site.usuals.of(execution),
        slowest=slowest_of(history, now=now),
        open_count=pending_count(history),
    )


def _findings(found: subject.Subject) -> Iterator[Finding]:
    """Yield why an open execution does not go on."""
    name = found.domain.name
    lists = None if found.is_imported else pollers.task_lists(found.connection, name)
    yield from findings(
        found.execution.workflow_id,
        found.history.raws,
        now=found.clock.now(),
        domain=name,
        task_lists=lists,
        patience=PATIENCE_SECONDS,
    )


@attrs.frozen
class Drawn:
    """A timeline as it is put into a page: how many lanes there are, and which are in it."""

    svg: Markup
    count: int
    first: int
    drawn: int


def _drawn(
    found: subject.Subject, request: Request, first: int, lanes: int, link: Callable[[int], str]
) -> Drawn:
    timeline = found.site.histories.timeline_of(found.execution, found.history)
    own = sum(lane.kind in ("execution", "decisions") for lane in timeline.lanes)
    count = len(timeline.lanes) - own
    first = min(first, max(0, count - 1))
    svg = to_svg(
        timeline,
        fold_idle=_folds(request),
        link=link,
        width=WIDE,
        first=first,
        limit=lanes,
        classes_only=True,
    )
    drawn = svg.count('<g class="lane">') - own  # what SWF told is escaped in it
    return Drawn(Markup(svg), count, first, drawn)  # noqa: S704


def _glanced(found: subject.Subject, request: Request) -> Drawn | None:
    """Return the first lanes of a timeline; None where it is too long for the first page."""
    if len(found.history) > GLANCED_EVENTS:
        return None
    drawn = _or_why(lambda: _drawn(found, request, 0, GLANCED_LANES, found.event))
    return drawn[1]


def _beside(event_id: int) -> str:
    """Return the address of an event for a page beside the history's: there may be thousands."""
    return f"history?event={event_id}#event-{event_id}"


def _or_why(function: Callable[[], T]) -> tuple[str, T | None]:
    """Return what a function returns; where the history contradicts itself, why it cannot."""
    try:
        return "", function()
    except InconsistentHistoryError as error:
        return str(error), None


def _closes_at(execution: WorkflowExecution) -> datetime | None:
    """Return when SWF will close an execution that is open."""
    limit, begun = execution.execution_start_to_close_timeout, execution.start_timestamp
    if not isinstance(limit, int) or begun is None or execution.close_timestamp is not None:
        return None
    try:
        return begun + timedelta(seconds=limit)
    except OverflowError:
        return None


def _folds(request: Request) -> bool:
    return request.query_params.get("idle") != "shown"
