"""A server in a thread of this process, by which other processes share its engine."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterable
from typing import Self

from swf.engine import Engine
from swf.server.app import Application
from swf.server.limits import REQUEST_SECONDS
from swf.server.listening import Server, listen_safely, url_of
from swf.server.sigv4 import KeyPair


class Served:
    """An engine that is served at `url` until this is closed; the engine stays open."""

    def __init__(
        self, application: Application, listening: socket.socket, *, request_seconds: float
    ) -> None:
        self.url = url_of(listening)
        self._request_seconds = request_seconds
        self._application = application
        self._listening = listening
        self._up = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: Server | None = None
        self._thread = threading.Thread(target=self._run, name="swf-server", daemon=True)
        self._thread.start()
        self._up.wait()

    def __repr__(self) -> str:
        return f"Served({self.url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Return once all that was asked is answered, held polls as empty, and nobody listens."""
        if self._thread.is_alive() and self._loop is not None and self._server is not None:
            self._loop.call_soon_threadsafe(self._server.stop)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._listening.close()
            self._up.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._server = Server(
            self._application, up=self._up.set, request_seconds=self._request_seconds
        )
        await self._server.serve([self._listening])


def serve(
    engine: Engine,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    keys: KeyPair | None = None,
    allowed_hosts: Iterable[str] = (),
    request_seconds: float = REQUEST_SECONDS,
) -> Served:
    """Return once an engine is served over HTTP, in a thread; port 0 is one that is free.

    With `keys`, only requests signed with them are answered; `request_seconds` is how long one may
    be on its way. Raises SettingsError where the host can be reached by others and there are no
    keys, and where it cannot be listened on.
    """
    listening = listen_safely(host, port, keys=keys)
    application = Application(engine, allowed_hosts=[host, *allowed_hosts], keys=keys)
    return Served(application, listening, request_seconds=request_seconds)
