"""What a failure of a step leads to: further attempts, a suspension, a compensation, the end."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import attrs

from swf.flow.errors import NotRegisteredError, TaskFailed, TaskTimedOut
from swf.flow.retry import RetryPolicy
from swf.payload import register
from swf.steps.body import ErrorBehavior
from swf.steps.definition import RETRY_FOR_EVER, OnError
from swf.steps.errors import StepsError, UnknownStepError

FOR_EVER: Final = OnError(RETRY_FOR_EVER, ErrorBehavior.TERMINATE)
"""What holds where nothing can be said: for the functions of a definition, and for waits."""

KEPT: Final = 20
"""Errors that an execution tells of, the newest."""

LONGEST_MESSAGE: Final = 400

register(UnknownStepError)  # who decides is to know it again

UNTIL_KNOWN: Final = RetryPolicy(attempts=None, delay=1, max_delay=60)
"""When a step is called again that a worker did not know."""

AFTER_LOSSES: Final = (0, 1, 10)
"""Seconds until a step is called again whose worker was lost; later losses are its failures."""


class StepFailedError(StepsError):
    """A step has failed for good, and is to be compensated; `error` is what with."""

    def __init__(self, node_id: str, error: Exception) -> None:
        super().__init__(f"{node_id} has failed: {message_of(error)}")
        self.node_id = node_id
        self.error = error


class TerminatedError(StepFailedError):
    """A step has failed for good, and that ends the workflow."""


class NoEventError(StepsError, TimeoutError):
    """No event came in the time that was given."""


@attrs.frozen
class ExecutionError:
    """One failure of a step: which, with what, when, and how often it had failed before."""

    step_id: str
    message: str
    error_time: datetime
    retry_count: int = 0

    def as_value(self) -> list[Any]:
        """Return what travels."""
        return [self.step_id, self.message, self.error_time.timestamp(), self.retry_count]

    @classmethod
    def from_value(cls, value: Any) -> ExecutionError:
        """Return what travelled so."""
        step_id, message, seconds, retry_count = value
        return cls(step_id, message, datetime.fromtimestamp(seconds, UTC), retry_count)


@attrs.define
class Failures:
    """How often a step has failed on one passage, and how often its worker was lost with it.

    `since` is the time of the first failure, in seconds since the epoch, `before` how often it had
    failed until it was suspended: what comes after that is counted anew. `unknown` is how often a
    worker did not know the step.
    """

    count: int = 0
    losses: int = 0
    since: float | None = None
    before: int = 0
    unknown: int = 0

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Failures:
        """Return what a place tells of it."""
        return cls(*state.get("failures", ()))

    def as_value(self) -> dict[str, Any]:
        """Return what a place is to tell of it."""
        return {"failures": list(attrs.astuple(self))} if self != Failures() else {}

    @property
    def total(self) -> int:
        """How often it was called in vain."""
        return self.before + self.count + self.losses

    def forget(self) -> None:
        """Have as many attempts again as there were at first."""
        self.before, self.count, self.losses, self.since = self.total, 0, 0, None
        self.unknown = 0

    def pause(
        self, policy: RetryPolicy | None, error: Exception, *, now: float, lot: random.Random
    ) -> int | None:
        """Note a failure, and return after how many seconds to try again; None: not at all.

        Where the worker did not know the step, others do, or will. That a worker was lost says
        nothing of the step, but for the fourth time: until then there is another attempt in any
        case, the first at once.
        """
        self.since = now if self.since is None else self.since
        if isinstance(error.__cause__, NotRegisteredError | UnknownStepError):
            self.unknown += 1
            return UNTIL_KNOWN.pause(error, attempt=self.unknown, elapsed=0, lot=lot)
        if isinstance(error, TaskTimedOut) and self.losses < len(AFTER_LOSSES):
            self.losses += 1
            return AFTER_LOSSES[self.losses - 1]
        self.count += 1
        if policy is None:
            return None
        return policy.pause(error, attempt=self.count, elapsed=now - self.since, lot=lot)


def message_of(error: Exception) -> str:
    """Return an error in words, as its type and what it says."""
    reason = error.reason if isinstance(error, TaskFailed) else None
    return (reason or f"{type(error).__name__}: {error}")[:LONGEST_MESSAGE]
