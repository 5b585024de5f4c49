"""Servers that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from embedded import ServerProcess, client_of, server_process

SHORT_POLL_SECONDS = 0.2


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server on a file, in a process of its own, whose empty polls are held for a moment."""
    database = tmp_path_factory.mktemp("served") / "swf.db"
    poll = ("--poll-seconds", str(SHORT_POLL_SECONDS))
    with server_process("--db", str(database), "--port", "0", *poll) as running:
        yield running


@pytest.fixture
def client(server: ServerProcess) -> Iterator[Any]:
    """A boto3 client of the shared server."""
    made = client_of(server.url)
    yield made
    made.close()
