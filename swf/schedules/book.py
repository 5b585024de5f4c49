"""What a schedule keeps of itself: how far it has come, what waits, and how its runs ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import attrs

from swf.schedules.overlap import Due

TOLD: Final = 10
"""Runs, and due times that wait, that are told of."""

OPEN: Final = "OPEN"


@attrs.define
class StartedRun:
    """A run that was started, or could not be.

    `status` is OPEN, how it closed, or NOT_STARTED, for the reason in `cause`. Times are seconds
    since the epoch.
    """

    workflow_id: str
    due: int
    started: int
    run_id: str | None = None
    status: str = OPEN
    closed: int | None = None
    cause: str | None = None


@attrs.define
class Book:
    """What a schedule has done, and has to do still; it goes from run to run of its execution."""

    since: float
    """All due times up to then are seen to."""
    waiting: tuple[Due, ...] = ()
    recent: list[StartedRun] = attrs.field(factory=list)
    started: int = 0
    skipped: int = 0
    missed: int = 0
    triggers: int = 0
    refused: str | None = None
    """Why the last change that was asked for was not made."""

    def note(self, run: StartedRun) -> None:
        """Have a run told of, instead of the oldest."""
        self.recent = [*self.recent, run][-TOLD:]

    def to_json(self) -> dict[str, Any]:
        """Return it as the next run is given it."""
        return attrs.asdict(self)

    def told(self) -> dict[str, Any]:
        """Return what is published of it; times are in ISO 8601, the latest run is the first."""
        return {
            "waiting": [text(due.at) for due in self.waiting[:TOLD]],
            "started": self.started,
            "skipped": self.skipped,
            "missed": self.missed,
            "recent": [
                {
                    **attrs.asdict(run),
                    "due": text(run.due),
                    "started": text(run.started),
                    "closed": text(run.closed),
                }
                for run in reversed(self.recent)
            ],
            "refused": self.refused,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Book:
        """Return what the run before has handed on."""
        waiting = tuple(Due(**one) for one in told["waiting"])
        recent = [StartedRun(**one) for one in told["recent"]]
        known: dict[str, Any] = {**told, "waiting": waiting, "recent": recent}
        return cls(**known)


def moment(seconds: float) -> datetime:
    """Return seconds since the epoch as a moment in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def text(seconds: float | None) -> str | None:
    """Return seconds since the epoch as ISO 8601 has them, in UTC."""
    return None if seconds is None else f"{moment(seconds):%Y-%m-%dT%H:%M:%SZ}"
