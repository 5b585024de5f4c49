"""Servers for tests: one answers with what it was given, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import attrs


@attrs.define
class Request:
    """One request as it came in."""

    operation: str
    params: dict[str, Any]
    headers: dict[str, str]
    port: int
    """The client's port: two requests of one port came over one connection."""


@attrs.define
class Answer:
    """One answer: status and body, or `hang` and then nothing, or `drop` of the connection.

    Where it is `cut`, that many bytes of the body are announced and never come.
    """

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = attrs.field(factory=dict)
    hang: bool = False
    drop: bool = False
    cut: int = 0


def fault(code: str, message: str = "", status: int = 400) -> Answer:
    """Return the answer by which SWF reports a fault."""
    body = {"__type": f"com.amazonaws.swf.base.model#{code}", "message": message}
    return Answer(status, json.dumps(body).encode(), {"x-amzn-RequestId": "request-1"})


def reply(**members: Any) -> Answer:
    """Return the answer by which SWF replies."""
    return Answer(200, json.dumps(members).encode(), {"x-amzn-RequestId": "request-1"})


@attrs.define
class Served:
    """The server's address, and what it was asked so far."""

    url: str
    requests: list[Request] = attrs.field(factory=list)

    def operations(self) -> list[str]:
        return [request.operation for request in self.requests]


class Handler(BaseHTTPRequestHandler):
    """Answers over connections that are kept, and logs nothing: `answer` says how."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 20

    def answer(self) -> None:
        """Answer one request, a GET or a POST."""
        raise NotImplementedError

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def received(self) -> bytes:
        """Return the body of the request."""
        return self.rfile.read(int(self.headers["Content-Length"]))

    def reply(self, status: int, body: bytes, **headers: str) -> None:
        """Send an answer; an underscore in the name of a header stands for a hyphen."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def listening(handler: type[Handler]) -> Iterator[str]:
    """Yield the address of a server that answers by this handler."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@contextmanager
def answering(*answers: Answer) -> Iterator[Served]:
    """Yield a server that gives the answers one by one, and the last again and again."""
    left = list(answers) or [Answer()]
    lock, end = threading.Lock(), threading.Event()
    served = Served("")

    class Answers(Handler):
        def answer(self) -> None:
            text = self.received()
            if self.path != "/":
                self.reply(404, b"")
                return
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            headers = {name.lower(): value for name, value in self.headers.items()}
            with lock:
                asked = Request(operation, json.loads(text), headers, self.client_address[1])
                served.requests.append(asked)
                answer = left.pop(0) if len(left) > 1 else left[0]
            if answer.hang:
                end.wait(30)
            if answer.hang or answer.drop:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) + answer.cut))
            self.end_headers()
            self.wfile.write(answer.body)
            self.close_connection = self.close_connection or bool(answer.cut)

    with listening(Answers) as served.url:
        try:
            yield served
        finally:
            end.set()
