"""What a timeline consists of: lanes, and in each the attempts that were made, in order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import attrs

from swf.models.states import State

KINDS: Final[Mapping[str, str]] = {
    "execution": "execution",
    "decisions": "decision tasks",
    "activity": "activity",
    "timer": "timer",
    "child": "child workflow",
    "lambda": "Lambda function",
    "signal": "signal received",
    "external": "message to another execution",
    "markers": "markers",
}
"""What a lane can be of, in words for people."""

OWN: Final = frozenset({"execution", "decisions"})
"""Kinds of the lanes of the execution itself."""

MOMENTS: Final = frozenset({"signal", "markers"})
"""Kinds of what has no length."""


@attrs.frozen
class Segment:
    """One attempt: from when it was asked for to when it ended, which None says it has not.

    It waited until `started`, which is None where it did not start. Times are aware, in UTC, and in
    order. `due` is when a timer fires, or when it was to.
    """

    begin: datetime
    started: datetime | None
    end: datetime | None
    state: State
    event_ids: tuple[int, int]
    """The ids of the first event and of the last about it."""
    attempt: int
    words: str
    """How it goes, or ended, as one says it: `timed out: HEARTBEAT`."""
    due: datetime | None = None
    retry: bool = False
    """Whether it is the time until the next attempt, and no attempt by itself."""

    @property
    def waited_seconds(self) -> float | None:
        """How long it waited to be started; None where it was not."""
        return None if self.started is None else (self.started - self.begin).total_seconds()

    @property
    def ran_seconds(self) -> float | None:
        """How long it ran; None where it did not start, or has not ended."""
        if self.started is None or self.end is None:
            return None
        return (self.end - self.started).total_seconds()


@attrs.frozen
class Lane:
    """All attempts at one thing, in order; `kind` is one of `KINDS`, `id` what names it there.

    `label` is told apart from those of the other lanes; `about` is all that is told of it: the type
    and its version, the input.
    """

    kind: str
    id: str
    label: str
    about: str
    segments: tuple[Segment, ...]

    @property
    def state(self) -> State:
        """The state of its last attempt."""
        return self.segments[-1].state


@attrs.frozen
class Timeline:
    """The lanes of an execution: itself, its decision tasks, then all else in order.

    It goes from its first event to its end, or to now where it is open.
    """

    begin: datetime
    end: datetime
    finished: bool
    name: str
    """The type of the execution: name and version."""
    state: State
    words: str
    lanes: tuple[Lane, ...]

    @property
    def seconds(self) -> float:
        """How long it goes."""
        return (self.end - self.begin).total_seconds()

    @property
    def others(self) -> tuple[Lane, ...]:
        """The lanes but those of the execution itself and of its decision tasks."""
        return tuple(lane for lane in self.lanes if lane.kind not in OWN)
