"""What a workflow or an activity does with its payloads."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payload_values import values

from swf.exceptions import (
    PayloadDecodeError,
    PayloadEncodeError,
    PayloadTooLargeError,
    ValidationError,
)
from swf.payload import (
    Call,
    Compress,
    Encrypt,
    FileStore,
    JsonConverter,
    KeyRing,
    MemoryStore,
    Payloads,
)

KEYS = KeyRing("k1", {"k1": b"1" * 32})
PLAIN = Payloads()
EVERY = (
    PLAIN,
    Payloads(codecs=(Compress(threshold=1),)),
    Payloads(codecs=(Encrypt(KEYS),)),
    Payloads(codecs=(Compress(threshold=1), Encrypt(KEYS)), store=MemoryStore(), limit=120),
    Payloads(store=MemoryStore(), limit=1),
)


@pytest.mark.parametrize("payloads", EVERY, ids=range(len(EVERY)))
class TestTrip:
    @given(value=values())
    def test_a_value_comes_back(self, payloads, value):
        """However a value travels, it arrives; and what was sent is known to be of it."""
        plain = payloads.plain(value)
        sent = payloads.seal(plain)

        assert payloads.load(sent) == value
        assert payloads.open(sent) == plain
        assert payloads.same(plain, sent)
        assert not payloads.same(plain + " ", sent)

    def test_a_call_comes_back(self, payloads):
        """A call and what is told beside it arrive; replay knows it again."""
        plain = payloads.plain_call([(1, 2)], {"x": b"y"}, {"parent": "w"})

        call = payloads.parse_call(payloads.open(payloads.seal(plain)))

        assert call == Call(((1, 2),), {"x": b"y"}, {"parent": "w"})

    def test_nothing_is_nothing(self, payloads):
        """A member that was not sent stands for None, and for a call without arguments."""
        assert payloads.seal(None) is None
        assert payloads.open(None) is None
        assert payloads.load(None) is None
        assert payloads.parse_call(None) == Call()
        assert payloads.same(None, None)
        assert not payloads.same("1", None)
        assert not payloads.same(None, payloads.seal("1"))

    def test_text_from_elsewhere_is_read(self, payloads):
        """What the console sends needs neither codecs nor a store."""
        assert payloads.parse_call(payloads.open("5")) == Call((5,))


class TestLimit:
    @pytest.mark.parametrize(("length", "fits"), [(10, True), (11, False)])
    def test_it_is_counted_in_characters(self, length, fits):
        """What has as many characters as the limit is sent as it is; one more needs a store."""
        payloads = Payloads(limit=12)
        value = "é" * length

        if fits:
            assert payloads.dump(value) == f'"{value}"'
            return
        with pytest.raises(PayloadTooLargeError, match=r"13 characters.*12.*store="):
            payloads.dump(value)

    @pytest.mark.parametrize("limit", [0, -1, 32_769])
    def test_a_limit_that_swf_has_not_is_refused(self, limit):
        """More than SWF takes, or nothing at all, is no limit."""
        with pytest.raises(ValidationError, match="limit"):
            Payloads(limit=limit)


class TestRaw:
    RAW = Payloads(raw=True)

    @pytest.mark.parametrize("text", [None, "", "5", "hello", '{"$swf":["sealed",1,[],"eA=="]}'])
    def test_bare_text_travels_as_it_is(self, text):
        """A text is itself on the way and at the end, and its absence is None."""
        assert self.RAW.load(self.RAW.dump(text)) == text
        assert self.RAW.parse_call(self.RAW.plain_call([text], {}, {"parent": "w"})) == (
            Call() if text is None else Call((text,))
        )
        assert self.RAW.plain(text) == text

    def test_no_argument_is_no_text(self):
        """A call with nothing sends nothing."""
        assert self.RAW.plain_call([], {}) is None

    @pytest.mark.parametrize(
        ("args", "kwargs", "told"),
        [
            ((1,), {}, r"args\[0\].*builtins.int"),
            (("a", "b"), {}, "got 2"),
            ((), {"x": "a"}, "'x'"),
        ],
    )
    def test_anything_but_one_text_is_refused(self, args, kwargs, told):
        """Bare text has no room for more, nor for a value."""
        with pytest.raises(PayloadEncodeError, match=told):
            self.RAW.plain_call(args, kwargs)

    def test_a_value_is_refused(self):
        """A result that is no text is refused where bare text was agreed."""
        with pytest.raises(PayloadEncodeError, match=r"value.*list"):
            self.RAW.plain(["a"])

    @given(text=st.text(st.characters(codec="utf-8")))
    def test_bare_text_can_be_sealed(self, text):
        """Codecs do for bare text what they do for values."""
        raw = Payloads(raw=True, codecs=(Encrypt(KEYS),))

        assert raw.load(raw.dump(text)) == text


class PairConverter(JsonConverter):
    """Sends calls as `[args, kwargs]`."""

    def encode_call(self, args, kwargs, context):
        return self.encode([list(args), dict(kwargs)])

    def decode_call(self, text):
        args, kwargs = self.decode(text)
        return Call(tuple(args), kwargs)


class TestChoices:
    def test_a_converter_of_the_users_is_used(self):
        """Another form of calls is a converter with two methods."""
        payloads = Payloads(converter=PairConverter())

        assert payloads.plain_call([1], {"x": 2}) == '[[1],{"x":2}]'
        assert payloads.parse_call('[[1],{"x":2}]') == Call((1,), {"x": 2})

    def test_payloads_go_to_another_process(self, tmp_path: Path):
        """All of it can be pickled, and opens there what was sealed here."""
        payloads = Payloads(
            codecs=(Compress(), Encrypt(KEYS)), store=FileStore(tmp_path / "kept"), limit=100
        )

        again = pickle.loads(pickle.dumps(payloads))

        assert again == payloads
        assert again.load(payloads.dump("x" * 500)) == "x" * 500

    def test_two_codecs_of_one_name_are_refused(self):
        """A payload says by name what opens it."""
        with pytest.raises(ValidationError, match="zlib"):
            Payloads(codecs=(Compress(), Compress()))

    def test_a_value_like_an_envelope_is_a_value(self):
        """What a user sends is never taken for an envelope, whoever opens it."""
        text = Payloads(codecs=(Compress(threshold=1),)).dump("x" * 500)
        value = PLAIN.parse('{"a":1}') | {"$swf": ["sealed", 1, ["zlib"], "eA=="]}

        for payloads in EVERY:
            assert payloads.load(payloads.dump(value)) == value
            assert payloads.load(payloads.dump(text)) == text

    def test_sealed_text_is_no_value_by_itself(self):
        """Parsing what was not opened is a typed error."""
        sealed = Payloads(codecs=(Encrypt(KEYS),)).dump(1)

        with pytest.raises(PayloadDecodeError, match="open"):
            PLAIN.parse(sealed)
