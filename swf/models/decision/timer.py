"""The decisions about timers."""

from __future__ import annotations

import attrs

from swf.models.decision.base import Decision
from swf.models.decision.fields import as_given_seconds, as_payload
from swf.wire import Duration


@attrs.frozen(repr=False)
class StartTimer(Decision):
    """Record TimerStarted now, TimerFired once `start_to_fire_timeout` has passed.

    `timer_id` names the timer among the open ones of the execution. Zero seconds are allowed.
    """

    timer_id: str
    start_to_fire_timeout: Duration = attrs.field(converter=as_given_seconds)
    control: str | None = attrs.field(default=None, kw_only=True, converter=as_payload)


@attrs.frozen(repr=False)
class CancelTimer(Decision):
    """Record TimerCanceled: the open timer does not fire."""

    timer_id: str
