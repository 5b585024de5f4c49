"""Follows a history: what a decision became is what the program asked for, or an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from swf.flow.replay import closing, matching
from swf.validation import CLOSING
from swf.wire import Wire

if TYPE_CHECKING:
    from swf.flow.replay.run import Run


def match(run: Run, event: Wire) -> bool:
    """Compare an event that a decision became with what the program asked for next.

    Who asked learns of it: at once where it was accepted, with the next decision task where it was
    refused. Returns False for an event that is the framework's own. Raises NonDeterminismError
    where it is something else.
    """
    queue, event_type = run.queue, event["eventType"]
    _, accepted, member = matching.DECIDED[event_type]
    told = event.get(member) or {}
    command = queue[0] if queue else None
    what = [] if command is None else matching.differences(command, event_type, told)
    if command is None or what:
        if _is_own(run, told):
            return False
        raise matching.mismatch(str(run.execution), command, event, what, _waits_at(run))
    queue.popleft()
    decision_type, asker = command.decision_type, command.asker
    if decision_type in CLOSING:
        run.is_closed = accepted
        if not accepted:
            run.refusals.append(lambda: closing.refused(run, command, told))
    elif decision_type == "RecordMarker":
        run.ahead.reached(told["markerName"])
    if asker is not None:
        if accepted:
            asker.accepted(event["eventId"], told)
        else:
            run.refusals.append(lambda: asker.refused(told))
    return True


def _waits_at(run: Run) -> str | None:
    """Return the line of the program at which its main strand waits."""
    frames = run.main.frames() if run.main is not None else []
    return f"{frames[-1].f_code.co_filename}:{frames[-1].f_lineno}" if frames else None


def _is_own(run: Run, told: Wire) -> bool:
    """Tell whether an event is the framework's, and no program's."""
    name = told.get("timerId") or told.get("markerName") or ""
    if name.startswith((matching.WAKE_UP, matching.BLOCKED)):
        run.is_cut = True
        return True
    return bool(name.startswith(matching.PATCHED))
