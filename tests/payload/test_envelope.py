"""What travels instead of a text, and what happens where it was changed on the way."""

from __future__ import annotations

import json
import os
import zlib
from base64 import b64encode

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.exceptions import (
    PayloadDecodeError,
    PayloadEncodeError,
    PayloadError,
    PayloadKeyError,
    PayloadMissingError,
    PayloadStoreError,
    PayloadTamperedError,
)
from swf.payload import Compress, Encrypt, FileStore, KeyRing, MemoryStore, Payloads

KEYS = {"k1": b"1" * 32, "k2": b"2" * 32}
OLD = Encrypt(KeyRing("k1", KEYS))
NEW = Encrypt(KeyRing("k2", KEYS))
OTHER = Encrypt(KeyRing("k3", {"k3": b"3" * 32}))
TEXT = '"' + "secret " * 100 + '"'
SHORT = '"secret"'


@attrs.define
class Closed(MemoryStore):
    """A store that gives nothing, and counts who asks."""

    asked: int = 0

    def get(self, key, size):
        self.asked += 1
        return super().get(key, size)


def stored(*codecs, store=None) -> tuple[Payloads, str]:
    payloads = Payloads(codecs=codecs, store=store or MemoryStore(), limit=1)
    return payloads, payloads.seal(TEXT)


def content(text: str) -> dict:
    return json.loads(text)["$swf"][3]


def changed(text: str, **members) -> str:
    envelope = json.loads(text)
    envelope["$swf"][3] |= members
    return json.dumps(envelope, separators=(",", ":"))


class TestReference:
    def test_it_tells_size_and_digests(self):
        """A reference names the store, the key, the size and the digests, and holds no text."""
        _, text = stored()

        assert set(content(text)) == {"key", "plain", "sha256", "size", "store"}
        assert (content(text)["store"], content(text)["size"]) == ("memory", len(TEXT))
        assert "secret" not in text

    @pytest.mark.parametrize("codecs", [(), (Compress(),), (OLD,), (Compress(), OLD)])
    def test_replay_fetches_nothing(self, codecs):
        """Whether a stored text is of a value is told by its digest alone."""
        store = Closed()
        payloads, text = stored(*codecs, store=store)

        assert payloads.same(TEXT, text)
        assert not payloads.same(SHORT, text)
        assert store.asked == 0

    @pytest.mark.parametrize("member", ["size", "sha256"])
    def test_another_object_is_told(self, member):
        """What is not of the size or the digest that was sent is never taken for it."""
        payloads, text = stored()
        wrong = {"size": len(TEXT) - 1, "sha256": "0" * 64}[member]

        with pytest.raises(PayloadTamperedError, match=r"'memory'.*differs"):
            payloads.open(changed(text, **{member: wrong}))

    def test_an_object_that_was_changed_in_the_store_is_told(self, tmp_path):
        """Who can write into the store cannot change what a workflow reads."""
        payloads, text = stored(store=FileStore(tmp_path))
        (place,) = tmp_path.glob("??/*")
        place.write_bytes(place.read_bytes().replace(b"secret", b"public"))

        with pytest.raises(PayloadTamperedError):
            payloads.open(text)

    def test_an_object_that_is_gone_is_told(self):
        """A deleted payload is a typed error that says where it was looked for."""
        payloads, text = stored()
        payloads.store.delete(content(text)["key"])

        with pytest.raises(PayloadMissingError, match=content(text)["key"]):
            payloads.open(text)

    @pytest.mark.parametrize("store", [None, FileStore(os.devnull)])
    def test_a_store_that_is_not_here_is_told(self, store):
        """Without the store of the reference, the error says which one is needed."""
        _, text = stored()

        with pytest.raises(PayloadStoreError, match=r"'memory'.*store="):
            Payloads(store=store).open(text)

    def test_nothing_is_stored_that_could_not_be_read(self):
        """A text that cannot be sent leaves nothing in the store."""
        payloads = Payloads(store=MemoryStore(), limit=1, raw=True)

        with pytest.raises(PayloadEncodeError, match="surrogate"):
            payloads.seal("ab\ud800")
        assert list(payloads.store.keys()) == []


class TestKeys:
    @pytest.mark.parametrize("limit", [1, 32_768])
    def test_an_old_key_is_honoured(self, limit):
        """After a rotation what the old key sealed is read, and known again by replay."""
        store = MemoryStore()
        text = Payloads(codecs=(OLD,), store=store, limit=limit).seal(TEXT)
        now = Payloads(codecs=(NEW,), store=store, limit=limit)

        assert now.open(text) == TEXT
        assert now.same(TEXT, text)
        assert not now.same(SHORT, text)

    @pytest.mark.parametrize("limit", [1, 32_768])
    @pytest.mark.parametrize("ask", ["open", "same"])
    def test_a_key_that_is_gone_is_told(self, limit, ask):
        """An error names the key: nothing is taken for different because it cannot be read."""
        store = MemoryStore()
        text = Payloads(codecs=(OLD,), store=store, limit=limit).seal(TEXT)
        without = Payloads(codecs=(OTHER,), store=store, limit=limit)

        with pytest.raises(PayloadKeyError, match=r"'k1'.*'k3'"):
            without.open(text) if ask == "open" else without.same(TEXT, text)

    @pytest.mark.parametrize("limit", [1, 32_768])
    @pytest.mark.parametrize("ask", ["open", "same"])
    def test_encrypted_text_needs_the_codec(self, limit, ask):
        """Who has no codec for it is told so, and not that it is different."""
        store = MemoryStore()
        text = Payloads(codecs=(OLD,), store=store, limit=limit).seal(TEXT)
        without = Payloads(store=store, codecs=(Compress(),))

        with pytest.raises(PayloadDecodeError, match="codecs="):
            without.open(text) if ask == "open" else without.same(TEXT, text)

    def test_the_digest_tells_nobody_without_the_key(self):
        """The same text under two keys has two digests, neither of them the plain one."""
        store = MemoryStore()
        _, plain = stored(store=store)
        _, old = stored(OLD, store=store)
        _, new = stored(NEW, store=store)

        assert len({str(content(text)["plain"]) for text in (plain, old, new)}) == 3


class TestTampering:
    @pytest.mark.parametrize("codecs", [(Compress(threshold=1),), (OLD,), (Compress(), OLD)])
    @given(at=st.integers(0, 10_000), put=st.sampled_from('0aZ/+="\\]{é'))
    def test_no_change_breaks_the_reader(self, codecs, at, put):
        """One character changed anywhere is a typed error, or nothing that codecs vouch for."""
        payloads = Payloads(codecs=codecs)
        text = payloads.seal(TEXT)
        at %= len(text)

        other = text[:at] + put + text[at + 1 :]
        try:
            opened = payloads.open(other)
        except PayloadError:
            return
        assert opened == TEXT or not other.startswith('{"$swf":["sealed",')

    @pytest.mark.parametrize(
        "text",
        [
            '{"$swf":["sealed",',
            '{"$swf":["sealed",1]}',
            '{"$swf":["sealed",1,[],{}]}',
            '{"$swf":["sealed",2,[],"eA=="]}',
            '{"$swf":["sealed",1,5,"eA=="]}',
            '{"$swf":["stored",1,[],"eA=="]}',
            '{"$swf":["stored",1,[],{"store":"s"}]}',
            '{"$swf":["stored",1,[],null]}',
            '{"$swf":["stored",1,[],{"key":"","plain":[],"sha256":"","size":1,"store":""}]}',
            '{"$swf":["stored",1,[],{"key":"","plain":[""],"sha256":"","size":"","store":""}]}',
            '{"$swf":["sealed",1,["nonesuch"],"eA=="]}',
        ],
    )
    def test_an_envelope_that_is_none_is_told(self, text):
        """What begins as an envelope and is no whole one is a typed error."""
        with pytest.raises(PayloadDecodeError):
            Payloads(store=MemoryStore()).open(text)

    @pytest.mark.parametrize("spelled", ["e", "/w=="])
    def test_what_cannot_have_been_sealed_is_told(self, spelled):
        """Damaged base64, and bytes that are no text, are told as tampering."""
        with pytest.raises(PayloadTamperedError):
            Payloads().open(f'{{"$swf":["sealed",1,[],"{spelled}"]}}')


@pytest.mark.parametrize("codecs", [(), (OLD,)])
def test_no_sender_says_how_often_a_codec_is_applied(codecs):
    """What was compressed twice would cost its reader as much each time, and so would more."""
    data, others = b'"x"', [codec.name for codec in codecs]
    for codec in (*codecs, Compress(), Compress()):
        data = zlib.compress(data) if codec.name == "zlib" else codec.encode(data)
    names = [*others, "zlib", "zlib"]
    text = json.dumps({"$swf": ["sealed", 1, names, b64encode(data).decode()]})

    with pytest.raises(PayloadDecodeError, match="sealed twice by one codec"):
        Payloads(codecs=(Compress(), *codecs)).load(text.replace(" ", ""))
