"""What any client meets at the endpoint: hosts, methods, headers, sizes, faults."""

from __future__ import annotations

import json
import re
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw_http import JSON, Connection, ask, request

from swf.shapes import OPERATIONS

LISTED = {"registrationStatus": "REGISTERED"}

LOCAL = ["localhost", "127.0.0.1:99", "[::1]:8000", "LocalHost:1"]
FOREIGN = [None, "evil.example", "evil.example:80", "10.0.0.1", "localhost.evil.example", ""]
ORIGINS = [None, "null", "http://evil.example", "http://localhost:8000", "https://localhost"]


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("host", [*LOCAL, *FOREIGN])
@pytest.mark.parametrize("path", ["/", "/health", "/metrics", "/task-lists?domain=x", "/release"])
def test_no_page_from_elsewhere_reads_anything(server, host, origin, path):
    """Only loop-back hosts are answered, and no answer allows a foreign page to read it."""
    method = "POST" if path == "/" else "GET"
    more = {} if origin is None else {"Origin": origin}

    reply = ask(server.port, request(LISTED, method=method, path=path, host=host, **more))

    assert (reply.status == 421) is (host in FOREIGN)
    assert not [name for name in reply.headers if name.startswith("access-control")]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_operations_are_asked_for_by_post(server, method):
    """A page's preflight, a form or a link does nothing here."""
    with Connection(server.port) as connection:
        connection.send(request(method=method))
        if method == "HEAD":
            assert b" 405 " in connection._until(b"\r\n\r\n")
        else:
            reply = connection.reply()
            assert (reply.status, reply.headers["allow"]) == (405, "POST")


def test_a_preflight_allows_nothing(server):
    """A browser that asks whether it may send X-Amz-Target is not told so."""
    reply = ask(
        server.port,
        request(
            b"",
            method="OPTIONS",
            target=None,
            Origin="http://evil.example",
            Access_Control_Request_Method="POST",
            Access_Control_Request_Headers="x-amz-target",
        ),
    )

    assert reply.status == 405
    assert not [name for name in reply.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "content_type",
    [
        JSON,
        "application/json",
        "application/json; charset=UTF-8",
        "Application/X-Amz-Json-1.0;charset=utf-8",
        "application/x-amz-json-1.1",
        "application/octet-stream",
        "json",
        "",
        None,
    ],
)
@pytest.mark.parametrize(
    "prefix",
    ["SimpleWorkflowService", "com.amazonaws.swf.service.model.SimpleWorkflowService"],
)
def test_clients_of_all_ages_are_understood(server, content_type, prefix):
    """Both prefixes of a target and every content type that SWF clients send are let in."""
    reply = ask(
        server.port,
        request(
            {**LISTED, "nextPageToken": None},
            target=f"{prefix}.ListDomains",
            content_type=content_type,
            Content_Encoding="amz-1.0",
        ),
    )

    assert (reply.status, reply.json["domainInfos"]) == (200, [])


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "Text/Plain; charset=UTF-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ],
)
def test_what_a_page_may_send_unasked_is_refused(server, content_type):
    """A body of a type that a form of a foreign page may send is not looked at."""
    reply = ask(server.port, request(LISTED, content_type=content_type))

    assert (reply.status, reply.fault) == (415, "UnsupportedMediaTypeException")


@pytest.mark.parametrize(
    "target",
    [
        None,
        "SimpleWorkflowService.",
        "SimpleWorkflowService.Nothing",
        "DynamoDB_20120810.ListTables",
        "Other.ListDomains",
        ".ListDomains",
        "SimpleWorkflowService.listdomains",
        "SimpleWorkflowService.ListDomains,SimpleWorkflowService.ListDomains",
        "SimpleWorkflowService.ÿ",
    ],
)
def test_a_target_that_is_none_is_refused(server, target):
    """What names no operation of SWF gets UnknownOperationException, status 400."""
    reply = ask(server.port, request(target=target))

    assert (reply.status, reply.fault) == (400, "UnknownOperationException")


def test_a_header_that_decides_comes_once(server):
    """Two hosts or two targets are none: a proxy might read the other one."""
    sent = request(LISTED)
    target = b"X-Amz-Target: SimpleWorkflowService.ListDomains\r\n"
    hosts = ask(server.port, sent.replace(b"\r\n\r\n", b"\r\nhost: localhost\r\n\r\n"))
    targets = ask(server.port, sent.replace(target, target + target.lower()))

    assert hosts.status == 421
    assert targets.fault == "UnknownOperationException"


def test_every_reply_says_what_clients_rely_on(server):
    """A reply has its id, date, type and exact length; no compression, checksum or server name."""
    reply = ask(server.port, request(LISTED))

    assert reply.status == 200
    assert re.fullmatch(r"[0-9a-f-]{36}", reply.headers.pop("x-amzn-requestid"))
    assert parsedate_to_datetime(reply.headers.pop("date")).tzinfo is not None
    assert reply.headers == {"content-type": JSON, "content-length": str(len(reply.body))}


def test_a_fault_is_told_in_body_and_header(server):
    """A fault is an object of __type and message; x-amzn-ErrorType has the same type."""
    reply = ask(server.port, request({"name": "absent"}, target="DescribeDomain"))

    kind = "com.amazonaws.swf.base.model#UnknownResourceFault"
    assert reply.status == 400
    assert reply.json == {"__type": kind, "message": "Unknown domain: absent"}
    assert reply.headers["x-amzn-errortype"] == kind
    assert reply.headers["content-length"] == str(len(reply.body))
    assert re.fullmatch(r"[0-9a-f-]{36}", reply.headers["x-amzn-requestid"])


def test_an_operation_without_output_has_an_empty_body(server):
    """A void operation is answered with 200 and no byte."""
    domain = {"name": "void", "workflowExecutionRetentionPeriodInDays": "1"}
    reply = ask(server.port, request(domain, target="RegisterDomain"))

    assert (reply.status, reply.body, reply.headers["content-length"]) == (200, b"", "0")


def test_one_connection_serves_many_requests(server):
    """A connection is kept, also after a fault, and each request has an id of its own."""
    with Connection(server.port) as connection:
        replies = [
            connection.ask(request(LISTED)),
            connection.ask(request(b"{")),
            connection.ask(request(LISTED)),
        ]

    assert [reply.status for reply in replies] == [200, 400, 200]
    assert len({reply.headers["x-amzn-requestid"] for reply in replies}) == 3


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
@pytest.mark.parametrize("body", [b"[]", b'{"a":NaN}', b"\xff", b'"' * 99, b"[" * 200_000])
def test_a_body_that_is_no_object_is_refused(server, operation, body):
    """Whatever the operation, a broken body is a SerializationException, status 400."""
    reply = ask(server.port, request(body, target=operation))

    assert (reply.status, reply.fault) == (400, "SerializationException")


def test_a_body_as_long_as_allowed_is_read(server):
    """A megabyte is let in, also in pieces; SWF's own limits apply to what is in it."""
    body = b'{"name":"' + b"x" * ((1 << 20) - 11) + b'"}'
    assert len(body) == 1 << 20

    reply = ask(server.port, request(body, target="DescribeDomain"))

    assert (reply.status, reply.fault) == (400, "ValidationException")


@pytest.mark.parametrize("length", [(1 << 20) + 1, 5 << 20])
def test_a_longer_body_is_refused(server, length):
    """More than a megabyte gets 413, which its sender reads once it has sent all."""
    with Connection(server.port) as connection:
        reply = connection.ask(request(b" " * length))

        assert (reply.status, reply.fault) == (413, "RequestEntityTooLargeException")
        assert connection.ended


@pytest.mark.parametrize("length", [100, (1 << 20) + 1, 5 << 20])
def test_a_body_in_chunks_is_read_or_refused(server, length):
    """A body whose length is not told before is held to the same limit."""
    head = request(b"", length=None, Transfer_Encoding="chunked")
    head = head.replace(b"Content-Length: 0\r\n", b"")
    piece = b"%x\r\n%b\r\n" % (length, b" " * length)

    reply = ask(server.port, head + piece + b"0\r\n\r\n")

    assert reply.status == (413 if length > 1 << 20 else 400)


def test_a_body_far_too_long_is_not_waited_for(server):
    """What nobody would read is not even passed over to its end."""
    with Connection(server.port) as connection:
        try:
            connection.send(request(b" " * (20 << 20)))
            reply = connection.reply()
        except (ConnectionError, AssertionError):
            return
        assert reply.status == 413


def test_a_client_may_ask_before_it_sends(server):
    """`Expect: 100-continue` is answered with 100; where the body would be too long, with 413."""
    body = json.dumps(LISTED).encode()
    whole = request(body, Expect="100-continue")
    with Connection(server.port) as connection:
        connection.send(whole.removesuffix(body))
        assert connection._until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue"
        assert connection.ask(body).status == 200
    with Connection(server.port) as connection:
        reply = connection.ask(request(b"", length=2 << 20, Expect="100-continue"))
        assert reply.status == 413


@settings(
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    target=st.sampled_from(sorted(OPERATIONS)),
    body=st.dictionaries(
        st.sampled_from(["domain", "name", "taskList", "execution", "taskToken", "tagList", "x"]),
        st.recursive(
            st.none() | st.integers() | st.floats() | st.text(),
            lambda one: st.lists(one),
            max_leaves=3,
        ),
    ).map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=50),
)
def test_no_request_is_the_servers_fault(server, target, body):
    """Whatever is asked for, the answer is a reply or a fault of the client's."""
    reply = ask(server.port, request(body, target=target))

    assert reply.status in {200, 400}


@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.binary(min_size=1, max_size=200))
def test_what_is_no_http_ends_its_connection_only(server, data):
    """Bytes that are no request are answered with 400, if at all, and the server goes on."""
    with Connection(server.port) as connection:
        connection.send(data + b"\r\n\r\n\x00\r\n\r\n")
        try:
            status = connection.reply().status
        except (AssertionError, ConnectionError):
            status = 400
        assert status in {400, 421}

    assert ask(server.port, request(LISTED)).status == 200


def test_another_path_is_not_there(server):
    """There is nothing at other paths."""
    assert ask(server.port, request(path="/other")).status == 404
    assert ask(server.port, request(path="//")).status == 404


def test_health_is_told(server):
    """GET /health says that requests are taken."""
    reply = ask(server.port, request(b"", method="GET", path="/health", target=None))

    assert (reply.status, reply.json) == (200, {"status": "ok"})
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "x-amzn-requestid" in reply.headers
