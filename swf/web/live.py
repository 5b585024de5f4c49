"""How pages learn that what they show has changed: one look at SWF serves all who watch it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import partial
from threading import BoundedSemaphore
from typing import Any, Final, TypeVar

from anyio import to_thread

from swf.exceptions import SWFError

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 2.0
"""Between two looks at what is watched, beyond the time that a look takes."""

FAR_SECONDS: Final = 10.0
"""The same where SWF is Amazon's, and counts calls."""

SLOW_SECONDS: Final = 15.0
"""The same after a look that failed: SWF may be throttling."""

BEAT_SECONDS: Final = 20.0
"""How often a stream says that it is alive, so that who left is noticed."""

STREAMS: Final = 200
"""Pages that are kept up to date at the same time; more are not, and say so."""

LOOKS_AT_ONCE: Final = 16
"""Looks under way. One that hangs goes on when nobody waits for it any more, in a thread."""

T = TypeVar("T")

Look = Callable[[], Any]
"""Tells what is there now; two that are equal show the same."""


class _BusyError(SWFError):
    """So many looks hang that there is none to be had."""


class Watch:
    """One thing that is looked at as long as somebody watches it."""

    def __init__(self, look: Look, look_seconds: float, slow_seconds: float) -> None:
        self._look = look
        self._look_seconds = look_seconds
        self._slow_seconds = slow_seconds
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.looked = asyncio.Event()
        """Set once it is known what is there, or that this cannot be known for now."""
        self.version = 0
        self.watchers = 0

    def begin(self) -> None:
        """Look, from now on."""
        self.watchers += 1
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._watched())

    def end(self) -> bool:
        """Return whether nobody watches any more; nobody looks then."""
        self.watchers -= 1
        if not self.watchers and self._task is not None:
            self._task.cancel()
            self._task = None
        return not self.watchers

    async def next(self, version: int, seconds: float) -> int:
        """Return the version once it is another one, or after so many seconds."""
        changed = self._changed
        if self.version == version:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), seconds)
        return self.version

    async def _watched(self) -> None:
        before: Any = None
        known = False
        while True:
            pause = self._look_seconds
            try:
                found = await to_thread.run_sync(self._look, abandon_on_cancel=True)
            except SWFError as error:
                logger.debug("a look failed: %s", error)
                pause = self._slow_seconds
            except Exception:
                logger.exception("a look cannot be had")
                pause = self._slow_seconds
            else:
                if known and found != before:
                    self._tell()
                before, known = found, True
            self.looked.set()
            await asyncio.sleep(pause)

    def _tell(self) -> None:
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()


class Watches:
    """What is watched now, by name."""

    def __init__(
        self,
        *,
        look_seconds: float = LOOK_SECONDS,
        slow_seconds: float = SLOW_SECONDS,
        beat_seconds: float = BEAT_SECONDS,
    ) -> None:
        self._look_seconds = look_seconds
        self._slow_seconds = slow_seconds
        self._beat_seconds = beat_seconds
        self._watches: dict[object, Watch] = {}
        self._turns = BoundedSemaphore(LOOKS_AT_ONCE)
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """End every stream."""
        self._stopped.set()

    @property
    def full(self) -> bool:
        """Whether no more can be watched for now."""
        return sum(watch.watchers for watch in self._watches.values()) >= STREAMS

    async def stream(self, name: object, look: Look) -> AsyncIterator[str]:
        """Yield, in the words of server-sent events, that something changed, each time it did.

        Before that it yields `watching`: what changes from then on will be told.
        """
        fresh = Watch(partial(self._in_turn, look), self._look_seconds, self._slow_seconds)
        watch = self._watches.setdefault(name, fresh)
        watch.begin()
        try:
            await self._unless_stopped(watch.looked.wait())
            version = watch.version
            yield "retry: 5000\nevent: watching\ndata: 1\n\n"
            while not self._stopped.is_set():
                found = await self._unless_stopped(watch.next(version, self._beat_seconds))
                if found is None:
                    return
                yield ": still here\n\n" if found == version else "event: changed\ndata: 1\n\n"
                version = found
        finally:
            if watch.end() and self._watches.get(name) is watch:
                del self._watches[name]

    def _in_turn(self, look: Look) -> Any:
        """Return what a look tells; raise where too many of them hang."""
        if not self._turns.acquire(blocking=False):
            raise _BusyError("too many looks are under way")
        try:
            return look()
        finally:
            self._turns.release()

    async def _unless_stopped(self, wait: Coroutine[Any, Any, T]) -> T | None:
        """Return what is waited for; None where every stream is to end before it is there."""
        stopped = asyncio.ensure_future(self._stopped.wait())
        waiting = asyncio.ensure_future(wait)
        try:
            await asyncio.wait({stopped, waiting}, return_when=asyncio.FIRST_COMPLETED)
            return waiting.result() if waiting.done() else None
        finally:
            stopped.cancel()
            waiting.cancel()
