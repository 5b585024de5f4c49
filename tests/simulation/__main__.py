"""Simulate many lives of an SWF: `python -m simulation COUNT FIRST`, or `make simulate`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

from seeded import live_through, parser_of
from simulation.simulation import Simulation

AGAIN: Final = "make simulate COUNT=1 FIRST={seed}"
"""The command that repeats a seed."""


def simulate(seed: int) -> int:
    """Live through one seed; return how many events it had."""
    with tempfile.TemporaryDirectory(prefix=f"swf-simulation-{seed}-") as folder:
        simulation = Simulation(seed, Path(folder))
        simulation.run()
        return simulation.observer.events


def main(count: int, first: int) -> int:
    """Simulate `count` seeds from `first` on; return how many failed."""
    return live_through(simulate, count, first, again=AGAIN, what="events")


if __name__ == "__main__":
    given = parser_of("simulate", __doc__).parse_args()
    sys.exit(1 if main(given.count, given.first) else 0)
