"""What is kept with a run for those who measure and trace it; no program sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from swf.tracing import switch as tracing
from swf.tracing.context import LINK, PARENT, in_tags, parsed
from swf.wire import Wire

Scheduled = tuple[float, tuple[str, str, str]]
"""When an activity task was scheduled, seconds since the epoch; its domain, task list and type."""


@attrs.define
class Notes:
    """How far a run was measured, and to which trace it belongs."""

    last: int = 0
    """The newest event that was measured; 0 of a run that has made no answer."""
    began: float | None = None
    """When the execution was started: seconds since the epoch."""
    scheduled: dict[int, Scheduled] = attrs.field(factory=dict[int, Scheduled])
    """Activity tasks that are open, by the event that they were scheduled with."""
    fed: Sequence[Wire] = ()
    """The events that the run was last fed, until they are measured."""
    parent: str | None = None
    """The span in which the execution was started, as a `traceparent`."""
    traceparent: str | None = None
    """The span of the run itself; None where nothing is traced."""
    links: list[str] = attrs.field(factory=list[str])
    """The spans in which signals were sent that the next answer follows from."""

    def begin(self, run_id: str, context: Mapping[str, Any], started: Wire) -> None:
        """Find the trace that an execution belongs to; there is one where this process traces."""
        tracer = tracing.active()
        if tracer is None:
            return
        parent = parsed(context.get(PARENT) or in_tags(started.get("tagList") or ()))
        self.parent = None if parent is None else str(parent)
        self.traceparent = str(tracer.of_run(run_id, parent))

    def news(self) -> Sequence[Wire]:
        """Return the events that were not measured yet; keep none of them."""
        fed, self.fed = self.fed, ()
        return fed[max(0, self.last + 1 - fed[0]["eventId"]) :] if fed else ()

    def signaled(self, context: Mapping[str, Any]) -> None:
        """Take note of where a signal was sent, so that the decision is linked with it."""
        told = context.get(PARENT)
        if isinstance(told, str) and tracing.active() is not None:
            self.links.append(told)

    def followed(self) -> list[str]:
        """Return the spans that an answer follows from; the next one follows from others."""
        links, self.links = self.links, []
        return links

    def carried(self) -> dict[str, Any]:
        """Return what a call says of the trace that it is made in: nothing where there is none."""
        return {} if self.traceparent is None else {PARENT: self.traceparent}

    def attempted(self, run_id: str, started_id: int) -> dict[str, Any]:
        """Return what another attempt says of the one before, which began with that event."""
        place = parsed(self.traceparent)
        if place is None or not started_id:
            return {}
        return {LINK: str(place.beside(run_id, started_id))}
