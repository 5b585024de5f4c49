"""uvicorn's HTTP protocol with limits on the size of a head and on the time a request may take."""

from __future__ import annotations

import asyncio
import re
import socket
from http import HTTPStatus
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from swf.server.limits import MAX_HEAD_BYTES, REQUEST_SECONDS

_ANSWER: Final = b"HTTP/1.1 "
_UPGRADE: Final = re.compile(rb"(?<=\r\n)upgrade(?=[ \t]*:)", re.IGNORECASE)
_DECLINED: Final = b"x-asked"
"""Stands for the name of an Upgrade header, and is as long."""
_PROBES: Final = (
    # Whether the other machine is still there: asked after 15 s of silence, three times.
    ("TCP_KEEPIDLE", 15),
    ("TCP_KEEPINTVL", 5),
    ("TCP_KEEPCNT", 3),
)


class HeadTooLargeError(Exception):
    """A request's line and headers are longer than MAX_HEAD_BYTES; the connection is closed."""


class LimitedProtocol(HttpToolsProtocol):
    """A connection that is closed where a head is too long or a request too slow.

    A request is on its way from its first byte, the first of a connection from the beginning.
    """

    request_seconds = REQUEST_SECONDS

    def connection_made(  # type: ignore[override]  # as uvicorn's own is
        self, transport: asyncio.Transport
    ) -> None:
        """Start the time of the first request."""
        super().connection_made(transport)
        self.transport = cast("asyncio.Transport", _Joining(transport, self.loop))
        _probe(transport.get_extra_info("socket"))
        self._in_head = False
        self._unread = 0
        self._late: asyncio.TimerHandle | None = None
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the time: nothing comes any more."""
        super().connection_lost(exc)
        self._came()

    def data_received(self, data: bytes) -> None:
        """Take what was sent; where that ends within a request, its time runs."""
        self._unread += len(data)
        if b"pgrade" in data or b"PGRADE" in data:
            # The parser takes what follows the head for another protocol; HTTP/1.1 may go on.
            data = _UPGRADE.sub(_DECLINED, data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._unread > MAX_HEAD_BYTES:
            # A head, or what is neither head nor body: lines after the last chunk, empty lines.
            self._give_up(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._late is None and (self._in_head or not self._complete()):
            self._expect()

    def on_message_begin(self) -> None:
        """Begin to count the head of a request."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Have the request answered, unless its head is too long."""
        self._in_head = False
        # Only what came in large pieces can be too long and complete.
        if self._unread > MAX_HEAD_BYTES and self._head_bytes() > MAX_HEAD_BYTES:
            self._give_up(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            raise HeadTooLargeError
        self._unread = 0
        super().on_headers_complete()
        self.headers = []  # what comes behind the body is none of the request's headers

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop the time: the request is there."""
        self._came()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Say that a request is none, unless it was answered already."""
        if not self.transport.is_closing():
            super().send_400_response(msg)

    def _head_bytes(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _latest(self) -> RequestResponseCycle | None:
        return self.cycle  # which uvicorn does not tell to be None before the first request

    def _complete(self) -> bool:
        """Whether a request is there, and not yet answered."""
        latest = self._latest()
        return latest is not None and not (latest.more_body or latest.response_complete)

    def _silent(self) -> bool:
        """Whether what is sent now would not be taken for the answer to another request."""
        latest = self._latest()
        if latest is None or latest.response_complete:
            return True
        return latest.more_body and not latest.response_started and not self.pipeline

    def _expect(self) -> None:
        self._late = self.loop.call_later(self.request_seconds, self._on_late)

    def _came(self) -> None:
        self._unread = 0
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _on_late(self) -> None:
        self._late = None
        self._give_up(HTTPStatus.REQUEST_TIMEOUT)

    def _give_up(self, status: HTTPStatus) -> None:
        """Close the connection, and say why where that is no answer to another request."""
        if not self._silent():
            self.transport.close()
            return
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        self.transport.write(f"{head}content-length: 0\r\nconnection: close\r\n\r\n".encode())
        self.transport.close()


class _Joining:
    """A transport that sends the head of an answer along with its body, where that follows at once.

    What is written in two goes is two packets, and wakes the other end twice.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if self._head:
            data, self._head = self._head + data, b""
        elif data.startswith(_ANSWER):
            self._head = data
            self._loop.call_soon(self._send_head)
            return
        self._transport.write(data)

    def close(self) -> None:
        self._send_head()
        self._transport.close()

    def _send_head(self) -> None:
        if self._head:
            self._transport.write(self._head)
            self._head = b""


def patient(request_seconds: float) -> type[LimitedProtocol]:
    """Return the protocol with another time for a request than REQUEST_SECONDS."""

    class Patient(LimitedProtocol):
        pass

    Patient.request_seconds = request_seconds
    return Patient


def _probe(connected: socket.socket) -> None:
    """Have the system notice that the other machine is gone."""
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _PROBES:
        if hasattr(socket, name):
            connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
