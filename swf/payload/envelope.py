"""Envelopes: what travels where a text was sealed by codecs, or lies in a store.

    {"$swf":["sealed",1,[codec, …],base64]}
    {"$swf":["stored",1,[codec, …],{"key":…,"plain":[…],"sha256":…,"size":…,"store":…}]}

The codecs are named in the order in which they were applied. A stored one has the size and the
SHA-256 of what lies in the store, and a digest of the plain text, by which a history can be
compared without fetching anything: SHA-256, or where the codecs hide the text, an HMAC and the id
of its key. A plain text that looks like an envelope is sealed by no codec, so none is mistaken.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any, Final

import attrs
from attrs.validators import deep_iterable, ge, instance_of, min_len

from swf.exceptions import (
    PayloadDecodeError,
    PayloadEncodeError,
    PayloadStoreError,
    PayloadTamperedError,
    PayloadTooLargeError,
)
from swf.payload.codec import Codec
from swf.payload.stores.base import Store
from swf.payload.tags import TAG

VERSION: Final = 1

_SEALED: Final = f'{{"{TAG}":["sealed",'
_STORED: Final = f'{{"{TAG}":["stored",'
PREFIXES: Final = (_SEALED, _STORED)
"""An envelope begins with one of these, and no plain text that is sent does."""


@attrs.frozen
class Seal:
    """What text is sealed with: the codecs in the order of sending, and where long text goes."""

    codecs: tuple[Codec, ...]
    store: Store | None
    limit: int

    def close(self, plain: str) -> str:
        """Return what travels instead of a plain text.

        Raises PayloadTooLargeError where that is too long and there is no store, PayloadStoreError
        where the store cannot take it, PayloadEncodeError for text that UTF-8 cannot say.
        """
        original = _bytes_of(plain)
        data, applied = original, list[Codec]()
        for codec in self.codecs:
            encoded = codec.encode(data)
            if encoded is not None:
                data = encoded
                applied.append(codec)
        text = plain if not applied and not plain.startswith(PREFIXES) else _sealed(applied, data)
        if len(text) <= self.limit:
            return text
        if self.store is None:
            raise PayloadTooLargeError(
                f"the payload has {len(text)} characters, {self.limit} may be sent: give Payloads "
                f"a store=, where longer ones go"
            )
        return _stored(self.store, applied, data, original)

    def open(self, text: str) -> str:
        """Return the plain text that an envelope stands for.

        Raises PayloadDecodeError for an envelope that this cannot open, PayloadTamperedError where
        it is not what was sealed, PayloadKeyError for a key that is not known, PayloadMissingError
        where the store does not have it, PayloadStoreError where it cannot be reached.
        """
        names, content = _parsed(text)
        codecs = [self._codec(name) for name in reversed(names)]
        if len(set(names)) < len(names):
            # Each may make a long text of a short one: a sender is not to say how often.
            raise PayloadDecodeError("the payload says that it was sealed twice by one codec")
        data = _base64(content) if isinstance(content, str) else self._fetched(content)
        for codec in codecs:
            data = codec.decode(data)
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise PayloadTamperedError(f"what was sealed is no text: {error}") from error

    def same(self, plain: str, text: str) -> bool:
        """Tell whether an envelope is of this plain text; nothing is fetched.

        Raises as `open` where that cannot be told.
        """
        _, content = _parsed(text)
        if isinstance(content, str):
            return self.open(text) == plain
        told, data = content.plain, _bytes_of(plain)
        if len(told) == 1:
            return hmac.compare_digest(told[0], hashlib.sha256(data).hexdigest())
        for codec in self.codecs:
            keyed = codec.digest(data, told[0])
            if keyed is not None:
                return hmac.compare_digest(told[1], keyed[1])
        raise PayloadDecodeError(
            f"the payload was encrypted (key {told[0]!r}): give Payloads the codecs= that it was "
            f"sealed with"
        )

    def _codec(self, name: str) -> Codec:
        for codec in self.codecs:
            if codec.name == name:
                return codec
        raise PayloadDecodeError(
            f"the payload was sealed by the codec {name!r}, and codecs= has none of that name"
        )

    def _fetched(self, reference: _Reference) -> bytes:
        if self.store is None or self.store.name != reference.store:
            here = "no store" if self.store is None else f"the store {self.store.name!r}"
            raise PayloadStoreError(
                f"the payload lies in a store {reference.store!r} under {reference.key!r}, and "
                f"there is {here} here: give Payloads the store= it was sent with"
            )
        data = self.store.get(reference.key, reference.size)
        if len(data) != reference.size or hashlib.sha256(data).hexdigest() != reference.sha256:
            raise PayloadTamperedError(
                f"what lies in the store {reference.store!r} under {reference.key!r} is not what "
                f"was put there: its size or SHA-256 differs"
            )
        return data


@attrs.frozen
class _Reference:
    """Where a payload lies, and what it is known by."""

    store: str = attrs.field(validator=instance_of(str))
    key: str = attrs.field(validator=instance_of(str))
    size: int = attrs.field(validator=[instance_of(int), ge(0)])
    sha256: str = attrs.field(validator=instance_of(str))
    plain: Sequence[str] = attrs.field(validator=deep_iterable(instance_of(str), min_len(1)))
    """The SHA-256 of the plain text, or a key's id and the HMAC."""


def _sealed(applied: Sequence[Codec], data: bytes) -> str:
    names = [codec.name for codec in applied]
    return _written("sealed", names, b64encode(data).decode())


def _stored(store: Store, applied: Sequence[Codec], data: bytes, original: bytes) -> str:
    # Whatever may fail comes first: what is in the store is referred to.
    keyed = (codec.digest(original) for codec in applied)
    unkeyed = (hashlib.sha256(original).hexdigest(),)
    plain: Sequence[str] = next(filter(None, keyed), unkeyed)
    reference = _Reference(
        store=store.name,
        key=store.put(data),
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        plain=plain,
    )
    return _written("stored", [codec.name for codec in applied], attrs.asdict(reference))


def _written(kind: str, names: list[str], content: Any) -> str:
    envelope = {TAG: [kind, VERSION, names, content]}
    return json.dumps(envelope, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def _parsed(text: str) -> tuple[list[str], str | _Reference]:
    """Return the codecs of an envelope, and its content or where that lies."""
    try:
        told: Any = json.loads(text)[TAG]
        match told:
            case ["sealed", 1, [*names], str(data)]:
                return names, data
            case ["stored", 1, [*names], dict(members)]:
                return names, _Reference(**members)
            case _:
                raise PayloadDecodeError(
                    f"the payload's envelope is none of version {VERSION}: it is damaged, or a "
                    f"later version of this package wrote it"
                )
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        if isinstance(error, PayloadDecodeError):
            raise
        raise PayloadDecodeError(f"the payload's envelope cannot be read: {error}") from error


def _base64(spelled: str) -> bytes:
    try:
        return b64decode(spelled, validate=True)
    except ValueError as error:
        raise PayloadTamperedError(f"the payload's envelope is damaged: {error}") from error


def _bytes_of(plain: str) -> bytes:
    try:
        return plain.encode()
    except UnicodeEncodeError as error:
        raise PayloadEncodeError(
            f"the text has a lone surrogate at {error.start}, which SWF refuses: send bytes, or "
            f"replace it"
        ) from error
