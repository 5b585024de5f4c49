"""Walk COUNT times by chance through an engine and a plain reference: both answer the same.

python -m model_walks COUNT FIRST
"""

from __future__ import annotations

import sys
from random import Random

from seeded import live_through, parser_of
from walk import Walk

STEPS = 300


def walked(seed: int) -> int:
    """Do many things on both, compare executions and histories again and again; return how many."""
    walk = Walk()
    random = Random(seed)
    for number in range(STEPS):
        walk.step(random)
        walk.check(thoroughly=number % 10 == 0)
    walk.check(thoroughly=True)
    walk.close()
    return STEPS


def main(count: int, first: int) -> int:
    """Walk with `count` seeds from `first` on; return how many failed."""
    again = "python -m model_walks 1 {seed}"
    return live_through(walked, count, first, again=again, what="steps")


if __name__ == "__main__":
    given = parser_of("model_walks", __doc__).parse_args()
    sys.exit(1 if main(given.count, given.first) else 0)
