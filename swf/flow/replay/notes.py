"""What is kept with a run for those who measure and trace it; no program sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from swf.tracing import switch as tracing
from swf.tracing.context import LINK, PARENT, in_tags, parsed
from swf.wire import Wire


@attrs.define
class Notes:
    """How far a run was measured, and to which trace it belongs."""

    last: int = 0
    """The newest event that was measured; 0 of a run that has made no answer."""
    began: float | None = None
    """When the execution was started: seconds since the epoch."""
    scheduled: dict[int, Wire] = attrs.field(factory=dict[int, Wire])
    """Activity tasks that are open, by the event that they were scheduled with."""
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

    def signaled(self, context: Mapping[str, Any]) -> None:
        """Take note of where a signal was sent, so that the decision is linked with it."""
        told = context.get(PARENT)
        if isinstance(told, str) and tracing.active() is not None:
            self.links.append(told)

    def carried(self) -> dict[str, Any]:
        """Return what a call says of the trace that it is made in: nothing where there is none."""
        return {} if self.traceparent is None else {PARENT: self.traceparent}

    def attempted(self, run_id: str, started_id: int) -> dict[str, Any]:
        """Return what another attempt says of the one before, which began with that event."""
        place = parsed(self.traceparent)
        if place is None or not started_id:
            return {}
        return {LINK: str(place.beside(run_id, started_id))}
