"""Work for child processes: a spawned process imports it from here."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from swf.actors import ActivityTask, ActivityWorker, Beats, Job
from swf.exceptions import ActivityFailed, CompleteLater, SWFError
from swf.querysets import DomainQuerySet

SECONDS = 60


class Unreadable(Exception):
    """An error that can be pickled, and not be read again."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one)


def work(job: Job, beats: Beats) -> Any:
    """Do what the input names, with the arguments that it gives."""
    name, *arguments = json.loads(job.input or "null")
    return globals()[name](job, beats, *arguments)


def until(path: Path) -> None:
    """Return once there is such a file: somebody else makes it in their own time."""
    deadline = time.monotonic() + SECONDS
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def tell(path: Path, content: object = "") -> None:
    """Make a file that is whole once it is there."""
    half = path.with_suffix(".half")
    half.write_text(json.dumps(content))
    half.rename(path)


def process(job: Job, beats: Beats) -> Any:
    """Return which process this is, and what it knows of the job."""
    return [os.getpid(), job.activity_id, job.name, job.version, job.domain, job.start_to_close]


def main_thread(job: Job, beats: Beats) -> Any:
    """Return whether this is a main thread, and whether Ctrl-C ends it."""
    os.kill(os.getpid(), signal.SIGINT)
    return threading.current_thread() is threading.main_thread()


def meet(job: Job, beats: Beats, folder: str, count: int) -> int:
    """Return the process, once so many have met."""
    tell(Path(folder) / str(os.getpid()))
    deadline = time.monotonic() + SECONDS
    while sum(not one.suffix for one in Path(folder).iterdir()) < count:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return os.getpid()


def die(job: Job, beats: Beats, number: int) -> None:
    """End this process by a signal."""
    os.kill(os.getpid(), number)


def leave(job: Job, beats: Beats, code: int) -> None:
    """End this process at once."""
    os._exit(code)


def fork_and_die(job: Job, beats: Beats, path: str) -> None:
    """End this process, and leave a fork of it behind."""
    forked = os.fork()
    if not forked:
        time.sleep(SECONDS)
        os._exit(0)
    tell(Path(path), forked)
    os.kill(os.getpid(), signal.SIGKILL)


def fail(job: Job, beats: Beats, kind: str) -> None:
    """Raise an error."""
    raise {
        "exit": SystemExit(3),
        "ctrl-c": KeyboardInterrupt(),
        "memory": MemoryError("much"),
        "value": ValueError("odd"),
        "swf": SWFError("words", operation="Op"),
        "unreadable": Unreadable("one", "two"),
        "local": type("Local", (Exception,), {})("here"),
        "said": ActivityFailed("Declined: card", details='{"code":3}'),
        "later": CompleteLater(),
    }[kind]


def recurse(job: Job, beats: Beats) -> None:
    """Recurse without end."""
    recurse(job, beats)


def bad_result(job: Job, beats: Beats, kind: str) -> Any:
    """Return what cannot be sent."""
    return {"large": "x" * 40_000, "object": object(), "thread": threading.Lock()}[kind]


def say(job: Job, beats: Beats) -> None:
    """Print, and log."""
    sys.stdout.write("printed by the task\n")
    logging.getLogger("task").warning("logged by the task")


def beat(job: Job, beats: Beats, folder: str) -> Any:
    """Tell details, wait for the test, and go on until the work is not wanted."""
    beats.heartbeat({"done": 1})
    beats.heartbeat({"done": 1})
    tell(Path(folder) / "told")
    beats.wait(SECONDS)
    beats.check_canceled({"undone": [beats.cancel_requested, beats.lost]})
    return "not canceled"


def bad_details(job: Job, beats: Beats) -> str:
    """Return what is said to details that are too long."""
    try:
        beats.heartbeat("x" * 2049)
    except ValueError as error:
        return str(error)
    return "taken"


def hang(job: Job, beats: Beats, folder: str, heed: bool) -> None:
    """Hold Python's lock for ever, with a program beside it; or at least until SIGTERM."""
    program = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({SECONDS})"])
    if not heed:
        signal.signal(signal.SIGTERM, lambda *_: tell(Path(folder) / "termed"))
    tell(Path(folder) / "hanging", [os.getpid(), program.pid])
    if heed:
        re.match(r"(a+)+$", "a" * 60 + "b")
    while True:
        time.sleep(SECONDS)


def stubborn(job: Job, beats: Beats, folder: str) -> str:
    """Hear of the cancel, and complete all the same."""
    tell(Path(folder) / "told")
    beats.wait(SECONDS)
    return f"canceled {beats.cancel_requested}"


def idle_thread(job: Job, beats: Beats) -> int:
    """Leave a thread behind that does not end."""
    threading.Thread(target=time.sleep, args=(SECONDS,)).start()
    return os.getpid()


def babble(job: Job, beats: Beats) -> None:
    """Say on every line of this process what nobody can read."""
    for number in range(3, 64):
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                os.write(number, b"\x00\x00\x00\x03abc")
    time.sleep(SECONDS)


def domains(job: Job, beats: Beats) -> list[str]:
    """Ask SWF something, without a connection."""
    return [domain.name for domain in DomainQuerySet()]


class Unborn:
    """Work that ends the process which reads it."""

    def __init__(self, how: str, folder: str = "") -> None:
        self.how, self.folder = how, folder

    def __call__(self, job: Job, beats: Beats) -> str:
        if self.how == "late":
            tell(Path(self.folder).parent / job.activity_id)
            beats.wait(SECONDS)
        return "born"

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self.how == "exit":
            os._exit(3)
        if self.how == "raise":
            raise ValueError("not here")
        births = len(list(Path(self.folder).iterdir()))
        if self.how == "late" and births:
            until(Path(self.folder).parent / "go")
        (Path(self.folder) / str(os.getpid())).touch()
        if self.how == "always killed" or (self.how == "killed once" and not births):
            os.kill(os.getpid(), signal.SIGKILL)


class Charging(ActivityWorker):
    """Does the work in `execute`, which travels with the worker."""

    def execute(self, task: ActivityTask, context: Beats) -> Any:
        """Return what the task is, and which process this."""
        context.check_canceled()
        return [os.getpid(), task.activity_id, task.activity_type.name, task.execution.run_id]
