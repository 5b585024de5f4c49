"""uvicorn's server on a socket of ours: told to stop, it ends held polls and what is under way."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable, Generator
from typing import Final

import uvicorn

from swf.exceptions import SettingsError
from swf.hosts import address, bracketed, is_loop_back
from swf.server.app import Stoppable
from swf.server.limits import BACKLOG, DRAIN_SECONDS, IDLE_SECONDS, REQUEST_SECONDS
from swf.server.protocol import patient
from swf.server.sigv4 import KeyPair

_DATE_SECONDS: Final = 1.0
_EVERYWHERE: Final[dict[str, str]] = {
    "0.0.0.0": "127.0.0.1",  # noqa: S104  (to be told, not bound to)
    "::": "::1",
}


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on a host (an address, or localhost) and port; 0 chooses one.

    Raises SettingsError where that is no address of this machine, or taken.
    """
    found = address(host)
    if found is None:
        raise SettingsError(f"host: must be an address or localhost, got {host!r}")
    family = socket.AF_INET if found.version == 4 else socket.AF_INET6
    # Told to be TCP's, asyncio has what it accepts sent without delay.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((str(found), port))
        listening.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listening.close()
        raise SettingsError(f"{bracketed(host)}:{port} cannot be listened on: {error}") from error
    return listening


def listen_safely(host: str, port: int, *, keys: KeyPair | None) -> socket.socket:
    """Return a socket as `listen` does; others may reach it only where there are keys.

    Raises SettingsError where they could without.
    """
    if keys is None and not is_loop_back(host):
        raise SettingsError(
            f"host: {host} can be reached from other machines, so a key pair must be configured; "
            "without one, only a loop-back address such as 127.0.0.1 is listened on"
        )
    return listen(host, port)


def url_of(listening: socket.socket) -> str:
    """Return the URL at which this machine reaches a listening socket."""
    host: str = listening.getsockname()[0]
    port: int = listening.getsockname()[1]
    return f"http://{bracketed(_EVERYWHERE.get(host, host))}:{port}"


class Server(uvicorn.Server):
    """Serves an application on a socket until it is told to stop.

    `up` is called, in the loop's thread, once requests are taken.
    """

    def __init__(
        self,
        application: Stoppable,
        *,
        up: Callable[[], object],
        request_seconds: float = REQUEST_SECONDS,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                http=patient(request_seconds),
                loop="asyncio",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=IDLE_SECONDS,
                timeout_graceful_shutdown=DRAIN_SECONDS,
            )
        )
        self._application = application
        self._up = up
        self._told_to_stop = asyncio.Event()

    def stop(self) -> None:
        """Take no connections any more and end what is under way; from the loop's thread."""
        self.should_exit = True
        self._told_to_stop.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to whoever runs this server."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take requests."""
        await self.on_tick(0)  # answers tell the date from the first one on
        await super().startup(sockets)
        self._up()

    async def main_loop(self) -> None:
        """Return once the server is told to stop; keep the date of answers right until then."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._told_to_stop.wait(), _DATE_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Return once all that was under way is answered."""
        for server in self.servers:
            server.close()
        self._application.stop()
        await super().shutdown(sockets)
        self._application.close()


async def serve_until_signalled(
    application: Stoppable, listening: socket.socket, up: Callable[[], object]
) -> None:
    """Serve an application on a socket until SIGINT or SIGTERM; a second one ends the process."""
    server = Server(application, up=up)
    loop = asyncio.get_running_loop()

    def stop(number: int) -> None:
        if server.should_exit:
            os._exit(128 + number)
        server.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    await server.serve([listening])
