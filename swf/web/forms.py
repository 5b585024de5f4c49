"""What a browser sends with a form."""

from __future__ import annotations

from collections.abc import Mapping
from email.parser import BytesParser
from email.policy import HTTP
from typing import Final
from urllib.parse import parse_qsl

import attrs
from starlette.requests import ClientDisconnect, Request

MAX_FORM_BYTES: Final = 1 << 20
"""The longest form that is read: the longest input of SWF, percent-encoded, is shorter."""

_MAX_FIELDS: Final = 100


class FormError(ValueError):
    """What was sent is no form, or too long; `status` is the HTTP status that says so."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@attrs.frozen
class Form:
    """The fields of a form as they were typed, and the content of the files that came with it."""

    fields: Mapping[str, str] = attrs.field(factory=dict)
    files: Mapping[str, bytes] = attrs.field(factory=dict)

    def get(self, name: str) -> str:
        """Return what was typed into a field; empty where nothing was."""
        return self.fields.get(name, "")


async def read_form(request: Request, most_bytes: int = MAX_FORM_BYTES) -> Form:
    """Return the form that a request brings; raise FormError where it brings none."""
    body = await _body(request, most_bytes)
    told = request.headers.get("content-type", "")
    kind = told.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return _urlencoded(body)
    if kind == "multipart/form-data":
        return _multipart(told, body)
    raise FormError("this is not a form", 415)


async def _body(request: Request, most_bytes: int) -> bytes:
    too_long = FormError(f"more than {most_bytes:,} bytes were sent", 413)
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > most_bytes:
        raise too_long
    pieces, size = [], 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > most_bytes:
                raise too_long
            pieces.append(piece)
    except ClientDisconnect as error:
        raise FormError("the form broke off") from error
    return b"".join(pieces)


def _urlencoded(body: bytes) -> Form:
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError as error:
        raise FormError(f"the form cannot be read: {error}") from error
    return Form({name: _lines(value) for name, value in pairs})


def _multipart(content_type: str, body: bytes) -> Form:
    """Return a form with files, which the standard library reads as it reads a mail."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    if not message.is_multipart():
        raise FormError("the form cannot be read: it has no parts")
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for part in list(message.iter_parts())[:_MAX_FIELDS]:
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            raise FormError("the form cannot be read: a part of it has no name")
        if part.get_filename() is not None:
            files[name] = content
            continue
        try:
            fields[name] = _lines(content.decode())
        except UnicodeDecodeError as error:
            raise FormError(f"the form cannot be read: {name}: {error}") from error
    return Form(fields, files)


def _lines(text: str) -> str:
    """Return what was typed; browsers end each line of it as the web does."""
    return text.replace("\r\n", "\n")
