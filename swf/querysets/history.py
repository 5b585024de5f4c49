"""The events of workflow executions, read page by page."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, ClassVar, Never, Self

import attrs

from swf.constants import MAX_PAGE_SIZE
from swf.exceptions import ValidationError, ValidationTypeError, WorkflowExecutionDoesNotExist
from swf.models import History, WorkflowExecution
from swf.models import event as events  # its classes are loaded when one is made
from swf.models.event.base import Event
from swf.querysets.base import Listing, text, unknown_lookup
from swf.querysets.within import WithinDomain
from swf.shapes import SHAPES
from swf.wire import Wire, told


@attrs.frozen(eq=False, repr=False)
class HistoryQuerySet(WithinDomain[Event]):
    """The events of one execution, oldest first, once `filter(workflow_id=…)` has named it.

    `get` returns the whole history at once; iterating holds one page of it.
    """

    model = Event
    DoesNotExist = WorkflowExecutionDoesNotExist
    _lookups = ("name", "run_id", "workflow_id")
    _orderings = ("id",)
    _columns: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "id": attrgetter("id"),
        "name": attrgetter("name"),
        "timestamp": attrgetter("timestamp"),
    }

    def filter(
        self,
        *,
        workflow_id: str | None = None,
        run_id: str | None = None,
        name: str | None = None,
        **unknown: Never,
    ) -> Self:
        """Return a narrower queryset.

        `workflow_id` and `run_id` name the execution (without run id, the open run, else the one
        started last), `name` an event type, compared here. Raises ValidationError for a name that
        is no event type, FieldError for any other lookup.
        """
        for lookup in unknown:
            raise unknown_lookup(type(self).__name__, lookup, self._lookups)
        text(name, "name")
        if name is not None and name not in SHAPES["EventType"]["enum"]:
            near = difflib.get_close_matches(name, SHAPES["EventType"]["enum"], n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ValidationError(f"name: {name!r} is no event type of SWF{hint}")
        return self._filtered(
            told(
                workflow_id=text(workflow_id, "workflow_id"),
                run_id=text(run_id, "run_id"),
                name=name,
            )
        )

    def _execution(self) -> WorkflowExecution:
        if "workflow_id" not in self._where:
            raise ValidationError(
                "HistoryQuerySet: which execution? Name it with filter(workflow_id=…) or get(…)"
            )
        return WorkflowExecution(
            self.domain,
            self._where["workflow_id"],
            self._where.get("run_id"),
            connection=self._connection,
        )

    def _listings(self) -> list[Listing]:
        params = self._execution()._described()
        return [Listing("GetWorkflowExecutionHistory", params, "events")]

    def _model(self, item: Wire) -> Event:
        return events.event_from(item)

    def _order(self, item: Wire) -> Any:
        return item["eventId"]

    def _predicate(self) -> Callable[[Wire], bool] | None:
        name = self._where.get("name")
        return None if name is None else lambda item: item["eventType"] == name

    def get(
        self,
        workflow_id: str,
        run_id: str | None = None,
        *,
        max_results: int | None = None,
        page_size: int = MAX_PAGE_SIZE,
        reverse: bool = False,
    ) -> History:
        """Return the history of an execution: all of it, or its first `max_results` events.

        `reverse` begins with the newest; filters do not count. Raises `DoesNotExist` where there is
        no such execution (GetWorkflowExecutionHistory).
        """
        fresh = type(self)(self.domain, connection=self._connection)
        found = fresh.filter(workflow_id=workflow_id, run_id=run_id).page_size(page_size)
        if reverse:
            found = found.reverse()
        if max_results is None:
            return History(found)
        if isinstance(max_results, bool) or not isinstance(max_results, int):
            raise ValidationTypeError(f"max_results: must be an int, got {max_results!r}")
        if max_results < 0:
            raise ValidationError(f"max_results: must not be negative, got {max_results}")
        return History(found[:max_results])
