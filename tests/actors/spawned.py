"""Actors for child processes: a spawned process imports them from here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from swf.actors import ActivityTask, ActivityWorker, Actor, Heartbeat
from swf.actors.slots import LOST_SLOTS
from swf.clock import Alarm, Clock, ManualClock
from swf.exceptions import AccessDeniedFault, PollTimeout
from swf.querysets import DomainQuerySet


class StillClock:
    """A clock that stands still; every wait is over at once, `waits` tells how long it was."""

    leap = timedelta(0)

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.time = ManualClock().now()

    def now(self) -> datetime:
        """The time, and then another."""
        self.time += self.leap
        return self.time

    def alarm(self, ring: Callable[[], object]) -> Alarm:
        """An alarm that never rings."""
        return ManualClock().alarm(ring)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Return whether the event is set."""
        self.waits.append(seconds)
        return event.is_set()


class LeapingClock(StillClock):
    """A clock that leaps by a minute each time it is looked at."""

    leap = timedelta(minutes=1)


class Spawned(Actor):
    """Writes its process id into a folder, then does what its task list says, for each poll."""

    def __init__(self, folder: Path, task_list: str, clock: Clock | None = None) -> None:
        super().__init__("d", task_list, clock=clock)
        self.folder = folder

    def run_once(self) -> None:
        mark = self.folder / f"{os.getpid()}"
        first = not mark.exists()
        mark.touch()
        self._counts.add({"polls": 1})
        getattr(self, self.task_list)(first)

    def idle(self, first: bool) -> None:
        """Find no task, as after a short poll."""
        time.sleep(0.02)
        raise PollTimeout

    def denied(self, first: bool) -> None:
        """Fail as without permission."""
        raise AccessDeniedFault("no", operation="PollForDecisionTask")

    def unportable(self, first: bool) -> None:
        """Fail with an error that cannot travel."""
        raise Unportable(lambda: None)

    def crash(self, first: bool) -> None:
        """Die at once in the first process, find no task in the next."""
        if len(list(self.folder.iterdir())) == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        self.idle(first)

    def die(self, first: bool) -> None:
        """Die at once."""
        os.kill(os.getpid(), signal.SIGKILL)

    def fork(self, first: bool) -> None:
        """Die at once in the first process, and leave a fork of it behind."""
        forks = self.folder.parent / "forked"
        if not forks.exists():
            forks.mkdir()
            forked = os.fork()
            if not forked:
                time.sleep(60)
                os._exit(0)
            (forks / str(forked)).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        self.idle(first)

    def work(self, first: bool) -> None:
        """Work until one says, after this process was told to drain, that it was signaled."""
        [listener] = [one for one in threading.enumerate() if one.name == "parent"]
        listener.join(60)  # it ends when the parent has told it to drain
        (self.folder.parent / "draining").touch()
        while not (self.folder.parent / "signaled").exists():
            time.sleep(0.01)
        time.sleep(0.1)  # the signal's default would end us before this
        self._counts.add({"finished": 1})

    def interrupted(self, first: bool) -> None:
        """Have this process and a program that it starts interrupted; tell how that one ended."""
        os.kill(os.getpid(), signal.SIGINT)
        if first:
            program = "import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(60)"
            done = subprocess.run(
                [sys.executable, "-c", program], check=False, stderr=subprocess.DEVNULL
            )
            told = self.folder.parent / "telling"
            told.write_text(str(done.returncode))
            told.rename(self.folder.parent / "interrupted")
        self.idle(first)


class Charging(ActivityWorker):
    """Does activities in a child process, and asks SWF something there without a connection."""

    def execute(self, task: ActivityTask, context: Heartbeat) -> Any:
        """Return the process, and the domains that it finds by default."""
        return [os.getpid(), [domain.name for domain in DomainQuerySet()]]


class Unborn(Spawned):
    """Dies while it is being unpickled."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        os._exit(3)


class Unportable(Exception):
    """An error that holds what cannot be pickled."""


class Overrun(ActivityWorker):
    """Loses its threads, all at once, in the first process; in the next it finds no task."""

    def __init__(self, folder: Path) -> None:
        super().__init__("d", "t", clock=StillClock())
        self.folder = folder

    def execute(self, task: ActivityTask, context: Heartbeat) -> Any:
        """Never be called."""

    def run_once(self) -> None:
        first = not list(self.folder.iterdir())
        (self.folder / f"{os.getpid()}").touch()
        if first:
            for holder in range(LOST_SLOTS + 1):
                self._slots.lose(holder, threading.Thread())
        time.sleep(0.02)
        raise PollTimeout


class Endless(Spawned):
    """Works without end, and has little time to drain when its parent is gone."""

    orphan_seconds = 0.1

    def run_once(self) -> None:
        (self.folder / f"{os.getpid()}").touch()
        time.sleep(600)
