"""Timers as a program knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from swf.flow.replay.command import Command
from swf.flow.replay.task import Task
from swf.wire import Wire

if TYPE_CHECKING:
    from swf.flow.replay.run import Run


class TimerCall(Task):
    """One timer; its result is None, once it has fired."""

    __slots__ = ("control", "seconds")
    window = "timers"

    def __init__(
        self, run: Run, timer_id: str, seconds: int, *, control: str | None = None
    ) -> None:
        super().__init__(run, f"timer {timer_id}", timer_id)
        self.seconds = seconds
        self.control = control

    def made(self) -> Command:
        """Return the StartTimer."""
        attributes = {"timerId": self.id, "startToFireTimeout": str(self.seconds)}
        if self.control is not None:
            attributes["control"] = self.control
        return Command("StartTimer", attributes, self.run.payloads, None, self)

    def ask_cancel(self) -> bool:
        """Cancel it by CancelTimer: it never fires for this program then."""
        self.run.issue(Command("CancelTimer", {"timerId": self.id}, self.run.payloads))
        self.end(self.canceled(None))
        return True

    def accepted(self, event_id: int, told: Wire) -> None:
        """Take note that it runs."""
        super().accepted(event_id, told)
        self.future._begin()

    def fired(self, told: Wire) -> None:
        """End: its time has come."""
        self.succeeded(None)
