"""Fixtures for pytest: `pytest_plugins = ["swf.testing.plugin"]` in the topmost conftest.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from swf import settings
from swf.clock import ManualClock
from swf.engine import Engine, Options
from swf.testing.embedded import connected, embedded
from swf.testing.stage import Stage, staged
from swf.testing.stage_clock import StageClock
from swf.transport import Transport
from swf.virtual_clock import VirtualClock


@pytest.fixture
def swf_clock(request: pytest.FixtureRequest) -> ManualClock:
    """A clock that stands still until the test moves it: `swf_clock.advance(seconds)`."""
    if "swf_flow" in request.fixturenames:
        return StageClock()
    return VirtualClock() if "swf_virtual_clock" in request.fixturenames else ManualClock()


@pytest.fixture
def swf_virtual_clock(swf_clock: ManualClock) -> VirtualClock:
    """The test's clock, of the kind that skips idle time: `with swf_virtual_clock.skipping():`.

    A test that asks for it has its whole SWF in virtual time; polls are held then.
    """
    if not isinstance(swf_clock, VirtualClock):
        pytest.fail(f"swf_virtual_clock: the fixture swf_clock was redefined as {swf_clock!r}")
    return swf_clock


@pytest.fixture
def swf_engine(swf_clock: ManualClock) -> Iterator[Engine]:
    """An SWF in memory that holds nothing, on the test's clock; a ManualClock's holds no poll."""
    options = Options(poll_seconds=0) if isinstance(swf_clock, StageClock) else None
    with embedded(clock=swf_clock, options=options) as engine:
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


@pytest.fixture
def swf_flow(swf_engine: Engine) -> Iterator[Stage]:
    """A stage for workflows, with stubs and skipped time: `swf_flow.run(W, …)`; see `flow`."""
    with staged(swf_engine) as stage:
        yield stage
