"""What a browser sends with a form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

import attrs
from starlette.requests import ClientDisconnect, Request

MAX_FORM_BYTES: Final = 1 << 20
"""The longest form that is read: the longest input of SWF, percent-encoded, is shorter."""

MAX_PASSED_OVER_BYTES: Final = 100_000_000
"""How much of what is too long is received all the same, and dropped."""

_MAX_FIELDS: Final = 100
_LENGTH: Final = re.compile("[0-9]{1,12}")

_BOUNDARY: Final = re.compile(r';\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_DISPOSITION: Final = re.compile(
    rb"^content-disposition:\s*form-data\b(.*)$", re.IGNORECASE | re.MULTILINE
)
_PARAMETER: Final = re.compile(rb';\s*([a-z]+)=(?:"([^"]*)"|([^\s;"]*))', re.IGNORECASE)


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


async def read_body(request: Request, most_bytes: int = MAX_FORM_BYTES) -> bytes:
    """Return what a request brings; raise FormError where that is too long, or breaks off.

    What is too long is passed over first, where it is not far too long: browsers that cannot send
    all of a file tell their readers of a lost connection instead of the answer.
    """
    too_long = FormError(f"more than {most_bytes:,} bytes were sent", 413)
    length = request.headers.get("content-length", "0")
    if not _LENGTH.fullmatch(length) or int(length) > MAX_PASSED_OVER_BYTES:
        raise too_long
    pieces, size = [], 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > MAX_PASSED_OVER_BYTES:
                raise too_long
            if size <= most_bytes:
                pieces.append(piece)
    except ClientDisconnect as error:
        raise FormError("the form broke off") from error
    if size > most_bytes:
        raise too_long
    return b"".join(pieces)


def form_in(content_type: str, body: bytes) -> Form:
    """Return the form in a body; raise FormError where there is none.

    That takes its time where the body is long: it is not to be done in an event loop.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return _urlencoded(body)
    if kind == "multipart/form-data":
        return _multipart(content_type, body)
    raise FormError("this is not a form", 415)


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
    """Return a form with files, of the kind that browsers send: parts that are what they are."""
    found = _BOUNDARY.search(content_type)
    mark = f"\r\n--{'' if found is None else found[1] or found[2]}".encode("latin-1", "replace")
    _, *parts = (b"\r\n" + body).split(mark, _MAX_FIELDS + 1)
    if found is None or not parts:
        raise FormError("the form cannot be read: it has no parts")
    if not parts[-1].startswith(b"--"):
        raise FormError(f"the form cannot be read: it has no end, or over {_MAX_FIELDS} fields")
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for part in parts[:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        told = _DISPOSITION.search(head)
        said = {} if told is None else _said(told[1])
        if b"name" not in said:
            raise FormError("the form cannot be read: a part of it has no name")
        name = said[b"name"].decode(errors="replace")
        if b"filename" in said:
            files[name] = content
            continue
        try:
            fields[name] = _lines(content.decode())
        except UnicodeDecodeError as error:
            raise FormError(f"the form cannot be read: {name}: {error}") from error
    return Form(fields, files)


def _said(parameters: bytes) -> dict[bytes, bytes]:
    return {one[1].lower(): one[2] or one[3] or b"" for one in _PARAMETER.finditer(parameters)}


def _lines(text: str) -> str:
    """Return what was typed; browsers end each line of it as the web does."""
    return text.replace("\r\n", "\n")
