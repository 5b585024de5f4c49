"""How contexts, inputs and results of graphs travel."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.exceptions import PayloadDecodeError, PayloadEncodeError
from swf.graph import ActivityTask, DeciderSpec
from swf.graph.converter import BESIDE, PAYLOADS, GraphConverter, graph_payloads
from swf.payload import Call, Compress, MemoryStore, Payloads

CONVERTER = GraphConverter()

names = st.one_of(st.text(max_size=6), st.sampled_from(["args", "kwargs", "context", BESIDE]))
scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=6)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
contexts = st.dictionaries(st.sampled_from(["attempt", "heartbeat"]), scalars, min_size=1)


@given(values)
def test_one_value_comes_back(value: Any):
    """Whatever a graph is started with arrives as it was sent, whatever it looks like."""
    text = CONVERTER.encode_call((value,), {}, None)

    assert CONVERTER.decode_call(text) == Call((value,))


@given(values, contexts)
def test_what_is_told_beside_comes_back(value: Any, context: dict[str, Any]):
    """What the framework tells beside a value never mixes with it."""
    text = CONVERTER.encode_call((value,), {}, context)

    assert CONVERTER.decode_call(text) == Call((value,), {}, context)


@given(st.lists(values, max_size=3), st.dictionaries(st.text(max_size=3), values, max_size=2))
def test_any_call_comes_back(args: list[Any], kwargs: dict[str, Any]):
    """A call of any shape arrives as it was made."""
    text = CONVERTER.encode_call(args, kwargs, None)

    assert CONVERTER.decode_call(text) == Call(tuple(args), kwargs)


@given(st.dictionaries(st.text(max_size=4), scalars, max_size=3))
def test_a_context_is_plain_json(context: dict[str, Any]):
    """The input of an activity is its context, for whoever reads it."""
    assert json.loads(CONVERTER.encode_call((context,), {}, None)) == context


def test_a_retried_activity_reads_its_context_alone():
    """The number of an attempt is within the context for others, and beside it for us."""
    text = CONVERTER.encode_call(({"workflow": 1},), {}, {"attempt": 2})

    assert json.loads(text) == {"workflow": 1, BESIDE: {"attempt": 2}}
    assert CONVERTER.decode_call(text) == Call(({"workflow": 1},), {}, {"attempt": 2})


def test_a_list_is_one_input():
    """A list from elsewhere is an input, and no list of arguments."""
    assert CONVERTER.decode_call("[1,2]") == Call(([1, 2],))


@pytest.mark.parametrize("text", ["your input", "", "{", "'x'"])
def test_text_that_is_no_json_is_text(text: str):
    """What is no JSON was meant as it stands there: floto sends text as it is."""
    assert CONVERTER.decode(text) == text
    assert CONVERTER.decode_call(text) == Call((text,))


@pytest.mark.parametrize("text", ['{"$swf":["nothing","known"]}', "[" * 100_000])
def test_json_that_stands_for_no_value_is_refused(text: str):
    """JSON that cannot be read is an error, and not taken for text."""
    with pytest.raises(PayloadDecodeError):
        CONVERTER.decode_call(text)


def test_tasks_and_specs_travel_as_their_json():
    """An activity may return tasks and specs: those that are told of them read their JSON."""
    made = ActivityTask("a", "1")
    spec = DeciderSpec(activity_tasks=[made])

    told = CONVERTER.decode(CONVERTER.encode({"spec": spec, "tasks": [made], "both": (made, spec)}))

    assert told == {
        "spec": spec.to_dict(),
        "tasks": [made.to_dict()],
        "both": (made.to_dict(), spec.to_dict()),
    }


def test_what_has_no_text_is_refused_by_its_place():
    """A value that cannot travel is an error that names its place, specs beside it or not."""
    with pytest.raises(PayloadEncodeError, match=r'value\["x"\]\[1\]'):
        CONVERTER.encode({"x": [ActivityTask("a", "1"), object()]})


def test_store_and_codecs_are_kept():
    """A graph's payloads have the store and the codecs that they were given."""
    store = MemoryStore()

    made = graph_payloads(Payloads(store=store, codecs=[Compress()], limit=100))

    assert made.store is store
    assert made.codecs == (Compress(),)
    assert made.limit == 100
    assert isinstance(made.converter, GraphConverter)
    assert graph_payloads(None) is PAYLOADS


def test_what_fits_travels_as_it_is():
    """By default only what SWF would not take is compressed."""
    assert PAYLOADS.dump("x" * 30_000) == json.dumps("x" * 30_000)
    assert len(PAYLOADS.dump("x" * 300_000) or "") < 1_000
