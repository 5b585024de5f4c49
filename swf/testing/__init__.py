"""What tests of workflows need: an SWF of their own, and a clock that they move.

`swf.testing.plugin` has it as pytest fixtures.
"""

from __future__ import annotations

from swf.clock import ManualClock
from swf.testing.boto import attach
from swf.testing.embedded import connected, embedded
from swf.testing.idle import run_until_idle

__all__ = ["ManualClock", "attach", "connected", "embedded", "run_until_idle"]
