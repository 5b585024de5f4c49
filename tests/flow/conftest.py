"""What tests of workflows start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flow_harness import Stage
from flow_workers import Shop

from swf.clock import ManualClock
from swf.engine import Engine


@pytest.fixture
def stage(swf_engine: Engine, swf_clock: ManualClock) -> Iterator[Stage]:
    """A stage for workflows; what was run there is replayed in the end."""
    made = Stage(swf_engine, swf_clock)
    yield made
    made.close()


@pytest.fixture
def shop(stage: Stage) -> Shop:
    """A stage on which a Worker does the work."""
    return Shop(stage)
