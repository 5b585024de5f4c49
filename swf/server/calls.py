"""Calls of clients on their way to the engine and back; polls are held without a thread."""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from functools import partial
from typing import Any

from swf.engine import Call, Engine
from swf.engine.operations import POLLS
from swf.server.metering import Meter
from swf.server.running import Runner
from swf.server.wire import ClientGoneError, Receive


class _Outcome(Enum):
    """Why a poll is held no longer."""

    ANSWERED = auto()
    GONE = auto()


_Held = asyncio.Future[_Outcome]


class Calls:
    """Has the engine answer calls; to be made and used in the thread of one loop."""

    def __init__(self, engine: Engine, runner: Runner, meter: Meter) -> None:
        self._engine = engine
        self._runner = runner
        self._meter = meter
        self._stopping = False

    async def answered(
        self, operation: str, params: dict[str, Any], region: str, receive: Receive
    ) -> Call:
        """Return the call once the engine has answered it.

        Raises ClientGoneError where its client has gone; a poll is then given no task any more.
        """
        future: _Held = asyncio.get_running_loop().create_future()
        done = partial(self._done, future)
        call = Call(operation, params, region=region, inside=False, done=done)
        self._engine.begin(call, self._runner.run)
        if not future.done():
            await asyncio.sleep(0)  # the end of the loop's turn: nearly every call is answered
        if not future.done():
            if operation in POLLS:
                await self._hold(call, future, receive)
            else:
                await future
        return call

    def stop(self) -> None:
        """Answer all polls that are held as those that found nothing; hold none from here on."""
        self._stopping = True
        self._engine.release(every=True)

    async def _hold(self, call: Call, future: _Held, receive: Receive) -> None:
        watch = asyncio.ensure_future(_gone(receive))
        watch.add_done_callback(lambda _: _settle(future, _Outcome.GONE))
        if self._stopping:
            self._engine.release(every=True)
        self._meter.held.add()
        try:
            outcome = await future
        finally:
            self._meter.held.add(number=-1)
            watch.cancel()
        if outcome is _Outcome.GONE:
            self._engine.withdraw(call)
            raise ClientGoneError

    def _done(self, future: _Held, _call: Call) -> None:
        self._runner.call(_answered, future)


def _answered(future: _Held) -> None:
    _settle(future, _Outcome.ANSWERED)


def _settle(future: _Held, outcome: _Outcome) -> None:
    if not future.done():
        future.set_result(outcome)


async def _gone(receive: Receive) -> None:
    """Return once the client has closed its connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
