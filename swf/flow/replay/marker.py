"""Markers: what a program writes into its history, and what it finds there again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import attrs
from greenlet import GreenletExit

from swf.exceptions import ValidationError
from swf.flow.errors import ProgramError
from swf.flow.replay import matching
from swf.flow.replay.command import Command
from swf.flow.replay.ids import fitted
from swf.flow.replay.packing import check
from swf.payload import Payloads, dump_failure, load_failure

if TYPE_CHECKING:
    from swf.flow.replay.run import Run

_PLAIN: Final = Payloads()
"""How a failure is told within what is recorded, which is sealed as a whole."""


@attrs.frozen
class Marker:
    """A marker of a run: a name, and details of any kind."""

    name: str
    details: Any


def record(run: Run, name: str, details: Any) -> Marker:
    """Have a marker recorded, unless this run has recorded the same; return it.

    Raises ValidationError for a name that SWF would refuse or that is the framework's, and
    PayloadError for details that cannot travel.
    """
    if name.startswith(matching.OWN):
        raise ValidationError(f"record_marker: names that begin with {matching.OWN!r} are taken")
    plain = None if details is None else run.payloads.plain(details)
    key = (name, plain)
    found = run.markers.get(key)
    if found is None:
        command = Command("RecordMarker", {"markerName": name}, run.payloads, plain)
        check(command)
        run.issue(command)
        found = run.markers[key] = Marker(name, details)
    return found


def once(run: Run, name: str, function: Callable[[], Any], payloads: Payloads | None = None) -> Any:
    """Return what a function returned when it ran first: recorded then, and read on every replay.

    Raises what it raised then, as far as its type is known; a failure is recorded too. It may run
    again where the decision that recorded it was not delivered. Raises ProgramError where the
    function asks for a decision.
    """
    if run.scheduler.closed:
        raise GreenletExit
    if run.is_recording:  # within another, which is recorded as a whole
        return function()
    payloads = payloads or run.payloads
    if payloads.raw:  # what is recorded here is no bare text
        payloads = attrs.evolve(payloads, raw=False)
    marker_name = fitted(run.current_scope.number(f"{matching.OWN}result:{name}"))
    is_there, details = run.recorded(marker_name)
    if is_there:
        plain = payloads.open(details)
    else:
        run.hold_here()
        plain = payloads.plain(_outcome(run, name, function))
    told = payloads.parse(plain)  # the first time too: what comes of it shall be the same
    run.issue(Command("RecordMarker", {"markerName": marker_name}, payloads, plain))
    if "failed" in told:
        raise load_failure(_PLAIN, *told["failed"])
    return told["value"]


def _outcome(run: Run, name: str, function: Callable[[], Any]) -> dict[str, Any]:
    scheduler = run.scheduler
    strand, scheduler.current = scheduler.current, None  # it cannot wait
    before = len(run.queue), len(run.tasks)
    run.is_recording = True
    try:
        told = {"value": function()}
    except Exception as error:  # noqa: BLE001  (it is recorded, and raised on every replay)
        told = {"failed": list(dump_failure(_PLAIN, error))}
    finally:
        run.is_recording = False
        scheduler.current = strand
    if (len(run.queue), len(run.tasks)) != before:
        raise ProgramError(
            f"{name} is run once and its result recorded: it can submit nothing, start no timer and"
            " record no marker, which no replay would do"
        )
    return told


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
