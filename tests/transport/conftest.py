"""SWF as the transport to AWS reaches it: over HTTP, in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import swf
from swf.transport import Transport


@pytest.fixture
def connection(swf_url: str) -> Iterator[Transport]:
    """A connection to a server that holds nothing."""
    opened = swf.connect(swf_url)
    yield opened
    opened.close()
