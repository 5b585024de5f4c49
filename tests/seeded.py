"""Which seeds a test is run with, and many seeds by a command: a few here, more in a night."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from time import monotonic

PROCESSES = 2
BUNCH = 100
"""Seeds after which it is told how far it is, and which of them failed."""


def seeds(few: int) -> range:
    """Return the first few seeds, or SEEDS of them from SEEDS_FROM on where those are set."""
    first = int(os.environ.get("SEEDS_FROM", "0"))
    return range(first, first + int(os.environ.get("SEEDS", few)))


def _tried(live: Callable[[int], int], seed: int) -> tuple[int, int, str]:
    """Return the seed, how much was done with it, and what went wrong if anything."""
    try:
        return seed, live(seed), ""
    except Exception:  # noqa: BLE001  (whatever went wrong belongs to the seed)
        return seed, 0, traceback.format_exc()


def live_through(
    live: Callable[[int], int], count: int, first: int, *, again: str, what: str
) -> int:
    """Call `live` with `count` seeds from `first` on, in processes; return how many raised.

    It returns how much it has done of `what`. `again` is the command that repeats a seed, which it
    calls {seed}.
    """
    began, done, did = monotonic(), 0, 0
    failed: list[int] = []
    left = iter(range(first, first + count))
    with ProcessPoolExecutor(min(PROCESSES, count)) as pool:
        while bunch := list(islice(left, BUNCH)):
            for seed, number, wrong in pool.map(partial(_tried, live), bunch, chunksize=5):
                did += number
                if wrong:
                    failed.append(seed)
                    told = again.format(seed=seed)
                    print(f"seed {seed} failed; repeat it by: {told}\n{wrong}", flush=True)
            done += len(bunch)
            end = "\r" if sys.stderr.isatty() else "\n"
            told = f"{done}/{count} seeds, {did} {what}, {len(failed)} failed"
            print(told, end=end, file=sys.stderr, flush=True)
    took = monotonic() - began
    print(f"{count} seeds from {first} on: {did} {what}, {len(failed)} failed, {took:.0f} s")
    for seed in failed[:20]:
        print(f"  {again.format(seed=seed)}")
    return len(failed)


def parser_of(prog: str, says: str | None) -> argparse.ArgumentParser:
    """Return what reads which seeds a command line names: how many, and from which one on."""
    parser = argparse.ArgumentParser(prog=prog, description=says)
    parser.add_argument("count", nargs="?", type=int, default=10_000)
    parser.add_argument("first", nargs="?", type=int, default=0)
    return parser
