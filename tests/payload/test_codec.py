"""Compression."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.exceptions import PayloadTamperedError, PayloadTooLargeError
from swf.payload import Codec, Compress, Payloads


@given(data=st.binary())
def test_data_comes_back(data):
    """What was compressed is decompressed to what it was."""
    codec = Compress(threshold=0)
    packed = codec.encode(data * 100)

    assert packed is None or codec.decode(packed) == data * 100


def test_only_what_becomes_shorter_is_compressed():
    """Short text, and text that is random already, is left as it is."""
    payloads = Payloads(codecs=(Compress(),))
    noise = '"' + "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(400)) + '"'

    assert payloads.seal('"aaaa"') == '"aaaa"'
    assert payloads.seal('"' + "a" * 511) != '"' + "a" * 511
    assert payloads.seal('"' + "a" * 511)[:10] == '{"$swf":["'
    assert payloads.seal('"' + "a" * 500) == '"' + "a" * 500
    assert payloads.seal(noise) == noise


@given(text=st.text(min_size=600, max_size=3_000))
def test_no_text_becomes_longer(text):
    """Text of any script has, compressed, no more characters than before: SWF counts those."""
    plain = Payloads().plain(text)

    assert len(Payloads(codecs=(Compress(),)).seal(plain)) <= len(plain)


def test_a_small_text_does_not_become_a_large_one():
    """A text that was made to fill the memory is refused at the cap."""
    bomb = zlib.compress(b"\0" * 10_000)

    assert Compress(max_bytes=10_000).decode(bomb) == b"\0" * 10_000
    with pytest.raises(PayloadTooLargeError, match=r"9999.*max_bytes="):
        Compress(max_bytes=9_999).decode(bomb)


@pytest.mark.parametrize("data", [b"", b"nonsense", zlib.compress(b"x" * 100)[:-5]])
def test_what_was_not_compressed_is_told(data):
    """Damaged data is a typed error."""
    with pytest.raises(PayloadTamperedError):
        Compress().decode(data)


def test_a_codec_hides_and_reads_nothing_unless_it_says_so():
    """A codec of a user's needs two methods; the others say that there is nothing to say."""

    class Reversed(Codec):
        name = "reversed"

        def encode(self, data):
            return data[::-1]

        def decode(self, data):
            return data[::-1]

    payloads = Payloads(codecs=(Reversed(),))

    assert payloads.open(payloads.seal("abc")) == "abc"
    assert Reversed().digest(b"x") is None
    assert Reversed().read("x") is None
    assert not Reversed.hides
