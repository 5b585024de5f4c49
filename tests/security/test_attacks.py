"""A server in a process of its own, and those who mean it harm: it answers everybody else."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

import pytest
from embedded import ROOT, client_of, server_process
from raw_http import Connection, ask, request

from swf.server.limits import MAX_BODY_BYTES, MAX_DEPTH, MAX_HEAD_BYTES

LISTED: Final = {"registrationStatus": "REGISTERED"}
ENOUGH: Final = 5.0
"""Seconds within which a server that is attacked answers who means well."""

HOSTS: Final = (
    ("localhost", True),
    ("127.0.0.1:8042", True),
    ("[::1]:1", True),
    ("evil.example", False),
    ("localhost.evil.example", False),
    ("169.254.169.254", False),
    ("0.0.0.0", False),
)
"""What a request says that the server is called, and whether it answers to that."""

ORIGINS: Final = (
    None,
    "null",
    "http://evil.example",
    "http://localhost:3000",
    "https://127.0.0.1",
    "file://",
)
"""Where the page says it is from that sends the request."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server with its pages, on an SWF in memory."""
    with server_process("--db", "memory://", "--port", "0", "--poll-seconds", "1") as server:
        yield server.port


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "GET"])
@pytest.mark.parametrize(
    ("host", "origin"),
    [(host, origin) for (host, _), origin in itertools.product(HOSTS, ORIGINS)],
)
def test_no_page_from_elsewhere_reads_an_answer(
    port: int, host: str, origin: str | None, method: str
) -> None:
    """Another name of this machine is not answered to, and no origin is ever given leave."""
    more = {} if origin is None else {"origin": origin}
    if method == "OPTIONS":
        more |= {"access-control-request-method": "POST"}

    reply = ask(port, request(LISTED, host=host, method=method, **more))

    assert [name for name in reply.headers if name.startswith("access-control-")] == []
    assert (origin or "").encode() not in reply.body or not origin
    assert (reply.status == 421) == (not dict(HOSTS)[host])
    assert b"domainInfos" not in reply.body or (method == "POST" and dict(HOSTS)[host])


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
)
def test_what_a_form_of_another_page_can_send_does_nothing(port: int, content_type: str) -> None:
    """Without the header that no form can set, a request is none, whatever it says."""
    body = {"name": "forged", "workflowExecutionRetentionPeriodInDays": "1"}

    forged = ask(port, request(body, target=None, content_type=content_type))
    listed = ask(port, request(LISTED))

    assert forged.status in (400, 404, 415)
    assert "forged" not in str(listed.json)


def test_those_who_send_slowly_hold_nobody_up(port: int) -> None:
    """With 200 connections that dribble heads and bodies, others are answered at once."""
    with ExitStack() as held:
        slow = [held.enter_context(Connection(port)) for _ in range(200)]
        for number, connection in enumerate(slow):
            begun = request(LISTED, length=10_000) if number % 2 else b"POST / HTTP/1.1\r\nHost: l"
            connection.send(begun)

        for _ in range(3):
            began = time.monotonic()
            assert ask(port, request(LISTED)).status == 200
            assert time.monotonic() - began < ENOUGH
            for connection in slow:
                connection.send(b"a")


HARMFUL: Final = {
    "a head that is too long": (request(LISTED, x="y" * (MAX_HEAD_BYTES + 1)), {431}),
    "a line that is too long": (request(LISTED, path="/" + "x" * (MAX_HEAD_BYTES + 1)), {431}),
    "many headers": (request(LISTED, **{f"x{n}": "y" * 9 for n in range(5_000)}), {431}),
    "a body that is too long": (request(b" " * (MAX_BODY_BYTES + 1)), {413}),
    "a length below nothing": (request(b"{}", length=-1), {400}),
    "deep arrays": (request(b"[" * 100_000), {400}),
    "deep objects": (request(b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1)), {400}),
    "a huge number": (request(b'{"maximumPageSize":' + b"9" * 100_000 + b"}"), {400}),
    "no number": (request(b'{"maximumPageSize":NaN}'), {400}),
    "no text": (request(b'{"registrationStatus":"\xff\xfe"}'), {400}),
    "two lengths": (
        request(LISTED).replace(b"Content-Length", b"Content-Length: 3\r\nContent-Length"),
        {400},
    ),
    "a length and chunks": (request(LISTED, transfer_encoding="chunked"), {400}),
    "two hosts": (request(LISTED).replace(b"Host", b"Host: evil.example\r\nHost"), {400, 421}),
    "a line break in a header": (request(LISTED, x="a\nset-cookie: b"), {200, 400}),
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 600, {400}),
}


@pytest.mark.parametrize(("sent", "statuses"), HARMFUL.values(), ids=HARMFUL)
def test_what_is_meant_to_break_it_is_refused(port: int, sent: bytes, statuses: set[int]) -> None:
    """Whatever is sent, it is the sender's mistake; the next client is answered."""
    with Connection(port) as connection:
        with suppress(ConnectionError):  # it may be refused before all of it was sent
            connection.send(sent)
        try:
            status = connection.reply().status
        except (AssertionError, ConnectionError):  # it was not worth an answer
            status = min(statuses)

    assert status in statuses
    assert ask(port, request(LISTED)).status == 200


def test_a_server_listens_on_loop_back_alone(port: int) -> None:
    """What the system says it listens on is one address of this machine's own."""
    listening = [
        line.split()
        for name in ("tcp", "tcp6")
        for line in Path("/proc/net", name).read_text(encoding="ascii").splitlines()[1:]
    ]
    where = {
        address.partition(":")[0]
        for _, address, _, state, *_ in listening
        if state == "0A" and int(address.rpartition(":")[2], 16) == port
    }

    assert where == {"0100007F"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_others_are_not_served_without_keys(host: str) -> None:
    """An address that other machines reach is refused at the start, without a key pair."""
    ran = subprocess.run(
        [sys.executable, "-m", "swf.server", "--db", "memory://", "--port", "0", "--host", host],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ran.returncode != 0
    assert "key" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_task_token_cannot_be_made_up(port: int) -> None:
    """A token is answered only as it was given out: no other text answers a task."""
    client = client_of(f"http://127.0.0.1:{port}")
    client.register_domain(name="tokens", workflowExecutionRetentionPeriodInDays="1")
    client.register_workflow_type(domain="tokens", name="w", version="1")
    client.start_workflow_execution(
        domain="tokens",
        workflowId="one",
        workflowType={"name": "w", "version": "1"},
        taskList={"name": "l"},
        executionStartToCloseTimeout="60",
        taskStartToCloseTimeout="60",
        childPolicy="TERMINATE",
    )
    token = client.poll_for_decision_task(domain="tokens", taskList={"name": "l"})["taskToken"]
    changed = [
        token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        for place in range(0, len(token) - 1, 3)
    ]

    for text in (*changed, token[:-4], "a", json.dumps({"run": 1})):
        reply = ask(port, request({"taskToken": text}, target="RespondDecisionTaskCompleted"))
        assert (reply.status, reply.fault) in (
            (400, "ValidationException"),
            (400, "UnknownResourceFault"),
        )
    client.respond_decision_task_completed(taskToken=token, decisions=[])


def test_nothing_is_said_of_what_runs_it(port: int) -> None:
    """Headers tell neither what the server is made of, nor any version of it."""
    told = str(ask(port, request(LISTED)).headers).lower()

    assert not re.search(r"python|uvicorn|starlette|\d+\.\d+\.\d+", told)
