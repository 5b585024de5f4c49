"""Limits of a connection: how long a head may be, and how long a request may take."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from raw_http import Connection, ask, request

from swf.engine import Engine
from swf.server import Served, serve
from swf.server.limits import MAX_HEAD_BYTES

LISTED = {"registrationStatus": "REGISTERED"}
SHORT_SECONDS = 0.3


def port_of(served: Served) -> int:
    return int(served.url.rpartition(":")[2])


@pytest.fixture(scope="module")
def hasty() -> Iterator[int]:
    """The port of a server that waits for a request but a moment."""
    with (
        Engine.open("memory://hasty?poll_seconds=1") as engine,
        serve(engine, request_seconds=SHORT_SECONDS) as served,
    ):
        yield port_of(served)


def trickled(connection: Connection, data: bytes) -> bool:
    """Send byte by byte; return whether the server let all of it in."""
    try:
        for byte in data:
            connection.send(bytes([byte]))
    except ConnectionError:
        return False
    return True


def with_head_of(size: int, *, headers: int = 1) -> bytes:
    """A request whose head has about so many bytes."""
    more = {f"x{number}": "y" * (size // headers) for number in range(headers)}
    return request(LISTED, **more)


@pytest.mark.parametrize("headers", [1, 30])
def test_a_head_within_the_limit_is_read(hasty, headers):
    """Headers may be long, and many."""
    assert ask(hasty, with_head_of(MAX_HEAD_BYTES - 1_000, headers=headers)).status == 200


@pytest.mark.parametrize("headers", [1, 30, 1_000])
@pytest.mark.parametrize("size", [MAX_HEAD_BYTES + 1, 4 * MAX_HEAD_BYTES])
def test_a_head_that_is_too_long_is_refused(hasty, size, headers):
    """A longer head is refused with 431, in one header or in many, and the connection closed."""
    with Connection(hasty) as connection:
        connection.send(with_head_of(size, headers=headers)[:-2])

        assert connection.reply().status == 431
        assert connection.ended


@pytest.mark.parametrize(
    ("name", "protocol"), [("Upgrade", "h2c"), ("upgrade", "websocket"), ("UPGRADE", "TLS/1.0")]
)
def test_an_upgrade_is_declined(hasty, name, protocol):
    """A client that offers another protocol along with its request is answered in this one."""
    asked = {
        "Connection": "Upgrade, HTTP2-Settings",
        name: protocol,
        "HTTP2_Settings": "AAMAAABkAAQAAP__",
    }
    with Connection(hasty) as connection:
        for _ in range(2):
            reply = connection.ask(request(LISTED, **asked))
            assert (reply.status, reply.json["domainInfos"]) == (200, [])


def test_a_head_without_end_is_refused(hasty):
    """No more is read of a head than it may have."""
    with Connection(hasty) as connection:
        connection.send(b"POST /" + b"x" * (MAX_HEAD_BYTES + 1_000))

        assert connection.reply().status == 431


CHUNKED = request(b"", length=None, Transfer_Encoding="chunked").replace(
    b"Content-Length: 0\r\n", b""
)
LAST_CHUNK = b"%x\r\n%s\r\n0\r\n" % (len(json.dumps(LISTED)), json.dumps(LISTED).encode())


@pytest.mark.parametrize(
    "begun",
    [LAST_CHUNK + b"x: y\r\n", LAST_CHUNK + b"x: ", b"5;", b""],
    ids=["many trailers", "a long trailer", "an extension of a chunk", "a chunk's size"],
)
def test_what_is_neither_head_nor_body_is_bounded(begun):
    """What may follow a chunk, or the last one, is no way to have a server keep it without end."""
    with (
        Engine.open("memory://bounded") as engine,
        serve(engine) as served,
        Connection(port_of(served)) as connection,
    ):
        more = b"x: %s\r\n" % (b"y" * 1_000) if begun.endswith(b"\r\n") else b"0" * 1_000
        try:
            connection.send(CHUNKED + begun + more * 1_000)
            status = connection.reply().status
        except ConnectionError:  # it was cut off in the midst of it
            status = 431

        assert status in (400, 431)
        assert connection.ended


def test_empty_lines_without_end_are_refused(hasty):
    """Lines that belong to no request are no way to keep a connection."""
    with Connection(hasty) as connection:
        connection.send(b"\r\n" * MAX_HEAD_BYTES)

        assert connection.reply().status == 431


def test_a_trailer_is_no_header(hasty):
    """What comes behind the body does not name the operation, whoever let it through."""
    target = b"X-Amz-Target: SimpleWorkflowService.ListDomains\r\n"
    with Connection(hasty) as connection:
        reply = connection.ask(CHUNKED.replace(target, b"") + LAST_CHUNK + target + b"\r\n")
        assert (reply.status, reply.fault) == (400, "UnknownOperationException")

        assert connection.ask(CHUNKED + LAST_CHUNK + target + b"\r\n").status == 200


def test_a_long_head_behind_another_request_is_refused_without_a_word(hasty):
    """A refusal would be taken for the answer to the request that is still being answered."""
    domain = {"name": "behind", "workflowExecutionRetentionPeriodInDays": "1"}
    poll = {"domain": "behind", "taskList": {"name": "x"}}
    with Connection(hasty) as connection:
        assert connection.ask(request(domain, target="RegisterDomain")).status == 200
        long = with_head_of(4 * MAX_HEAD_BYTES)

        connection.send(request(poll, target="PollForActivityTask") + long)

        assert connection.ended


def test_many_requests_are_no_long_head(hasty):
    """Each request has a limit of its own."""
    with Connection(hasty) as connection:
        for _ in range(3):
            assert connection.ask(with_head_of(MAX_HEAD_BYTES // 2)).status == 200


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\n",
        request(b"", length=100),
        request(b"{", length=100),
    ],
    ids=["nothing", "an empty line", "half a head", "no body", "half a body"],
)
@pytest.mark.parametrize("before", [0, 1], ids=["first", "second"])
def test_a_request_that_does_not_end_is_given_up(hasty, begun, before):
    """Who sends too slowly gets 408 and is let go, on a new connection and on one in use."""
    if before and not begun:
        return  # between two requests a connection may be silent for longer
    with Connection(hasty) as connection:
        for _ in range(before):
            assert connection.ask(request(LISTED)).status == 200
        connection.send(begun)

        assert connection.reply().status == 408
        assert connection.ended


def test_bytes_one_by_one_do_not_prolong_a_request(hasty):
    """The time of a request runs from its beginning, whatever trickles in."""
    with Connection(hasty) as connection:
        assert not trickled(connection, request(b" " * 10_000_000))


def test_a_held_poll_is_not_slow(hasty):
    """A request that is there has all the time it takes to be answered."""
    domain = {"name": "d", "workflowExecutionRetentionPeriodInDays": "1"}
    poll = {"domain": "d", "taskList": {"name": "x"}}
    with Connection(hasty) as connection:
        assert connection.ask(request(domain, target="RegisterDomain")).status == 200

        reply = connection.ask(request(poll, target="PollForActivityTask"))

    assert (reply.status, reply.json) == (200, {"startedEventId": 0})


def test_requests_may_be_sent_ahead(hasty):
    """Requests that a client sends without waiting are answered one after the other."""
    poll = {"domain": "d", "taskList": {"name": "x"}}
    held = request(poll, target="PollForActivityTask")
    with Connection(hasty) as connection:
        connection.send(held + request(LISTED) + request(b"{"))

        replies = [connection.reply() for _ in range(3)]

    assert [reply.status for reply in replies] == [200, 200, 400]


@pytest.mark.parametrize("begun", [request(b"{", length=100), b"POST / HTTP"])
def test_a_late_request_behind_another_is_given_up_without_a_word(hasty, begun):
    """A refusal would be taken for the answer to the request that is still being answered."""
    poll = {"domain": "d", "taskList": {"name": "x"}}
    with Connection(hasty) as connection:
        connection.send(request(poll, target="PollForActivityTask") + begun)

        assert connection.ended
