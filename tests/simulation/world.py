"""An engine on a file, in a world where it is restarted, crashes, and clocks jump."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

from swf.clock import ManualClock
from swf.engine import Call, Engine, Limits, Options, encode
from swf.engine.store import points

START = datetime(2020, 1, 1, tzinfo=UTC)
DOWNTIMES = (-20, 0, 0, 1, 90, 1000)
"""Seconds between two lives of the engine; the machine's clock may have been set back."""

CRASH_POINTS = ("commit.before", "commit.after")

Wire = dict[str, Any]


class Asked:
    """A call, and how often it was answered."""

    def __init__(self, operation: str, params: Wire, *, inside: bool) -> None:
        self.operation = operation
        self.params = params
        self.answers = 0
        self.call = Call(operation, params, inside=inside, done=self._done)

    def _done(self, call: Call) -> None:
        self.answers += 1
        assert self.answers == 1, f"{self.operation} was answered twice"
        assert call.fault is None or call.fault.status < 500, f"{self.operation}: {call.fault}"

    @property
    def fault(self) -> str | None:
        """The code of the fault it was refused with; None where it was not."""
        return None if self.call.fault is None else self.call.fault.code

    @property
    def reply(self) -> Wire:
        """The reply as a client reads it."""
        body = encode(self.call.reply)
        reply: Wire = json.loads(body) if body else {}
        return reply


def at_once(work: Callable[[], None]) -> None:
    """Do work where it turns up."""
    work()


class World:
    """One engine after another on the same data, each with a clock of its own."""

    def __init__(self, random: Random, folder: Path) -> None:
        self.random = random
        self.folder = folder
        self.life = 0
        """How many engines there have been before this one."""
        self.options = Options(
            durability="normal",
            poll_seconds=random.choice((0, 20)),
            functions_at_start=random.choice(("retry", "fail")),
            downtime_grace=random.choice((True, False)),
            cached_executions=random.choice((1, 3, 1000)),
            limits=Limits(
                events=random.choice((50, 25_000, 25_000)),
                open_activity_tasks=random.choice((2, 1000)),
                open_children=random.choice((1, 1000)),
                open_lambda_functions=1,
            ),
        )
        self.clock = ManualClock(START)
        self.returned = Event()
        """Whether no call is under way."""
        self.engine = self._opened()

    @property
    def path(self) -> Path:
        """Where the data are in this life."""
        return self.folder / f"{self.life}.db"

    @property
    def now(self) -> float:
        """The engine's time in seconds since the epoch."""
        return self.clock.now().timestamp()

    def _opened(self) -> Engine:
        engine = Engine.open(f"sqlite:///{self.path}", clock=self.clock, options=self.options)
        for name in ("double", "slow"):
            engine.functions.register(name, self._function)
        engine.functions.register("broken", lambda event, context: 1 / self._function(0, context))
        rest(engine, self.returned)  # what was interrupted is run again
        return engine

    def _function(self, event: Any, _context: object) -> Any:
        # What the call itself leads to comes first, so that a seed always runs alike.
        assert self.returned.wait(60)
        return event

    # Asking

    def begin(self, operation: str, params: Wire, *, inside: bool = True) -> Asked:
        """Take up a call; it is answered on return, unless it is a poll that waits."""
        asked = Asked(operation, params, inside=inside)
        self.engine.begin(asked.call, at_once)
        self.rest()
        return asked

    def together(self, requests: list[tuple[str, Wire]]) -> list[Asked]:
        """Take up several calls that come at the same time, and share a commit."""
        several = [Asked(operation, params, inside=False) for operation, params in requests]
        works: list[Callable[[], None]] = []
        for asked in several:
            self.engine.begin(asked.call, works.append)
        while works:
            works.pop(0)()
        self.rest()
        return several

    def ask(self, operation: str, params: Wire) -> Wire:
        """Return the reply of an operation that is not refused."""
        asked = self.begin(operation, params)
        assert asked.fault is None, f"{operation} {params}: {asked.call.fault}"
        return asked.reply

    def rest(self) -> None:
        """Wait until no Lambda function runs."""
        rest(self.engine, self.returned)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(seconds)
        self.rest()

    # Ends

    def restart(self) -> None:
        """Close the engine, and open another on the same file after some time."""
        self.engine.close()
        self._jump()
        self.engine = self._opened()

    def crash(self, request: tuple[str, Wire] | None) -> None:
        """Lose the engine: at once, or while it commits what this request changes.

        What it has written is there, as on a disk; what it has in memory is not.
        """
        if request is None:
            self._copy()
        else:
            self._crash_within(request)
        left = self.engine
        self.life += 1
        self._jump()
        self.engine = self._opened()
        left.close()  # its file is not ours any more

    def _crash_within(self, request: tuple[str, Wire]) -> None:
        wanted = self.random.choice(CRASH_POINTS)
        copied: list[str] = []

        def reached(name: str) -> None:
            if name == wanted and not copied:
                copied.append(name)
                self._copy()

        points.hook = reached
        try:
            self.begin(*request)
        finally:
            points.hook = None
        if not copied:
            self._copy()

    def _copy(self) -> None:
        target = self.folder / f"{self.life + 1}.db"
        for suffix in ("", "-wal"):
            source = self.path.with_name(self.path.name + suffix)
            if source.exists():
                shutil.copyfile(source, target.with_name(target.name + suffix))

    def _jump(self) -> None:
        away = timedelta(seconds=self.random.choice(DOWNTIMES))
        self.clock = ManualClock(self.clock.now() + away)

    def close(self) -> None:
        """Let go of the engine."""
        self.engine.close()


def rest(engine: Engine, returned: Event) -> None:
    """Wait until no Lambda function runs: they run between the calls only."""
    returned.set()
    assert engine.functions.join(60), "a Lambda function does not end"
    returned.clear()
