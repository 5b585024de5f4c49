"""Record what must not be computed again: markers, side effects, and functions that run once.

Prints `asked 1 time, used 3 times: 60`, `2 latest, 3 in all` and
`drawn once: True`.
"""

from __future__ import annotations

import random
from typing import Final

from swf.flow import Local, Workflow, activity, nondeterministic

ASKED: Final[list[str]] = []


@nondeterministic
def price() -> int:
    """Return a price that changes all the time; a workflow keeps the one that it got."""
    ASKED.append("price")
    return 20


@activity
def add(*numbers: int) -> int:
    """Return the sum."""
    return sum(numbers)


class Once(Workflow):
    """What is not the same twice is recorded in the history as a marker, and read from there."""

    def run(self) -> list[str]:
        """Return what each of them came to."""
        price_now = price()
        total = self.submit(add, price_now, price_now, price_now).result
        told = [f"asked {len(ASKED)} time, used 3 times: {total}"]
        self.record_marker("begun", {"price": price_now})
        for number in (1, 2):
            self.record_marker("step", number)
        latest, everything = self.list_markers(), self.list_markers(all=True)
        told.append(f"{len(latest)} latest, {len(everything)} in all")
        drawn = self.side_effect(random.randint, 1, 1_000_000)
        told.append(f"drawn once: {1 <= drawn <= 1_000_000}")
        return told


def main() -> None:
    """Run it."""
    ASKED.clear()
    print(*Local(virtual_time=True).run(Once), sep="\n")


if __name__ == "__main__":
    main()
