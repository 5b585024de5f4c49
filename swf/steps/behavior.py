"""What `on_error` is told, and what that comes to."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import attrs

from swf.flow.retry import RetryPolicy
from swf.steps.body import ErrorBehavior
from swf.steps.definition import RETRY_FOR_EVER, OnError
from swf.steps.errors import StepsError, StepsTypeError


@attrs.frozen
class Asked:
    """What `on_error` was given; `then` is None where it is left to the place."""

    retry: RetryPolicy | None
    then: ErrorBehavior | None

    def at(self, *, compensates: bool) -> OnError:
        """Return what it comes to at a place where compensation is, or is not, what follows."""
        last = ErrorBehavior.COMPENSATE if compensates else ErrorBehavior.TERMINATE
        return OnError(self.retry, last if self.then is None else self.then)


FOR_EVER: Final = Asked(RETRY_FOR_EVER, None)
AT_ONCE: Final = Asked(None, None)


def asked(
    behavior: object, retry_interval: float | timedelta | None, then: object, place: str
) -> Asked:
    """Return what `on_error` is given, checked; raises StepsError, naming the place."""
    after = None if then is None else _behavior(then, place)
    if after is ErrorBehavior.RETRY:
        raise StepsError(f"{place}: then: RETRY is no end; give SUSPEND, TERMINATE or COMPENSATE")
    if isinstance(behavior, RetryPolicy):
        if retry_interval is not None:
            raise StepsError(f"{place}: a RetryPolicy has its delay itself, not a retry_interval")
        return Asked(behavior, after)
    kind = _behavior(behavior, place)
    if kind is ErrorBehavior.RETRY:
        return Asked(_every(retry_interval, place), after)
    if retry_interval is not None or after is not None:
        raise StepsError(f"{place}: {kind.name} takes neither retry_interval nor then")
    return Asked(None, kind)


def _behavior(value: object, place: str) -> ErrorBehavior:
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return ErrorBehavior(value)
        except ValueError:
            pass
    raise StepsTypeError(
        f"{place}: must be a RetryPolicy or WorkflowStep.RETRY, SUSPEND, TERMINATE or COMPENSATE, "
        f"got {value!r:.80}"
    )


def _every(interval: float | timedelta | None, place: str) -> RetryPolicy:
    if interval is None:
        return RETRY_FOR_EVER
    try:
        return RetryPolicy(attempts=None, delay=interval, backoff="fixed", max_delay=None)
    except ValueError as error:
        raise StepsError(f"{place}: retry_interval: {error}") from error
