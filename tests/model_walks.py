"""Walk COUNT times by chance through an engine and a plain reference: both must answer the same.

python -m model_walks COUNT FIRST
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from random import Random

from walk import Walk

STEPS_OF_A_WALK = 300
PROCESSES = 2


def walked(seed: int, steps: int = STEPS_OF_A_WALK) -> None:
    """Do so many things on both, and compare all executions and histories again and again."""
    walk = Walk()
    random = Random(seed)
    for number in range(steps):
        walk.step(random)
        walk.check(thoroughly=number % 10 == 0)
    walk.check(thoroughly=True)
    walk.close()


def tried(seed: int) -> tuple[int, str]:
    """Return the seed, and what went wrong if anything."""
    try:
        walked(seed)
    except Exception:  # noqa: BLE001  (whatever went wrong belongs to the seed)
        return seed, traceback.format_exc()
    return seed, ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Walk with each seed; the status is 1 where one failed."""
    parser = argparse.ArgumentParser(prog="model_walks", description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("first", nargs="?", type=int, default=0)
    given = parser.parse_args(arguments)
    failed = 0
    with ProcessPoolExecutor(min(PROCESSES, given.count)) as pool:
        for seed, wrong in pool.map(tried, range(given.first, given.first + given.count)):
            if wrong:
                failed += 1
                print(f"seed {seed} failed; again: python -m model_walks 1 {seed}\n{wrong}")
    print(f"{given.count} walks of {STEPS_OF_A_WALK} steps, {failed} failed")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
