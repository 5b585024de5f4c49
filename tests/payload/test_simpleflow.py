"""What simpleflow has left in S3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from moto_served import s3_with

import swf
from swf.exceptions import (
    PayloadDecodeError,
    PayloadMissingError,
    PayloadStoreError,
    PayloadTamperedError,
    PayloadTooLargeError,
)
from swf.payload import Payloads, SimpleflowJumboReader

TEXT = '{"args":["é"],"kwargs":{}}'


@pytest.fixture
def s3() -> Iterator[Any]:
    """An S3 in which simpleflow has put something."""
    with s3_with("jumbo") as client:
        client.put_object(Bucket="jumbo", Key="dir/1", Body=TEXT.encode())
        yield client


def payloads(s3: Any, **options: Any) -> Payloads:
    return Payloads(codecs=(SimpleflowJumboReader("jumbo", client=s3, **options),))


def test_it_is_read_where_a_reader_is_given(s3):
    """With a reader of its bucket a reference stands for what lies there."""
    text = f"simpleflow+s3://jumbo/dir/1 {len(TEXT)}"

    opened = payloads(s3).open(text)

    assert opened == TEXT
    assert Payloads().open(text) == text
    with pytest.raises(PayloadDecodeError):
        Payloads().load(text)


def test_the_settings_make_the_client(s3):
    """Without a client of the caller's, credentials are those of the settings."""
    swf.settings.set(aws_access_key_id="a", aws_secret_access_key="b", region="us-east-1")
    reader = SimpleflowJumboReader(["jumbo", "b"], endpoint_url=s3.meta.endpoint_url)

    assert reader.read(f"simpleflow+s3://jumbo/dir/1 {len(TEXT)}") == TEXT


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("simpleflow+s3://other/dir/1 26", PayloadStoreError),
        ("simpleflow+s3://jumbo/dir/2 26", PayloadMissingError),
        ("simpleflow+s3://jumbo/dir/1 25", PayloadTamperedError),
        ("simpleflow+s3://jumbo/dir/1 1", PayloadTamperedError),
        ("simpleflow+s3://jumbo/dir/1 101", PayloadTooLargeError),
    ],
)
def test_what_cannot_be_had_is_told(s3, text, error):
    """Another bucket, a missing object, another length and too much of it each have their error."""
    with pytest.raises(error):
        payloads(s3, max_bytes=100).open(text)


def test_an_s3_that_is_down_is_told(s3):
    """Whatever S3 answers is a typed error with its cause."""
    reader = SimpleflowJumboReader("nowhere", client=s3)

    with pytest.raises(PayloadStoreError, match="nowhere") as caught:
        reader.read("simpleflow+s3://nowhere/x 1")
    assert caught.value.__cause__ is not None


def test_nothing_is_written_so(s3):
    """The reader leaves what is sent as it is, and opens no envelope."""
    assert payloads(s3).seal("x") == "x"
    with pytest.raises(PayloadDecodeError):
        payloads(s3).open('{"$swf":["sealed",1,["simpleflow"],"eA=="]}')


@pytest.mark.parametrize("text", ["simpleflow+s3://jumbo/a", "xsimpleflow+s3://jumbo/a 1", "a"])
def test_other_text_is_itself(s3, text):
    """What is no whole reference is text like any other."""
    assert payloads(s3).open(text) == text
