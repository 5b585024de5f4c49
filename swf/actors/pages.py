"""Reads the history of a decision task to its end, whatever happens to single pages."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from typing import Any, Final

from swf.actors.backoff import PASSING, Backoff
from swf.clock import Clock
from swf.exceptions import IncompleteTaskError, PollTimeout, ResponseError, SWFError
from swf.transport import Transport
from swf.wire import Wire, told

logger = logging.getLogger(__name__)

_POLL: Final = "PollForDecisionTask"
_READ: Final = "GetWorkflowExecutionHistory"

PAGE_ATTEMPTS: Final = 5
"""How often one page is asked for before the history is read in another way."""


def all_pages(
    connection: Transport, params: Mapping[str, Any], first: Wire, clock: Clock
) -> list[Wire]:
    """Return the pages of a decision task whose first page is here (PollForDecisionTask).

    An event that is in two of them is in the first alone.

    The task is assigned by then, so a page that fails is asked for again, and where it keeps
    failing the rest is read by GetWorkflowExecutionHistory. Raises IncompleteTaskError, which
    carries the task token, where that fails too.
    """
    try:
        return _distinct([first, *_following(_POLL, connection, params, first, clock)])
    except SWFError as error:
        logger.warning("a page of a decision task failed, its history is read instead: %s", error)
        try:
            return [first, _rest(connection, params, first, clock)]
        except SWFError as second:
            raise IncompleteTaskError(
                f"the history could not be read to its end: {second}",
                task_token=first["taskToken"],
                operation=second.operation,
                resource=f"WorkflowExecution({first['workflowExecution']['workflowId']!r})",
            ) from error


def _follow_on(pages: list[Wire]) -> bool:
    """Tell whether each page begins where the one before it has ended, as they should."""
    last: int | None = None
    for page in pages:
        events = page["events"]
        count = len(events)
        if not count:
            continue
        first = events[0].get("eventId")
        if last is not None and first != last + 1:
            return False
        last = events[-1].get("eventId")
        if last != first + count - 1:
            return False
    return True


def _distinct(pages: list[Wire]) -> list[Wire]:
    """Return the pages without events that are in one before."""
    if _follow_on(pages):
        return pages
    here: set[Any] = set()
    kept: list[Wire] = []
    for page in pages:
        ids = [event.get("eventId") for event in page["events"]]
        if here.isdisjoint(ids):
            kept.append(page)
        else:
            fresh = [event for event in page["events"] if event.get("eventId") not in here]
            kept.append({**page, "events": fresh})
        here.update(ids)
    return kept


def _following(
    operation: str, connection: Transport, params: Mapping[str, Any], page: Wire, clock: Clock
) -> list[Wire]:
    """Return the pages after one.

    Raises ResponseError where a page leads back to one that was read.
    """
    pages: list[Wire] = []
    seen: set[str] = set()
    while token := page.get("nextPageToken"):
        if token in seen:
            raise ResponseError("a page leads back to one before", operation=operation)
        seen.add(token)
        page = _page(operation, connection, {**params, "nextPageToken": token}, clock)
        pages.append(page)
    return pages


def _page(operation: str, connection: Transport, params: Mapping[str, Any], clock: Clock) -> Wire:
    """Return one page, asked for again where that may help."""
    backoff = Backoff(0.2, 5)
    for _ in range(PAGE_ATTEMPTS - 1):
        try:
            return _asked(operation, connection, params)
        except (PollTimeout, *PASSING) as error:
            seconds = backoff.seconds()
            logger.warning("a page is asked for again in %.1f s after %s", seconds, error)
            # The task waits for its answer, so not even the end of the loop cuts this short.
            clock.wait(threading.Event(), seconds)
    return _asked(operation, connection, params)


def _asked(operation: str, connection: Transport, params: Mapping[str, Any]) -> Wire:
    page = connection.call(operation, params)
    if operation == _POLL and not (page.get("taskToken") or page.get("events")):
        raise PollTimeout("a page of nothing", operation=operation)
    return page


def _rest(connection: Transport, params: Mapping[str, Any], first: Wire, clock: Clock) -> Wire:
    """Return, as one page, what a decision task's history has beside its first page."""
    asked = told(
        domain=params["domain"],
        execution=dict(first["workflowExecution"]),
        maximumPageSize=params.get("maximumPageSize"),
        reverseOrder=params.get("reverseOrder"),
    )
    page = _page(_READ, connection, asked, clock)
    pages = [page, *_following(_READ, connection, asked, page, clock)]
    events = [event for page in pages for event in page["events"]]
    # What was recorded since the task started belongs to the next one.
    newest: int = first["startedEventId"]
    oldest = _previous_started(events, newest) if params.get("startAtPreviousStartedEvent") else 1
    here = {event["eventId"] for event in first["events"]}
    return {
        "events": [
            event
            for event in events
            if oldest <= event["eventId"] <= newest and event["eventId"] not in here
        ]
    }


def _previous_started(events: Iterable[Wire], started: int) -> int:
    """Return the id of the DecisionTaskStarted before this one, 1 where it is the first."""
    return max(
        (
            event["eventId"]
            for event in events
            if event["eventType"] == "DecisionTaskStarted" and event["eventId"] < started
        ),
        default=1,
    )
