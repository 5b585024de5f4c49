"""Histories that pages have read: kept, so that the next page reads what is new alone."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from itertools import islice, takewhile
from threading import Lock
from typing import Final

import attrs

from swf.models import History, WorkflowExecution
from swf.models.event.base import Event
from swf.models.timeline import Timeline, timeline_of
from swf.querysets import HistoryQuerySet

MOST: Final = 16
"""Histories that are kept."""

MOST_EVENTS: Final = 75_000
"""Events of all of them together; that of the last page is kept, however long."""

FRESH: Final = 100
"""Events that are asked for at first where some may be new."""


@attrs.define
class _Kept:
    """One history, or none yet, its timeline if it was drawn, and the lock of who reads it."""

    history: History | None = None
    timeline: Timeline | None = None
    reading: Lock = attrs.field(factory=Lock)


class Histories:
    """The histories of the executions that were looked at last; any thread may ask for one.

    A history that was given out does not grow: what is new is told in another one.
    """

    def __init__(self, *, most: int = MOST, most_events: int = MOST_EVENTS) -> None:
        self._most = most
        self._most_events = most_events
        self._kept: OrderedDict[object, _Kept] = OrderedDict()
        self._guard = Lock()

    def of(self, execution: WorkflowExecution) -> History:
        """Return the whole history of an execution, oldest first, as SWF has it now.

        Only what is new since the last time is fetched, nothing where the execution is closed
        (GetWorkflowExecutionHistory).
        """
        kept = self._kept_of(execution)
        try:
            with kept.reading:
                history = _whole(execution, kept.history)
                if history is not kept.history:
                    kept.history, kept.timeline = history, None
        finally:
            with self._guard:
                self._forget()
        return history

    def timeline_of(self, execution: WorkflowExecution, history: History) -> Timeline:
        """Return the timeline of a history that was given out, which goes on until now.

        Raises InconsistentHistoryError where the events contradict each other.
        """
        now = execution.connection.clock.now()
        kept = self._kept_of(execution)
        with kept.reading:
            timeline = kept.timeline if kept.history is history else None
            if timeline is None:
                timeline = timeline_of(history, now=now)
            if kept.history is history:
                kept.timeline = timeline
        return timeline if timeline.finished else attrs.evolve(timeline, end=max(timeline.end, now))

    def _kept_of(self, execution: WorkflowExecution) -> _Kept:
        name = _name(execution)
        with self._guard:
            kept = self._kept.setdefault(name, _Kept())
            self._kept.move_to_end(name)
        return kept

    def kept(self, execution: WorkflowExecution) -> History | None:
        """Return the history of a closed execution if it is here; None where it must be read."""
        with self._guard:
            kept = self._kept.get(_name(execution))
        history = None if kept is None else kept.history
        return history if history is not None and history.finished else None

    def _forget(self) -> None:
        """Let go what was not looked at for longest, as long as there is too much."""
        while len(self._kept) > 1 and (
            len(self._kept) > self._most
            or sum(len(one.history or ()) for one in self._kept.values()) > self._most_events
        ):
            self._kept.popitem(last=False)


def last_event_id(execution: WorkflowExecution) -> int:
    """Return how many events an execution has (GetWorkflowExecutionHistory, one event of it)."""
    last = next(iter(_events(execution).reverse().page_size(1)), None)
    return 0 if last is None else last.id


def stretch(execution: WorkflowExecution, first: int, last: int, count: int) -> list[Event]:
    """Return the events with the ids from `first` to `last` of the `count` that there are.

    They are read from the end of the history that is nearer: no more pages than are before them.
    """
    found = _events(execution)
    if last <= count - first:
        return list(islice(found, first - 1, last))
    newest = takewhile(lambda event: event.id >= first, found.reverse())
    return [event for event in newest if event.id <= last][::-1]


def _name(execution: WorkflowExecution) -> object:
    # The connection, too: an imported history may have the names of an execution of SWF's.
    named = (execution.domain.name, execution.workflow_id, execution.run_id)
    return (execution.connection, *named)


def _events(execution: WorkflowExecution) -> HistoryQuerySet:
    found = HistoryQuerySet(execution.domain, connection=execution.connection)
    return found.filter(workflow_id=execution.workflow_id, run_id=execution.run_id)


def _whole(execution: WorkflowExecution, known: History | None) -> History:
    if known is None or known.last is None:
        return execution.history()
    if known.finished:
        return known
    fresh = list(_newer(execution, known.last.id))
    if not fresh:
        return known
    grown = known[:]
    grown.extend(reversed(fresh))
    return grown


def _newer(execution: WorkflowExecution, event_id: int) -> Iterator[Event]:
    newest = _events(execution).reverse().page_size(FRESH)
    return takewhile(lambda event: event.id > event_id, newest)
