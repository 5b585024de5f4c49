"""How near an execution is to the quotas of SWF."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final, Literal

import attrs

from swf.constants import (
    MAX_DATA_LENGTH,
    MAX_EVENTS,
    MAX_OPEN_ACTIVITY_TASKS,
    MAX_OPEN_CHILDREN,
    MAX_OPEN_LAMBDA_FUNCTIONS,
    MAX_OPEN_TIMERS,
)
from swf.models import History, OpenCounts
from swf.models.event.base import attributes_key
from swf.wire import Wire

NEAR: Final = 0.8
"""The share of a quota from which an execution is near it."""

Level = Literal["ok", "near", "at"]


@attrs.frozen
class Meter:
    """How much there is of something of which SWF takes no more than `limit`."""

    name: str
    value: int
    limit: int
    beyond: str
    """What SWF does with an execution that is at the limit."""

    @property
    def share(self) -> float:
        """How much of the limit is used: 1 is all."""
        return self.value / self.limit

    @property
    def state(self) -> Level:
        """`at` the limit, `near` it from four fifths on, else `ok`."""
        if self.value >= self.limit:
            return "at"
        return "near" if self.share >= NEAR else "ok"


def meters_of(told: History | OpenCounts) -> tuple[Meter, ...]:
    """Return a meter for each quota that a history tells of, or that counts of open things do.

    Raises InconsistentHistoryError where the history does not begin with its first event.
    """
    if isinstance(told, OpenCounts):
        return _of_counts(told)
    raws = told.raws
    events = max((raw["eventId"] for raw in raws), default=0)
    counts = told.compiled.open_counts
    return (
        Meter("events", events, MAX_EVENTS, "it is terminated: continue as new before"),
        *_of_counts(counts),
        Meter(
            "longest text",
            _longest(raws),
            MAX_DATA_LENGTH,
            "what is longer is refused: keep it in a store",
        ),
    )


def _of_counts(counts: OpenCounts) -> tuple[Meter, ...]:
    refused = "more are refused: wait for some of these first"
    return (
        Meter("open activities", counts.activity_tasks, MAX_OPEN_ACTIVITY_TASKS, refused),
        Meter("open timers", counts.timers, MAX_OPEN_TIMERS, refused),
        Meter("open children", counts.child_workflow_executions, MAX_OPEN_CHILDREN, refused),
        Meter("open Lambda functions", counts.lambda_functions, MAX_OPEN_LAMBDA_FUNCTIONS, refused),
    )


_member: Final = cache(attributes_key)
_TEXTS: Final = ("input", "result", "details", "control", "executionContext")


def _longest(raws: Iterable[Wire]) -> int:
    """Return the characters of the longest text in the events."""
    longest = 0
    for raw in raws:
        attributes = raw.get(_member(raw["eventType"])) or {}
        for name in _TEXTS:
            text = attributes.get(name)
            if text and len(text) > longest:
                longest = len(text)
    return longest
