"""Values into JSON and back."""

from __future__ import annotations

import collections
import dataclasses
import json
import os
import subprocess
import sys
from datetime import datetime, time
from decimal import Decimal
from math import copysign, isnan
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from payload_values import EXAMPLES, Color, Declined, Order, Refused, Unregistered, values

from swf.exceptions import PayloadDecodeError, PayloadEncodeError, PayloadTypeError
from swf.payload import Call, JsonConverter, register
from swf.payload.tags import MAX_DEPTH

JSON = JsonConverter()


def typed(value: Any) -> Any:
    """Return the value with all types in it told, which `==` does not look at."""
    if isinstance(value, dict):
        pairs = {repr(typed(key)): (typed(key), typed(member)) for key, member in value.items()}
        return (dict, pairs)
    if isinstance(value, list | tuple):
        return (type(value), [typed(item) for item in value])
    if isinstance(value, set | frozenset):
        return (type(value), sorted(repr(typed(item)) for item in value))
    if isinstance(value, datetime | time):
        return (type(value), repr(value.replace(fold=0)))  # two that differ in it are equal
    if type(value) is Order:
        return (Order, typed([value.number, value.lines, value.total]))
    if isinstance(value, float | Decimal):
        return (type(value), repr(value))
    return (type(value), value)


class TestTrip:
    @given(value=values())
    def test_a_value_comes_back_equal_with_its_type(self, value):
        """What travels is the same when it arrives: the value, its type, and those within it."""
        again = JSON.decode(JSON.encode(value))

        assert again == value
        assert typed(again) == typed(value)

    @pytest.mark.parametrize("value", EXAMPLES, ids=range(len(EXAMPLES)))
    def test_an_edge_comes_back(self, value):
        """The values that JSON, or a tag, would make others of are not."""
        assert typed(JSON.decode(JSON.encode(value))) == typed(value)

    def test_what_equals_nothing_comes_back(self):
        """NaN is NaN on the other side, and a negative zero is still negative."""
        nan, decimal, zero = JSON.decode(
            JSON.encode([float("nan"), Decimal("sNaN"), Decimal("-0.0")])
        )

        assert isnan(nan)
        assert decimal.is_snan()
        assert copysign(1, zero) == -1

    @given(value=values())
    def test_the_text_can_be_sent(self, value):
        """The text is JSON that UTF-8 can say, whatever characters are in the value."""
        json.loads(JSON.encode(value).encode())

    @given(value=values())
    def test_the_text_of_what_came_back_is_the_same(self, value):
        """Encoding is a function of the value: replay compares texts."""
        text = JSON.encode(value)

        assert JSON.encode(JSON.decode(text)) == text

    @given(pairs=st.lists(st.tuples(st.text(), st.integers()), unique_by=lambda pair: pair[0]))
    def test_the_order_of_a_dict_does_not_matter(self, pairs):
        """Dicts that are equal have one text, however they came about."""
        assert JSON.encode(dict(pairs)) == JSON.encode(dict(reversed(pairs)))

    def test_the_hash_seed_does_not_matter(self):
        """Sets have one text in every process."""
        program = (
            "from swf.payload import Payloads; "
            "print(Payloads().plain([{'a', 'b', 1, (2, 'x')}, {frozenset('xyz'): {'u', 'v'}}]))"
        )
        texts = {
            subprocess.run(
                [sys.executable, "-c", program],
                env={**os.environ, "PYTHONHASHSEED": seed},
                capture_output=True,
                check=True,
                timeout=60,
            ).stdout
            for seed in ("1", "2", "3")
        }

        assert len(texts) == 1

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ({"b": [1, 2.5, None, True], "a": "é"}, '{"a":"é","b":[1,2.5,null,true]}'),
            ((1,), '{"$swf":["tuple",[1]]}'),
            (Color.RED, '{"$swf":["object","payload_values.Color","RED"]}'),
            ({1: 2}, '{"$swf":["dict",[[1,2]]]}'),
        ],
    )
    def test_the_form_is_kept(self, value, text):
        """What histories hold is read for years: the text of a value does not change."""
        assert JSON.encode(value) == text
        assert JSON.decode(text) == value

    def test_an_error_comes_back_with_all_it_carries(self):
        """An exception keeps arguments, attributes and cause, whatever its constructor takes."""
        error = Declined("anne", amount=Decimal("2.5"))
        error.__cause__ = OSError(2, "No such file", "x.txt")

        again = JSON.decode(JSON.encode(error))

        assert (type(again), again.args, vars(again)) == (Declined, error.args, vars(error))
        assert type(again.__cause__) is FileNotFoundError
        assert str(again.__cause__) == str(error.__cause__)

    def test_an_error_with_fields_comes_back(self):
        """An exception that attrs made has its fields again."""
        again = JSON.decode(JSON.encode(Refused("no", code=3)))

        assert (type(again), again.why, again.code, again.args) == (Refused, "no", 3, ("no", 3))

    @pytest.mark.parametrize(
        "error",
        [
            UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"),
            KeyError("k"),
            ImportError("no", name="x"),
            StopIteration(3),
            ExceptionGroup("two", [ValueError(1), KeyError(2)]),
        ],
    )
    def test_an_error_of_pythons_is_whole(self, error):
        """What Python keeps beside an exception's arguments comes along."""
        again = JSON.decode(JSON.encode(error))

        assert type(again) is type(error)
        assert str(again) == str(error)
        assert getattr(again, "value", None) == getattr(error, "value", None)
        assert getattr(again, "name", None) == getattr(error, "name", None)


def nested(kind: type, depth: int) -> Any:
    value: Any = 0
    for _ in range(depth):
        value = kind([value]) if kind is not dict else {1: value}
    return value


class TestRefusal:
    @pytest.mark.parametrize(
        ("args", "kwargs", "place"),
        [
            ([{"x": Unregistered()}], {}, 'args[0]["x"]: '),
            ([1, [2, (3, Unregistered())]], {}, "args[1][1][1]: "),
            ([], {"order": Order(1, Unregistered())}, 'kwargs["order"]["lines"]: '),
            ([{(1, 2): 3, 4: Unregistered()}], {}, "args[0][4]: "),
            ([{(1, 2): Unregistered()}], {}, "args[0][<tuple>]: "),
            ([{Unregistered()}], {}, "args[0]{…}: "),
            ([{"k" * 300: Unregistered()}], {}, "k…: "),
        ],
    )
    def test_what_cannot_travel_is_named(self, args, kwargs, place):
        """The error says where the value is, of which type it is and what to do about it."""
        with pytest.raises(PayloadEncodeError) as caught:
            JSON.encode_call(args, kwargs, None)

        assert place in str(caught.value)
        assert "payload_values.Unregistered" in str(caught.value)
        assert "@register" in str(caught.value)

    @pytest.mark.parametrize(
        ("value", "out"),
        [
            (collections.OrderedDict(a=1), "plain dict"),
            (collections.Counter(), "plain dict"),
            (type("Text", (str,), {})("x"), "plain str"),
            (collections.namedtuple("Pair", "a b")(1, 2), "named tuple"),  # noqa: PYI024
            (bytearray(b"x"), "@register"),
            (KeyboardInterrupt(), "@register"),
        ],
    )
    def test_a_subclass_is_not_taken_for_its_base(self, value, out):
        """A value whose type would be lost is refused, and the error says what to send instead."""
        with pytest.raises(PayloadEncodeError, match=out):
            JSON.encode(value)

    def test_a_value_that_cannot_be_taken_apart_is_named(self):
        """An error in a value's own code is the cause of a typed one that says where it was."""

        @register
        @dataclasses.dataclass
        class Fragile:
            number: int

            def __getattribute__(self, name):
                if name == "number":
                    raise ZeroDivisionError("at once")
                return super().__getattribute__(name)

        with pytest.raises(PayloadEncodeError, match=r"value\[0\]: .*Fragile.*at once") as caught:
            JSON.encode([Fragile(1)])

        assert type(caught.value.__cause__) is ZeroDivisionError

    @pytest.mark.parametrize("kind", [list, tuple, dict, frozenset, set])
    def test_nesting_has_a_bound(self, kind):
        """What is nested to the bound travels; what is deeper, or in itself, is refused at once."""
        inner = frozenset if kind is set else kind
        value = kind([nested(inner, MAX_DEPTH - 1)]) if kind is set else nested(kind, MAX_DEPTH)
        assert JSON.decode(JSON.encode(value)) == value

        deeper = kind([nested(inner, MAX_DEPTH)]) if kind is set else nested(kind, MAX_DEPTH + 1)
        with pytest.raises(PayloadEncodeError, match="deeper"):
            JSON.encode(deeper)

    def test_what_contains_itself_is_refused(self):
        """A cycle is an error and no recursion without end."""
        cycle: dict[str, Any] = {}
        cycle["self"] = cycle

        with pytest.raises(PayloadEncodeError, match="itself"):
            JSON.encode(cycle)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "hello",
            "{",
            "[1] x",
            "1" * 5000,
            '{"$swf":1}',
            '{"$swf":[]}',
            '{"$swf":["tuple",[]],"more":1}',
            '{"$swf":["nonesuch",1]}',
            '{"$swf":[{},1]}',
            '{"$swf":["set",[[1]]]}',
            '{"$swf":["datetime","tomorrow"]}',
            '{"$swf":["decimal","x"]}',
            '{"$swf":["bytes","é"]}',
            '{"$swf":["tuple"]}',
            '{"$swf":["sealed",1,[],"eA=="]}',
            '{"$swf":["object","payload_values.Color","GREEN"]}',
            '{"$swf":["object","payload_values.Order",{"number":1,"more":2}]}',
            '{"$swf":["object","payload_values.Order",{}]}',
            "[" * 100_000,
        ],
    )
    def test_a_text_of_no_value_is_a_typed_error(self, text):
        """Whatever is wrong with a text, one kind of error says so."""
        with pytest.raises(PayloadDecodeError):
            JSON.decode(text)

    @pytest.mark.parametrize("name", ["os.system", "builtins.eval", "builtins.SystemExit", "x"])
    def test_a_text_names_registered_types_only(self, name):
        """No text makes a program look a class up: what is not registered is named in an error."""
        with pytest.raises(PayloadTypeError, match=f"'{name}'.*register"):
            JSON.decode(json.dumps({"$swf": ["object", name, {"args": []}]}))

    @given(
        text=st.text()
        | st.recursive(
            st.none() | st.integers() | st.text() | st.just("$swf"),
            lambda inner: st.lists(inner) | st.dictionaries(st.just("$swf") | st.text(), inner),
        ).map(json.dumps)
    )
    @example(text='{"$swf":["dict",[[[1],2]]]}')
    def test_no_text_breaks_the_reader(self, text):
        """Any text at all is a value or a PayloadDecodeError."""
        try:
            JSON.decode(text)
        except PayloadDecodeError:
            return


class TestCalls:
    @given(
        args=st.lists(values(), max_size=3),
        kwargs=st.dictionaries(st.text() | st.just("$swf"), values(), max_size=3),
        context=st.none() | st.dictionaries(st.text(), values(), max_size=2),
    )
    def test_a_call_comes_back(self, args, kwargs, context):
        """Arguments, by place and by name, and what is told beside them arrive as they were."""
        call = JSON.decode_call(JSON.encode_call(args, kwargs, context))

        assert call == Call(tuple(args), kwargs, context or {})

    @pytest.mark.parametrize(
        ("text", "call"),
        [
            ("5", Call((5,))),
            ('"5"', Call(("5",))),
            ("null", Call((None,))),
            ("[1, 2]", Call((1, 2))),
            (' {"args": [1], "kwargs": {"x": 2}}\n', Call((1,), {"x": 2})),
            ('{"args": [1]}', Call((1,))),
            ('{"kwargs": {"x": 2}}', Call((), {"x": 2})),
            ('{"args": [], "kwargs": {}, "meta": {}, "__extra": {"class": "a.B"}}', Call()),
            ("{}", Call(({},))),
            ('{"args": 1}', Call(({"args": 1},))),
            ('{"args": [1], "colour": 2}', Call(({"args": [1], "colour": 2},))),
            ('{"context": {}}', Call(({"context": {}},))),
        ],
    )
    def test_text_from_elsewhere_is_a_call(self, text, call):
        """A list is positional arguments, args and kwargs are themselves, all else one argument."""
        assert JSON.decode_call(text) == call

    @pytest.mark.parametrize("text", ["hello", '{"kwargs":{"$swf":["dict",[[1,2]]]}}'])
    def test_what_is_no_call_is_refused(self, text):
        """Text that is not JSON, and names that are no names, are typed errors."""
        with pytest.raises(PayloadDecodeError):
            JSON.decode_call(text)
