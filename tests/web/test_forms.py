"""Forms as browsers send them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any, Final

import pytest
from browsed import Browser
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from swf.web import forms

BOUNDARY: Final = "----boundary"
MULTIPART: Final = f"multipart/form-data; boundary={BOUNDARY}"
URLENCODED: Final = "application/x-www-form-urlencoded"


def multipart(*parts: tuple[str, bytes]) -> bytes:
    pieces = [
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + body + b"\r\n"
        for head, body in parts
    ]
    return b"".join(pieces) + f"--{BOUNDARY}--\r\n".encode()


@given(
    st.dictionaries(
        st.text("abc", min_size=1),
        st.text(st.characters(codec="utf-8", exclude_characters="\r")),
        min_size=1,
    )
)
def test_fields_come_as_they_were_typed(fields: dict[str, str]) -> None:
    """Each field is what was typed, with the line ends that it was typed with."""
    sent = [(f'name="{name}"', told.replace("\n", "\r\n")) for name, told in fields.items()]

    form = forms.form_in(MULTIPART, multipart(*((name, told.encode()) for name, told in sent)))

    assert form.fields == fields


@given(content=st.binary() | st.just(bytes(range(256))))
def test_files_come_as_they_are(content: bytes) -> None:
    """The content of a file is not changed by a byte, and no field has its name."""
    head = 'name="file"; filename="x.json"\r\nContent-Type: application/json'

    form = forms.form_in(MULTIPART, multipart((head, content), ('name="csrf"', b"c")))

    assert form.files == {"file": content}
    assert form.fields == {"csrf": "c"}
    assert form.get("file") == ""


@pytest.mark.parametrize(
    ("kind", "body", "status", "told"),
    [
        ("", b"a=b", 415, "not a form"),
        ("text/plain", b"a=b", 415, "not a form"),
        ("application/json", b"{}", 415, "not a form"),
        (URLENCODED, b"a=\xff", 400, "ascii"),
        (URLENCODED, b"a=%ff", 400, "utf-8"),
        (URLENCODED, b"&".join([b"a=b"] * 200), 400, "fields"),
        (URLENCODED, b"x" * (forms.MAX_FORM_BYTES + 1), 413, "1,048,576"),
        ("multipart/form-data", b"--x", 400, "no parts"),
        (MULTIPART, b"nothing of the kind", 400, "no parts"),
        (MULTIPART, multipart(("x", b"1")), 400, "no name"),
        (MULTIPART, multipart(('name="a"', b"\xff")), 400, "utf-8"),
        (MULTIPART, multipart(*[('name="a"', b"")] * 200), 400, "over 100 fields"),
        (MULTIPART, multipart(('name="a"', b"1"))[:-4], 400, "no end"),
    ],
)
def test_what_is_no_form_is_refused(
    browser: Browser, kind: str, body: bytes, status: int, told: str
) -> None:
    """A body that cannot be read as a form is refused in words, and changes nothing."""
    answer = browser.send("POST", "/ui/d/start", body, {"content-type": kind})

    assert answer.status == status
    assert told in answer.text


def test_what_is_too_long_is_passed_over_before_it_is_refused() -> None:
    """A browser reads the refusal only after it has sent all; but not whatever it has."""

    def left_of(pieces: int) -> int:
        coming = iter(range(pieces))

        async def receive() -> Any:
            number = next(coming)
            return {
                "type": "http.request",
                "body": b"x" * 1_000_000,
                "more_body": number < pieces - 1,
            }

        scope = {"type": "http", "method": "POST", "headers": []}
        with pytest.raises(forms.FormError, match="more than 1,048,576 bytes"):
            asyncio.run(forms.read_body(Request(scope, receive)))
        return len(list(coming))

    assert left_of(20) == 0
    assert left_of(200) > 90


@pytest.mark.parametrize("length", ["100000001", "9" * 5_000, "\xb2", "9" * 30, "-1", "x", "1e3"])
def test_a_length_that_is_too_great_is_refused_before_anything_is_read(
    browser: Browser, length: str
) -> None:
    """Who announces more than is taken, or no number at all, sends it in vain."""
    headers = {"content-type": URLENCODED, "content-length": length}

    assert browser.send("POST", "/ui/d/start", b"", headers).status == 413


@pytest.mark.parametrize(
    "content",
    [
        b"\n" * 2_000_000,
        b"--\r\n" * 500_000,
        b"%41" * 700_000,
        f"\r\n--{BOUNDARY}".encode() * 80_000,
    ],
    ids=["lines", "dashes", "escapes", "parts"],
)
def test_a_long_form_is_read_at_once(content: bytes) -> None:
    """What is in a form does not make it slow to read: a server has more to do than that."""
    began = time.process_time()
    for kind, body in (
        (MULTIPART, multipart(('name="a"', content))),
        (URLENCODED, b"a=" + content),
    ):
        with contextlib.suppress(forms.FormError):
            forms.form_in(kind, body)

    assert time.process_time() - began < 1.0


def test_parts_of_parts_are_content() -> None:
    """A part is not looked into: what browsers send is never nested, nor encoded."""
    inner = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" * 5_000
    head = (
        'name="a"\r\nContent-Transfer-Encoding: base64\r\nContent-Type: multipart/mixed; boundary=x'
    )

    form = forms.form_in(MULTIPART, multipart((head, inner)))

    assert form.get("a") == inner.decode().replace("\r\n", "\n")


def test_a_form_that_breaks_off_is_refused(browser: Browser) -> None:
    """Half a form is none."""
    answer = browser.send(
        "POST", "/ui/d/start", b"csrf=", {"content-type": URLENCODED}, breaks_off=True
    )

    assert answer.status == 400
    assert "broke off" in answer.text
