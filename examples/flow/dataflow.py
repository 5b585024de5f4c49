"""Give futures as arguments, wherever they stand in them: what depends on them waits, no more.

Prints `[22, 10]`, then `total 39 of 3 shops`.
"""

from __future__ import annotations

from typing import Any

from swf.flow import Local, Workflow, activity


@activity
def increment(x: int) -> int:
    """Return one more."""
    return x + 1


@activity
def double(x: int) -> int:
    """Return twice as much."""
    return x * 2


@activity
def report(takings: dict[str, list[int]]) -> str:
    """Return the sum of all, in words."""
    return f"total {sum(sum(days) for days in takings.values())} of {len(takings)} shops"


class Dataflow(Workflow):
    """Results that go from one activity to the next."""

    def run(self) -> list[int]:
        """Return what two chains of activities came to, of which one has to wait."""
        y = self.submit(increment, 10)
        a = self.submit(double, y)
        b = self.submit(double, 5)
        return [a.result, b.result]


class Nested(Workflow):
    """Results within lists and dicts."""

    def run(self) -> str:
        """Return a report of what comes from several activities."""
        takings: Any = {
            shop: [self.submit(double, day), self.submit(increment, day)]
            for day, shop in enumerate(("north", "south", "west"), 3)
        }
        return self.submit(report, takings).result


def main() -> None:
    """Run both."""
    run = Local(virtual_time=True).run
    print(run(Dataflow))
    print(run(Nested))


if __name__ == "__main__":
    main()
