"""An execution to take along: as a page of its own, as JSON, as a test."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import attrs
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from swf.exceptions import InconsistentHistoryError, ValidationError
from swf.insight.closing import closing_of
from swf.insight.dependencies import dependencies_of
from swf.insight.folding import folded, stretch
from swf.insight.regression import as_pytest
from swf.insight.tasks import tasks_of
from swf.models import History
from swf.models.event.base import attributes_key
from swf.models.timeline import timeline_of, to_svg
from swf.web import paths, subject
from swf.web.assets import FILES
from swf.web.looking import look
from swf.web.payloads import payload_of
from swf.web.site import ENVIRONMENT, Site

LANES: Final = 500
TASKS: Final = 2_000
EVENTS: Final = 5_000
CHARACTERS: Final = 6_000_000
"""What a page to take along has at most: lanes, tasks, events, and characters of the events."""

WIDE: Final = 1_320


STYLE: Final = "\n".join(
    FILES[name][1].decode()
    for name in (
        "colours.css",
        "timeline.css",
        "picture.css",
        "style.css",
        "execution.css",
        "subject.css",
    )
)
"""The style of a page to take along: it stands in the page itself."""

POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
    "; base-uri 'none'; form-action 'none'"
)
"""What such a page may do in a browser: be read."""


def routes(site: Site) -> list[Route]:
    """Return the routes of the page, and of what can be taken along."""
    return [
        *subject.routes(site, "/export", shown),
        *subject.routes(site, "/export.html", page_sent),
        *subject.routes(site, "/export.py", test_sent),
    ]


def shown(site: Site, request: Request) -> Response:
    """Return the page that tells what can be taken along."""
    about = subject.of(site, request)
    return _shown(about, request, target=_target(about), error="")


def page_sent(site: Site, request: Request) -> Response:
    """Send the execution as one page that needs nothing else."""
    about = subject.of(site, request)
    return _sent(about, _report(about), "text/html", "html")


def test_sent(site: Site, request: Request) -> Response:
    """Send the history as a test; where it is not told whose, the page that asks."""
    about = subject.of(site, request)
    target = request.query_params.get("target", "").strip()
    module, _, name = target.replace(":", ".").rpartition(".")
    try:
        text = as_pytest(
            about.history,
            workflow_id=about.execution.workflow_id,
            run_id=about.execution.run_id or "",
            module=module,
            name=name,
        )
    except ValidationError:
        told = "Say the class of the workflow as MODULE.NAME."
        return _shown(about, request, target=target, error=told, status=400)
    return _sent(about, text, "text/x-python", "py")


def _shown(
    about: subject.Subject, request: Request, *, target: str, error: str, status: int = 200
) -> Response:
    return about.render(
        request, "export.html", page="export", target=target, error=error, status=status
    )


def _target(about: subject.Subject) -> str:
    """Return the class of the workflow, where its code is known here."""
    told = look(about, "place", about.history.raws[:1]).found if about.site.code else None
    return f"{told['module']}.{told['name']}" if told else ""


def _sent(about: subject.Subject, text: str, kind: str, suffix: str) -> Response:
    name = paths.file_name(about.execution.workflow_id)
    if suffix == "py":
        name = f"test_{re.sub(r'[^A-Za-z0-9]+', '_', name)}"
    headers = {"content-disposition": f'attachment; filename="{name}.{suffix}"'}
    return Response(text.encode("utf-8", "backslashreplace"), media_type=kind, headers=headers)


@attrs.frozen
class _Event:
    id: int
    name: str
    at: datetime
    text: str


def _report(about: subject.Subject) -> str:
    """Return the whole page."""
    history, now = about.history, about.clock.now()
    told: dict[str, Any] = dict.fromkeys(("closing", "begun", "timeline", "picture"))
    told["tasks"] = ()
    error = ""
    try:
        told = {
            "closing": closing_of(history),
            "tasks": tasks_of(history, timers=True),
            "begun": history.compiled.execution,
            "timeline": _timeline(history, now),
            "picture": _picture(history, about.execution.workflow_id),
        }
    except InconsistentHistoryError as contradiction:
        error = str(contradiction)
    begun = told["begun"]
    events = list(_events(history))
    return ENVIRONMENT.get_template("report.html").render(
        execution=about.execution,
        now=now,
        style=Markup(STYLE),  # noqa: S704  (our own)
        policy=POLICY,
        error=error,
        count=len(history),
        events=events,
        most_tasks=TASKS,
        lanes=LANES,
        input=payload_of(None if begun is None else begun.input),
        result=payload_of(None if begun is None else begun.result),
        **told,
    )


def _timeline(history: History, now: datetime) -> Markup:
    drawn = to_svg(
        timeline_of(history, now=now),
        width=WIDE,
        limit=LANES,
        link=lambda event_id: f"#event-{event_id}" if event_id <= EVENTS else "#history",
        classes_only=True,
    )
    return Markup(drawn)  # noqa: S704  (what is SWF's own in it is escaped there)


def _picture(history: History, title: str) -> Markup:
    drawn = dependencies_of(history, title)
    small = stretch(folded(drawn.picture, drawn.alike))
    return Markup(small.picture.to_svg(classes_only=True))  # noqa: S704  (as above)


def _events(history: History) -> Iterator[_Event]:
    """Yield the first events, as many as a page has room for."""
    room = CHARACTERS
    for event in history[:EVENTS]:
        told = event.raw.get(attributes_key(event.name), {})
        text = json.dumps(told, indent=2, default=str, ensure_ascii=False)
        room -= len(text) + 200
        if room < 0:
            return
        yield _Event(event.id, event.name, event.timestamp, text)
