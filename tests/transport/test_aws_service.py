"""Clients of other services."""

from __future__ import annotations

import swf
from swf.transport.aws_service import service_client


def test_the_settings_make_the_client():
    """Region and keys are those of the settings; the endpoint of SWF is not the service's."""
    swf.settings.set(
        aws_access_key_id="a",
        aws_secret_access_key="b",
        region="eu-west-3",
        endpoint_url="http://127.0.0.1:1",
    )

    s3 = service_client("s3")

    assert s3.meta.region_name == "eu-west-3"
    assert "127.0.0.1" not in s3.meta.endpoint_url
    assert s3._request_signer._credentials.access_key == "a"
    assert service_client("s3") is s3


def test_new_settings_make_a_new_client():
    """A client is kept for as long as the settings are, and an argument goes before them."""
    swf.settings.set(aws_access_key_id="a", aws_secret_access_key="b", region="eu-west-3")
    first = service_client("s3")
    swf.settings.set(aws_access_key_id="c", aws_secret_access_key="d", region="eu-west-3")

    again = service_client("s3", region="eu-west-1", endpoint_url="http://127.0.0.1:1")

    assert again is not first
    assert (again.meta.region_name, again.meta.endpoint_url) == ("eu-west-1", "http://127.0.0.1:1")
