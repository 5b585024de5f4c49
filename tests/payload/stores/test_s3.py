"""What is particular to S3."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from moto_served import s3_with

import swf
from swf.exceptions import NotPicklableError, PayloadStoreError
from swf.payload import S3Store


@pytest.fixture
def s3() -> Iterator[Any]:
    """A client of an S3 with one bucket."""
    with s3_with("bucket") as client:
        yield client


def test_a_client_of_the_callers_is_used(s3):
    """What the caller made reaches the bucket; it cannot go to another process."""
    store = S3Store("bucket", "p/", client=s3)

    key = store.put(b"data")

    assert s3.get_object(Bucket="bucket", Key=f"p/{key}")["Body"].read() == b"data"
    with pytest.raises(NotPicklableError, match="client="):
        pickle.dumps(store)


def test_other_objects_are_left_alone(s3):
    """Only what has the form of a key is listed, and so collected."""
    s3.put_object(Bucket="bucket", Key="listed/readme", Body=b"x")
    store = S3Store("bucket", "listed/", client=s3)

    assert list(store.keys()) == []


def test_what_vanishes_meanwhile_is_not_told(s3):
    """A payload that another collector took first is not among what was deleted."""
    assert S3Store("bucket", client=s3)._delete_older("0" * 64, datetime.now(UTC)) is False


def test_a_bucket_that_is_not_there_is_told(s3):
    """An answer of S3's other than that the object is missing is the store's error."""
    store = S3Store("nowhere", client=s3)

    with pytest.raises(PayloadStoreError, match="nowhere"):
        store.get("0" * 64, 1)
    with pytest.raises(PayloadStoreError, match="nowhere"):
        list(store.keys())


def test_an_object_that_cannot_be_asked_about_is_not_deleted():
    """A collection stops where S3 does not answer."""
    swf.settings.set(aws_access_key_id="a", aws_secret_access_key="b", region="us-east-1")
    store = S3Store("bucket", endpoint_url="http://127.0.0.1:1")

    with pytest.raises(Exception, match=r"127\.0\.0\.1"):
        store._delete_older("0" * 64, datetime.now(UTC))
