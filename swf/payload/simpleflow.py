"""Texts that simpleflow has put into S3."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar, Final

import attrs

from swf.exceptions import (
    PayloadDecodeError,
    PayloadMissingError,
    PayloadStoreError,
    PayloadTamperedError,
    PayloadTooLargeError,
)
from swf.payload.codec import Codec
from swf.payload.stores.base import MAX_STORED_BYTES
from swf.payload.stores.s3 import read_object, s3_client


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset((names,) if isinstance(names, str) else names)


@attrs.frozen
class SimpleflowJumboReader(Codec):
    """Reads what simpleflow left in these buckets where a text is `simpleflow+s3://…`.

    Nothing is written so, and no other bucket is read. Credentials and region are those of the
    settings; `region`, `endpoint_url` (another S3) or a boto3 `client` go before them.
    """

    name: ClassVar[str] = "simpleflow"

    buckets: frozenset[str] = attrs.field(converter=_names)
    region: str | None = attrs.field(default=None, kw_only=True)
    endpoint_url: str | None = attrs.field(default=None, kw_only=True)
    max_bytes: int = attrs.field(default=MAX_STORED_BYTES, kw_only=True)
    client: Any = attrs.field(default=None, kw_only=True, eq=False, repr=False)

    def encode(self, data: bytes) -> None:
        """Leave every text as it is."""

    def decode(self, data: bytes) -> bytes:  # noqa: ARG002
        """Raise PayloadDecodeError: nothing was ever sealed by this."""
        raise PayloadDecodeError(f"no payload is sealed by the codec {self.name!r}")

    def read(self, text: str) -> str | None:
        """Return the text that lies in S3; None where the text refers to none.

        Raises PayloadStoreError for a bucket that this may not read, and for an S3 that cannot be
        reached; PayloadMissingError, PayloadTooLargeError; PayloadTamperedError where the length
        differs.
        """
        told = _REFERENCE.fullmatch(text)
        if told is None:
            return None
        bucket, key, size = told["bucket"], told["key"], int(told["size"])
        if bucket not in self.buckets:
            raise PayloadStoreError(
                f"{text!r} is in a bucket that SimpleflowJumboReader may not read: it has "
                f"{sorted(self.buckets)!r}"
            )
        if size > self.max_bytes:
            raise PayloadTooLargeError(
                f"{text!r} is longer than the {self.max_bytes} bytes that SimpleflowJumboReader "
                f"reads: raise its max_bytes="
            )
        return self._fetched(bucket, key, size)

    def _fetched(self, bucket: str, key: str, size: int) -> str:
        try:
            data = read_object(self._s3, bucket, key, size * _LONGEST_CHARACTER + 1)
        except Exception as error:
            raise PayloadStoreError(
                f"S3 bucket {bucket!r} cannot be read: {type(error).__name__}: {error}"
            ) from error
        if data is None:
            raise PayloadMissingError(f"S3 bucket {bucket!r} has nothing under {key!r}")
        text = data.decode(errors="replace")
        if len(text) != size:
            raise PayloadTamperedError(
                f"what lies in S3 bucket {bucket!r} under {key!r} has not the {size} characters "
                f"that were put there"
            )
        return text

    @property
    def _s3(self) -> Any:
        return s3_client(self.client, self.region, self.endpoint_url)


_REFERENCE: Final = re.compile(
    r"simpleflow\+s3://(?P<bucket>[^/\s]{1,255})/(?P<key>\S{1,1024}) (?P<size>[0-9]{1,12})"
)
_LONGEST_CHARACTER: Final = 4
"""Bytes of a character in UTF-8, at most."""
