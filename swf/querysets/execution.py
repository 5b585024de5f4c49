"""The workflow executions of a domain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter
from typing import Any, ClassVar, Final, Never, Self

import attrs
from dateutil.parser import isoparse

from swf.clock import SystemClock
from swf.constants import CLOSED, OPEN, CloseStatus, ExecutionStatus
from swf.exceptions import ValidationError, ValidationTypeError, WorkflowExecutionDoesNotExist
from swf.models import WorkflowExecution, WorkflowType
from swf.querysets.base import Listing, one_of_both, several, text, unknown_lookup
from swf.querysets.within import WithinDomain
from swf.wire import TypeKey, Wire, epoch, moment, told

When = datetime | date | timedelta | float | str
"""A time: aware datetime, date, ISO string, or how long ago as timedelta or number of days."""

LATEST_OF: Final = 100
"""How many runs of a workflow id are listed at most to find the latest."""

_ID: Final = frozenset({"workflow_id"})
_TAG: Final = frozenset({"tags"})
_TYPE: Final = frozenset({"type_name", "type_version"})
_CLOSE_STATUS: Final = frozenset({"close_status"})
_NOTHING: Final[frozenset[str]] = frozenset()
_START_TIMES: Final = frozenset({"start_oldest", "start_latest"})
_CLOSE_TIMES: Final = frozenset({"close_oldest", "close_latest"})

_EVER: Final = 0.0  # SWF wants to be told an oldest date; this one hides nothing that is retained
_FIRST: Final = datetime.fromtimestamp(_EVER, UTC)


@attrs.frozen(eq=False, repr=False)
class WorkflowExecutionQuerySet(WithinDomain[WorkflowExecution]):
    """The executions of a domain, open and closed, those started last first.

    `order_by("close_timestamp")`, like a filter by close time, leaves out open executions.
    """

    model = WorkflowExecution
    DoesNotExist = WorkflowExecutionDoesNotExist
    _lookups = (
        "close_latest_date",
        "close_oldest_date",
        "close_status",
        "latest_date",
        "oldest_date",
        "start_latest_date",
        "start_oldest_date",
        "status",
        "tag",
        "workflow_id",
        "workflow_type",
        "workflow_type_name",
        "workflow_type_version",
    )
    _orderings = ("start_timestamp", "close_timestamp")
    _columns: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "workflow id": attrgetter("workflow_id"),
        "type": lambda execution: " ".join(execution.workflow_type.key),
        "status": lambda execution: execution.close_status or execution.status,
        "started": attrgetter("start_timestamp"),
        "closed": attrgetter("close_timestamp"),
        "tags": attrgetter("tag_list"),
        "run id": attrgetter("run_id"),
    }

    def filter(
        self,
        *,
        status: str | Iterable[str] | None = None,
        workflow_id: str | None = None,
        workflow_type: WorkflowType | TypeKey | tuple[str, str] | str | None = None,
        workflow_type_name: str | None = None,
        workflow_type_version: str | None = None,
        tag: str | None = None,
        close_status: str | None = None,
        start_oldest_date: When | None = None,
        start_latest_date: When | None = None,
        close_oldest_date: When | None = None,
        close_latest_date: When | None = None,
        oldest_date: When | None = None,
        latest_date: When | None = None,
        **unknown: Never,
    ) -> Self:
        """Return a narrower queryset: executions that pass all of the filters.

        - `status`: OPEN or CLOSED, else both.
        - `workflow_type`: a WorkflowType, a (name, version), or a name for all versions;
          `workflow_type_name` and `workflow_type_version` say the same in two words.
        - `tag`: one of the execution's tags. `close_status`: how it closed.
        - `start_oldest_date`, `start_latest_date` (also `oldest_date`, `latest_date`),
          `close_oldest_date`, `close_latest_date`: bounds, inclusive. An aware datetime, a date
          (from its first, up to its last moment, in UTC), an ISO string (UTC where it says no
          zone), or how long ago: a timedelta or a number of days.
        - Filters given one after another all hold; tags too, all of them.

        SWF filters by one of workflow id, tag, type and close status, and by start or by close
        time; where more is given, the rest is compared here, on what is listed. `close_…` filters
        leave out open executions. Any other lookup is a FieldError.
        """
        for lookup in unknown:
            raise unknown_lookup(type(self).__name__, lookup, self._lookups)
        name, version = _type_of(workflow_type, workflow_type_name, workflow_type_version)
        now = SystemClock().now()
        oldest = one_of_both(start_oldest_date, oldest_date, "start_oldest_date", "oldest_date")
        latest = one_of_both(start_latest_date, latest_date, "start_latest_date", "latest_date")
        words = None if status is None else several(status, "status", ExecutionStatus)
        given = told(
            status=words,
            workflow_id=text(workflow_id, "workflow_id"),
            type_name=name,
            type_version=version,
            tags=None if tag is None else (text(tag, "tag"),),
            close_status=_close_status(close_status),
            start_oldest=_when(oldest, "start_oldest_date", now, time.min),
            start_latest=_when(latest, "start_latest_date", now, time.max),
            close_oldest=_when(close_oldest_date, "close_oldest_date", now, time.min),
            close_latest=_when(close_latest_date, "close_latest_date", now, time.max),
        )
        _refuse(_contradiction(given), f"{type(self).__name__}.filter")
        found = self._filtered(given)
        return found.none() if _contradiction(found._where) else found

    def _both(self, name: str, one: Any, other: Any) -> Any:
        if name == "tags":
            return (*one, *(tag for tag in other if tag not in one))
        if name.endswith("_oldest"):
            return max(one, other)
        return min(one, other) if name.endswith("_latest") else super()._both(name, one, other)

    def _by_close_time(self) -> bool:
        """Return whether SWF is asked by close time, and so lists in that order."""
        where = self._where
        order: str | None = where.get("order")
        if order is not None:
            return order == "close_timestamp"
        return "close_oldest" in where or "close_latest" in where

    def _ordered(self, field: str, *, descending: bool) -> Self:
        found = self._but(_where={**self._where, "order": field}, _reversed=not descending)
        _refuse(_contradiction(found._where), f"{type(self).__name__}.order_by")
        return found

    def _statuses(self) -> tuple[str, ...]:
        if _needs_closed(self._where):
            return (CLOSED,)
        statuses: tuple[str, ...] = self._where.get("status", (OPEN, CLOSED))
        return statuses

    def _listings(self) -> list[Listing]:
        # Open ones first: one that closes in between is then listed twice rather than not at all.
        return [self._listing(status) for status in (OPEN, CLOSED) if status in self._statuses()]

    def _listing(self, status: str) -> Listing:
        kind = "close" if status == CLOSED and self._by_close_time() else "start"
        params = {
            "domain": self.domain.name,
            f"{kind}TimeFilter": self._time_filter(kind),
            **self._asked_for()[0],
        }
        word = "Open" if status == OPEN else "Closed"
        return Listing(
            f"List{word}WorkflowExecutions",
            params,
            "executionInfos",
            f"Count{word}WorkflowExecutions",
        )

    def _time_filter(self, kind: str) -> dict[str, float]:
        oldest, latest = self._where.get(f"{kind}_oldest"), self._where.get(f"{kind}_latest")
        return told(
            oldestDate=_EVER if oldest is None else epoch(oldest),
            latestDate=None if latest is None else epoch(latest),
        )

    def _asked_for(self) -> tuple[dict[str, Any], frozenset[str]]:
        """Return the one filter that SWF is asked for, and the lookups that it answers in full.

        Of several, the one that likely lets least through.
        """
        where = self._where
        if "workflow_id" in where:
            return {"executionFilter": {"workflowId": where["workflow_id"]}}, _ID
        if "tags" in where:
            tags = where["tags"]
            return {"tagFilter": {"tag": tags[0]}}, _TAG if len(tags) == 1 else _NOTHING
        if "type_name" in where:
            key = told(name=where["type_name"], version=where.get("type_version"))
            return {"typeFilter": key}, _TYPE
        if "close_status" in where:
            return {"closeStatusFilter": {"status": where["close_status"]}}, _CLOSE_STATUS
        return {}, _NOTHING

    def _timed(self) -> frozenset[str]:
        """Return the lookups that the time filter of the listing answers."""
        return _CLOSE_TIMES if self._by_close_time() else _START_TIMES

    def _exact(self) -> bool:
        answered = self._asked_for()[1] | self._timed() | {"status", "order"}
        return self._where.keys() <= answered

    def _predicate(self) -> Callable[[Wire], bool] | None:
        """Return the comparison of what SWF was not asked, or may not have filtered by.

        SWF-compatible servers leave out some filters, so what costs little is compared again here.
        """
        timed = self._timed()
        tests = [
            _TESTS[name](value)
            for name, value in self._where.items()
            if name in _TESTS and name not in timed
        ]
        return (lambda item: all(test(item) for test in tests)) if tests else None

    def _model(self, item: Wire) -> WorkflowExecution:
        return WorkflowExecution._from_wire(item, self.domain, self._connection)

    def _order(self, item: Wire) -> Any:
        return item["closeTimestamp" if self._by_close_time() else "startTimestamp"]

    def _identity(self, item: Wire) -> Any:
        return item["execution"]["workflowId"], item["execution"]["runId"]

    def _descending(self) -> bool:
        return not self._reversed

    def get(self, workflow_id: str, run_id: str | None = None) -> WorkflowExecution:
        """Return the execution, described in full (DescribeWorkflowExecution).

        Without run id, the open run of the workflow id, else the one started last; filters do not
        count. Raises `DoesNotExist` where there is none.
        """
        named = WorkflowExecution(self.domain, workflow_id, run_id, connection=self._connection)
        return named.upstream()

    def latest(self, workflow_id: str) -> WorkflowExecution:
        """Return the open run of a workflow id, else the one started last, as it is listed.

        Filters and order of this queryset do not count. Raises `DoesNotExist` where there is none.
        """
        WorkflowExecution(self.domain, workflow_id)  # refuses what is no workflow id
        fresh = type(self)(self.domain, connection=self._connection)
        runs = fresh.filter(workflow_id=workflow_id)
        for status in (OPEN, CLOSED):
            # Not the first alone: not every server lists those started last first.
            found = list(runs.filter(status=status)[:LATEST_OF])
            if found:
                return max(found, key=attrgetter("start_timestamp"))
        raise WorkflowExecutionDoesNotExist(
            "no open or retained run of this workflow id",
            operation="ListClosedWorkflowExecutions",
            resource=f"WorkflowExecution({workflow_id!r})",
        )


def _type_of(
    workflow_type: Any, name: str | None, version: str | None
) -> tuple[str | None, str | None]:
    """Return the name and version that the three ways to name a type say together."""
    if workflow_type is None:
        return text(name, "workflow_type_name"), text(version, "workflow_type_version")
    if name is not None or version is not None:
        raise ValidationError(
            "filter: give workflow_type, or workflow_type_name and workflow_type_version, not both"
        )
    if isinstance(workflow_type, str):
        return workflow_type, None
    if isinstance(workflow_type, WorkflowType):
        return workflow_type.key
    if isinstance(workflow_type, tuple) and len(workflow_type) == 2:
        return text(workflow_type[0], "workflow_type"), text(workflow_type[1], "workflow_type")
    raise ValidationTypeError(
        f"workflow_type: must be a WorkflowType, a (name, version) or a name, got {workflow_type!r}"
    )


def _needs_closed(where: Mapping[str, Any]) -> bool:
    """Return whether only closed executions can pass."""
    lookups = _CLOSE_STATUS | _CLOSE_TIMES
    return bool(lookups & where.keys()) or where.get("order") == "close_timestamp"


def _contradiction(where: Mapping[str, Any]) -> str | None:
    """Return why nothing can pass these lookups, None where something can."""
    for kind in ("start", "close"):
        oldest, latest = where.get(f"{kind}_oldest"), where.get(f"{kind}_latest")
        if oldest is not None and latest is not None and oldest > latest:
            return (
                f"{kind}_oldest_date {oldest.isoformat()} is after "
                f"{kind}_latest_date {latest.isoformat()}"
            )
    if CLOSED not in where.get("status", (CLOSED,)) and _needs_closed(where):
        return "an open execution has no close status or close time"
    return None


def _refuse(reason: str | None, what: str) -> None:
    if reason is not None:
        raise ValidationError(f"{what}: {reason}")


def _close_status(word: str | None) -> str | None:
    if word is None:
        return None
    return several(text(word, "close_status"), "close_status", CloseStatus)[0]


def _when(value: Any, argument: str, now: datetime, of_day: time) -> datetime | None:
    """Return a bound as an aware datetime; a date without time means its first or last moment."""
    if value is None:
        return None
    if isinstance(value, str):
        value = _parsed(value, argument)
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValidationError(f"{argument}: must be an aware datetime, got {value!r}")
    try:
        bound = _to_millisecond(_bound(value, now, of_day), up=of_day == time.min)
    except TypeError:
        raise ValidationTypeError(
            f"{argument}: must be a datetime, a date, an ISO string, a timedelta or days, "
            f"got {value!r}"
        ) from None
    except (OverflowError, ValueError) as error:
        raise ValidationError(f"{argument}: there is no such time: {value!r} ({error})") from error
    if bound < _FIRST and of_day == time.max:
        raise ValidationError(f"{argument}: SWF counts from 1970 on, got {value!r}")
    return max(bound, _FIRST)


def _bound(value: Any, now: datetime, of_day: time) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, of_day, UTC)
    if isinstance(value, bool):
        raise TypeError
    ago = value if isinstance(value, timedelta) else timedelta(days=value)
    if ago < timedelta():
        raise ValueError("it is said how long ago, so not less than 0")
    return now - ago


def _to_millisecond(value: datetime, *, up: bool) -> datetime:
    """Return a bound in whole milliseconds, as SWF counts, that lets nothing more through."""
    part = value.microsecond % 1000
    return value + timedelta(microseconds=(1000 - part) % 1000 if up else -part)


def _parsed(given: str, argument: str) -> datetime | date:
    try:
        parsed = isoparse(given)
    except ValueError as error:
        raise ValidationError(f"{argument}: not an ISO date or time: {given!r}") from error
    if len(given) < len("20260131"):
        raise ValidationError(f"{argument}: must name a day, got {given!r}")
    if len(given) <= len("2026-01-31"):
        return parsed.date()
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


_Test = Callable[[Wire], bool]

_TESTS: Final[Mapping[str, Callable[[Any], _Test]]] = {
    "workflow_id": lambda value: lambda item: item["execution"]["workflowId"] == value,
    "type_name": lambda value: lambda item: item["workflowType"]["name"] == value,
    "type_version": lambda value: lambda item: item["workflowType"]["version"] == value,
    "tags": lambda value: lambda item: set(value) <= set(item.get("tagList", ())),
    "close_status": lambda value: lambda item: item.get("closeStatus") == value,
    "start_oldest": lambda value: lambda item: moment(item["startTimestamp"]) >= value,
    "start_latest": lambda value: lambda item: moment(item["startTimestamp"]) <= value,
    # Not every server tells when an execution closed.
    "close_oldest": lambda value: (
        lambda item: "closeTimestamp" in item and moment(item["closeTimestamp"]) >= value
    ),
    "close_latest": lambda value: (
        lambda item: "closeTimestamp" in item and moment(item["closeTimestamp"]) <= value
    ),
}
