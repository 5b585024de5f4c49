"""Look at a small shop in the browser: `make demo-ui`.

SWF runs in this process, in memory. Three hours of the shop have passed when the pages open: orders
that are on their way, that failed, that were tried again, that nobody sees to; and it goes on from
there. With `--still` the clock stands still, on a Monday in March, so that pages can be compared.

The API is served at the same port: `swf workflow list --endpoint-url URL -d shop` asks it.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import secrets
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from swf.clock import SystemClock
from swf.engine import Engine, Options
from swf.server.app import Application
from swf.server.listening import listen_safely, serve_until_signalled, url_of
from swf.testing import VirtualClock, connected, embedded
from swf.web import application

from .day import DOMAIN, LASTS, Day
from .shop import __name__ as code

MONDAY: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""The moment at which the clock stands still."""

LOOK_SECONDS: Final = 0.5
"""How often the shop catches up with the time of day."""


@contextmanager
def opened(now: datetime) -> Generator[tuple[Engine, Day]]:
    """Yield an SWF in memory in which the shop has been open for three hours, and who works there.

    Its clock stands at `now`.
    """
    clock = VirtualClock(now - timedelta(seconds=LASTS))
    with embedded(clock=clock, options=Options(poll_seconds=0)) as engine:
        day = Day(engine, clock)
        day.until(now)
        yield engine, day


@contextmanager
def living(day: Day) -> Generator[None]:
    """Have the shop go on with the time of day while the block runs."""
    over = threading.Event()

    def live() -> None:
        while not over.wait(LOOK_SECONDS):
            day.until(SystemClock().now())

    thread = threading.Thread(target=live, name="shop", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def serve(engine: Engine, port: int, *, read_only: bool) -> None:
    """Serve API and pages on a port of this machine until Ctrl-C; tell where."""
    token = secrets.token_urlsafe(16)
    pages = application(
        connected(engine),
        token=token,
        read_only=read_only,
        code=[code],
        domain=DOMAIN,
        endpoint="the shop, in memory",
    )
    listening = listen_safely("127.0.0.1", port, keys=None)

    def up() -> None:
        print(f"{url_of(listening)}/ui/?token={token}", flush=True)

    with listening:
        asyncio.run(serve_until_signalled(Application(engine, pages=pages), listening, up))


def main() -> int:
    """Return the exit status of the program."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.demo_ui", description="Look at a small shop in the browser."
    )
    parser.add_argument("--port", type=int, default=8044, help="0 is one that is free")
    parser.add_argument("--still", action="store_true", help="have the clock stand still")
    parser.add_argument("--read-only", action="store_true", help="have pages that change nothing")
    given = parser.parse_args()
    # What goes wrong in this shop is there to be seen in the pages.
    logging.getLogger("swf").setLevel(logging.CRITICAL)
    with opened(MONDAY if given.still else SystemClock().now()) as (engine, day):
        if given.still:
            serve(engine, given.port, read_only=given.read_only)
        else:
            with living(day):
                serve(engine, given.port, read_only=given.read_only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
