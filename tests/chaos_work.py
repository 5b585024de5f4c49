"""What deciders and workers are at while they are killed: workflows, and what becomes of each.

Activities note each of their attempts in the folder that `CHAOS_NOTES` names, so that it can be
told afterwards what was done.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from swf.flow import (
    Canceled,
    Chain,
    Group,
    RetryPolicy,
    Workflow,
    activity,
    futures,
    query_handler,
    signal_handler,
)
from swf.flow.activities import Declares

DOMAIN: Final = "chaos"
TASK_LIST: Final = "chaos"
NOTES: Final = "CHAOS_NOTES"

DECISION_SECONDS: Final = 3
BEAT_SECONDS: Final = 3


def declared(**more: Any) -> Declares:
    """Return what declares an activity that is tried until it is done."""
    return activity.with_attributes(
        task_list=TASK_LIST,
        heartbeat_timeout=BEAT_SECONDS,
        start_to_close_timeout=60,
        retry=RetryPolicy(attempts=None, delay=0),
        **more,
    )


def note() -> None:
    """Note that the activity at work here is attempted; other processes see it at once."""
    context = activity.context
    line = f"{context.run_id} {context.activity_id}\n".encode()
    appended("attempts", line)


def appended(name: str, text: bytes) -> int:
    """Append to a file of notes, all at once, and return how long it is then."""
    file = os.open(Path(os.environ[NOTES], name), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        os.write(file, text)
        return os.fstat(file).st_size
    finally:
        os.close(file)


@declared()
def increment(x: int) -> int:
    note()
    return x + 1


@declared()
def times(x: int, y: int) -> int:
    note()
    return x * y


@declared()
def same(value: Any) -> Any:
    note()
    return value


@declared()
async def total(*numbers: int) -> int:
    note()
    return sum(numbers)


@declared()
def slowly(x: int, seconds: float) -> int:
    """Take some time, and tell how far it is."""
    note()
    for step in range(10):
        activity.context.heartbeat(step)
        activity.context.wait(seconds / 10)
    return x


@activity.with_attributes(
    task_list=TASK_LIST,
    heartbeat_timeout=BEAT_SECONDS,
    start_to_close_timeout=60,
    retry=RetryPolicy(attempts=None, delay=1, backoff="fixed"),
)
def stubborn(x: int, fails: int) -> int:
    """Fail so often before it is done."""
    note()
    context = activity.context
    if appended(f"stubborn-{context.run_id}-{x}", b".") <= fails:
        raise LookupError(f"not yet: {x}")
    return x


class Unsettled(Workflow):
    """What the workflows here have in common."""

    task_list = TASK_LIST
    task_start_to_close_timeout = DECISION_SECONDS
    execution_start_to_close_timeout = 900


class Steps(Unsettled):
    """One activity after the other."""

    name = "steps"

    def run(self, x: int, count: int) -> int:
        for number in range(count):
            x = self.submit(increment, x).result
            self.state = {"step": number}
        return x


class AsyncSteps(Unsettled):
    """The same as a coroutine, several at a time."""

    name = "async steps"

    async def run(self, x: int, count: int) -> int:
        found = await futures.gather(*[self.submit(times, x, y) for y in range(count)])
        await self.sleep(1)
        return await self.submit(total, *found)


class Wide(Unsettled):
    """A group of chains, some at a time."""

    name = "wide"

    def run(self, x: int, count: int) -> int:
        chains = [
            Chain((increment, x + number), increment, send_result=True) for number in range(count)
        ]
        found = self.submit(Group(*chains, max_parallel=3)).result
        return self.submit(total, *[chain[-1] for chain in found]).result


class Stubborn(Unsettled):
    """Activities that fail at first, and one that takes its time."""

    name = "stubborn"

    def run(self, x: int, count: int) -> int:
        tried = [self.submit(stubborn, x + number, number % 3) for number in range(count)]
        slow = self.submit(slowly, x, 1.5)
        return sum(one.result for one in tried) + slow.result


class Listens(Unsettled):
    """Adds up what signals bring; answers to queries."""

    name = "listens"

    def __init__(self) -> None:
        self.sum = 0
        self.heard: list[int] = []

    @signal_handler("note")
    def noted(self, number: int) -> None:
        self.heard.append(number)

    @query_handler
    def so_far(self) -> int:
        return self.sum

    def run(self, x: int, count: int) -> list[int]:
        for _ in range(count):
            self.sum += self.wait_signal("add").result
            self.submit(same, self.sum)
        return [self.sum, *self.heard]


class Parent(Unsettled):
    """Children, of which each does some steps; it signals itself, too."""

    name = "parent"

    def run(self, x: int, count: int) -> int:
        children = [self.submit(Steps, x + number, 2) for number in range(count)]
        told = self.wait_signal("told")
        _ = self.signal("told", x).result
        return sum(one.result for one in children) + told.result


class Timed(Unsettled):
    """Timers, of which some are canceled, beside activities."""

    name = "timed"

    def run(self, x: int, count: int) -> int:
        for number in range(count):
            long = self.start_timer(600)
            short = self.start_timer(1)
            done = futures.wait([long, short], return_when=futures.FIRST_COMPLETED).done
            assert short in done
            long.cancel()
            x += self.submit(same, number).result
        return x


class Effects(Unsettled):
    """Side effects and markers: what was found once is found again."""

    name = "effects"

    def run(self, x: int, count: int) -> bool:
        right = True
        for number in range(count):
            found = self.side_effect(lambda: os.urandom(8).hex())
            self.record_marker("found", [number, found])
            seen = [found, self.random(), str(self.uuid4())]
            right = self.submit(same, seen).result == seen and right
        return right and len(self.list_markers(all=True)) == count


class Generations(Unsettled):
    """Continues as new, each time with an activity in between."""

    name = "generations"

    def run(self, x: int, count: int) -> int:
        x = self.submit(increment, x).result
        if count:
            self.continue_as_new(x, count - 1)
        return x


class Halted(Unsettled):
    """Works until it is canceled; then it cleans up."""

    name = "halted"

    def run(self, x: int, count: int) -> int:
        try:
            for _ in range(100):
                self.submit(increment, x)
                self.sleep(2)
        except Canceled:
            self.submit(same, "clean")
            raise
        return x


class Strands(Unsettled):
    """Several strands, each of which goes its own way."""

    name = "strands"

    def run(self, x: int, count: int) -> list[int]:
        def one(number: int) -> int:
            found = number
            for _ in range(2):
                found = self.submit(increment, found).result
            return found

        return [future.result for future in [self.spawn(one, x + n) for n in range(count)]]


ALL: Final = (
    Steps,
    AsyncSteps,
    Wide,
    Stubborn,
    Listens,
    Parent,
    Timed,
    Effects,
    Generations,
    Halted,
    Strands,
)
"""All of the workflows."""

ACTIVITIES: Final = (increment, times, same, total, slowly, stubborn)
