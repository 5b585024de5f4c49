"""How a request of AWS JSON 1.0 is read, and how its answer is written.

Source: the protocol as AWS's SDKs and older clients speak it.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, Final

from swf.constants import DEFAULT_REGION
from swf.fault import Fault
from swf.server.limits import MAX_BODY_BYTES, MAX_DISCARDED_BYTES
from swf.shapes import OPERATIONS

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Mapping[bytes, bytes]

JSON: Final = b"application/x-amz-json-1.0"

_PREFIXES: Final = (
    b"SimpleWorkflowService",
    b"com.amazonaws.swf.service.model.SimpleWorkflowService",  # of clients before 2013
)
_TARGETS: Final = {
    prefix + b"." + operation.encode(): operation
    for prefix in _PREFIXES
    for operation in OPERATIONS
}
_OF_FORMS: Final = frozenset(
    {b"application/x-www-form-urlencoded", b"multipart/form-data", b"text/plain"}
)
_REGION: Final = re.compile(rb"Credential=[^,/\s]+/[0-9]{8}/([a-z0-9-]{1,40})/")


class ClientGoneError(Exception):
    """A client closed its connection before it was answered."""


def read_headers(told: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return headers by lower-case name; the values of one that came twice are joined by commas.

    None of the headers that decide something has commas in it, so that one sent twice is refused.
    """
    pairs = list(told)
    headers = dict(pairs)
    if len(headers) == len(pairs):
        return headers
    headers.clear()
    for name, value in pairs:
        headers[name] = headers[name] + b"," + value if name in headers else value
    return headers


def read_operation(headers: Headers) -> str:
    """Return the operation that is asked for; raise Fault where there is none of that name."""
    target = headers.get(b"x-amz-target")
    if target is None:
        raise Fault("UnknownOperationException", "X-Amz-Target must name an operation")
    operation = _TARGETS.get(target)
    if operation is None:
        named = target[:128].decode("latin-1")
        raise Fault("UnknownOperationException", f"Unknown operation: {named}")
    return operation


def check_content_type(headers: Headers) -> None:
    """Raise Fault where the body is told to be what a web page may send to anybody, unasked.

    Whatever else it is told to be, or nothing, clients of all ages mean JSON.
    """
    bare = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if bare in _OF_FORMS:
        message = f"Content-Type must be {JSON.decode()}"
        raise Fault("UnsupportedMediaTypeException", message, 415)


def read_region(headers: Headers) -> str:
    """Return the region that the request was signed for; us-east-1 where it tells none."""
    found = _REGION.search(headers.get(b"authorization", b""))
    return DEFAULT_REGION if found is None else found[1].decode()


async def read_body(headers: Headers, receive: Receive) -> bytes:
    """Return the whole body.

    Raises Fault (RequestEntityTooLargeException) for one of more than MAX_BODY_BYTES, of which
    MAX_DISCARDED_BYTES are passed over first, and ClientGoneError where it breaks off.
    """
    told = int(headers.get(b"content-length", b"0"))
    if told > MAX_BODY_BYTES and b"expect" in headers:
        raise too_large()  # it was asked before anything was sent
    message = await receive()
    body: bytes = message.get("body", b"")
    if message["type"] == "http.request" and not message.get("more_body"):
        if len(body) > MAX_BODY_BYTES:
            raise too_large()
        return body
    pieces, length = [body], len(body)
    while length <= MAX_DISCARDED_BYTES:
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        if not message.get("more_body"):
            break
        message = await receive()
        piece: bytes = message.get("body", b"")
        length += len(piece)
        if length <= MAX_BODY_BYTES:
            pieces.append(piece)
    if length > MAX_BODY_BYTES:
        raise too_large()
    return b"".join(pieces)


def too_large() -> Fault:
    """Return the refusal of a body that is too long."""
    message = f"A request may have {MAX_BODY_BYTES} bytes"
    return Fault("RequestEntityTooLargeException", message, 413)


def fault_body(fault: Fault) -> bytes:
    """Return the body that tells a fault."""
    return json.dumps({"__type": fault.type, "message": fault.message}).encode()


async def answer(send: Send, body: bytes) -> None:
    """Send the reply of an operation; an empty body for one without output."""
    await _send(send, 200, _headers(body), body)


async def refuse(send: Send, fault: Fault, *more: tuple[bytes, bytes]) -> None:
    """Send a fault; the connection is closed where the rest of the request may be on its way."""
    body = fault_body(fault)
    headers = [*_headers(body), (b"x-amzn-errortype", fault.type.encode()), *more]
    if fault.status == 413:
        headers.append((b"connection", b"close"))
    await _send(send, fault.status, headers, body)


def request_id() -> bytes:
    """Return an id that no other answer has."""
    return str(uuid.uuid4()).encode()


def _headers(body: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (b"x-amzn-requestid", request_id()),
        (b"content-type", JSON),
        (b"content-length", b"%d" % len(body)),
    ]


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
