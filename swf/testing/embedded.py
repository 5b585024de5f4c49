"""An SWF in memory for one test, and connections to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from swf.clock import Clock, ManualClock
from swf.engine import Engine, Options
from swf.exceptions import EngineError
from swf.transport import Transport
from swf.transport.local import LocalTransport


@contextmanager
def embedded(
    url: str = "memory://", *, clock: Clock | None = None, options: Options | None = None
) -> Iterator[Engine]:
    """Yield an engine of the block's own, which holds nothing else in this process holds.

    Its clock is a ManualClock unless one is given, so nothing comes due before the test says so;
    and a poll that finds no task is answered at once.
    """
    with Engine.open(
        url, clock=clock or ManualClock(), options=options or Options(poll_seconds=0)
    ) as engine:
        yield engine


def connected(engine: Engine, *, region: str | None = None) -> Transport:
    """Return a connection to an engine, for `connection=` of models, querysets and actors."""

    def cannot_be_shared(url: str) -> tuple[str, str, str]:
        raise EngineError(f"{url}: the engine of a test stays in its process")

    return LocalTransport(
        engine.place.name, region=region, opener=lambda _url: engine, share=cannot_be_shared
    )
