"""An execution as a picture: its tasks, below those that they came after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from swf.drawing import Edge, Node, Picture, states_of
from swf.exceptions import InconsistentHistoryError, PayloadError
from swf.graph.errors import GraphError
from swf.graph.pictures import picture_of
from swf.insight.dependencies import dependencies_of
from swf.insight.folding import Folded, folded, stretch, unfolded
from swf.models import History
from swf.web import subject
from swf.web.looking import Look, look
from swf.web.site import Site

GIVEN: Final = "Its graph came with its input."
WRITTEN: Final = "As its code has it."
FOUND: Final = (
    "Found out by replaying its code: each task is drawn below those whose results the code had "
    "waited for, or looked at, when it asked for it."
)
TOLD: Final = (
    "Read from the history: each task is drawn below what had ended when it was decided. Where "
    "branches run side by side, that may be more than it waited for."
)


def routes(site: Site) -> list[Route]:
    """Return the routes of the page."""
    return subject.routes(site, "/graph", shown)


@attrs.frozen
class _Found:
    """A picture, where it is from in words, and the events that its nodes lead to."""

    picture: Picture
    source: str
    event_ids: Mapping[str, int]
    alike: Mapping[str, tuple[str, ...]]
    left_out: int = 0
    failed: Look | None = None
    """Why the code could not be used."""


def shown(site: Site, request: Request) -> Response:
    """Return the page of the picture; `every` in the query shows equal tasks one by one."""
    about = subject.of(site, request)
    told: dict[str, Any] = {"error": "", "svg": None, "found": None, "small": None}
    every = bool(request.query_params.get("every"))
    try:
        found = _found(about)
        small = unfolded(found.picture) if every else folded(found.picture, found.alike)
        small = stretch(small)
        told |= {"found": found, "small": small, "svg": _drawn(about, found, small)}
    except InconsistentHistoryError as error:
        told["error"] = str(error)
    return about.render(
        request, "graph.html", page="graph", every=every, events=about.events, **told
    )


def _found(about: subject.Subject) -> _Found:
    """Return the picture that tells most: of what is written down as one, else of the history."""
    history = about.history
    given = _given(history)
    if given is not None and given.nodes:
        return _of_picture(given, history, GIVEN)
    looked = look(about, "picture", history.raws)
    seen = looked.found
    if seen is not None and "nodes" in seen:
        return _of_picture(_picture(seen), history, WRITTEN)
    causes = None if seen is None else dict(seen["causes"])
    drawn = dependencies_of(history, about.execution.workflow_id, causes)
    source = TOLD if causes is None else FOUND
    return _Found(
        drawn.picture,
        source,
        drawn.event_ids,
        drawn.alike,
        drawn.left_out,
        looked if about.site.code and looked.failed else None,
    )


def _of_picture(picture: Picture, history: History, source: str) -> _Found:
    alike = {node.id: (node.kind, node.label) for node in picture.nodes}
    return _Found(picture, source, _event_ids(history), alike)


def _given(history: History) -> Picture | None:
    """Return the picture of a graph that the input brought."""
    try:
        return picture_of((), history)
    except (GraphError, PayloadError):
        return None


def _picture(told: dict[str, Any]) -> Picture:
    """Return the picture that the code of the workflow has."""
    return Picture(
        told["title"],
        [Node(**node) for node in told["nodes"]],
        [Edge(**edge) for edge in told["edges"]],
        told["states"],
    )


def _event_ids(history: History) -> dict[str, int]:
    """Return the first event of each task by the id that it has in a picture."""
    known = states_of(history)
    compiled = history.compiled
    held = (compiled.lambdas, compiled.timers, compiled.children, compiled.activities)
    return {
        str(name): entities[str(name)].first_event_id
        for entities in held
        for name in entities.ids()
        if str(name) in known
    }


def _drawn(about: subject.Subject, found: _Found, small: Folded) -> Markup:
    svg = small.picture.to_svg(link=_link(about, found, small), classes_only=True)
    return Markup(svg)  # noqa: S704  (what is SWF's own in it is escaped there)


def _link(about: subject.Subject, found: _Found, small: Folded) -> Callable[[str], str | None]:
    """Return what leads from a node to the event that it began with, the worst of several."""
    states = found.picture.states

    def link(name: str) -> str | None:
        ids = small.members[name]
        worst = next(
            (one for one in ids if states.get(one) == small.picture.states.get(name)), name
        )
        event_id = found.event_ids.get(worst)
        return None if event_id is None else about.event(event_id)

    return link
