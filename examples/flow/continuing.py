"""Go on for years: begin a new run, with no history, before the old one grows too long.

Prints `55 after 10 runs` and `2500 after 3 runs`.
"""

from __future__ import annotations

from swf.flow import Local, Workflow, activity


@activity
def add(x: int, y: int) -> int:
    """Return the sum."""
    return x + y


class Summing(Workflow):
    """One number for each run."""

    def run(self, number: int, total: int = 0) -> str:
        """Return the sum of the numbers down to 1."""
        total = self.submit(add, total, number).result
        if number > 1:
            self.continue_as_new(number - 1, total)
        return f"{total} after 10 runs"


class Counting(Workflow):
    """Many numbers for each run: as many as the history has room for."""

    continue_as_new_at = 6_000

    def run(self, most: int, reached: int = 0, runs: int = 1) -> str:
        """Return how far it counted, in how many runs."""
        while reached < most:
            reached = self.submit(add, reached, 1).result
            self.checkpoint(most, reached, runs + 1)  # here nothing is open
        return f"{reached} after {runs} runs"


def main() -> None:
    """Run both."""
    run = Local(virtual_time=True).run
    print(run(Summing, 10))
    print(run(Counting, 2_500))


if __name__ == "__main__":
    main()
