"""How a workflow waits for an event: it tells the event's hub, and is sent a signal."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING, Any

import attrs

from swf.flow.errors import ScheduleFailed, TaskTimedOut
from swf.steps.book import BookFullError, Subscription
from swf.steps.events import EVENT, TOLD, hub_id, subscription, unsubscription
from swf.steps.failing import NoEventError
from swf.steps.position import Line

if TYPE_CHECKING:
    from swf.steps.running import StepsRun


@attrs.frozen
class Wanted:
    """An event that is waited for, at most `timeout` seconds; `as_of` in seconds since the epoch.

    Without `as_of` it may be any since the workflow was started.
    """

    name: str
    key: str
    as_of: float | None = None
    timeout: float | None = None

    @classmethod
    def of(cls, name: str, key: str, as_of: datetime | None) -> Wanted:
        """Return what a step has said that it waits for."""
        return cls(name, key, None if as_of is None else as_of.timestamp())


class Waits:
    """The waits of one run; `open` are those that a hub knows of."""

    def __init__(self, run: StepsRun, began: float) -> None:
        self.run = run
        self.began = began
        self.open: dict[str, Subscription] = {}

    def awaited(self, line: Line, wanted: Wanted) -> Any:
        """Return the data of the next event that is wanted, which this line has not had.

        Raises NoEventError where none came in time, and BookFullError where the hub has no room.
        """
        run = self.run
        one = Subscription(
            run.uuid4().hex,
            run.context.workflow_id,
            wanted.name,
            wanted.key,
            self.began if wanted.as_of is None else wanted.as_of,
            line.had.last(wanted.name, wanted.key),
        )
        timeout = None if wanted.timeout is None else ceil(wanted.timeout)
        event = run.wait_signal(EVENT, key=one.id, timeout=timeout)
        self.open[one.id] = one
        try:
            self._tell(one, subscription(one))
            told = event.result
        except TaskTimedOut as error:
            self._tell(one, unsubscription(one.id))
            raise NoEventError(
                f"no event {wanted.name!r} with key {wanted.key!r} came in {timeout} seconds"
            ) from error
        finally:
            self.open.pop(one.id, None)
        if "refused" in told:
            raise BookFullError(told["refused"])
        line.had.take(wanted.name, wanted.key, told["number"])
        return run.payloads.parse(told["text"])

    def give_up(self) -> None:
        """Have the hubs wait for nothing more for this run, which ends."""
        for one in self.open.values():
            self.run.signal(TOLD, unsubscription(one.id), workflow_id=hub_id(one.name, one.key))

    def drop_late(self) -> None:
        """Take what came after its wait had ended, so that the next run need not carry it."""
        while (late := self.run.wait_signal(EVENT)).done:
            continue
        late.cancel()

    def _tell(self, one: Subscription, told: dict[str, Any]) -> None:
        """Tell the hub; where there is none, have it started first."""
        hub = hub_id(one.name, one.key)
        while True:
            try:
                _ = self.run.signal(TOLD, told, workflow_id=hub).result
            except ScheduleFailed as error:
                if error.cause != "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION":
                    raise
                _ = self.run.submit(self.run.start_hub, hub).result
            else:
                return
