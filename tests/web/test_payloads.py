"""Payloads as trees."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.payload import Compress, MemoryStore, Payloads
from swf.web.payloads import MOST_CHARACTERS, MOST_DEPTH, MOST_NODES, Node, payload_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=30,
)


def root(text: str) -> Node:
    found = payload_of(text)
    assert found is not None
    assert found.node is not None
    return found.node


def walk(node: Node) -> list[Node]:
    return [node, *(one for child in node.nodes for one in walk(child))]


@given(JSON)
def test_each_value_has_its_node(value: Any) -> None:
    """The tree has the keys and the values that the text has, and keeps the text beside it."""
    text = json.dumps(value)
    found = payload_of(text)

    assert found is not None
    assert found.raw == text
    assert found.length == len(text)
    assert found.node is not None
    if isinstance(value, dict) and "$swf" not in value:
        assert [node.key for node in found.node.nodes] == list(value)
    if isinstance(value, list):
        assert len(found.node.nodes) == found.node.count == len(value)


@given(st.text(max_size=300))
def test_any_text_is_a_payload(text: str) -> None:
    """What is no JSON is shown as the text that it is; nothing is too odd."""
    found = payload_of(text)

    assert found is not None
    assert found.raw == text


def test_nothing_is_no_payload() -> None:
    """What SWF does not tell is not shown; an empty text is one."""
    assert payload_of(None) is None
    empty = payload_of("")
    assert empty is not None
    assert (empty.raw, empty.node) == ("", None)


def test_json_within_a_text_is_looked_into() -> None:
    """What one program packed into a text for another is told as the values in it."""
    [node] = root(json.dumps({"body": json.dumps({"amount": 3})})).nodes

    assert (node.key, node.kind, node.note) == ("body", "object", "JSON in a text")
    assert [(one.key, one.text) for one in node.nodes] == [("amount", "3")]


@pytest.mark.parametrize("text", ["{not json}", "[", "{", "plain", '{"a":1} and more'])
def test_other_texts_within_stay_texts(text: str) -> None:
    """A text is only taken for JSON where it is."""
    node = root(json.dumps(text))

    assert (node.kind, node.text) == ("text", text)


def test_values_that_json_has_no_word_for_are_told_by_their_kind() -> None:
    """A tag is no object with an odd key; an object that only looks like one is."""
    when, pair = root('[{"$swf":["datetime","2026-01-31"]},{"$swf":["tuple",[1,2]]}]').nodes
    odd = root('{"$swf":["datetime","x"],"more":1}')

    assert (when.text, when.note) == ("2026-01-31", "datetime")
    assert (pair.text, pair.note) == ("[1, 2]", "tuple")
    assert odd.kind == "object"
    assert root('{"$swf":[]}').kind == "object"


def test_what_codecs_sealed_is_not_opened() -> None:
    """The page says by what it was sealed."""
    text = Payloads(codecs=[Compress(threshold=1)]).dump("x" * 500)
    found = payload_of(text)

    assert found is not None
    assert found.node is None
    assert found.note == "sealed by zlib; it is not opened here"


def test_what_lies_in_a_store_is_not_fetched() -> None:
    """The page says where it is, and how much."""
    text = Payloads(store=MemoryStore(), limit=300).dump("x" * 5_000)
    found = payload_of(text)

    assert found is not None
    assert found.node is None
    assert "5,002 bytes in the store memory under" in found.note
    assert "not fetched" in found.note


@pytest.mark.parametrize(
    "text", ['{"$swf":["stored",1,[],{}]}', '{"$swf":["sealed",', '{"$swf":["stored",1,[],7]}']
)
def test_a_broken_envelope_is_told_as_such(text: str) -> None:
    """Nothing is made up about it."""
    found = payload_of(text)

    assert found is not None
    assert found.note == "an envelope that cannot be read"


def test_what_simpleflow_put_into_s3_is_not_fetched() -> None:
    """Whoever may send a signal does not make the page read a bucket."""
    found = payload_of("simpleflow+s3://bucket/key 20")

    assert found is not None
    assert "not fetched" in found.note


def test_a_tree_has_bounds() -> None:
    """However large a payload is, so many nodes, so deep, and so much of each text are told."""
    wide = root(json.dumps(list(range(5_000))))
    deep = root("[" * 200 + "]" * 200)
    long = root(json.dumps("x" * 9_000))

    assert len(walk(wide)) <= MOST_NODES
    assert wide.hidden == 5_000 - len(wide.nodes)
    depth = 0
    while deep.nodes:
        deep, depth = deep.nodes[0], depth + 1
    assert depth == MOST_DEPTH
    assert deep.hidden == 1
    assert long.text is not None
    assert len(long.text) == MOST_CHARACTERS
    assert long.hidden == 9_000 - MOST_CHARACTERS


@pytest.mark.parametrize("text", ["[" * 100_000, "1" * 10_000, '{"a":' * 3_000, '"\\ud800"', "NaN"])
def test_what_breaks_readers_of_json_breaks_no_page(text: str) -> None:
    """Too deep, too long a number, half a character: it is shown as far as it can be."""
    assert payload_of(text) is not None


def test_a_closed_node_says_what_is_in_it() -> None:
    """An object its first keys, a list how many it has."""
    assert root('{"a":1,"b":2}').gist == "{a, b}"
    assert root(json.dumps(dict.fromkeys("abcdefgh", 1))).gist == "{a, b, c, d, e, f, …}"
    assert root("[1,2]").gist == "[2]"
    assert root("1").gist == "number"
