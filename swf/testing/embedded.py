"""An SWF in memory for one test, and connections to it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from itertools import count
from typing import Final

from swf.clock import Clock, ManualClock
from swf.engine import Engine, Options, adopt
from swf.transport import Transport
from swf.transport.local import LocalTransport
from swf.virtual_clock import VirtualClock

_numbers: Final = count(1)


@contextmanager
def embedded(
    url: str | None = None, *, clock: Clock | None = None, options: Options | None = None
) -> Generator[Engine]:
    """Yield an engine of the block's own, in memory where no URL is given; it is closed in the end.

    Its clock is a ManualClock unless one is given, so nothing comes due before the test says so;
    and a poll that finds no task is answered at once; on a VirtualClock it is held. Within the
    block its `url` leads to it: as `endpoint_url` of the settings, or by `swf.connect`. Raises
    SettingsError where another engine of this process is open at the URL.
    """
    clock = clock or ManualClock()
    if options is None:  # time is skipped while actors rest, in polls that are held
        options = Options() if isinstance(clock, VirtualClock) else Options(poll_seconds=0)
    with Engine.open(
        url or f"memory://test-{next(_numbers)}", clock=clock, options=options
    ) as engine:
        adopt(engine)
        yield engine


def connected(engine: Engine, *, region: str | None = None) -> Transport:
    """Return a connection to an engine, for `connection=` of models, querysets and actors."""

    def share(url: str) -> tuple[str, str, str]:
        adopt(engine)
        address: tuple[str, str, str] = import_module("swf.server.sharing").share(url)
        return address

    return LocalTransport(engine.url, region=region, opener=lambda _url: engine, share=share)
