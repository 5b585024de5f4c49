"""Declare activities in all their forms: functions, coroutines, classes, methods of an instance.

Prints `Hello Ada!`, `12`, and `[1, 4, 9] elsewhere`.
"""

from __future__ import annotations

import os

from swf.clock import SystemClock
from swf.flow import Decider, Worker, Workflow, activity, start
from swf.testing import connected, embedded


class Greetings:
    """Methods are activities of the instance that a worker is given."""

    def __init__(self, name: str) -> None:
        self.name = name

    @activity
    def get_name(self) -> str:
        """Return who is to be greeted."""
        return self.name

    @activity
    def greet(self, name: str) -> str:
        """Return a greeting."""
        return f"Hello {name}!"


@activity(version="2")
class Area:
    """A class is made with the arguments; `execute` does the work."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height

    def execute(self) -> int:
        """Return the area."""
        return self.width * self.height


@activity
def square(x: int) -> list[int]:
    """Return the square, and which process has computed it."""
    return [x * x, os.getpid()]


class Forms(Workflow):
    """Submits them all alike."""

    def run(self) -> tuple[str, int, list[list[int]]]:
        """Return what they returned."""
        name = self.submit(Greetings.get_name)
        greeting = self.submit(Greetings.greet, name)
        squares = [future.result for future in self.map(square, [1, 2, 3])]
        return greeting.result, self.submit(Area, 3, 4).result, squares


def main() -> None:
    """Run it with activities in child processes: one that crashes takes nothing else with it."""
    with embedded(clock=SystemClock()) as engine:
        connection = connected(engine)
        decider = Decider([Forms], domain="forms", connection=connection)
        activities = [Greetings("Ada"), Area, square]
        worker = Worker(activities, domain="forms", connection=connection, isolation="pool")
        handle = start(Forms, domain="forms", connection=connection)
        decider.start(block=False)
        worker.start(threads=2, block=False)
        greeting, area, squares = handle.result(timeout=60)
        for actor in (decider, worker):
            actor.stop()
            actor.join()
    print(greeting, area, sep="\n")
    here = any(process == os.getpid() for _, process in squares)
    print([number for number, _ in squares], "here" if here else "elsewhere")


if __name__ == "__main__":
    main()
