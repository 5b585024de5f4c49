"""How long something takes that waits for nothing, whatever else the machine does meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable


def quickest(work: Callable[[], object], below: float) -> float:
    """Return the seconds of the quickest of twenty tries, or of the first that is this quick.

    What a busy machine adds to one try it does not add to each; what waits does so each time.
    """
    found: list[float] = []
    while len(found) < 20 and not (found and min(found) < below):
        began = time.monotonic()
        work()
        found.append(time.monotonic() - began)
    return min(found)
