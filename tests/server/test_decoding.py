"""Bodies become plain values or a refusal, and nothing else happens to them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.fault import Fault
from swf.server.decoding import decoded
from swf.server.limits import MAX_DEPTH

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.sampled_from('ab[{"')), inner),
    max_leaves=20,
)


def refused(body: bytes) -> str:
    with pytest.raises(Fault) as caught:
        decoded(body)
    assert (caught.value.code, caught.value.status) == ("SerializationException", 400)
    return caught.value.message


def outcome_of(body: bytes) -> dict[str, Any] | Fault:
    try:
        return decoded(body)
    except Fault as fault:
        return fault


def nested(depth: int) -> bytes:
    """An object in which arrays are nested; all in all so deep."""
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


@given(st.dictionaries(st.text(st.sampled_from("xyz\U0001f600")), values), st.booleans())
def test_what_was_sent_is_read(value, ascii_only):
    """A JSON object comes out as it went in, however its characters are spelled."""
    assert decoded(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary() | st.binary().map(lambda tail: b'{"a":' + tail))
def test_any_bytes_are_read_or_refused(body):
    """Whatever is sent, the outcome is an object or SerializationException."""
    outcome = outcome_of(body)

    assert isinstance(outcome, dict) or outcome.code == "SerializationException"


def test_an_empty_body_is_an_empty_object():
    """A request without parameters needs no body."""
    assert decoded(b"") == {}


def test_the_last_of_two_members_counts():
    """A member that comes twice has its last value."""
    assert decoded(b'{"a": 1, "a": 2}') == {"a": 2}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"[]", "the body must be a JSON object"),
        (b"null", "the body must be a JSON object"),
        (b'"text"', "the body must be a JSON object"),
        (b"{", "Expecting property name enclosed in double quotes at character 1"),
        (b'{"a":1}{', "Extra data at character 7"),
        (b'{"a":"\xff"}', "the body is not UTF-8"),
        ('{"a":1}'.encode("utf-16"), "the body is not UTF-8"),
        (b'{"a":NaN}', "NaN is not a number"),
        (b'{"a":Infinity}', "Infinity is not a number"),
        (b'{"a":-Infinity}', "-Infinity is not a number"),
        (b'{"a":1e999}', "a number is out of range"),
        (b'{"a":-1e999}', "a number is out of range"),
        (b'{"a":9223372036854775808}', "a number is out of range"),
        (b'{"a":-9223372036854775809}', "a number is out of range"),
        (b'{"a":' + b"9" * 20 + b"}", "a number is out of range"),
        (b'{"a":' + b"9" * 5000 + b"}", "a number is out of range"),
        (rb'{"a":"\ud800"}', "half of a surrogate pair is no text"),
        (rb'{"a":["\uDFFF"]}', "half of a surrogate pair is no text"),
        (rb'{"\udc00":1}', "half of a surrogate pair is no text"),
    ],
)
def test_what_is_no_object_is_refused(body, message):
    """What is no JSON object that can be stored is refused, with the reason."""
    assert refused(body) == message


def test_a_whole_surrogate_pair_is_a_character():
    """Characters beyond the basic plane may be spelled as ASCII."""
    assert decoded(rb'{"a":"\ud83d\ude00"}') == {"a": "\U0001f600"}


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 500, 5_000, 500_000])
def test_what_is_nested_too_deep_is_refused(depth):
    """However deep it is, nesting is refused and breaks nothing."""
    assert refused(nested(depth)) == f"nested deeper than {MAX_DEPTH}"


def test_what_is_nested_deep_enough_is_read():
    """Objects and arrays may be nested to the limit, and side by side without one."""
    assert decoded(nested(MAX_DEPTH))
    assert decoded(b'{"a":[' + b",".join([b"[{}]"] * 10_000) + b"]}")


def test_brackets_within_text_are_text():
    """What a string holds is not looked into."""
    assert decoded(json.dumps({"input": "[{" * 5_000}).encode()) == {"input": "[{" * 5_000}
