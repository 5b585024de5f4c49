"""Actors for child processes: a spawned process imports them from here."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from swf.actors import Actor
from swf.exceptions import AccessDeniedFault, PollTimeout


class Spawned(Actor):
    """Writes its process id into a folder, then does what its task list says, for each poll."""

    def __init__(self, folder: Path, task_list: str) -> None:
        super().__init__("d", task_list)
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


class Unborn(Spawned):
    """Dies while it is being unpickled."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        os._exit(3)


class Unportable(Exception):
    """An error that holds what cannot be pickled."""
