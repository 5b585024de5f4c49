"""A server that has one answer for each operation, and does nothing but send it.

The answers are read from standard input: a JSON object, from operation to body (null for an
operation without). Prints its URL.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_TARGET = re.compile(rb"x-amz-target: *\w+\.(\w+)", re.IGNORECASE)


class Protocol(asyncio.Protocol):
    """One connection; requests come one after another."""

    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self._answers = answers
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, gap, body = self._got.partition(b"\r\n\r\n")
        if gap and len(body) >= int(_LENGTH.search(head)[1]):
            self._got = b""
            self._transport.write(self._answers[_TARGET.search(head)[1]])


def answer(body: object) -> bytes:
    """Return an answer with its head."""
    sent = b"" if body is None else json.dumps(body).encode()
    head = (
        "HTTP/1.1 200 OK\r\nDate: Sat, 01 Nov 2025 12:00:00 GMT\r\n"
        "x-amzn-RequestId: a3b3b3c8-6f0e-11ee-8c99-0242ac120002\r\n"
        f"Content-Type: application/x-amz-json-1.0\r\nContent-Length: {len(sent)}\r\n\r\n"
    )
    return head.encode() + sent


async def main() -> None:
    """Serve until the process is ended."""
    answers = {
        operation.encode(): answer(body)
        for operation, body in json.loads(sys.stdin.readline()).items()
    }
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Protocol(answers), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
