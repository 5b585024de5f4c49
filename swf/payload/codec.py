"""Codecs: plain text into what is sent instead of it, and back."""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from typing import ClassVar, Final

import attrs

from swf.exceptions import PayloadTamperedError, PayloadTooLargeError

MAX_PLAIN_BYTES: Final = 64 * 1024 * 1024
"""The longest text that is made of a compressed one, unless a codec is told otherwise."""


class Codec(ABC):
    """Turns the bytes of a text into others, and back; picklable, and safe in any thread.

    `name` is what it is called on the wire: a payload is opened by the codecs of these names.
    """

    name: ClassVar[str]
    hides: ClassVar[bool] = False
    """Whether the text is a secret, which nothing beside it may tell either."""

    @abstractmethod
    def encode(self, data: bytes) -> bytes | None:
        """Return what travels instead; None to let it travel as it is."""

    @abstractmethod
    def decode(self, data: bytes) -> bytes:
        """Return what `encode` was given; raises PayloadTamperedError where it cannot be."""

    def digest(
        self,
        data: bytes,  # noqa: ARG002  (for those that hide something)
        key_id: str | None = None,  # noqa: ARG002
    ) -> tuple[str, str] | None:
        """Return a key's id and the digest of the text with that key; the current one by default.

        None where the codec hides nothing: the plain digest is then no secret either.
        """
        return None

    def read(self, text: str) -> str | None:  # noqa: ARG002  (for those that read something)
        """Return the plain text of a text that was written elsewhere; None where it is no such."""
        return None


@attrs.frozen
class Compress(Codec):
    """Compresses by zlib what becomes shorter by it; texts under `threshold` bytes are left.

    What would become longer than `max_bytes` again is refused with PayloadTooLargeError.
    """

    name: ClassVar[str] = "zlib"

    threshold: int = 512
    level: int = 6
    max_bytes: int = attrs.field(default=MAX_PLAIN_BYTES, kw_only=True)

    def encode(self, data: bytes) -> bytes | None:
        """Return the data compressed; None where that would not make the text shorter."""
        if len(data) < self.threshold:
            return None
        packed = zlib.compress(data, self.level)
        characters = len(data.decode(errors="replace"))  # SWF counts these
        return packed if len(packed) * 4 // 3 + _ENVELOPE < characters else None

    def decode(self, data: bytes) -> bytes:
        """Return what was compressed.

        Raises PayloadTamperedError where it is damaged, PayloadTooLargeError where it is longer
        than `max_bytes`.
        """
        unpacking = zlib.decompressobj()
        try:
            plain = unpacking.decompress(data, self.max_bytes)
        except zlib.error as error:
            raise PayloadTamperedError(f"a compressed payload is damaged: {error}") from error
        if unpacking.unconsumed_tail:
            raise PayloadTooLargeError(
                f"a compressed payload has more than {self.max_bytes} bytes; Compress(max_bytes=) "
                f"lets it be longer"
            )
        if not unpacking.eof:
            raise PayloadTamperedError("a compressed payload ends before its end")
        return plain


_ENVELOPE: Final = 64
"""About the characters that stand around compressed text, which is in base64."""
