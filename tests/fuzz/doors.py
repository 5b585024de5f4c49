"""The two ways to an engine: its door in this process, and bytes over HTTP."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import attrs
from fuzz.judge import Answer

from swf.engine import Engine
from swf.fault import Fault
from swf.server.app import Application

JSON = b"application/x-amz-json-1.0"


def ask(engine: Engine, operation: Any, params: Any) -> Answer:
    """Return what the engine's door answers."""
    try:
        return Answer(200, engine.handle(operation, params))
    except Fault as fault:
        return Answer(fault.status, None, fault.code, fault.message)


@attrs.frozen
class HttpRequest:
    """A request as the server's application gets it."""

    target: bytes | None
    body: bytes
    content_type: bytes | None = JSON
    method: str = "POST"
    host: bytes = b"127.0.0.1"
    pieces: int = 1
    """In how many pieces the body comes."""

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers, by lower-case name."""
        told = [(b"host", self.host), (b"content-length", b"%d" % len(self.body))]
        if self.target is not None:
            told.append((b"x-amz-target", self.target))
        if self.content_type is not None:
            told.append((b"content-type", self.content_type))
        return told


class HttpDoor:
    """The server's application on an engine, without a socket."""

    def __init__(self, engine: Engine) -> None:
        self._app = Application(engine)
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        """Let go of the application's threads."""
        self._app.close()
        self._loop.close()

    def ask(self, request: HttpRequest) -> Answer:
        """Return what the application answers."""
        status, headers, body = self._loop.run_until_complete(self._sent(request))
        assert headers[b"content-length"] == b"%d" % len(body)
        if status == 405:
            return Answer(status, None, "MethodNotAllowed", body.decode())
        assert headers[b"content-type"] == JSON
        assert headers[b"x-amzn-requestid"]
        if status == 200:
            return Answer(status, json.loads(body) if body else None)
        told = json.loads(body)
        assert headers[b"x-amzn-errortype"].decode() == told["__type"]
        return Answer(status, None, told["__type"].partition("#")[2], told["message"])

    async def _sent(self, request: HttpRequest) -> tuple[int, dict[bytes, bytes], bytes]:
        size = -(-len(request.body) // request.pieces) or 1
        pieces = [request.body[at : at + size] for at in range(0, len(request.body), size)] or [b""]
        messages = [
            {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
            for number, piece in enumerate(pieces, 1)
        ]
        answered: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop(0)
            await asyncio.Event().wait()  # the client stays, and has said everything
            raise AssertionError

        async def send(message: Any) -> None:
            answered.append(message)

        scope = {
            "type": "http",
            "method": request.method,
            "path": "/",
            "raw_path": b"/",
            "query_string": b"",
            "headers": request.headers,
        }
        await self._app(scope, receive, send)
        start, *rest = answered
        return (
            start["status"],
            dict(start["headers"]),
            b"".join(message.get("body", b"") for message in rest),
        )
