"""The embedded SWF as a server in a process of its own, for tests that speak HTTP with it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import boto3
from botocore.config import Config
from ended import ended

ROOT = Path(__file__).parent.parent
PATIENCE_SECONDS = 120
EXPORT = "export AWS_ENDPOINT_URL_SWF="


@attrs.define(eq=False)
class ServerProcess:
    """A running server: where it is, and its process."""

    url: str
    process: subprocess.Popen[str]

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Tell it to stop by a signal, and return its exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)


@contextmanager
def server_process(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[ServerProcess]:
    """Yield a server that takes requests, started with these arguments; it is gone afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "swf.server", *arguments],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout, ended(process):
        yield ServerProcess(_url(process), process)


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if select.select([process.stdout], [], [], 0.5)[0]:
            line = process.stdout.readline()
            assert line.startswith(EXPORT), f"the server said {line!r}, and {process.poll()}"
            return line.removeprefix(EXPORT).strip()
    raise AssertionError("the server did not say in time that it is up")


def client_of(url: str, *, region: str = "eu-west-1", retries: int = 1, **given: Any) -> Any:
    """Return a boto3 client that talks to a server and signs with keys of its own."""
    session = boto3.session.Session(
        aws_access_key_id=given.pop("access_key", "anybody"),
        aws_secret_access_key=given.pop("secret_key", "anything"),
        aws_session_token=given.pop("session_token", None),
        region_name=region,
    )
    config = Config(retries={"total_max_attempts": retries}, read_timeout=80, **given)
    return session.client("swf", endpoint_url=url, config=config)
