"""What tests of the command line start from."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from cli_scene import BEGUN, DOMAIN, Scene

from swf.clock import ManualClock
from swf.testing import embedded


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """What a command does to the logger is undone."""
    logger = logging.getLogger("swf")
    level, handlers = logger.level, list(logger.handlers)
    yield
    logger.setLevel(level)
    logger.handlers[:] = handlers


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """The SWF that commands are about: its domain is in effect, its clock stands still."""
    clock = ManualClock(BEGUN)
    with embedded(clock=clock) as engine:
        monkeypatch.setenv("SWF_ENDPOINT_URL", engine.url)
        monkeypatch.setenv("SWF_DOMAIN", DOMAIN)
        yield Scene(engine, clock)
