"""Verification of requests signed with AWS Signature Version 4, against one key pair.

Source: "Signature Version 4 signing process" of the AWS general reference. Refusals have the codes
and the status (400) that AWS's JSON services answer with.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote_to_bytes

import attrs

from swf.clock import Clock
from swf.fault import Fault

SKEW: Final = timedelta(minutes=5)
"""How far a signature's time may be from the server's, before or after."""

_SERVICE: Final = "swf"
_MUST_BE_SIGNED: Final = (b"host", b"x-amz-date")
_SIGNED_WHERE_SENT: Final = (b"x-amz-target", b"x-amz-content-sha256")
_AUTHORIZATION: Final = re.compile(
    rb"AWS4-HMAC-SHA256\s+Credential=(?P<key>[^/,\s]+)/(?P<date>[0-9]{8})/(?P<region>[a-z0-9-]+)/"
    rb"(?P<service>[a-z0-9-]+)/aws4_request\s*,\s*SignedHeaders=(?P<headers>[a-z0-9;._-]+)\s*,\s*"
    rb"Signature=(?P<signature>[0-9a-f]{64})\s*"
)
_TIME: Final = re.compile(rb"[0-9]{8}T[0-9]{6}Z")


@attrs.frozen
class KeyPair:
    """What requests are signed with; the secret is never shown."""

    access_key_id: str = attrs.field(validator=attrs.validators.min_len(1))
    secret_access_key: str = attrs.field(validator=attrs.validators.min_len(1), repr=False)


@attrs.frozen
class Signed:
    """What a signature is about."""

    method: str
    path: bytes
    """As it was sent, without its query."""
    query: bytes
    headers: Mapping[bytes, bytes]
    """By lower-case name; what was sent twice is joined by commas."""
    body: bytes


@attrs.frozen
class Verifier:
    """Lets in what was signed with one key pair, within SKEW; session tokens do not matter."""

    keys: KeyPair
    clock: Clock

    def check(self, request: Signed) -> None:
        """Return where the request is signed with the keys; raise Fault where it is not."""
        told = _told(request.headers)
        time = self._time(request.headers, told["date"])
        known = self.keys.access_key_id.encode()
        if not hmac.compare_digest(told["key"], known) or told["service"] != _SERVICE.encode():
            raise Fault(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            )
        names = told["headers"].split(b";")
        _check_names(names, request.headers)
        scope = b"/".join((told["date"], told["region"], told["service"], b"aws4_request"))
        text = b"\n".join(
            (b"AWS4-HMAC-SHA256", time, scope, _digest(_canonical(request, names)).encode())
        )
        key = _signing_key(self.keys.secret_access_key, told["date"], told["region"])
        if not hmac.compare_digest(_hmac(key, text).hex().encode(), told["signature"]):
            raise Fault(
                "InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided. "
                "Check your AWS Secret Access Key and signing method.",
            )

    def _time(self, headers: Mapping[bytes, bytes], date: bytes) -> bytes:
        """Return the time of the signature; raise Fault where it is not the server's."""
        time = headers.get(b"x-amz-date", b"")
        moment = _moment(time)
        if moment is None or time[:8] != date:
            raise _incomplete("the date of the credential scope and X-Amz-Date must agree")
        now = self.clock.now()
        if abs(now - moment) > SKEW:
            way = "expired" if moment < now else "not yet current"
            raise Fault(
                "InvalidSignatureException",
                f"Signature {way}: {time.decode()} is more than {SKEW.seconds // 60} min. from "
                f"{now:%Y%m%dT%H%M%SZ}",
            )
        return time


def _told(headers: Mapping[bytes, bytes]) -> dict[str, bytes]:
    """Return the parts of the Authorization header; raise Fault where there is none."""
    value = headers.get(b"authorization")
    if value is None:
        raise Fault(
            "MissingAuthenticationTokenException", "Request is missing Authentication Token"
        )
    found = _AUTHORIZATION.fullmatch(value)
    if found is None:
        raise _incomplete("Authorization must be of the form of AWS Signature Version 4")
    return found.groupdict()


def _check_names(names: list[bytes], headers: Mapping[bytes, bytes]) -> None:
    """Raise Fault where a header that decides something could be changed on the way."""
    sent = [name for name in _SIGNED_WHERE_SENT if name in headers]
    missing = [name for name in (*_MUST_BE_SIGNED, *sent) if name not in names]
    missing += [name for name in names if name not in headers]
    if missing:
        raise _incomplete(f"{missing[0].decode()} must be sent and signed")


def _moment(time: bytes) -> datetime | None:
    if not _TIME.fullmatch(time):
        return None
    try:
        return datetime.strptime(time.decode(), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _canonical(request: Signed, names: list[bytes]) -> bytes:
    headers = [name + b":" + b" ".join(request.headers[name].split()) + b"\n" for name in names]
    return b"\n".join(
        (
            request.method.encode(),
            quote(request.path, safe="/~").encode(),
            _canonical_query(request.query),
            b"".join(headers),
            b";".join(names),
            _digest(request.body).encode(),
        )
    )


def _canonical_query(query: bytes) -> bytes:
    if not query:
        return b""
    pairs = (pair.partition(b"=") for pair in query.split(b"&") if pair)
    return b"&".join(sorted(_quoted(name) + b"=" + _quoted(value) for name, _, value in pairs))


def _quoted(text: bytes) -> bytes:
    return quote(unquote_to_bytes(text), safe="~").encode()


@lru_cache(maxsize=64)
def _signing_key(secret: str, date: bytes, region: bytes) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, _SERVICE.encode(), b"aws4_request"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _incomplete(message: str) -> Fault:
    return Fault("IncompleteSignatureException", message)
