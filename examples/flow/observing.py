"""See from outside how a workflow is: its state, its answers to queries, where it waits.

Prints `{'done': 2, 'of': 3}`, `60 %`, and `self.sleep(86_400)`, where it waits.
"""

from __future__ import annotations

from swf.flow import Workflow, query_handler
from swf.flow import stack as stack_of
from swf.testing import flow


class Rollout(Workflow):
    """Three steps, a day apart."""

    def __init__(self) -> None:
        self.done = 0

    @query_handler
    def progress(self, unit: str) -> str:
        """Return how much is done."""
        return f"{100 * self.done // 3} {unit}"

    def run(self) -> None:
        """Do the steps, and tell after each."""
        for step in range(3):
            self.sleep(86_400)
            self.done = step + 1
            self.state = {"done": self.done, "of": 3}


def main() -> None:
    """Look at it after two and a half days."""
    with flow() as stage:
        handle = stage.start(Rollout)
        stage.clock.skip(216_000)
        print(handle.state)
        print(handle.query("progress", "%"))
        for strand in stack_of(handle):
            print(strand.lines[-1].source)


if __name__ == "__main__":
    main()
