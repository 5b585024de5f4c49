"""A service for each test, held against the client's compiler; and moto for a second opinion."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from embedded_harness import Service
from ended import ended


@pytest.fixture
def services() -> Iterator[Callable[..., Service]]:
    """Make services; each is verified and closed at the end."""
    made: list[Service] = []

    def service(*args: Any, **kwargs: Any) -> Service:
        made.append(Service(*args, **kwargs))
        return made[-1]

    yield service
    for one in made:
        assert one.engine.functions.join(20), "a function has not returned"
        one.verify()
        one.close()


@pytest.fixture
def service(services: Callable[..., Service]) -> Service:
    """A service in memory."""
    return services()


@pytest.fixture(scope="session")
def moto_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a moto server, a process of its own that ends with the test session."""
    log = tmp_path_factory.mktemp("moto") / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        with ended(server):
            yield f"http://127.0.0.1:{_announced(server, log)}"


def _announced(server: subprocess.Popen[bytes], log: Path) -> int:
    """Return the port that a moto server tells once it listens."""
    for _ in range(600):
        assert server.poll() is None, log.read_text(errors="replace")
        told = re.search(r"http://127\.0\.0\.1:(\d+)", log.read_text(errors="replace"))
        if told:
            return int(told[1])
        _wait(server, 0.1)
    raise AssertionError("moto did not tell its port within a minute")


def _wait(server: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait for the end of a process, but no longer than so many seconds."""
    try:
        server.wait(seconds)
    except subprocess.TimeoutExpired:
        return


@pytest.fixture
def empty_moto(moto_process: str) -> Callable[[], str]:
    """Have a moto server forget all that it holds, and return its address."""

    def emptied() -> str:
        reset = f"{moto_process}/moto-api/reset"
        with urllib.request.urlopen(reset, data=b"", timeout=10) as answer:
            assert answer.status == 200
        return moto_process

    return emptied


@pytest.fixture
def moto_url(empty_moto: Callable[[], str]) -> str:
    """The endpoint of a moto server that holds nothing."""
    return empty_moto()
