"""Encryption: text that neither SWF nor a store can read."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar, Final

import attrs

from swf.exceptions import (
    PayloadError,
    PayloadKeyError,
    PayloadTamperedError,
    ValidationError,
)
from swf.payload.codec import Codec

KEY_BYTES: Final = (16, 24, 32)
"""How long a key may be: AES-128, AES-192 or AES-256."""

_NONCE_BYTES: Final = 12
_LONGEST_ID_BYTES: Final = 255
_PURPOSE: Final = b"swf payload 1 "
"""What is authenticated beside the text: this, and the id of the key."""
_DIGEST: Final = b"swf payload digest 1"
"""What the key of the digests is derived by: a key has one use."""


@attrs.frozen
class KeyRing:
    """The keys by their ids: `current` encrypts, any of them decrypts.

    To rotate: hand out a ring with the new key in it, then one in which that is current; take the
    old one out when no history refers to it any more. Raises ValidationError for a current key that
    is not there, and for what cannot be a key.
    """

    current: str
    keys: Mapping[str, bytes] = attrs.field(repr=False, hash=False)

    def __attrs_post_init__(self) -> None:
        if self.current not in self.keys:
            raise ValidationError(
                f"KeyRing: current: {self.current!r} is none of the keys {sorted(self.keys)!r}"
            )
        for key_id, key in self.keys.items():
            if not 0 < len(key_id.encode()) <= _LONGEST_ID_BYTES:
                raise ValidationError(f"KeyRing: keys: {key_id!r} is too long or too short an id")
            if not isinstance(key, bytes) or len(key) not in KEY_BYTES:
                raise ValidationError(
                    f"KeyRing: keys: {key_id!r} must be 16, 24 or 32 random bytes, as from "
                    f"os.urandom(32)"
                )

    def key(self, key_id: str) -> bytes:
        """Return a key; raises PayloadKeyError where it is not in the ring."""
        try:
            return self.keys[key_id]
        except KeyError:
            raise PayloadKeyError(
                f"the payload was encrypted with the key {key_id!r}, and the key ring has "
                f"{sorted(self.keys)!r}: add it to the ring"
            ) from None


@attrs.frozen
class Encrypt(Codec):
    """Encrypts by AES-GCM with the current key of a ring; extra `crypto`.

    The id of the key travels beside the text and is authenticated with it. What was not encrypted
    is still read: text from elsewhere, and from before.
    """

    name: ClassVar[str] = "aes-gcm"
    hides: ClassVar[bool] = True

    ring: KeyRing

    def encode(self, data: bytes) -> bytes:
        """Return the data encrypted, with the id of the key before it."""
        key_id, nonce = self.ring.current.encode(), os.urandom(_NONCE_BYTES)
        sealed: bytes = self._cipher(self.ring.current).encrypt(nonce, data, _PURPOSE + key_id)
        return bytes([len(key_id)]) + key_id + nonce + sealed

    def decode(self, data: bytes) -> bytes:
        """Return what was encrypted.

        Raises PayloadKeyError for a key that is not in the ring, PayloadTamperedError where the
        text or the id of its key is not what was encrypted.
        """
        end = 1 + (data[0] if data else 0)
        key_id, nonce, sealed = data[1:end], data[end : end + _NONCE_BYTES], data[end:]
        sealed = sealed[_NONCE_BYTES:]
        cipher = self._cipher(key_id.decode(errors="replace"))
        try:
            plain: bytes = cipher.decrypt(nonce, sealed, _PURPOSE + key_id)
        except Exception as error:  # of cryptography's, which is not imported here
            raise PayloadTamperedError(
                f"an encrypted payload (key {key_id.decode(errors='replace')!r}) is not what was "
                f"encrypted, or was with another key of that id"
            ) from error
        return plain

    def digest(self, data: bytes, key_id: str | None = None) -> tuple[str, str]:
        """Return a key's id, the current one's by default, and the HMAC-SHA256 with that key.

        Raises PayloadKeyError for a key that is not in the ring.
        """
        key_id = self.ring.current if key_id is None else key_id
        key = hmac.digest(self.ring.key(key_id), _DIGEST, hashlib.sha256)
        return key_id, hmac.digest(key, data, hashlib.sha256).hex()

    def _cipher(self, key_id: str) -> Any:
        key = self.ring.key(key_id)
        try:
            aead = import_module("cryptography.hazmat.primitives.ciphers.aead")
        except ImportError as error:
            raise PayloadError("Encrypt needs cryptography: pip install 'swf[crypto]'") from error
        return aead.AESGCM(key)
