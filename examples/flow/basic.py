"""Compute (x + 1) * 2 by three activities, in memory, on a file, or on any other SWF.

    python -m examples.flow.basic [URL]

`URL` is `memory://` (without one), `sqlite:///file.db`, or the address of a server, where workflow
and activities run in processes of their own. Prints `(1 + 1) * 2 = 4`.
"""

from __future__ import annotations

import sys
import time

import swf
from swf.flow import Local, Standalone, Workflow, activity, futures


@activity.with_attributes(task_list="quickstart", version="example")
def increment(x: int) -> int:
    """Return one more."""
    return x + 1


@activity.with_attributes(task_list="quickstart", version="example")
def double(x: int) -> int:
    """Return twice as much."""
    return x * 2


@activity.with_attributes(task_list="quickstart", version="example")
def delay(t: float, x: int) -> int:
    """Return the same, a little later."""
    time.sleep(t)
    return x


class BasicWorkflow(Workflow):
    """Submit what depends on each other; what does not runs side by side."""

    name = "basic"
    version = "example"
    task_list = "example"

    def run(self, x: int, t: float = 30) -> int:
        """Return (x + 1) * 2, after `t` seconds."""
        y = self.submit(increment, x)
        yy = self.submit(delay, t, y)
        z = self.submit(double, y)
        print(f"({x} + 1) * 2 = {z.result}")
        futures.wait(yy, z)
        return z.result


def main(url: str = "memory://") -> int:
    """Run the workflow there and return its result."""
    if url.startswith("http"):
        return Standalone(connection=swf.connect(url)).run(BasicWorkflow, 1, 0.1)
    if url.startswith("memory"):
        return Local().run(BasicWorkflow, 1, 0.1)
    return Local(url=url).run(BasicWorkflow, 1, 0.1)


if __name__ == "__main__":
    main(*sys.argv[1:])
