"""What tests of workflows need: an SWF of their own, a clock, and stubs.

The clock is moved by the test, or skips the time in which nothing happens. `flow` is a stage on
which workflows run, in the thread of the test.

`swf.testing.plugin` has it as pytest fixtures.
"""

from __future__ import annotations

from swf.clock import ManualClock
from swf.testing.boto import attach
from swf.testing.embedded import connected, embedded
from swf.testing.idle import run_until_idle
from swf.testing.replaying import Decided, Replayed, Replayer
from swf.testing.stage import Stage, event_names, flow
from swf.testing.stubs import NotStubbedError, Stub, StubbedCall
from swf.virtual_clock import VirtualClock

__all__ = [
    "Decided",
    "ManualClock",
    "NotStubbedError",
    "Replayed",
    "Replayer",
    "Stage",
    "Stub",
    "StubbedCall",
    "VirtualClock",
    "attach",
    "connected",
    "embedded",
    "event_names",
    "flow",
    "run_until_idle",
]
