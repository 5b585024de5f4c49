"""Fixtures for pytest: `pytest_plugins = ["swf.testing.plugin"]`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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
    """An SWF in memory that holds nothing, on the test's clock."""
    with embedded(clock=swf_clock) as engine:
        yield engine


@pytest.fixture
def swf_connection(swf_engine: Engine) -> Transport:
    """A connection to the test's SWF, for `connection=`."""
    return connected(swf_engine)
