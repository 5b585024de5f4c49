"""What tests of workflows need: an SWF of their own, and a clock.

The clock is moved by the test, or skips the time in which nothing happens.

`swf.testing.plugin` has it as pytest fixtures.
"""

from __future__ import annotations

from swf.clock import ManualClock
from swf.testing.boto import attach
from swf.testing.embedded import connected, embedded
from swf.testing.idle import run_until_idle
from swf.virtual_clock import VirtualClock

__all__ = ["ManualClock", "VirtualClock", "attach", "connected", "embedded", "run_until_idle"]
