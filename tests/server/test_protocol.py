"""Limits of a connection: how long a head may be, and how long a request may take."""

from __future__ import annotations

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
