"""A server that holds every request: starlette on uvicorn, and nothing else. Prints its URL."""

from __future__ import annotations

import asyncio
import socket

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


async def hold(request: Request) -> Response:
    """Wait for what never happens."""
    await request.body()
    await asyncio.Event().wait()
    return Response()


def main() -> None:
    """Serve until the process is ended."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(2_048)
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    application = Starlette(routes=[Route("/", hold, methods=["POST"])])
    config = uvicorn.Config(
        application, log_level="critical", access_log=False, timeout_graceful_shutdown=1
    )
    uvicorn.Server(config).run([listening])


if __name__ == "__main__":
    main()
