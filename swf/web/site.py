"""What every page needs: the SWF it shows, its look, and how requests become answers."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from hmac import compare_digest
from pathlib import Path
from typing import Any, Final

import attrs
from anyio import CapacityLimiter, to_thread
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from swf.clock import Clock, SystemClock
from swf.exceptions import SWFError
from swf.insight.backlogs import Backlogs
from swf.models import Domain
from swf.transport import Transport
from swf.web import paths, words
from swf.web.errors import Problem, Sought, broken, busy, problem_of
from swf.web.forms import MAX_FORM_BYTES, Form, FormError, form_in, read_body
from swf.web.histories import Histories
from swf.web.imports import Imports
from swf.web.lately import Lately
from swf.web.usuals import Usuals

logger = logging.getLogger(__name__)

THREADS: Final = 16
"""Pages that are made at the same time: making one waits for SWF."""

MAX_WAITING: Final = 64
"""Requests that wait for one of those threads; more are told to come again."""

INFERRED: Final = timedelta(seconds=30)
"""How long task lists are taken to be as they were inferred to be."""

CSRF: Final = "csrf"
"""The field of each form that tells that one of our pages was its origin."""

THEME: Final = "swf-theme"
"""The cookie that tells which colours a reader chose."""

_TEMPLATES: Final = Path(__file__).parent / "templates"

_DIGITS: Final = 9
"""Numbers with as many digits count nothing that there is."""

Page = Callable[["Site", Request], Response]
"""What makes a page; it may wait for SWF, since it is called in a thread."""


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=words.shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    given: dict[str, Any] = {"url": paths.url, "own": paths.own, "asset": paths.asset}
    made.globals |= given
    made.filters.update(
        span=words.span,
        moment=words.moment,
        status=words.status,
        cut=words.cut,
        shown=words.shown,
        typed=words.typed,
        textarea=words.textarea,
        shell=words.shell,
    )
    return made


ENVIRONMENT: Final = _environment()
"""The templates. All that they are given is escaped, and shown as `words.shown` has it."""


@attrs.frozen(eq=False)
class Site:
    """What the pages show, and what their makers share.

    `code` are the modules in which the code of workflows is; `domain` is shown first. Where it is
    `read_only`, no page changes anything in SWF.
    """

    connection: Transport
    read_only: bool = attrs.field(default=False, kw_only=True)
    code: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...], kw_only=True)
    domain: str | None = attrs.field(default=None, kw_only=True)
    endpoint: str = attrs.field(default="", kw_only=True)
    imports: Imports = attrs.field(factory=Imports, init=False, repr=False)
    histories: Histories = attrs.field(factory=Histories, init=False, repr=False)
    usuals: Usuals = attrs.field(factory=Usuals, init=False, repr=False)
    inferred: Lately[Backlogs] = attrs.field(
        factory=lambda: Lately(INFERRED), init=False, repr=False
    )
    csrf: str = attrs.field(factory=lambda: secrets.token_urlsafe(24), init=False, repr=False)
    _threads: list[CapacityLimiter] = attrs.field(factory=list, init=False, repr=False)
    _asked: set[int] = attrs.field(factory=set[int], init=False, repr=False)

    @property
    def clock(self) -> Clock:
        """The clock that the SWF lives by."""
        return self.connection.clock

    def _now(self) -> datetime:
        """Return the SWF's time; the machine's where the SWF cannot even be opened."""
        try:
            return self.clock.now()
        except SWFError:
            return SystemClock().now()

    def domain_of(self, request: Request) -> Domain:
        """Return the domain that a request's path names."""
        return Domain(part(request, "domain"), connection=self.connection)

    def render(
        self, request: Request, template: str, /, *, status: int = 200, **values: Any
    ) -> Response:
        """Return a page: a template with these values, and what each page has beside them."""
        told = {
            "site": self,
            "path": request.url.path,
            "domain": _name_in(request, "domain"),
            "theme": _theme(request),
            "csrf": self.csrf,
            "done": words.DONE.get(request.query_params.get("done", "")),
            "now": self._now(),
            "events": None,
            **values,
        }
        return HTMLResponse(ENVIRONMENT.get_template(template).render(told), status)

    def problem(self, request: Request, problem: Problem) -> Response:
        """Return the page that tells of a problem, and of the way out."""
        return self.render(request, "problem.html", status=problem.status, problem=problem)

    def problem_of(self, request: Request, error: SWFError) -> Problem:
        """Return what an error is in words, of what the request's path names."""
        names = (_name_in(request, "domain"), _name_in(request, "workflow_id"))
        return problem_of(error, Sought(self.connection, *names))

    def page(self, path: str, function: Page) -> Route:
        """Return the route of a page that is read: `site.page("/{domain}/types", listed)`."""

        async def endpoint(request: Request) -> Response:
            return await self._made(request, function)

        return Route(paths.ROOT + path, endpoint, methods=["GET"])

    def form(self, path: str, function: Page, *, most_bytes: int = MAX_FORM_BYTES) -> Route:
        """Return the route of what takes a form, which is `form_of(request)` then."""

        async def endpoint(request: Request) -> Response:
            try:
                body = await read_body(request, most_bytes)
            except FormError as error:
                return self._unreadable(request, error)
            return await self._made(request, lambda site, there: site._taken(there, body, function))

        return Route(paths.ROOT + path, endpoint, methods=["POST"])

    def _taken(self, request: Request, body: bytes, function: Page) -> Response:
        """Return what a page's maker makes of a form, if that is one of ours."""
        try:
            form = form_in(request.headers.get("content-type", ""), body)
        except FormError as error:
            return self._unreadable(request, error)
        if not compare_digest(form.get(CSRF).encode(errors="replace"), self.csrf.encode()):
            return self.problem(request, _FOREIGN_FORM)
        request.state.form = form
        return function(self, request)

    def _unreadable(self, request: Request, error: FormError) -> Response:
        told = Problem(error.status, "That form cannot be read", str(error))
        return self.problem(request, told)

    async def _made(self, request: Request, function: Page) -> Response:
        """Return what a page's maker makes, in a thread, or the page of what went wrong."""
        if not self._threads:
            self._threads.append(CapacityLimiter(THREADS))
        if len(self._asked) >= THREADS + MAX_WAITING:
            return self.problem(request, busy())
        self._asked.add(id(request))
        try:
            return await to_thread.run_sync(
                self._tried, request, function, limiter=self._threads[0]
            )
        finally:
            self._asked.discard(id(request))

    def _tried(self, request: Request, function: Page) -> Response:
        try:
            return function(self, request)
        except HTTPException:
            raise
        except SWFError as error:
            return self.problem(request, self.problem_of(request, error))
        except Exception:
            logger.exception("%s could not be made", request.url.path)
            return self.problem(request, broken())


_FOREIGN_FORM: Final = Problem(
    403,
    "That form is not from this page",
    "It does not carry what forms of these pages carry. Perhaps the server was started anew since "
    "the page was opened.",
    way_out=("Go back, reload the page, and send the form again.",),
)


def form_of(request: Request) -> Form:
    """Return the form that came with a request to a `Site.form` route."""
    form: Form = request.state.form
    return form


def part(request: Request, name: str) -> str:
    """Return the name that a part of the request's path stands for.

    Raises HTTPException (404) where it stands for none.
    """
    try:
        return paths.name_of(request.path_params[name])
    except ValueError:
        raise HTTPException(404) from None


def asked(request: Request, *names: str) -> dict[str, str]:
    """Return what the query says under these names, empty where it says nothing."""
    return {name: request.query_params.get(name, "").strip() for name in names}


def number_asked(request: Request, name: str, otherwise: int = 0) -> int:
    """Return the whole number that the query says under a name; `otherwise` where it says none."""
    text = request.query_params.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else otherwise


def see(path: str) -> Response:
    """Return the answer that has the browser open another page."""
    return RedirectResponse(path, 303)


def _name_in(request: Request, name: str) -> str | None:
    """Return the name that a part of the path stands for; None where there is none."""
    found = request.path_params.get(name)
    if found is None:
        return None
    try:
        return paths.name_of(found)
    except ValueError:
        return None


def _theme(request: Request) -> str | None:
    theme = request.cookies.get(THEME)
    return theme if theme in ("light", "dark") else None


def routes_of(site: Site, pages: Iterable[Any]) -> list[Route]:
    """Return the routes of page modules."""
    return [route for page in pages for route in page.routes(site)]
