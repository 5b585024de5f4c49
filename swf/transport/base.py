"""The contract of a transport."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from time import perf_counter
from typing import Any, Final

from swf.clock import Clock, SystemClock
from swf.exceptions import ResponseError, SWFError, ThrottlingFault
from swf.metrics import catalogue
from swf.tracing import switch as tracing
from swf.transport.reply import POLLS
from swf.transport.resource import resource_of
from swf.validation import check_request

_SYSTEM_CLOCK: Final = SystemClock()


class Transport(ABC):
    """One way to reach an SWF: `call` is all that anything above it uses.

    Params and replies are the JSON of the wire as Python objects: camelCase keys, durations as
    strings, times as seconds since the epoch. A transport is safe to share between threads. Copying
    one gives the same one.
    """

    __slots__ = ()

    def call(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Perform one API operation and return its reply ({} where it has none).

        Raises ValidationError before anything is sent where `params` break a rule of the API,
        else the class of `swf.exceptions` that the answer stands for.
        """
        check_request(operation, params)
        tracer = tracing.active() if operation in POLLS else None
        if tracer is None:
            return self._measured(operation, params)
        with tracer.unseen():  # it would be a span of a minute, with nothing in it
            return self._measured(operation, params)

    def _measured(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Perform one operation; count it, with what came of it and how long that took."""
        began, outcome = perf_counter(), "interrupted"
        try:
            reply = self.send(operation, params)
            outcome = "ok"
        except SWFError as error:
            outcome = error.fault or type(error).__name__
            if isinstance(error, ThrottlingFault):
                catalogue.THROTTLES.add((operation,))
            raise
        finally:
            catalogue.CALL_SECONDS.observe(perf_counter() - began, (operation,))
            catalogue.CALLS.add((operation, outcome))
        return reply

    def pages(self, operation: str, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the replies of an operation page by page, each asked for when it is needed.

        Raises ResponseError where a page leads to itself: there would be no end to it.
        """
        token = None
        while True:
            page = self.call(operation, {**params, "nextPageToken": token} if token else params)
            yield page
            before, token = token, page.get("nextPageToken")
            if not token:
                return
            if token == before:
                raise ResponseError(
                    f"the page of nextPageToken {token!r:.80} is followed by itself",
                    operation=operation,
                    resource=resource_of(ResponseError, operation, params),
                )

    @property
    def usable(self) -> bool:
        """Whether it is worth keeping; a default connection that is not is made anew."""
        return True

    @property
    def is_within(self) -> bool:
        """Whether only this process can say where the SWF is: it is in it, or found by it."""
        return False

    @property
    def clock(self) -> Clock:
        """The clock that the SWF lives by, as far as this process can know it."""
        return _SYSTEM_CLOCK

    def enlist(self, thread: threading.Thread) -> None:  # noqa: B027
        """Have virtual time wait for a thread that is about to work for this SWF, until it ends.

        Nothing happens where time is the machine's.
        """

    def skip(self) -> bool:
        """Move the clock of an SWF in this process to where something falls due next.

        Virtual time waits until everything is at rest. Returns False where nothing ever falls due,
        and where the clock cannot be moved.
        """
        return False

    def skip_until(self, reached: Callable[[], bool]) -> bool:
        """Move virtual time on until `reached()`; False where nothing falls due before that.

        It is asked before each step, once everything is at rest, and now and again before that. It
        is asked once where time is the machine's.
        """
        return reached()

    def by_hand(self) -> Transport:
        """Return a connection for the one thread that does all: its polls never wait.

        That is one to an SWF in this process; any other returns itself.
        """
        return self

    def ahead(self, operation: str, task_list: str) -> None:  # noqa: B027
        """Have the latest poll of a task list made again, before it is asked for.

        Nothing happens but on a connection `by_hand`.
        """

    @abstractmethod
    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Perform one operation with params that were checked."""

    def release(self) -> None:  # noqa: B027
        """Have the polls that this process holds come back empty, where no task is lost by that.

        An embedded SWF does so, wherever it is; Amazon's has no way to give up a poll, so that
        nothing happens there.
        """

    def close(self) -> None:  # noqa: B027
        """Give back what the transport holds; a later call opens it anew."""

    def __copy__(self) -> Transport:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Transport:
        return self
