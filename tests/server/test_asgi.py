"""The application as any ASGI server calls it."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from swf.engine import Call, Engine
from swf.server import Application
from swf.server.limits import MAX_BODY_BYTES

HEADERS = {
    "host": "localhost",
    "x-amz-target": "SimpleWorkflowService.PollForActivityTask",
    "content-type": "application/json",
}
POLL = b'{"domain":"d","taskList":{"name":"x"}}'


class Broken(Engine):
    """An engine with an error in it."""

    def begin(self, call: Call, run: Any) -> None:
        raise ZeroDivisionError


@pytest.fixture
def engine():
    with Engine.open("memory://asgi?poll_seconds=60") as opened:
        domain = {"name": "d", "workflowExecutionRetentionPeriodInDays": "1"}
        opened.handle("RegisterDomain", domain)
        yield opened


async def answer_of(application: Application, *events: dict[str, Any]) -> list[Any]:
    """Return what is sent to a client from whom these events come, and then nothing more."""
    coming, sent = list(events), []

    async def receive() -> Any:
        if not coming:
            await asyncio.Event().wait()
        return coming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": headers,
    }
    await application(scope, receive, send)
    return sent


def body(data: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": data, "more_body": more}


def test_an_error_of_the_engine_is_told_as_500_and_logged(caplog):
    """What should never happen is InternalFailure for the client, and a traceback in the log."""
    with Broken.open("memory://broken") as engine, caplog.at_level(logging.ERROR, "swf.server"):
        [start, told] = asyncio.run(answer_of(Application(engine), body(POLL)))

    assert start["status"] == 500
    assert b"com.amazon.coral.service#InternalFailure" in told["body"]
    assert "ZeroDivisionError" in caplog.text


def test_a_poll_that_comes_while_the_server_stops_is_empty(engine):
    """Nothing is held any more once the server stops."""
    application = Application(engine)
    application.stop()

    [start, told] = asyncio.run(answer_of(application, body(POLL)))

    assert (start["status"], told["body"]) == (200, b'{"startedEventId":0}')
    assert engine.held_polls == 0


@pytest.mark.parametrize(
    "events",
    [
        [{"type": "http.disconnect"}],
        [body(POLL[:9], more=True), {"type": "http.disconnect"}],
        [body(POLL), body(b""), {"type": "http.disconnect"}],
    ],
    ids=["before the body", "within the body", "while it waits"],
)
def test_who_has_gone_is_sent_nothing(engine, events):
    """A client that leaves is not answered, and no poll of it stays behind."""
    assert asyncio.run(answer_of(Application(engine), *events)) == []
    assert engine.held_polls == 0


def test_a_body_in_pieces_is_one_body(engine):
    """However a server cuts a body, all of it is read."""
    application = Application(engine)
    application.stop()

    pieces = [body(POLL[:5], more=True), body(b"", more=True), body(POLL[5:])]
    [start, told] = asyncio.run(answer_of(application, *pieces))

    assert (start["status"], told["body"]) == (200, b'{"startedEventId":0}')


@pytest.mark.parametrize("pieces", [1, 2, 7])
def test_a_body_that_is_too_long_is_refused_however_it_is_cut(engine, pieces):
    """The longest body is the same whether a server hands it on whole or in pieces."""
    length = MAX_BODY_BYTES // pieces + 1
    cut = [body(b" " * length, more=number + 1 < pieces) for number in range(pieces)]

    [start, told] = asyncio.run(answer_of(Application(engine), *cut))

    assert start["status"] == 413
    assert b"RequestEntityTooLargeException" in told["body"]


def test_other_protocols_are_refused(engine):
    """Neither WebSockets nor lifespans are spoken."""

    async def nothing(*_: Any) -> Any:
        raise AssertionError("nothing is to be received or sent")

    with pytest.raises(RuntimeError, match="websocket"):
        asyncio.run(Application(engine)({"type": "websocket"}, nothing, nothing))
