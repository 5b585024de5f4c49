"""Histories out of files: brought along, held in memory, looked at as any execution is."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from swf.exceptions import SWFError, ValidationError
from swf.insight import recorded
from swf.models import WorkflowExecution
from swf.web import paths
from swf.web.site import Site, form_of, see
from swf.web.subject import Subject

MOST_BYTES: Final = 20_000_000
"""The longest file that is taken, with what a form says beside it."""

_FIELDS: Final = ("domain", "workflow_id", "run_id")


def routes(site: Site) -> list[Route]:
    """Return the routes of the page that lists imported histories, and of its form.

    The form changes nothing in SWF, so that read-only pages have it too.
    """
    return [
        site.page("/~import", shown),
        site.form("/~import", taken, most_bytes=MOST_BYTES),
    ]


def shown(site: Site, request: Request) -> Response:
    """Return the page with the form, and what is held."""
    return _page(site, request, dict.fromkeys(_FIELDS, ""), "")


def taken(site: Site, request: Request) -> Response:
    """Hold the history that a form brings, and have the browser open its page."""
    form = form_of(request)
    typed = {name: form.get(name).strip() for name in _FIELDS}
    content = form.files.get("file") or form.get("text").encode(errors="replace")
    try:
        execution = _execution(content, typed)
    except SWFError as error:
        return _page(site, request, typed, error.message, status=400)
    return see(Subject(site, execution, site.imports.add(execution, len(content))).url())


def _execution(content: bytes, typed: dict[str, str]) -> WorkflowExecution:
    if not content.strip():
        raise ValidationError("choose a file, or paste its text")
    told = {name: value for name, value in typed.items() if value}
    return recorded.recorded(content, **told)


def _page(
    site: Site, request: Request, typed: dict[str, str], error: str, *, status: int = 200
) -> Response:
    held = [Subject(site, execution, key) for key, execution in site.imports.listed()]
    return site.render(
        request,
        "imported.html",
        status=status,
        typed=typed,
        error=error,
        held=held,
        action=paths.own("import"),
        megabytes=MOST_BYTES // 1_000_000,
    )
