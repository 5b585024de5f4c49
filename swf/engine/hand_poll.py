"""Polls of a thread that also does what they wait for: they wait in line, and it never does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from swf.engine.call import Call, Waiter
from swf.engine.handing import EMPTY, POLLED
from swf.engine.page import decoded
from swf.engine.writer import Writer


class HandPoll:
    """The same poll, made again and again; for one thread.

    What is made `ahead` is served, as any poll that waits, in the transaction that makes its task:
    a task is one transaction less than where it is scheduled first and polled then.
    """

    def __init__(
        self,
        operation: str,
        request: Mapping[str, Any],
        region: str,
        writer: Writer,
        check: Callable[[], None],
    ) -> None:
        self._operation = operation
        self._request = request
        self._region = region
        self._writer = writer
        self._check = check
        self._held: tuple[Call, Waiter] | None = None

    def ahead(self) -> None:
        """Have the poll wait in line for a task, unless it does, or there is one for it."""
        if self._held is None:
            waiter = Waiter()
            call = Call(self._operation, self._request, region=self._region, done=waiter.done)
            self._put_in_line(call)
            self._held = call, waiter

    def take(self) -> dict[str, Any]:
        """Return what the poll is answered with; it waits no more. Raises Fault as the poll."""
        self.ahead()
        held, self._held = self._held, None
        if held is None or self._left_line(held[0]):
            return dict(EMPTY[POLLED[self._operation]])
        call, waiter = held
        waiter.wait()
        if call.fault is not None:
            raise call.fault
        return decoded(call.reply)

    def _put_in_line(self, call: Call) -> None:
        """Have a poll answered, or in its line; whoever is interrupted in that polls nothing."""
        self._check()
        if self._writer.hold(call):
            return
        queue = self._writer.queue
        leads = queue.submit(call)
        try:
            if leads:
                queue.lead_once()
            else:
                self._writer.tick()  # what was queued before it is done by then
        except BaseException:
            call.gone = True
            self._writer.waiting.withdraw(call)
            if leads:
                queue.lead()  # others may have queued meanwhile
            raise

    def _left_line(self, call: Call) -> bool:
        """Take a poll out of its line; False where it has its answer, or is about to."""
        with self._writer.store.lock:  # so that no transaction may put it back
            return self._writer.waiting.withdraw(call)
