"""The embedded SWF, driven through its door by callbacks: no thread waits for a task."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import _given as given

from swf.engine import Call, Engine, encode
from swf.engine.page import decoded


def opened(folder: Path) -> Engine:
    """Return an engine on a file, with the types registered; it is durable in full."""
    engine = Engine.open(f"sqlite:///{folder}/swf.db?durability=full")
    given.register(engine.handle)
    return engine


class Polling:
    """Holds one poll more than there are tasks at work; tasks come into `tasks`."""

    def __init__(self, engine: Engine, operation: str, params: dict[str, Any]) -> None:
        self.tasks: deque[dict[str, Any]] = deque()
        self._engine = engine
        self._operation = operation
        self._params = params
        self.poll()

    def poll(self) -> None:
        """Hold a poll."""
        self._engine.begin(Call(self._operation, self._params, done=self._done), _at_once)

    def take(self) -> dict[str, Any]:
        """Return a task that has come, and hold the next poll."""
        task = self.tasks.popleft()
        self.poll()
        return task

    def _done(self, call: Call) -> None:
        _check(call)
        task = decoded(call.reply)
        if task.get("taskToken"):
            self.tasks.append(task)


def _at_once(work: Callable[[], None]) -> None:
    work()


def _check(call: Call) -> None:
    if call.fault is not None:
        raise call.fault


class Loop:
    """Takes calls up together and has their work done together, as an event loop does."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._work: deque[Callable[[], None]] = deque()

    def ask(self, operation: str, params: dict[str, Any]) -> None:
        """Take up a call whose answer tells nothing."""
        self._engine.begin(Call(operation, params, done=_check), self._work.append)

    def poll(
        self, operation: str, params: dict[str, Any], got: Callable[[dict[str, Any]], None]
    ) -> None:
        """Hold a poll, and another one for each that gets a task; the tasks are given away."""

        def done(call: Call) -> None:
            _check(call)
            task = decoded(call.reply)
            if task.get("taskToken"):
                self.poll(operation, params, got)
                got(task)

        self._engine.begin(Call(operation, params, done=done), self._work.append)

    def run(self) -> None:
        """Return when nothing is left to do."""
        while self._work:
            self._work.popleft()()


__all__ = ["Call", "Engine", "Loop", "Polling", "encode", "opened"]
