"""The judge of the fuzz notices what is wrong."""

from __future__ import annotations

import pytest
from fuzz.judge import Answer, complaint

UNKNOWN = Answer(400, None, "UnknownResourceFault", "Unknown domain: d")


@pytest.mark.parametrize(
    ("operation", "answer", "words"),
    [
        ("DescribeDomain", Answer(500, None, "InternalFailure", ""), "not documented"),
        ("DescribeDomain", Answer(503, None, "ServiceUnavailable", "later"), "not documented"),
        ("ListDomains", UNKNOWN, "not documented for ListDomains"),
        ("DescribeDomain", Answer(404, None, UNKNOWN.code, UNKNOWN.message), "the status 404"),
        ("DescribeDomain", Answer(400, None, UNKNOWN.code, "no d"), "unknown message: 'no d'"),
        ("DescribeDomain", Answer(400, None, "SerializationException", ""), "unknown message"),
        ("DescribeDomain", Answer(200, {"domainInfo": {"name": "d"}}), "is no DomainDetail"),
        ("DescribeDomain", Answer(200, {"extra": 1}), "extra: is not a member"),
        ("DeprecateDomain", Answer(200, {"domain": "d"}), "has no reply"),
        ("ForgetDomain", Answer(200, {}), "is no operation"),
        ("PollForActivityTask", Answer(200, {"taskToken": ""}), "is no ActivityTask"),
    ],
)
def test_a_wrong_answer_is_noticed(operation, answer, words):
    """An undocumented fault, status or message is told, and so is a reply of another shape."""
    assert words in str(complaint(operation, answer))


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("DescribeDomain", UNKNOWN),
        ("DeprecateDomain", Answer(200, {})),
        ("ListDomains", Answer(200, {"domainInfos": []})),
        ("PollForActivityTask", Answer(200, {"startedEventId": 0})),
        (None, Answer(400, None, "UnknownOperationException", "None is none")),
        ("ListDomains", Answer(413, None, "RequestEntityTooLargeException", "1 MB")),
    ],
)
def test_a_right_answer_passes(operation, answer):
    """A documented fault and a reply of the operation's shape are no ground for complaint."""
    assert complaint(operation, answer) is None


def test_only_http_knows_its_own_refusals():
    """What only a server can refuse is not expected of the engine's door."""
    answer = Answer(415, None, "UnsupportedMediaTypeException", "Content-Type must be JSON")

    assert complaint("ListDomains", answer, over_http=True) is None
    assert complaint("ListDomains", answer) is not None
