"""What other services that speak SWF's protocol record otherwise, and compiles all the same.

This is the whole list; moto does all of it.

- `CancelTimerFailed` without `timerId`: the failed cancellation is an entity of the id "".
- `ActivityTaskTimedOut` without `startedEventId`: it counts as 0. Such a task may have timed out
  HEARTBEAT although no worker had it, for the clock ran from its schedule on.
- `TimerCancelled`, with two l: the event is an `UnknownEvent`, and cancels its timer.
- Several decision tasks that wait at once, one for each event that called for a decision.
- Executions that close although a decision task waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LEFT_OUT: Final = frozenset(
    {("CancelTimerFailed", "timerId"), ("ActivityTaskTimedOut", "startedEventId")}
)
"""Event types, and the members that SWF always tells of them and others do not."""

OTHER_SPELLINGS: Final[Mapping[str, str]] = {"TimerCancelled": "TimerCanceled"}
"""Event types that SWF does not have, and those that they stand for."""
