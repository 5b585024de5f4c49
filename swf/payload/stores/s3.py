"""A store in S3."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

import attrs

from swf.exceptions import NotPicklableError
from swf.payload.stores.base import ContentStore, is_key
from swf.transport.aws_service import service_client


@attrs.frozen
class S3Store(ContentStore):
    """Keeps payloads in a bucket, under keys that begin with `prefix`.

    Credentials and region are those of the settings; `region`, `endpoint_url` (another S3) or a
    boto3 `client` go before them. An object's age is the time since S3 last modified it.
    """

    name: ClassVar[str] = "s3"

    bucket: str
    prefix: str = "swf-payloads/"
    region: str | None = attrs.field(default=None, kw_only=True)
    endpoint_url: str | None = attrs.field(default=None, kw_only=True)
    client: Any = attrs.field(default=None, kw_only=True, eq=False, repr=False)

    def __reduce__(self) -> Any:
        if self.client is not None:
            raise NotPicklableError(
                "an S3Store made with client= belongs to this process: give it region= and "
                "endpoint_url= instead"
            )
        fields = (self.bucket, self.prefix, self.region, self.endpoint_url)
        return (_again, (type(self), *fields, self.max_bytes, self.clock))

    def _write(self, key: str, data: bytes) -> None:
        self._s3.put_object(Bucket=self.bucket, Key=self.prefix + key, Body=data)

    def _read(self, key: str, most: int) -> bytes | None:
        return read_object(self._s3, self.bucket, self.prefix + key, most)

    def _keys(self) -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket, Prefix=self.prefix):
            for one in page.get("Contents", ()):
                name: str = one["Key"].removeprefix(self.prefix)
                if is_key(name):
                    yield name

    def _delete(self, key: str) -> None:
        self._s3.delete_object(Bucket=self.bucket, Key=self.prefix + key)

    def _delete_older(self, key: str, moment: datetime) -> bool:
        # Asked right before, since the list may be as old as the collection has taken so far.
        try:
            head = self._s3.head_object(Bucket=self.bucket, Key=self.prefix + key)
        except Exception as error:
            if is_missing(error):
                return False
            raise
        if head["LastModified"] >= moment:
            return False
        self._delete(key)
        return True

    @property
    def _s3(self) -> Any:
        return s3_client(self.client, self.region, self.endpoint_url)


def _again(
    cls: type[S3Store],
    bucket: str,
    prefix: str,
    region: str | None,
    endpoint_url: str | None,
    max_bytes: int,
    clock: Any,
) -> S3Store:
    return cls(
        bucket, prefix, region=region, endpoint_url=endpoint_url, max_bytes=max_bytes, clock=clock
    )


def s3_client(given: Any, region: str | None, endpoint_url: str | None) -> Any:
    """Return the client given; without one, that which the settings lead to."""
    if given is not None:
        return given
    return service_client("s3", region=region, endpoint_url=endpoint_url)


def read_object(s3: Any, bucket: str, key: str, most: int) -> bytes | None:
    """Return an object of S3's, its first `most` bytes; None where there is none."""
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"]
    except Exception as error:
        if is_missing(error):
            return None
        raise
    with body:
        read: bytes = body.read(most)
        return read


def is_missing(error: Exception) -> bool:
    """Tell whether this is S3's answer that an object is not there."""
    response: Any = getattr(error, "response", None) or {}
    return response.get("Error", {}).get("Code") in {"NoSuchKey", "404"}
