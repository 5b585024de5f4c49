"""What tests of graphs start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from graph_site import Site

from swf.clock import ManualClock
from swf.engine import Engine


@pytest.fixture
def site(swf_engine: Engine, swf_clock: ManualClock) -> Iterator[Site]:
    """Where graphs run; what was run there is replayed in the end."""
    made = Site(swf_engine, swf_clock)
    yield made
    made.close()
