"""moto in this process: an SWF and an S3 that somebody else has written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import ThreadedMotoServer


@contextmanager
def moto_served() -> Iterator[str]:
    """Yield the address of a server in this process."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def s3_with(bucket: str) -> Iterator[Any]:
    """Yield a client of an S3 with one bucket, which is empty."""
    with moto_served() as url:
        client = boto3.client(
            "s3",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="a",
            aws_secret_access_key="b",
        )
        client.create_bucket(Bucket=bucket)
        try:
            yield client
        finally:
            client.close()
