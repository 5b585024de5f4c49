"""A program for tests of processes, which import it from here or have it as their main module."""

from __future__ import annotations

import os
import sys

import flow_work

from swf.flow import Standalone, Workflow, activity, futures
from swf.transport import connect


@activity
def process() -> int:
    """Return which process it is."""
    return os.getpid()


@activity
def refuse() -> None:
    """Fail."""
    raise LookupError("refused")


class Half(Workflow):
    """Works as a child."""

    task_list = "children"

    def run(self, x: int) -> list[int]:
        return [self.submit(flow_work.double, x).result, self.submit(process).result, os.getpid()]


class Whole(Workflow):
    """Has a child, and activities of two modules."""

    def run(self, x: int) -> list[int]:
        half = self.submit(Half, x)
        futures.wait(half)
        return [*half.result, os.getpid()]


class Counts(Workflow):
    """Counts down, each number in a run of its own."""

    def run(self, left: int) -> int:
        if left:
            self.continue_as_new(left - 1)
        return left


class Refused(Workflow):
    """Fails as its activity does."""

    def run(self) -> None:
        _ = self.submit(refuse).result


if __name__ == "__main__":
    connection = connect(sys.argv[1])
    told = Standalone(connection=connection, deciders=1, workers=1, threads=1).run(Whole, 21)
    connection.close()
    sys.stdout.write(f"{told[0]}\n")
