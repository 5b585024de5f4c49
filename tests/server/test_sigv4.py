"""Signatures, judged by those that botocore makes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from swf.clock import ManualClock
from swf.fault import Fault
from swf.server.sigv4 import SKEW, KeyPair, Signed, Verifier

KEYS = KeyPair("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
TARGET = "SimpleWorkflowService.ListDomains"


def signed_by_botocore(
    body: bytes = b"{}",
    *,
    method: str = "POST",
    path: str = "/",
    query: str = "",
    region: str = "eu-west-1",
    service: str = "swf",
    keys: KeyPair = KEYS,
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Signed:
    """A request as it arrives that botocore has signed, just now."""
    url = f"http://localhost:8000{path}" + (f"?{query}" if query else "")
    sent = {
        "Host": "localhost:8000",
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": TARGET,
        "User-Agent": "Boto3",
        **(headers or {}),
    }
    request = AWSRequest(method, url, headers=sent, data=body)
    credentials = Credentials(keys.access_key_id, keys.secret_access_key, token)
    SigV4Auth(credentials, service, region).add_auth(request)
    arrived = {
        name.lower().encode(): value.encode() if isinstance(value, str) else value
        for name, value in request.headers.items()
    }
    return Signed(method, path.encode(), query.encode(), arrived, body)


def verifier(*, after: timedelta = timedelta(), keys: KeyPair = KEYS) -> Verifier:
    """A verifier whose clock runs ahead of the signer's by so much."""
    return Verifier(keys, ManualClock(datetime.now(UTC).replace(microsecond=0) + after))


def refused(request: Signed, *, after: timedelta = timedelta(), keys: KeyPair = KEYS) -> str:
    with pytest.raises(Fault) as caught:
        verifier(after=after, keys=keys).check(request)
    assert caught.value.status == 400
    return caught.value.code


def changed(request: Signed, name: str, value: bytes | None) -> Signed:
    """The request with another value of a header, or without it."""
    headers = {**request.headers, name.encode(): value}
    return attrs.evolve(request, headers={key: kept for key, kept in headers.items() if kept})


@given(
    body=st.binary(max_size=200),
    region=st.from_regex(r"[a-z]{2}-[a-z]{1,10}-[1-9]", fullmatch=True),
    headers=st.dictionaries(
        st.from_regex(r"x-[a-z]{1,8}", fullmatch=True),
        st.text(st.sampled_from("ab ,;=/\t\"'"), min_size=1).map(str.strip),
        max_size=3,
    ),
    token=st.none() | st.just("a session token"),
)
def test_what_botocore_signs_is_let_in(body, region, headers, token):
    """A request that botocore signed with the key pair passes; its session token is ignored."""
    verifier().check(signed_by_botocore(body, region=region, headers=headers, token=token))


@pytest.mark.parametrize(
    "query", ["domain=d", "domain=a%20b%2Fc", "b=2&a=1", "a=2&a=1", "domain=", "b=%C3%BC&a"]
)
def test_a_page_with_a_query_can_be_signed(query):
    """A GET is verified with its path and its query."""
    request = signed_by_botocore(b"", method="GET", path="/task-lists", query=query)

    verifier().check(request)
    assert refused(attrs.evolve(request, query=b"domain=x")) == "InvalidSignatureException"
    assert refused(attrs.evolve(request, path=b"/metrics")) == "InvalidSignatureException"


@pytest.mark.parametrize(
    "tampered",
    [
        lambda request: attrs.evolve(request, body=b'{"a":1}'),
        lambda request: attrs.evolve(request, method="PUT"),
        lambda request: attrs.evolve(request, path=b"/other"),
        lambda request: attrs.evolve(request, query=b"a=1"),
        lambda request: changed(request, "host", b"localhost:8001"),
        lambda request: changed(request, "x-amz-target", b"SimpleWorkflowService.Other"),
        lambda request: changed(request, "content-type", b"text/plain"),
        lambda request: changed(request, "x-amz-security-token", b"another"),
    ],
    ids=["body", "method", "path", "query", "host", "target", "content type", "token"],
)
def test_what_was_changed_on_the_way_is_refused(tampered):
    """Whatever is signed cannot be changed: the signature is another then."""
    request = signed_by_botocore(token="token")

    assert refused(tampered(request)) == "InvalidSignatureException"


@given(st.integers(0, 63), st.sampled_from("0123456789abcdef"))
def test_another_signature_is_refused(place, digit):
    """A signature counts to its last digit."""
    request = signed_by_botocore()
    told = request.headers[b"authorization"].decode()
    head, signature = told[:-64], told[-64:]
    other = signature[:place] + digit + signature[place + 1 :]
    if other == signature:
        return

    assert refused(changed(request, "authorization", (head + other).encode())) == (
        "InvalidSignatureException"
    )


def test_another_secret_is_refused():
    """Who knows the key's id and not its secret is kept out."""
    request = signed_by_botocore(keys=attrs.evolve(KEYS, secret_access_key="guessed"))

    assert refused(request) == "InvalidSignatureException"


@pytest.mark.parametrize("keys", [attrs.evolve(KEYS, access_key_id="OTHER"), KeyPair("A", "b")])
def test_another_key_is_refused(keys):
    """A key that is not the one configured is unknown."""
    assert refused(signed_by_botocore(keys=keys)) == "UnrecognizedClientException"


def test_a_signature_for_another_service_is_refused():
    """What was signed for another service is worth nothing here."""
    assert refused(signed_by_botocore(service="dynamodb")) == "UnrecognizedClientException"


@pytest.mark.parametrize("sign", [1, -1])
def test_clocks_may_differ_by_five_minutes(sign):
    """A signature holds for five minutes before and after its time, and no longer."""
    request = signed_by_botocore()

    verifier(after=sign * (SKEW - timedelta(seconds=30))).check(request)
    late = sign * (SKEW + timedelta(seconds=30))
    assert refused(request, after=late) == "InvalidSignatureException"


def test_a_request_without_a_signature_is_refused():
    """Where keys are configured, a request has to be signed."""
    request = changed(signed_by_botocore(), "authorization", None)

    assert refused(request) == "MissingAuthenticationTokenException"


@pytest.mark.parametrize(
    "value",
    [
        b"Basic dXNlcjpwYXNzd29yZA==",
        b"AWS4-HMAC-SHA256",
        b"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE",
        b"AWS4-HMAC-SHA512 Credential=a/20200101/r/swf/aws4_request, SignedHeaders=host, Signature="
        + b"0" * 64,
        b"\xff\xfe",
    ],
)
def test_another_kind_of_authorization_is_refused(value):
    """Only Signature Version 4 is understood."""
    request = changed(signed_by_botocore(), "authorization", value)

    assert refused(request) == "IncompleteSignatureException"


@pytest.mark.parametrize("time", [None, b"yesterday", b"20201332T250000Z", b"20200101T000000Z"])
def test_the_time_must_be_that_of_the_scope(time):
    """A signature without a time, or for another day than its scope's, is refused."""
    request = changed(signed_by_botocore(), "x-amz-date", time)

    assert refused(request) == "IncompleteSignatureException"


@pytest.mark.parametrize("name", ["host", "x-amz-date", "x-amz-target"])
def test_what_decides_must_be_signed(name):
    """Host, time and target have to be among what is signed, or they could be changed."""
    request = signed_by_botocore()
    told = request.headers[b"authorization"].decode()
    without = told.replace(f"{name};", "").replace(f";{name}", "")
    assert without != told

    assert refused(changed(request, "authorization", without.encode())) == (
        "IncompleteSignatureException"
    )


def test_what_is_told_to_be_signed_must_be_sent():
    """A signed header that is not there is no reason to look further."""
    request = changed(signed_by_botocore(), "content-type", None)

    assert refused(request) == "IncompleteSignatureException"


@given(st.binary(max_size=300))
def test_any_authorization_is_refused_with_a_reason(value):
    """Whatever stands in the header, the answer is a fault that AWS knows."""
    request = changed(signed_by_botocore(), "authorization", value)

    assert refused(request).endswith("Exception")


def test_a_secret_is_not_shown():
    """A key pair shows its id only."""
    assert KEYS.secret_access_key not in repr(KEYS)
    assert KEYS.secret_access_key not in repr(verifier())
