"""Raw bytes sent to a server in a process of its own, most of them no HTTP that is written so."""

from __future__ import annotations

import http.client
import json
import re
import selectors
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any, Final

from fuzz.drawing import Drawer
from fuzz.pool import Pool
from fuzz.spoiling import Spoiler

PATIENCE_SECONDS: Final = 120
READY: Final = re.compile(rb"export AWS_ENDPOINT_URL_SWF=http://127\.0\.0\.1:(\d+)")
STATUS: Final = re.compile(rb"HTTP/1\.[01] (\d{3}) ")

Sent = list[bytes]
"""The pieces of what is sent on one connection."""


@contextmanager
def served() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run a server on an engine in memory; it must end well when it is told to."""
    command = [sys.executable, "-m", "swf.server", "--db", "memory://", "--port", "0"]
    server = subprocess.Popen(
        [*command, "--poll-seconds", "0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    try:
        yield server, _port(server)
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE_SECONDS) == 0
    finally:
        server.kill()
        server.communicate()


def _port(server: subprocess.Popen[bytes]) -> int:
    assert server.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(server.stdout, selectors.EVENT_READ)
        assert selector.select(PATIENCE_SECONDS), "the server did not start in time"
    line = server.stdout.readline()
    told = READY.search(line)
    assert told is not None, f"the server said {line!r}"
    return int(told[1])


class Bytes:
    """Draws what is sent on connections: requests, and what becomes of them on a bad day."""

    def __init__(self, seed: int) -> None:
        self.random = Random(f"swf-bytes-{seed}")
        self._drawer = Drawer(self.random, Pool(self.random))
        self._spoiler = Spoiler(self.random)

    def drawn(self) -> Sent:
        """Return what to send on one connection."""
        operation, params = self._drawer.request()
        body = self._spoiler.encoded(params)
        if self.random.random() < 0.3:
            body = self._spoiler.spoilt_bytes(body)
        way = self.random.choice(_WAYS)
        return way(self.random, operation.encode(), body)


def request(operation: bytes, body: bytes, *more: bytes, length: bytes | None = None) -> bytes:
    """Return a request with these headers more, and perhaps another length than its body has."""
    told = b"%d" % len(body) if length is None else length
    lines = (
        b"POST / HTTP/1.1",
        b"Host: 127.0.0.1",
        b"X-Amz-Target: SimpleWorkflowService." + operation,
        b"Content-Type: application/x-amz-json-1.0",
        *([b"Content-Length: " + told] if told else []),
        *more,
    )
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def sent(port: int, pieces: Sent) -> list[int]:
    """Send bytes, then nothing more, and return the statuses of all that is answered."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as connection:
        received = bytearray()
        with suppress(ConnectionError):  # a server may hang up on what it does not want to read
            for piece in pieces:
                connection.sendall(piece)
            with suppress(OSError):  # it has hung up
                connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65_536):
                received += piece
    return [int(status) for status in STATUS.findall(bytes(received))]


def healthy(port: int) -> None:
    """Ask for what exists, as a decent client does."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    headers = {
        "X-Amz-Target": "SimpleWorkflowService.ListDomains",
        "Content-Type": "application/x-amz-json-1.0",
    }
    connection.request("POST", "/", b'{"registrationStatus": "REGISTERED"}', headers)
    answer = connection.getresponse()
    assert answer.status == 200
    assert "domainInfos" in json.loads(answer.read())
    connection.close()


def bombarded(seed: int, connections: int) -> tuple[Counter[int], int]:
    """Send bytes on so many connections; return the statuses, and how many bytes the server grew.

    Fails where an answer is a 5xx, and where the server answers decent requests no more.
    """
    drawn = Bytes(seed)
    statuses: Counter[int] = Counter()
    with served() as (server, port):
        grown = 0
        for number in range(connections):
            pieces = drawn.drawn()
            found = sent(port, pieces)
            statuses.update(found)
            assert all(status < 500 for status in found), _told(seed, number, pieces, found)
            if number % 100 == 0 or number == connections - 1:
                healthy(port)
            if number in (connections // 4, connections - 1):
                grown = _resident(server.pid) - grown
    return statuses, grown


def _told(seed: int, number: int, pieces: Sent, found: list[int]) -> str:
    return f"answered {found}; seed {seed}, connection {number}: {b''.join(pieces)[:3_000]!r}"


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * 4096


# What is sent


def _decent(_random: Random, operation: bytes, body: bytes) -> Sent:
    return [request(operation, body, b"Connection: close")]


def _in_pieces(random: Random, operation: bytes, body: bytes) -> Sent:
    whole = request(operation, body, b"Connection: close")
    at = random.randrange(len(whole))
    return [whole[:at], whole[at:]]


def _broken_off(random: Random, operation: bytes, body: bytes) -> Sent:
    whole = request(operation, body)
    return [whole[: random.randrange(len(whole))]]


def _pipelined(random: Random, operation: bytes, body: bytes) -> Sent:
    return [request(operation, body) * random.choice((2, 3, 20)) if len(body) < 5_000 else body]


def _of_another_length(random: Random, operation: bytes, body: bytes) -> Sent:
    lengths = (b"0", b"-1", b"x", b"1, 2", b"99999999999999999999", b"5", b"+5", b"0x5", b" 7 ")
    return [request(operation, body, length=random.choice(lengths))]


def _chunked(random: Random, operation: bytes, body: bytes) -> Sent:
    chunk = b"%x\r\n%s\r\n" % (len(body), body)
    end = random.choice((b"0\r\n\r\n", b"", b"0\r\n", b"zz\r\n\r\n", b"0\r\nTrailer: x\r\n\r\n"))
    both = random.choice((b"", b"3"))  # a length beside is how requests are smuggled
    chunk = (chunk if len(body) else b"") + end
    return [request(operation, b"", b"Transfer-Encoding: chunked", length=both) + chunk]


def _with_headers(random: Random, operation: bytes, body: bytes) -> Sent:
    odd = (
        *(
            b"X-Long: " + b"x" * 40_000,
            b"X-Null: a\x00b",
            b"no colon",
            b": nameless",
            b"X: \xff\xfe",
        ),
        *(b"Host: elsewhere", b"X-Amz-Target: SimpleWorkflowService.ListDomains", b"X-Y : space"),
        *(b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: eA==", b"Expect: gold"),
        *(b"Expect: 100-continue", b"Content-Encoding: gzip", b"Content-Encoding: amz-1.0"),
        *(b"Authorization: AWS4-HMAC-SHA256 Credential=x", b"Authorization: \xc3\xa9", b" folded"),
        b"\r\n".join(b"X-%d: y" % number for number in range(2_000)),
    )
    return [request(operation, body, random.choice(odd))]


def _of_another_line(random: Random, operation: bytes, body: bytes) -> Sent:
    lines = (
        *(
            b"GET / HTTP/1.1",
            b"PUT / HTTP/1.1",
            b"OPTIONS * HTTP/1.1",
            b"POST / HTTP/1.0",
            b"POST /",
        ),
        *(b"POST //../../etc/passwd HTTP/1.1", b"POST /?x=%ff HTTP/1.1", b"post / http/1.1"),
        *(b"POST http://127.0.0.1/ HTTP/1.1", b"GET /health HTTP/1.1", b"GET /metrics HTTP/1.1"),
        *(b"GET /task-lists?domain=%00 HTTP/1.1", b"POST /release HTTP/1.1", b"POST / HTTP/9.9"),
        *(b"HEAD /health HTTP/1.1", b"GET /" + b"x" * 50_000 + b" HTTP/1.1", b"\xff / HTTP/1.1"),
        *(
            b"GET /%ff%fe HTTP/1.1",
            b"CONNECT 127.0.0.1:22 HTTP/1.1",
            b"POST /moto-api/reset HTTP/1.1",
        ),
    )
    return [request(operation, body).replace(b"POST / HTTP/1.1", random.choice(lines), 1)]


def _no_http(random: Random, _operation: bytes, body: bytes) -> Sent:
    return [
        random.choice(
            (
                b"",
                body,
                b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + random.randbytes(64),
                b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                b"\r\n" * 100,
                b"\x00" * 1_000,
                random.randbytes(2_000),
                b"A" * 100_000,
            )
        )
    ]


_WAYS: Final[tuple[Callable[[Random, bytes, bytes], Any], ...]] = (
    *(_decent, _decent, _decent, _in_pieces, _broken_off, _pipelined, _of_another_length, _chunked),
    *(_with_headers, _of_another_line, _no_http),
)
