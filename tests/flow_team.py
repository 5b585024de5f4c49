"""A decider and a worker that a test drives by hand, for executions that it has started itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from swf.exceptions import PollTimeout
from swf.flow import Decider, Worker, Workflow, activity, query_handler, signal_handler
from swf.models import Domain
from swf.transport import Transport

DOMAIN = "d"


@activity
def increment(x: int) -> int:
    """Return one more."""
    return x + 1


@activity
def refuse(message: str) -> None:
    """Fail."""
    raise LookupError(message)


class Adds(Workflow):
    """Adds by an activity, then waits for signals, and says how far it is."""

    name = "adds"
    total = 0

    def run(self, x: int, *, times: int = 1) -> int:
        for _ in range(times):
            x = self.submit(increment, x).result
            self.state = {"x": x}
        self.total = x
        return x


class Waits(Workflow):
    """Adds up what signals bring, until one says that it is enough."""

    name = "waits"

    def __init__(self) -> None:
        self.total = 0
        self.notes: list[str] = []

    @signal_handler("note")
    def noted(self, text: str) -> None:
        self.notes.append(text)

    @query_handler
    def told(self, more: int = 0) -> int:
        return self.total + more

    @query_handler("all notes")
    def all_notes(self) -> list[str]:
        return self.notes

    def run(self, start: int = 0) -> int:
        self.total = start
        while (number := self.wait_signal("add").result) is not None:
            self.total += number
        return self.total


class Fails(Workflow):
    """Fails by an error of its own."""

    name = "fails"

    def run(self, message: str) -> None:
        raise ValueError(message)


class Continues(Workflow):
    """Counts down, each number in a run of its own."""

    name = "continues"

    def run(self, left: int, seen: list[int]) -> list[int]:
        if self.wait_signal("go").result == "stop" or left == 0:
            return seen
        return self.continue_as_new(left - 1, [*seen, left])


class Team:
    """Decides and works on one task list, in the test's own thread."""

    def __init__(self, connection: Transport, workflows: Iterable[type[Workflow]]) -> None:
        self.domain = Domain(DOMAIN, connection=connection)
        self.decider = Decider(list(workflows), "default", domain=self.domain)
        self.worker = Worker([increment, refuse], "default", domain=self.domain)

    def drive(self) -> None:
        """Do all that there is to do now."""
        polls: list[Callable[[], Any]] = [
            self.decider.work,
            lambda: self.decider.work(own=True),
            self.worker.run_once,
        ]
        while sum(map(_found, polls)):
            pass

    def close(self) -> None:
        self.decider.close()


def _found(poll: Callable[[], Any]) -> bool:
    try:
        poll()
    except PollTimeout:
        return False
    return True
