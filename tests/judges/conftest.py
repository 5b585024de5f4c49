"""A server on a file, in a process of its own, that all judges of a session share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from embedded import ServerProcess, client_of, server_process

SHORT_POLL_SECONDS = 0.5


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """The server; it holds an empty poll for half a second, so that nobody waits long to stop."""
    database = tmp_path_factory.mktemp("judged") / "swf.db"
    poll = ("--poll-seconds", str(SHORT_POLL_SECONDS))
    with server_process("--db", str(database), "--port", "0", *poll) as running:
        yield running


@pytest.fixture(scope="session")
def client(server: ServerProcess) -> Iterator[Any]:
    """A boto3 client of that server, to see what the judges have done."""
    made = client_of(server.url)
    yield made
    made.close()
