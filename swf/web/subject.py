"""What a page about one execution is about: an execution of SWF's, or a history from a file.

A page module puts its page below both:

    def routes(site: Site) -> list[Route]:
        return subject.routes(site, "/history", shown)

    def shown(site: Site, request: Request) -> Response:
        return subject.of(site, request).render(request, "history.html", …)

Its template extends `subject.html`, and goes by `subject.url("history", …)`.
"""

from __future__ import annotations

from typing import Any, Final

import attrs
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from swf.clock import Clock
from swf.exceptions import WorkflowExecutionDoesNotExist
from swf.models import Domain, History, WorkflowExecution
from swf.transport import Transport
from swf.web import paths
from swf.web.site import Page, Site, part

IMPORTED: Final = "imported"
"""What the paths of imported histories begin with, see `paths.own`."""

_OF_SWF: Final = "/{domain}/executions/{workflow_id}/{run_id}"
_OF_FILE: Final = f"/~{IMPORTED}/{{key}}"


@attrs.frozen(eq=False)
class Subject:
    """One execution, as it was described for this request.

    Everything of it is read by its own `connection`, which is not the site's where a history was
    imported: `DescribeWorkflowExecution` and `GetWorkflowExecutionHistory` work there, page by page
    too, and nothing else does. Time is that of its own `clock`.
    """

    site: Site
    execution: WorkflowExecution
    key: str | None = None
    """That of an imported history; None where SWF has the execution."""
    _read: list[History] = attrs.field(factory=list, init=False, repr=False)

    @property
    def is_imported(self) -> bool:
        """Whether only a history is at hand, so that nothing can be done with the execution."""
        return self.key is not None

    @property
    def is_open(self) -> bool:
        """Whether the execution goes on, as far as is known here."""
        return self.execution.status == "OPEN"

    @property
    def domain(self) -> Domain:
        """The domain that the execution is in."""
        return self.execution.domain

    @property
    def connection(self) -> Transport:
        """How the execution is read."""
        return self.execution.connection

    @property
    def clock(self) -> Clock:
        """The clock that it lives by; that of a record stands at its last event."""
        return self.connection.clock

    @property
    def history(self) -> History:
        """All events, the oldest first; once for a request, and only those that are new."""
        if not self._read:
            self._read.append(self.site.histories.of(self.execution))
        return self._read[0]

    def url(self, *pages: str, **query: object) -> str:
        """Return the path of a page about the execution: `subject.url("history", page=2)`."""
        if self.key is None:
            named = (self.execution.workflow_id, self.execution.run_id or "")
            return paths.url(self.domain.name, "executions", *named, *pages, **query)
        return paths.own("/".join([IMPORTED, self.key, *pages]), **query)

    def event(self, event_id: int) -> str:
        """Return the path of an event in the history, on whichever page of it that is."""
        return f"{self.url('history', event=event_id)}#event-{event_id}"

    @property
    def events(self) -> str | None:
        """The path of what tells that the execution has changed; None where it cannot change."""
        return self.url("events") if self.is_open and not self.is_imported else None

    def render(
        self, request: Request, template: str, /, *, status: int = 200, **values: Any
    ) -> Response:
        """Return a page about the execution, as `Site.render` does; `now` is of its own clock."""
        told = {"subject": self, "execution": self.execution, "now": self.clock.now(), **values}
        return self.site.render(request, template, status=status, **told)


def routes(site: Site, page: str, function: Page) -> list[Route]:
    """Return the routes of a page about an execution, of SWF's and imported ones.

    `page` is what comes after the path of the execution: "/history", or "" for its first page.
    """
    return [site.page(_OF_SWF + page, function), site.page(_OF_FILE + page, function)]


def of(site: Site, request: Request) -> Subject:
    """Return what the path of a request is about (DescribeWorkflowExecution).

    Raises WorkflowExecutionDoesNotExist where there is no such execution, or no such history is
    held any more.
    """
    if "key" in request.path_params:
        key = part(request, "key")
        held = site.imports.get(key)
        if held is None:
            raise WorkflowExecutionDoesNotExist(
                "the history that was imported is not held any more: import it again"
            )
        return Subject(site, held, key)
    named = WorkflowExecution(
        site.domain_of(request),
        part(request, "workflow_id"),
        part(request, "run_id") or None,  # without: the latest run
        connection=site.connection,
    )
    return Subject(site, named.upstream())
