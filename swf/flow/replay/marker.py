"""Markers: what a program writes into its history, and what it finds there again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs
from greenlet import GreenletExit

from swf.exceptions import PayloadError
from swf.flow.future import Future
from swf.flow.replay import matching
from swf.flow.replay.command import Command
from swf.flow.replay.ids import fitted
from swf.flow.replay.packing import check

if TYPE_CHECKING:
    from swf.flow.replay.run import Run


@attrs.frozen
class Marker:
    """A marker of a run: a name, and details of any kind."""

    name: str
    details: Any


def record(run: Run, name: str, details: Any) -> Marker:
    """Have a marker recorded, unless this run has recorded the same; return it."""
    marker = Marker(name, details)
    plain = None if details is None else run.payloads.plain(details)
    if (name, plain) not in ((one, told) for one, told, _ in run.markers):
        command = Command("RecordMarker", {"markerName": name}, run.payloads, plain)
        check(command)
        run.markers.append((name, plain, marker))
        run.issue(command)
    return marker


def once(run: Run, name: str, function: Callable[[], Any]) -> Any:
    """Return what a function returned when it ran first: recorded then, and read on every replay.

    Raises what it raised then; a failure is recorded too. It may run again where the decision that
    recorded it was not delivered.
    """
    if run.scheduler.closed:
        raise GreenletExit
    marker_name = fitted(run.current_scope.number(f"{matching.OWN}result:{name}"))
    is_there, details = run.recorded(marker_name)
    if is_there:
        told = run.payloads.load(details)
        plain = run.payloads.open(details)
    else:
        if run.is_peeking:  # it is only looked at, and what comes would be a side effect
            run.scheduler.wait_for(Future(run.scheduler))
        told = _outcome(function)
        plain = run.payloads.plain(told)
    run.issue(Command("RecordMarker", {"markerName": marker_name}, run.payloads, plain))
    if told["error"] is not None:
        raise told["error"]
    return told["value"]


def _outcome(function: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"value": function(), "error": None}
    except PayloadError:
        raise
    except Exception as error:  # noqa: BLE001  (it is recorded, and raised on every replay)
        return {"value": None, "error": error}


def patched(run: Run, name: str) -> bool:
    """Tell whether a run follows the code as it was changed under this name.

    It does where it reached the place after the change; that is recorded. Where it had passed the
    place before, it follows the old code for good.
    """
    found = run.patches.get(name)
    if found is None:
        marker_name = fitted(matching.PATCHED + name)
        is_there = run.is_recorded_now(marker_name)
        found = run.patches[name] = is_there or run.is_peeking or run.is_live
        if found:
            run.issue(Command("RecordMarker", {"markerName": marker_name}, run.payloads, None))
    return found
