"""Simulate many lives of an SWF: `python -m simulation COUNT FIRST`, or `make simulate`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from time import monotonic

from simulation.simulation import Simulation

COUNT = 10_000
PROCESSES = 2


def simulate(seed: int) -> tuple[int, int, str]:
    """Live through one seed; return it, how many events it had, and what went wrong if anything."""
    with tempfile.TemporaryDirectory(prefix=f"swf-simulation-{seed}-") as folder:
        try:
            simulation = Simulation(seed, Path(folder))
            simulation.run()
        except Exception:  # noqa: BLE001  (whatever went wrong belongs to the seed)
            return seed, 0, traceback.format_exc()
        return seed, simulation.observer.events, ""


def again(seed: int) -> str:
    """Return the command that repeats a seed."""
    return f"make simulate COUNT=1 FIRST={seed}"


def progress(done: int, count: int, events: int, failed: int) -> None:
    """Show how far it is, in one line where that is a terminal."""
    end = "\r" if sys.stderr.isatty() else "\n"
    told = f"{done}/{count} simulated, {events} events, {failed} failed"
    print(told, end=end, file=sys.stderr, flush=True)


def main(count: int, first: int, show: Callable[[int, int, int, int], None] = progress) -> int:
    """Simulate `count` seeds from `first` on; return how many failed."""
    began = monotonic()
    events, failed = 0, []
    seeds = iter(range(first, first + count))
    with ProcessPoolExecutor(min(PROCESSES, count)) as pool:
        done = 0
        # In bunches, so that a failure is told while others still run.
        while bunch := list(islice(seeds, 100)):
            for seed, seen, wrong in pool.map(simulate, bunch, chunksize=5):
                done += 1
                events += seen
                if wrong:
                    failed.append(seed)
                    print(f"seed {seed} failed; repeat it by: {again(seed)}\n{wrong}", flush=True)
            show(done, count, events, len(failed))
    took = monotonic() - began
    print(f"{count} seeds from {first} on: {events} events, {len(failed)} failed, {took:.0f} s")
    for seed in failed[:20]:
        print(f"  {again(seed)}")
    return len(failed)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="simulate", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=COUNT)
    parser.add_argument("first", nargs="?", type=int, default=0)
    given = parser.parse_args()
    sys.exit(1 if main(given.count, given.first) else 0)
