"""The list of executions: filters that stand in the URL, counts, pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

import attrs
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from swf.constants import CLOSED, OPEN, CloseStatus
from swf.exceptions import ResponseError, ValidationError
from swf.insight.backlogs import Backlog, told_of
from swf.insight.when import when
from swf.models import Domain, WorkflowExecution
from swf.querysets import WorkflowExecutionQuerySet
from swf.web import paths
from swf.web.site import Site, asked, part

SHOWN: Final = 50
"""Executions on a page."""

LOOKED_THROUGH: Final = 1_000
"""Executions that are compared here for one page, where SWF cannot be asked for all filters."""

STATUSES: Final = ("open", "closed", *(one.value.lower() for one in CloseStatus))
"""What `status` may say; nothing is any."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_FIELDS: Final = ("status", "type", "id", "tag", "since", "until", "q", "page")

_EXACT: Final = ("id", "tag", "type", "close_status")
"""What SWF filters by, one at a time; the first of these that is told is the one it is asked."""


@attrs.frozen
class Cursor:
    """Where a page begins: after this run among those started then, or before that."""

    at: datetime
    run_id: str

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """Return what a URL says; None where it says nothing that makes sense."""
        milliseconds, _, run_id = text.partition("-")
        try:
            return cls(_EPOCH + timedelta(milliseconds=int(milliseconds)), run_id)
        except (ValueError, OverflowError):
            return None

    @classmethod
    def after(cls, execution: WorkflowExecution) -> Cursor:
        """Return where the page begins that comes after an execution."""
        assert execution.start_timestamp is not None  # noqa: S101  (every listing tells it)
        return cls(execution.start_timestamp, execution.run_id or "")

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // timedelta(milliseconds=1)}-{self.run_id}"


@attrs.frozen
class Wanted:
    """Which executions a reader wants to see; what is empty says nothing."""

    status: str = ""
    type: str = ""
    id: str = ""
    tag: str = ""
    since: str = ""
    until: str = ""
    q: str = ""
    page: str = ""

    @classmethod
    def read(cls, request: Request) -> Wanted:
        """Return what the query of a URL says."""
        said = asked(request, *_FIELDS)
        status = said["status"].lower().replace(" ", "_")
        return cls(**{**said, "status": "" if status == "any" else status})

    @property
    def query(self) -> dict[str, str]:
        """What the URL of the same list says; of its first page."""
        said: dict[str, str] = attrs.asdict(self)
        return {**said, "page": ""}

    @property
    def close_status(self) -> str:
        """How executions closed that are wanted; empty for any."""
        return "" if self.status in ("", "open", "closed") else self.status

    @property
    def is_narrow(self) -> bool:
        """Whether something else is wanted than the latest executions."""
        return any(self.query.values())

    def queryset(self, domain: Domain) -> WorkflowExecutionQuerySet:
        """Return the executions that SWF is asked for; `keeps` tells which of them are wanted.

        Raises ValidationError for what can be no filter.
        """
        if self.status and self.status not in STATUSES:
            raise ValidationError(f"status: must be one of {', '.join(STATUSES)}")
        found = domain.executions()
        if self.status:
            found = found.filter(status=OPEN if self.status == "open" else CLOSED)
        found = found.filter(start_oldest_date=when(self.since), start_latest_date=when(self.until))
        match self._strongest():
            case "id":
                return found.filter(workflow_id=self.id)
            case "tag":
                return found.filter(tag=self.tag)
            case "type":
                name, _, version = self.type.partition(":")
                return found.filter(workflow_type_name=name, workflow_type_version=version or None)
            case "close_status":
                return found.filter(close_status=self.close_status.upper())
            case _:
                return found

    def _strongest(self) -> str | None:
        return next((name for name in _EXACT if getattr(self, name)), None)

    def tests(self) -> list[Callable[[WorkflowExecution], bool]]:
        """Return what is compared here, execution by execution, as SWF was not asked for it."""
        name, _, version = self.type.partition(":")
        strongest = self._strongest()
        known: dict[str, Callable[[WorkflowExecution], bool]] = {
            "tag": lambda one: self.tag in (one.tag_list or ()),
            "type": lambda one: (
                one.workflow_type is not None
                and one.workflow_type.name == name
                and version in ("", one.workflow_type.version)
            ),
            "close_status": lambda one: one.close_status == self.close_status.upper(),
            "q": lambda one: self.q.casefold() in _words_of(one),
        }
        return [
            test for field, test in known.items() if getattr(self, field) and field != strongest
        ]


@attrs.frozen
class Listed:
    """A page of executions, how many were looked through for it, and where the next begins."""

    executions: tuple[WorkflowExecution, ...]
    looked_through: int
    next: Cursor | None


def routes(site: Site) -> list[Route]:
    """Return the route of the list."""
    return [site.page("/{domain}/executions", shown)]


def shown(site: Site, request: Request) -> Response:
    """Show the executions that the URL asks for, those started last first."""
    wanted = Wanted.read(request)
    domain = site.domain_of(request)
    try:
        found = listed(wanted, domain)
    except ValidationError as error:
        return site.render(
            request,
            "executions.html",
            status=400,
            **_told(wanted),
            error=str(error),
            found=None,
            counts=None,
            abandoned=[],
        )
    name = part(request, "domain")
    return site.render(
        request,
        "executions.html",
        **_told(wanted),
        error=None,
        found=found,
        counts=_counts_if_told(wanted, domain),
        abandoned=abandoned_in(domain, site.clock.now()),
        events=paths.url(name, "executions", "events", **wanted.query),
    )


def abandoned_in(domain: Domain, now: datetime) -> list[tuple[Backlog, datetime]]:
    """Return the task lists that nobody polls though tasks wait there, as far as the SWF tells."""
    told = told_of(domain)
    return [] if told is None else told.abandoned(now)


def _counts_if_told(wanted: Wanted, domain: Domain) -> Counts | None:
    """Return the counts; None where SWF does not give them to who may have the list."""
    try:
        return counts_of(wanted, domain)
    except ResponseError:
        return None


def _told(wanted: Wanted) -> dict[str, Any]:
    return {"wanted": wanted, "statuses": STATUSES, "compared": bool(wanted.tests())}


def listed(wanted: Wanted, domain: Domain) -> Listed:
    """Return the page of executions that is wanted.

    Raises ValidationError for what can be no filter, DomainDoesNotExist for an unknown domain.
    """
    queryset, cursor = wanted.queryset(domain), Cursor.read(wanted.page)
    if cursor is not None:
        queryset = queryset.filter(start_latest_date=cursor.at)
    tests = wanted.tests()
    size = LOOKED_THROUGH if tests else SHOWN + 2
    rest = _after(cursor, iter(queryset.page_size(min(size, 1_000))))
    kept: list[WorkflowExecution] = []
    last: WorkflowExecution | None = None
    looked = 0
    for one in islice(rest, LOOKED_THROUGH):
        if len(kept) == SHOWN:
            break
        looked, last = looked + 1, one
        if all(test(one) for test in tests):
            kept.append(one)
    else:
        if looked < LOOKED_THROUGH or next(rest, None) is None:
            last = None
    return Listed(tuple(kept), looked, None if last is None else Cursor.after(last))


def _after(
    cursor: Cursor | None, found: Iterator[WorkflowExecution]
) -> Iterator[WorkflowExecution]:
    """Yield what comes after a cursor among executions that begin with those started with it.

    Where its run is not among them any more, all of them are yielded: rather twice than never.
    """
    if cursor is None:
        yield from found
        return
    passed: list[WorkflowExecution] = []
    for one in found:
        passed.append(one)
        if one.start_timestamp != cursor.at:
            yield from passed
            break
        if one.run_id == cursor.run_id:
            break
    else:
        yield from passed
    yield from found


@attrs.frozen
class Counts:
    """How many executions pass the filters; None is not known without reading them all."""

    open: str | None
    closed: str | None


def counts_of(wanted: Wanted, domain: Domain) -> Counts | None:
    """Return the counts of what SWF is asked for; None where more is compared here."""
    if wanted.tests():
        return None
    found = wanted.queryset(domain)
    open_count = closed_count = None
    if wanted.status in ("", "open"):
        open_count = _counted(found.filter(status=OPEN))
    if wanted.status != "open":
        closed_count = _counted(found.filter(status=CLOSED))
    return Counts(open_count, closed_count)


def _counted(queryset: WorkflowExecutionQuerySet) -> str:
    count = queryset.count()
    return f"{count:,}{'+' if count.truncated else ''}"


def _words_of(execution: WorkflowExecution) -> str:
    kind = execution.workflow_type
    words = [
        execution.workflow_id,
        execution.run_id,
        None if kind is None else f"{kind.name} {kind.version}",
        execution.close_status or execution.status,
        *(execution.tag_list or ()),
    ]
    return "\n".join(filter(None, words)).casefold()
