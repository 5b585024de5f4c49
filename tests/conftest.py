"""What every test starts from: no settings of the machine, and an SWF to talk to.

`swf_engine`, `swf_clock` and `swf_connection` are those of `swf.testing.plugin`.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from embedded import server_process
from overheard import Overheard
from shops import Shop

import swf
from swf.engine import Engine, close_all
from swf.testing import connected

pytest_plugins = ["swf.testing.plugin"]

# How long an example takes is the machine's matter: what a property says holds on a busy one too.
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unhurried")

# A shell that runs the tests in the background has them, and all that they start, ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """Have what a test printed reach the process that tells of it, also where it is no Unicode."""
    return _sendable((yield))


def _sendable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_sendable(key): _sendable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_sendable, value))
    return value


@pytest.fixture(autouse=True)
def told_as_before() -> Iterator[None]:
    """Have commands that a test runs in this process tell no more once it is over.

    What is logged is kept until a test ends, and with it the actors that it names.
    """
    logger = logging.getLogger("swf")
    level, handlers = logger.level, list(logger.handlers)
    yield
    logger.setLevel(level)
    for handler in set(logger.handlers) - set(handlers):
        logger.removeHandler(handler)


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Keep credentials, regions, endpoints and files of the machine away from the tests.

    What a test opened by the settings or `swf.connect` is closed.
    """
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
    close_all()


@pytest.fixture
def connection(swf_engine: Engine) -> Overheard:
    """A connection to the test's SWF, which holds nothing; calls are overheard."""
    return Overheard(connected(swf_engine))


@pytest.fixture
def shop(swf_engine: Engine) -> Shop:
    """A shop on the test's SWF."""
    return Shop(swf_engine)


@pytest.fixture
def swf_url() -> Iterator[str]:
    """The endpoint of an SWF that holds nothing, served by a process of its own.

    It holds no poll: one that finds no task is answered at once.
    """
    given = ("--db", "memory://", "--port", "0", "--poll-seconds", "0")
    with server_process(*given) as server:
        yield server.url


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder: an empty one; modules imported from it are forgotten."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(sys, "path", list(sys.path))
    known = set(sys.modules)
    yield here
    for name in set(sys.modules) - known:
        if str(here) in str(getattr(sys.modules[name], "__file__", None)):
            del sys.modules[name]
