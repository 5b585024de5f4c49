"""What becomes of a due time while an earlier run still goes on."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

import attrs

MOST_BUFFERED: Final = 100
"""Due times that wait for their turn, at most: those after them are skipped."""


class Overlap(StrEnum):
    """The rules."""

    SKIP = "skip"
    """It is passed over."""
    BUFFER_ONE = "buffer_one"
    """It waits until the run has ended, if none waits already; else it is passed over."""
    BUFFER_ALL = "buffer_all"
    """It waits until all before it have ended; at most MOST_BUFFERED do."""
    CANCEL_OTHER = "cancel_other"
    """The run is asked to end; it is started once that has ended, unless a later one came."""
    TERMINATE_OTHER = "terminate_other"
    """The run is terminated, and it is started then."""
    ALLOW_ALL = "allow_all"
    """It is started beside the run."""


@attrs.frozen
class Due:
    """A run that is to be started: for which moment, in seconds since the epoch.

    `trigger` numbers those that were asked for by hand; 0 is one that was due by itself.
    """

    at: int
    trigger: int = 0


@attrs.frozen
class Step:
    """What is to be done: start these, keep those waiting, end the others."""

    start: tuple[Due, ...] = ()
    waiting: tuple[Due, ...] = ()
    skipped: tuple[Due, ...] = ()
    end: Literal["cancel", "terminate"] | None = None


def came(rule: Overlap, due: Due, waiting: tuple[Due, ...], *, running: bool) -> Step:
    """Return what a due time leads to, now that it has come."""
    if rule is Overlap.ALLOW_ALL or not (running or waiting):
        return Step(start=(due,), waiting=waiting)
    if rule is Overlap.CANCEL_OTHER:
        return Step(waiting=(due,), skipped=waiting, end="cancel")
    if rule is Overlap.TERMINATE_OTHER:
        return Step(waiting=(due,), skipped=waiting, end="terminate")
    if len(waiting) < _ROOM[rule]:
        return Step(waiting=(*waiting, due))
    return Step(waiting=waiting, skipped=(due,))


_ROOM: Final = {Overlap.SKIP: 0, Overlap.BUFFER_ONE: 1, Overlap.BUFFER_ALL: MOST_BUFFERED}


def ended(rule: Overlap, waiting: tuple[Due, ...]) -> Step:
    """Return what is done when nothing runs any more: those that wait have their turn."""
    if rule is Overlap.ALLOW_ALL:
        return Step(start=waiting)
    return Step(start=waiting[:1], waiting=waiting[1:])


def ends_other(rule: Overlap) -> bool:
    """Tell whether a due time acts upon what runs, so that it cannot be looked at later."""
    return rule in (Overlap.CANCEL_OTHER, Overlap.TERMINATE_OTHER)
