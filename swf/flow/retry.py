"""When a task that failed is tried again, as data."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from datetime import timedelta
from math import ceil, inf, isfinite
from typing import Any, Final, Literal

import attrs

from swf.constants import TimeoutType
from swf.exceptions import RemoteError, ValidationError, ValidationTypeError
from swf.flow.errors import ScheduleFailed, TaskCanceled, TaskFailed, TaskTerminated, TaskTimedOut
from swf.validation import check_count

Backoff = Literal["fixed", "exponential"]
TIMEOUT_TYPES: Final = tuple(one.value for one in TimeoutType)

PASSING_CAUSES: Final = frozenset(
    {
        "ACTIVITY_CREATION_RATE_EXCEEDED",
        "CHILD_CREATION_RATE_EXCEEDED",
        "LAMBDA_FUNCTION_CREATION_RATE_EXCEEDED",
        "OPEN_ACTIVITIES_LIMIT_EXCEEDED",
        "OPEN_CHILDREN_LIMIT_EXCEEDED",
        "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED",
        "OPEN_TIMERS_LIMIT_EXCEEDED",
        "OPEN_WORKFLOWS_LIMIT_EXCEEDED",
        "REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED",
        "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED",
        "TIMER_CREATION_RATE_EXCEEDED",
    }
)
"""Why SWF refuses a decision today and may take it a little later."""


LONGEST: Final = 31_536_000
"""Seconds of the longest pause: no execution is open for more than a year."""


def _seconds(value: float | timedelta | None) -> Any:
    return value.total_seconds() if isinstance(value, timedelta) else value


Names = Iterable[type[BaseException] | str] | type[BaseException] | str


def _names(value: Names | None) -> tuple[str, ...] | None:
    return None if value is None else _all_names(value)


def _all_names(value: Names) -> tuple[str, ...]:
    if isinstance(value, str | type) or not isinstance(value, Iterable):
        value = (value,)
    return tuple(
        f"{one.__module__}.{one.__qualname__}" if isinstance(one, type) else one for one in value
    )


def _timeouts(value: Iterable[str] | str) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _check(name: str, value: object, holds: bool, rule: str) -> None:
    if not holds:
        raise ValidationError(f"RetryPolicy.{name}: must {rule}, got {value!r}")


def _check_number(name: str, value: object, least: float, most: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValidationTypeError(f"RetryPolicy.{name}: must be a number, got {value!r}")
    rule = f"be {least} to {most}" if isfinite(most) else f"be finite and at least {least}"
    _check(name, value, least <= value <= most and isfinite(value), rule)


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """How often, and after which pauses, a task that failed is tried again.

    `attempts` counts the first one; None is without end. The pause before the second attempt is
    `delay` seconds, then the same each time (`fixed`) or `factor` times as long (`exponential`), at
    most `max_delay`; `jitter` takes away, by a lot that replays alike, up to this share of it.
    Pauses are SWF timers, which know whole seconds: a part of one is rounded up; zero is none.

    Only what is in `on` is retried, where it is given: exceptions, by class or by name, bases
    included where the class is known here. `on_timeouts` says which time-outs are, by SWF's words
    (all by default); `never` names exceptions that no attempt could help. `max_elapsed` seconds
    after the first attempt was asked for, no other begins.

    Raises ValidationError, naming the field, for what makes no sense.
    """

    attempts: int | None = 3
    delay: float = attrs.field(default=1.0, converter=_seconds)
    backoff: Backoff = "exponential"
    factor: float = 2.0
    max_delay: float | None = attrs.field(default=300.0, converter=_seconds)
    jitter: float = 0.0
    on: tuple[str, ...] | None = attrs.field(default=None, converter=_names)
    never: tuple[str, ...] = attrs.field(default=(), converter=_all_names)
    on_timeouts: tuple[str, ...] = attrs.field(default=TIMEOUT_TYPES, converter=_timeouts)
    max_elapsed: float | None = attrs.field(default=None, converter=_seconds)

    def __attrs_post_init__(self) -> None:
        """Refuse what makes no sense, naming the field."""
        if self.attempts is not None:
            check_count("RetryPolicy.attempts", self.attempts, 1)
        _check("backoff", self.backoff, self.backoff in ("fixed", "exponential"), "be a known one")
        _check_number("delay", self.delay, 0, inf)
        _check_number("factor", self.factor, 1, inf)
        _check_number("jitter", self.jitter, 0, 1)
        for name in ("max_delay", "max_elapsed"):
            if getattr(self, name) is not None:
                _check_number(name, getattr(self, name), 0, inf)
        for name in ("on", "never"):
            for one in getattr(self, name) or ():
                _check(name, one, isinstance(one, str), "be exceptions, or names of them")
        for one in self.on_timeouts:
            _check("on_timeouts", one, one in TIMEOUT_TYPES, f"be of {', '.join(TIMEOUT_TYPES)}")

    @classmethod
    def of(cls, value: RetryPolicy | int | None) -> RetryPolicy | None:
        """Return a policy as it is; a number n as n further attempts at once; None as None.

        Raises ValidationError for a negative number, ValidationTypeError for anything else.
        """
        if value is None or isinstance(value, RetryPolicy):
            return value
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationTypeError(f"retry: must be a RetryPolicy or an int, got {value!r}")
        _check("retry", value, value >= 0, "not be negative")
        return cls(attempts=value + 1, delay=0) if value else None

    def pause(
        self, error: BaseException, *, attempt: int, elapsed: float, lot: random.Random
    ) -> int | None:
        """Return after how many seconds to try again; None where it shall not be tried again.

        `attempt` is the number of the one that failed, `elapsed` the seconds since the first was
        asked for.
        """
        if self.attempts is not None and attempt >= self.attempts:
            return None
        if not self.covers(error):
            return None
        delay = self.delay
        if self.backoff == "exponential":
            delay = _grown(delay, self.factor, attempt - 1)
        if self.max_delay is not None:
            delay = min(delay, self.max_delay)
        if self.jitter:
            delay *= 1 - self.jitter * lot.random()
        seconds = ceil(min(delay, LONGEST))
        if self.max_elapsed is not None and elapsed + seconds >= self.max_elapsed:
            return None
        return seconds

    def covers(self, error: BaseException) -> bool:
        """Tell whether an error is one after which another attempt makes sense."""
        if isinstance(error, TaskCanceled | TaskTerminated):
            return False
        if isinstance(error, ScheduleFailed):
            return error.cause in PASSING_CAUSES
        names = _names_of(error)
        told = (error, _told(error))
        if names.intersection(self.never) or any(getattr(one, "non_retryable", 0) for one in told):
            return False
        if isinstance(error, TaskTimedOut):
            return error.timeout_type in self.on_timeouts and (
                self.on is None or bool(names.intersection(self.on))
            )
        return self.on is None or bool(names.intersection(self.on))

    def to_json(self) -> str:
        """Return the policy as JSON, without what is as by default."""
        told = {
            field.name: getattr(self, field.name)
            for field in attrs.fields(RetryPolicy)
            if getattr(self, field.name) != getattr(_DEFAULT, field.name)
        }
        return json.dumps(told, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> RetryPolicy:
        """Return the policy of such a JSON; raises ValidationError, naming what is wrong."""
        try:
            told = json.loads(text)
        except ValueError as error:
            raise ValidationError(f"RetryPolicy: this is no JSON: {text!r:.80}") from error
        if not isinstance(told, Mapping):
            raise ValidationTypeError(f"RetryPolicy: must be a JSON object, got {text!r:.80}")
        known = {field.name for field in attrs.fields(cls)}
        unknown = sorted(set(told) - known)
        if unknown:
            raise ValidationError(
                f"RetryPolicy: {unknown[0]!r} is no field; there are {', '.join(sorted(known))}"
            )
        return cls(**told)


_DEFAULT: Final = RetryPolicy()

WHEN_THROTTLED: Final = RetryPolicy(attempts=12, delay=1, max_delay=60, jitter=0.5)
"""How a decision is repeated that SWF refused only for now."""


def _told(error: BaseException) -> BaseException | None:
    """Return the error that a task failed with, where its failure is not of that type itself."""
    if isinstance(error, TaskFailed) and not hasattr(error, "_original"):
        return error.__cause__
    return None


def _grown(delay: float, factor: float, times: int) -> float:
    try:
        return delay * factor**times
    except OverflowError:
        return LONGEST if delay else 0.0


def _names_of(error: BaseException) -> set[str]:
    """Return the names, long and short, of an error's classes, and of the type that is told."""
    told = _told(error)
    kinds = type(error).__mro__ if told is None else (*type(error).__mro__, *type(told).__mro__)
    names = {
        name for kind in kinds for name in (kind.__name__, f"{kind.__module__}.{kind.__qualname__}")
    }
    if isinstance(told, RemoteError) and told.type:
        names.update((told.type, told.type.rpartition(".")[2]))
    if isinstance(error, TaskFailed) and error.reason:
        names.add(error.reason.partition(":")[0])
    return names
