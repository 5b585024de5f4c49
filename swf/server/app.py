"""The server as an ASGI application: SWF's one endpoint at `/`, and what an operator looks at.

`GET /health` tells whether the server takes requests, `GET /metrics` what it has counted, and
`GET /task-lists?domain=NAME` who waits for what there: an extension that only reads. By another,
`POST /release`, whoever is about to stop has its polls answered, and loses no task by that. Below
`/ui` may be pages for people, which are an application of their own.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from typing import Any, Final, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from swf.clock import SystemClock
from swf.engine import Engine, encode
from swf.engine.faults import broken, unavailable
from swf.exceptions import EngineError
from swf.fault import Fault
from swf.hosts import Hosts
from swf.metrics import CONTENT_TYPE
from swf.server import wire
from swf.server.calls import Calls
from swf.server.decoding import decoded
from swf.server.metering import Meter
from swf.server.running import Runner
from swf.server.sigv4 import KeyPair, Signed, Verifier
from swf.server.wire import ClientGoneError, Headers, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

_OPEN: Final = frozenset({"/health"})
"""What is told without a signature."""

_RELEASE: Final = "/release"
"""Where polls are given up, those of `{"identities": [...]}`."""

_PEOPLE: Final = "/ui"
"""Where pages for people are."""

_NO_OPERATION: Final = "none"
"""Stands for what names no operation, where answers are counted."""

_PAGE_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


class Stoppable(Protocol):
    """What a server serves: an ASGI application that can be told to stop."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI has it."""
        ...

    def stop(self) -> None:
        """End what would go on by itself; to be called in the loop's thread."""
        ...

    def close(self) -> None:
        """Return once nothing works for it."""
        ...


class Application:
    """Answers requests to an engine over HTTP, in the thread of the loop that first calls it.

    Only requests to a loop-back name or one of `allowed_hosts` are answered; where there are
    `keys`, only those signed with them (but for /health). What is below /ui is left to `pages`,
    which are to know by themselves who may have them.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        allowed_hosts: Iterable[str] = (),
        keys: KeyPair | None = None,
        pages: Stoppable | None = None,
    ) -> None:
        self._engine = engine
        self._for_people = pages
        self._hosts = Hosts(allowed_hosts)
        self._verifier = None if keys is None else Verifier(keys, SystemClock())
        self._meter = Meter(engine)
        self._runner: Runner | None = None
        self._calls: Calls | None = None
        self._stopping = False
        self._for_operators = Starlette(
            routes=[
                Route("/health", self._health),
                Route("/metrics", self._metrics),
                Route("/task-lists", self._task_lists),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI has it."""
        if scope["type"] != "http":
            raise RuntimeError(f"only HTTP is spoken here, not {scope['type']}")
        headers = wire.read_headers(scope["headers"])
        if not self._hosts.allow(headers.get(b"host")):
            message = "This server does not answer to that host; see --allowed-host"
            await _refuse_unread(send, Fault("MisdirectedRequestException", message, 421))
        elif self._for_people is not None and _is_below(scope["path"], _PEOPLE):
            await self._for_people(scope, receive, send)
        elif scope["path"] == "/" and self._for_people and scope["method"] in ("GET", "HEAD"):
            await RedirectResponse(f"{_PEOPLE}/")(scope, receive, _with_headers(send))
        elif scope["path"] == "/":
            await self._endpoint(scope, headers, receive, send)
        elif scope["path"] == _RELEASE:
            await self._release(scope, headers, receive, send)
        else:
            await self._operators_page(scope, headers, receive, send)

    def stop(self) -> None:
        """Have held polls answered as empty; to be called in the loop's thread."""
        self._stopping = True
        if self._calls is not None:
            self._calls.stop()
        if self._for_people is not None:
            self._for_people.stop()

    def close(self) -> None:
        """Return once no thread works for this application."""
        if self._for_people is not None:
            self._for_people.close()
        if self._runner is not None:
            self._runner.close()

    async def _endpoint(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        """Answer a call of SWF's API."""
        if scope["method"] != "POST":
            await _refuse_method(send)
            return
        began = time.perf_counter()
        try:
            operation, outcome = await self._outcome(scope, headers, receive)
        except ClientGoneError:
            self._meter.gone.add()
            return
        code = outcome.code if isinstance(outcome, Fault) else "OK"
        self._meter.answered(operation, code, time.perf_counter() - began)
        if isinstance(outcome, Fault):
            await wire.refuse(send, outcome)
        else:
            await wire.answer(send, outcome)

    async def _outcome(
        self, scope: Scope, headers: Headers, receive: Receive
    ) -> tuple[str, bytes | Fault]:
        """Return the operation that was asked for, and the body of its reply or its fault.

        Raises ClientGoneError where nobody waits for it any more.
        """
        operation = _NO_OPERATION
        try:
            body = await wire.read_body(headers, receive)
            self._check_signature(scope, headers, body)
            operation = wire.read_operation(headers)
            wire.check_content_type(headers)
            call = await self._here().answered(
                operation, decoded(body), wire.read_region(headers), receive
            )
            return operation, call.fault or encode(call.reply)
        except Fault as fault:
            return operation, fault
        except ClientGoneError:
            raise
        except EngineError as error:
            return operation, unavailable(str(error))
        except Exception:
            logger.exception("%s could not be answered", operation)
            return operation, broken()

    async def _release(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        """Have the polls of some identities answered as those that found nothing."""
        if scope["method"] != "POST":
            await _refuse_method(send)
            return
        try:
            body = await wire.read_body(headers, receive)
            self._check_signature(scope, headers, body)
            wire.check_content_type(headers)
            self._engine.release_of(_identities(decoded(body)))
        except ClientGoneError:
            return
        except Fault as fault:
            await wire.refuse(send, fault)
        else:
            await wire.answer(send, b"{}")

    async def _operators_page(
        self, scope: Scope, headers: Headers, receive: Receive, send: Send
    ) -> None:
        """Show what an operator looks at."""
        try:
            if scope["path"] not in _OPEN:
                self._check_signature(scope, headers, b"")
        except Fault as fault:
            await _refuse_unread(send, fault)
        else:
            await self._for_operators(scope, receive, _with_headers(send))

    def _check_signature(self, scope: Scope, headers: Headers, body: bytes) -> None:
        if self._verifier is None:
            return
        query, path = scope["query_string"], scope["raw_path"]
        self._verifier.check(Signed(scope["method"], path, query, headers, body))

    def _here(self) -> Calls:
        """Return what has calls answered in the thread of the running loop."""
        if self._calls is None:
            self._runner = Runner(asyncio.get_running_loop())
            self._calls = Calls(self._engine, self._runner, self._meter)
            if self._stopping:
                self._calls.stop()
        return self._calls

    async def _health(self, _request: Request) -> Response:
        usable = not (self._stopping or self._engine.closed)
        status = "ok" if usable else "stopping"
        return JSONResponse({"status": status}, 200 if usable else 503)

    def _metrics(self, _request: Request) -> Response:
        """Tell what was counted and what waits; in a thread, since it reads the file."""
        try:
            text = self._meter.registry.render()
        except EngineError as error:
            return Response(f"{error}\n", 503, media_type="text/plain")
        return Response(text, media_type=CONTENT_TYPE)

    def _task_lists(self, request: Request) -> Response:
        """Tell what waits on the task lists of a domain; in a thread, since it reads the file."""
        try:
            found = self._engine.task_lists(request.query_params.get("domain", ""))
        except Fault as fault:
            return Response(wire.fault_body(fault), fault.status, media_type="application/json")
        return JSONResponse({"taskLists": found})


def _identities(asked: dict[str, Any]) -> frozenset[str]:
    found = asked.get("identities")
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise Fault("SerializationException", "identities must be a list of strings")
    return frozenset(found)


def _is_below(path: str, top: str) -> bool:
    return path == top or path.startswith(f"{top}/")


def _with_headers(send: Send) -> Send:
    """Return a `send` that adds what every page's answer carries."""

    async def send_more(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] += [(b"x-amzn-requestid", wire.request_id()), *_PAGE_HEADERS]
        await send(message)

    return send_more


async def _refuse_unread(send: Send, fault: Fault) -> None:
    """Refuse a request whose body, if it has one, is not wanted."""
    await wire.refuse(send, fault, (b"connection", b"close"))


async def _refuse_method(send: Send) -> None:
    fault = Fault("UnknownOperationException", "Operations are asked for by POST", 405)
    await wire.refuse(send, fault, (b"allow", b"POST"), (b"connection", b"close"))
