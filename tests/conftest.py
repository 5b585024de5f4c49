"""What every test starts from: no settings of the machine, and a service to talk to."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import swf
from swf.transport import Transport

START_SECONDS = 60


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Keep credentials, regions, endpoints and files of the machine away from the tests."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "SWF_")) or name == "region":
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    swf.settings.clear()
    yield
    swf.settings.clear()


def free_port() -> int:
    """Return a loop-back port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ask(port: int, method: str, path: str) -> int:
    """Return the status that the server on a loop-back port answers with."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def wait_until_up(server: subprocess.Popen[bytes], port: int) -> None:
    """Return once the server answers; fail if it ends before, or does not within START_SECONDS."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, f"the server ended with status {server.returncode}"
        try:
            ask(port, "GET", "/moto-api/data.json")
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the server did not answer within {START_SECONDS} s")


@pytest.fixture(scope="session")
def moto_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a moto server, a process of its own that ends with the test session."""
    port = free_port()
    log = tmp_path_factory.mktemp("moto") / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_up(server, port)
            yield port
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


@pytest.fixture
def moto_url(moto_port: int) -> str:
    """The endpoint of a moto server that holds nothing."""
    assert ask(moto_port, "POST", "/moto-api/reset") == 200
    return f"http://127.0.0.1:{moto_port}"


@pytest.fixture
def connection(moto_url: str) -> Iterator[Transport]:
    """A connection to a moto server that holds nothing."""
    opened = swf.connect(moto_url)
    yield opened
    opened.close()
