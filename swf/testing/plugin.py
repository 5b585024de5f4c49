"""Fixtures for pytest: `pytest_plugins = ["swf.testing.plugin"]` in the topmost conftest.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from swf import settings
from swf.clock import ManualClock
from swf.engine import Engine
from swf.testing.embedded import connected, embedded
from swf.transport import Transport


@pytest.fixture
def swf_clock() -> ManualClock:
    """A clock that stands still until the test moves it: `swf_clock.advance(seconds)`."""
    return ManualClock()


@pytest.fixture
def swf_engine(swf_clock: ManualClock) -> Iterator[Engine]:
    """An SWF in memory that holds nothing, on the test's clock; no poll of it waits."""
    with embedded(clock=swf_clock) as engine:
        yield engine


@pytest.fixture
def swf_connection(swf_engine: Engine) -> Transport:
    """A connection to the test's SWF, for `connection=`."""
    return connected(swf_engine)


@pytest.fixture
def swf_default(swf_engine: Engine) -> Iterator[Engine]:
    """The test's SWF, which all that was given no connection talks to during the test."""
    with settings.override(endpoint_url=swf_engine.url):
        yield swf_engine
