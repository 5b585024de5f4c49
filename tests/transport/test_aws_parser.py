"""Replies come as the wire has them; all else is as botocore does it."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import IncompleteReadError
from botocore.parsers import (
    JSONParser,
    QueryParser,
    ResponseParserError,
    ResponseParserFactory,
)
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st

from swf.transport.aws_parser import WireParser, WireParserFactory

HEADERS = {"x-amzn-RequestId": "request-1"}
MODEL = Session().get_service_model("swf")
TYPES = MODEL.operation_model("ListWorkflowTypes").output_shape

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)  # what the service's `Long` holds, and more
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


def response(body: bytes, status: int = 200) -> dict[str, object]:
    return {"body": body, "status_code": status, "headers": HEADERS}


@given(st.dictionaries(st.text(), JSON))
def test_a_reply_is_its_json(members):
    """Whatever object the service sends is what comes out, beside botocore's metadata."""
    members.pop("ResponseMetadata", None)

    parsed = WireParser().parse(response(json.dumps(members).encode()), TYPES)

    metadata = parsed.pop("ResponseMetadata")
    assert parsed == members
    assert metadata == {
        "RequestId": "request-1",
        "HTTPStatusCode": 200,
        "HTTPHeaders": HEADERS,
    }


def test_half_a_pair_of_surrogates_is_read():
    """Text that some program has cut within a character is no reason to lose the reply."""
    parsed = WireParser().parse(response(rb'{"input": "cut \ud83d"}'), TYPES)

    assert parsed["input"] == "cut \ud83d"


@pytest.mark.parametrize(
    "headers", [{}, {"Content-Length": "2"}, {"Content-Length": "90", "Content-Encoding": "gzip"}]
)
def test_a_whole_body_is_as_long_as_was_said(headers):
    """A body is taken where nothing tells that it is shorter than it was sent."""
    assert WireParser().parse({**response(b"{}"), "headers": headers}, TYPES)


def test_a_body_cut_short_is_an_error():
    """Even where what came is an object, a body that lacks its end is not taken."""
    cut = {**response(b"{}"), "headers": {"Content-Length": "3"}}

    with pytest.raises(IncompleteReadError, match="2 read"):
        WireParser().parse(cut, TYPES)


def test_an_empty_body_is_an_empty_reply():
    """Operations without a reply answer with no body at all."""
    parsed = WireParser().parse({**response(b""), "headers": {}}, None)

    assert parsed == {"ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}}}


@pytest.mark.parametrize(
    "body",
    [b"<html>login</html>", b"{", b"[1]", b'"x"', b"\xff\xfe\xfd", b"[" * 100_000],
    ids=lambda body: body[:9],
)
def test_what_is_no_json_object_is_an_error(body):
    """A body that no SWF sends is an error that shows its beginning."""
    with pytest.raises(ResponseParserError, match="not"):
        WireParser().parse(response(body), TYPES)


@pytest.mark.parametrize("status", [301, 400, 500])
def test_errors_are_parsed_by_botocore(status):
    """Faults come out exactly as botocore's own parser reads them."""
    body = b'{"__type": "com.amazonaws.swf.base.model#UnknownResourceFault", "message": "m"}'

    assert WireParser().parse(response(body, status), TYPES) == JSONParser().parse(
        response(body, status), TYPES
    )


@pytest.mark.parametrize("status", [400, 503])
@pytest.mark.parametrize(
    "body",
    [
        b'{"__type": 5}',
        b'{"__type": ["x"], "message": 3}',
        b"[" * 100_000,
        '{"__type": "é"}'.encode("utf-16"),
    ],
    ids=lambda body: body[:9],
)
def test_an_error_that_is_not_in_the_form_of_one_is_its_status(body, status):
    """An error body that botocore cannot read is told by its status and its beginning."""
    parsed = WireParser().parse(response(body, status), TYPES)

    assert parsed["Error"]["Code"] == str(status)
    assert parsed["Error"]["Message"].startswith(f"HTTP {status}, not in the words of SWF: ")
    assert parsed["ResponseMetadata"]["HTTPStatusCode"] == status


def test_other_protocols_are_left_alone():
    """Only SWF's protocol is parsed here; defaults that boto3 sets reach the replaced factory."""
    replaced = ResponseParserFactory()
    factory = WireParserFactory(replaced)
    factory.set_parser_defaults(timestamp_parser=str)

    assert isinstance(factory.create_parser("json"), WireParser)
    query = factory.create_parser("query")
    assert isinstance(query, QueryParser)
    assert query._timestamp_parser is str


def test_of_a_page_the_title_is_told():
    """A page of HTML is told of by its title, not by its first characters."""
    page = b"<!doctype html><html><title>500 Internal Server Error</title><h1>No</h1>"
    response = {"status_code": 500, "headers": {}, "body": page}

    told = WireParser().parse(response, None)["Error"]["Message"]

    assert told.endswith("a page titled '500 Internal Server Error'")
