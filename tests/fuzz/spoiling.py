"""What goes wrong with requests on their way: in their values, in their bytes."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from fuzz.model import OPERATIONS

Wire = dict[str, Any]
Place = tuple[Any, Any]
"""A container, and a key or index in it."""

LENGTHS: Final = (1, 64, 65, 256, 257, 1_024, 1_025, 1_600, 2_048, 2_049, 32_768, 32_769, 70_000)
ODD_TEXTS: Final = (
    *("", " ", "arn", "a:b", "a/b", "a|b", "\x00", "a\x1fb", "\x85", " x", "x\u00a0", "null"),
    *("\ud800", "x\udfff", "\ufeff", "\u202e", "NaN", "-1", "1e9", "999999999", "٣", "none"),
    *("NONE", "0", "-0", "00000001", "REGISTERED", "registered", "2147483648", "true", "{}"),
)
ODD_NUMBERS: Final = (
    *(0, -1, 1, 1001, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**18, 10**30, 1.5, -0.0),
    *(1e308, 5e-324, 253_402_300_800),
)
NOT_JSON: Final[tuple[Callable[[], Any], ...]] = (
    lambda: math.nan,
    lambda: math.inf,
    lambda: b"bytes",
    lambda: object(),
    lambda: {1, 2},
    lambda: datetime(2024, 1, 1, tzinfo=UTC),
    lambda: ("a", "tuple"),
    lambda: 10**5_000,
    lambda: {1: 2, None: 3, ("a",): 4},
    lambda: nested(3_000),
)
"""What only a caller within the process can hand over."""


def nested(depth: int) -> Any:
    """Return lists and objects nested so deep."""
    value: Any = "x"
    for level in range(depth):
        value = [value] if level % 2 else {"taskList": value}
    return value


class Spoiler:
    """Spoils requests, a little or thoroughly."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def spoilt(self, operation: str, params: Wire, *, within: bool) -> tuple[Any, Any]:
        """Return a request with something wrong; `within` the process it need not be JSON."""
        if self.random.random() < 0.03:
            names = sorted(OPERATIONS)
            operation = self.random.choice((*names, "", "describeDomain", "x" * 300, "../etc"))
        if self.random.random() < 0.02:
            return operation, self._odd(within=within)
        copy = _copied(params)
        for _ in range(self.random.choice((1, 1, 1, 2, 4))):
            self._spoil(copy, within=within)
        return operation, copy

    def _spoil(self, params: Wire, *, within: bool) -> None:
        places = _places(params)
        if not places:
            params["domain"] = self._odd(within=within)
            return
        container, key = self.random.choice(places)
        way = self.random.randrange(9)
        if way == 0:
            del container[key]
        elif way == 1:
            container[key] = None
        elif way == 2 and isinstance(container, dict):
            container["nmae"] = self._odd(within=within)
        elif way == 3 and isinstance(container[key], str):
            container[key] = self._mangled(container[key])
        elif way == 4 and isinstance(container[key], list):
            container[key] = (container[key] or ["x"]) * self.random.choice((2, 6, 51, 400))
        elif way == 5:
            other, name = self.random.choice(places)
            container[key] = _copied(other[name])
        elif way == 6:
            container[key] = self.random.choice(ODD_TEXTS)
        else:
            container[key] = self._odd(within=within)

    def _odd(self, *, within: bool) -> Any:
        """Return a value that hardly fits anywhere."""
        way = self.random.randrange(8 if within else 7)
        if way == 0:
            return "x" * self.random.choice(LENGTHS)
        if way == 1:
            return "é" * self.random.choice(LENGTHS)
        if way == 2:
            return self.random.choice(ODD_TEXTS)
        if way == 3:
            return self.random.choice(ODD_NUMBERS)
        if way == 4:
            return self.random.choice((True, False, None, [], {}, [[]], [{}], {"": {}}, [None]))
        if way == 5:
            return nested(self.random.choice((2, 10, 60, 300)))
        if way == 6:
            return {"name": "x", "version": "x", "workflowId": "x", "unknown": [1, "x", None]}
        return self.random.choice(NOT_JSON)()

    def _mangled(self, text: str) -> str:
        """Return a text cut, grown, turned, or with one character changed."""
        at = self.random.randrange(len(text) + 1)
        return self.random.choice(
            (
                text[:at],
                text[at:],
                text + text,
                text[::-1],
                text.swapcase(),
                text[:at] + self.random.choice(("x", " ", ":", "\x00", "é", "=")) + text[at + 1 :],
            )
        )

    # As bytes

    def encoded(self, params: Any) -> bytes:
        """Return the JSON of parameters, in one of the ways in which clients write it."""
        ascii_only = self.random.random() < 0.5
        spaced = self.random.random() < 0.2
        text = json.dumps(params, ensure_ascii=ascii_only, indent=1 if spaced else None)
        return text.encode("utf-8", "surrogatepass")

    def spoilt_bytes(self, body: bytes) -> bytes:
        """Return a body that is cut, grown, flipped, of another encoding, or no JSON at all."""
        return self.random.choice(_WAYS)(self.random, body)


def _places(value: Any) -> list[Place]:
    """Return every place within a request."""
    found: list[Place] = []
    waiting = [value]
    while waiting and len(found) < 200:
        container = waiting.pop()
        keys = list(container) if isinstance(container, dict) else range(len(container))
        for key in keys:
            found.append((container, key))
            if isinstance(container[key], dict | list):
                waiting.append(container[key])
    return found


def _copied(value: Any, levels: int = 40) -> Any:
    """Return a copy that may be changed, cut off where it lies very deep."""
    if not isinstance(value, dict | list):
        return value
    if not levels:
        return "deep"
    if isinstance(value, dict):
        return {key: _copied(one, levels - 1) for key, one in value.items()}
    return [_copied(one, levels - 1) for one in value]


def _cut(random: Random, body: bytes) -> bytes:
    return body[: random.randrange(len(body) + 1)]


def _flipped(random: Random, body: bytes) -> bytes:
    spoilt = bytearray(body or b"{}")
    for _ in range(random.choice((1, 1, 2, 10))):
        spoilt[random.randrange(len(spoilt))] = random.randrange(256)
    return bytes(spoilt)


def _noise(random: Random, _body: bytes) -> bytes:
    return random.randbytes(random.choice((1, 10, 300)))


def _inserted(random: Random, body: bytes) -> bytes:
    at = random.randrange(len(body) + 1)
    return body[:at] + random.choice(ODD_BYTES) + body[at:]


def _with_member(random: Random, body: bytes) -> bytes:
    return b"{" + random.choice(ODD_MEMBERS) + b"," + body.lstrip()[1:]


def _of_encoding(random: Random, body: bytes) -> bytes:
    text = body.decode("utf-8", "replace")
    return text.encode(
        random.choice(("utf-16", "utf-32", "utf-8-sig", "utf-16-be", "latin-1")), "replace"
    )


def _deep(random: Random, _body: bytes) -> bytes:
    depth = random.choice((30, 63, 64, 65, 500, 5_000, 100_000))
    opened, closed = random.choice(((b"[", b"]"), (b'{"domain":', b"}"), (b"[", b"")))
    return b'{"domain":' + opened * depth + b"1" + closed * depth + b"}"


def _long(random: Random, _body: bytes) -> bytes:
    length = random.choice((1_000, 100_000, 1 << 20, (1 << 20) + 1, 3 << 20))
    return b'{"domain":"' + b"x" * (length - 13) + b'"}'


def _wide(random: Random, body: bytes) -> bytes:
    many = b",".join(b'"m%d":[]' % number for number in range(random.choice((10, 1_000, 20_000))))
    return b"{" + many + b"," + (body.lstrip()[1:] or b"}")


ODD_BYTES: Final = (
    *(
        b"\xff",
        b"\x00",
        b"\xed\xa0\x80",
        b"\xc0\xaf",
        b"\\ud800",
        b"\\u0000",
        b'"',
        b"\\",
        b"{",
        b"}",
    ),
    *(
        b",",
        b"/* */",
        b"NaN",
        b"Infinity",
        b"1e999",
        b"0x10",
        b"9" * 5_000,
        b"\xf4\x90\x80\x80",
        b"'",
    ),
)
ODD_MEMBERS: Final = (
    *(b'"domain":"first"', b'"domain":null', b'"taskToken":"\\ud83d"', b'"maximumPageSize":NaN'),
    *(
        b'"maximumPageSize":' + b"9" * 5_000,
        b'"maximumPageSize":1e400',
        b'"":""',
        b'"name":"\\uDEAD"',
    ),
    *(b'"maximumPageSize":-0', b'"maximumPageSize":1.0', b'"reverseOrder":"true"', b'"\\u0000":1'),
    *(b'"decisions":[null]', b'"decisions":{}', b'"domain":[]', b'"tagList":[[]]'),
)
_WAYS: Final[tuple[Callable[[Random, bytes], bytes], ...]] = (
    *(_cut, _cut, _flipped, _flipped, _noise, _inserted, _inserted, _with_member, _with_member),
    *(_of_encoding, _deep, _long, _wide),
    *(
        lambda _random, body, more=more: body + more
        for more in (b"x", b"{}", b"\n\n", b"\x00", b"]")
    ),
    *(
        lambda _random, _body, body=body: body
        for body in (b"", b"null", b"[]", b'"x"', b"0", b"{}")
    ),
)
