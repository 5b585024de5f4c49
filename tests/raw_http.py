"""HTTP as it is on the wire, for requests that no well-behaved client sends."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any, Self

import attrs

PATIENCE_SECONDS = 120
JSON = "application/x-amz-json-1.0"
PREFIX = "SimpleWorkflowService."


@attrs.frozen
class Reply:
    """One answer; the names of its headers in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def fault(self) -> str:
        """The fault's name without its namespace."""
        told: str = json.loads(self.body)["__type"]
        return told.rpartition("#")[2]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def request(
    body: bytes | str | dict[str, Any] = b"{}",
    *,
    method: str = "POST",
    path: str = "/",
    target: str | None = "ListDomains",
    host: str | None = "localhost",
    content_type: str | None = JSON,
    length: int | None = None,
    **more: str,
) -> bytes:
    """Return a request; what is None is left out, `more` are further headers (x_y is X-Y)."""
    if isinstance(body, dict):
        body = json.dumps(body)
    sent = body.encode() if isinstance(body, str) else body
    if target is not None and "." not in target:
        target = PREFIX + target
    headers = {
        "Host": host,
        "X-Amz-Target": target,
        "Content-Type": content_type,
        "Content-Length": str(len(sent) if length is None else length),
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    lines = [f"{name}: {value}\r\n" for name, value in headers.items() if value is not None]
    return f"{method} {path} HTTP/1.1\r\n{''.join(lines)}\r\n".encode("latin-1") + sent


class Connection:
    """One connection, kept alive until it is closed by either end."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._unread = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def reset(self) -> None:
        """Close so that the other end is told that the connection is broken."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def ask(self, data: bytes) -> Reply:
        self.send(data)
        return self.reply()

    def reply(self) -> Reply:
        """Return the next answer; fail where the connection ends before it."""
        head = self._until(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").rstrip().split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        return Reply(int(first.split()[1]), headers, self._exactly(headers))

    @property
    def ended(self) -> bool:
        """Whether the server has closed it; waited for."""
        try:
            return self._unread == b"" and self._socket.recv(1) == b""
        except ConnectionError:
            return True

    def _exactly(self, headers: dict[str, str]) -> bytes:
        length = int(headers.get("content-length", "0"))
        while len(self._unread) < length:
            self._receive()
        body, self._unread = self._unread[:length], self._unread[length:]
        return body

    def _until(self, end: bytes) -> bytes:
        while end not in self._unread:
            self._receive()
        head, _, self._unread = self._unread.partition(end)
        return head

    def _receive(self) -> None:
        data = self._socket.recv(1 << 16)
        if not data:
            raise AssertionError(f"the connection ended after {self._unread!r}")
        self._unread += data


def ask(port: int, data: bytes) -> Reply:
    """Return the answer to one request on a connection of its own."""
    with Connection(port) as connection:
        return connection.ask(data)
