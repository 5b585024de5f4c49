"""Encryption."""

from __future__ import annotations

import os
import pickle
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.exceptions import (
    PayloadError,
    PayloadKeyError,
    PayloadTamperedError,
    ValidationError,
)
from swf.payload import Encrypt, KeyRing

pytest.importorskip("cryptography")
KEYS = {"old": b"1" * 16, "new": b"2" * 32}
CODEC = Encrypt(KeyRing("new", KEYS))


@given(data=st.binary(), current=st.sampled_from(sorted(KEYS)))
def test_data_comes_back(data, current):
    """What any key of the ring encrypted is decrypted, whichever is the current one."""
    assert CODEC.decode(Encrypt(KeyRing(current, KEYS)).encode(data)) == data


def test_the_same_text_is_never_encrypted_alike():
    """Nobody sees from two payloads that they are of one text."""
    assert CODEC.encode(b"x") != CODEC.encode(b"x")
    assert b"secret" not in CODEC.encode(b"secret")


@given(at=st.integers(0, 100), by=st.integers(1, 255))
def test_any_change_is_told(at, by):
    """Not one byte of the text, the nonce or the key's id can be another."""
    data = bytearray(CODEC.encode(b"secret"))
    data[at % len(data)] ^= by

    with pytest.raises((PayloadTamperedError, PayloadKeyError)):
        CODEC.decode(bytes(data))


@pytest.mark.parametrize("data", [b"", b"\x03new", b"\x03new" + b"\0" * 12])
def test_what_is_too_short_is_told(data):
    """Data that ends before its end is a typed error."""
    with pytest.raises((PayloadTamperedError, PayloadKeyError)):
        CODEC.decode(data)


def test_the_id_of_the_key_is_authenticated():
    """A text cannot be passed off as encrypted with another key, be that the same bytes."""
    ring = {"a": b"1" * 16, "b": b"1" * 16}
    data = Encrypt(KeyRing("a", ring)).encode(b"secret")

    with pytest.raises(PayloadTamperedError, match="'b'"):
        Encrypt(KeyRing("b", ring)).decode(b"\x01b" + data[2:])


@pytest.mark.parametrize(
    ("current", "keys", "told"),
    [
        ("x", KEYS, "'x'.*'new', 'old'"),
        ("x", {}, "'x'"),
        ("x", {"x": b"short"}, "32"),
        ("x", {"x": "1" * 32}, "32"),
        ("", {"": b"1" * 32}, "short"),
        ("x" * 256, {"x" * 256: b"1" * 32}, "long"),
    ],
)
def test_a_ring_that_cannot_be_used_is_refused(current, keys, told):
    """A missing, short or wrongly typed key is an error where the ring is made."""
    with pytest.raises(ValidationError, match=told):
        KeyRing(current, keys)


def test_keys_are_not_shown():
    """No key is in a traceback or a log."""
    assert "111" not in repr(CODEC)
    assert "222" not in repr(CODEC)


def test_a_ring_goes_to_other_processes():
    """Workers that are spawned can decrypt."""
    key = os.urandom(32)
    codec = Encrypt(KeyRing("k", {"k": key}))

    again = pickle.loads(pickle.dumps(codec))

    assert again == codec
    assert hash(again) == hash(codec)
    assert again.decode(codec.encode(b"x")) == b"x"


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    """Where cryptography is not installed the error names the extra."""
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers.aead", None)

    with pytest.raises(PayloadError, match=r"swf\[crypto\]"):
        CODEC.encode(b"x")
