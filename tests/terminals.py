"""Commands as they are typed: within this process, or in terminals of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
from click.testing import CliRunner, Result
from ended import ended

from swf.cli.main import swf

ROOT = Path(__file__).parent.parent
PATIENCE_SECONDS = 120

BASIC = "examples.flow.basic"
"""Computes (x + 1) * 2, by activities on the task list `quickstart`."""


def typed(*words: str | Path, stdin: str | None = None) -> Result:
    """Return what a command prints and how it ends, run within this process."""
    return CliRunner().invoke(swf, [str(word) for word in words], input=stdin, prog_name="swf")


@attrs.define
class Terminal:
    """A command in a process of its own; what it prints is kept, stdout and stderr as one."""

    process: subprocess.Popen[str]
    printed: list[str] = attrs.field(factory=list)
    news: threading.Condition = attrs.field(factory=threading.Condition)

    def read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self.news:
                self.printed.append(line)
                self.news.notify_all()

    @property
    def text(self) -> str:
        return "".join(self.printed)

    def await_text(self, text: str) -> str:
        """Return all that was printed, once `text` is in it."""
        until = time.monotonic() + PATIENCE_SECONDS
        with self.news:
            while text not in self.text:
                left = until - time.monotonic()
                ended = self.process.poll() is not None and not self.news.wait(1)
                if left < 0 or ended:
                    raise AssertionError(f"no {text!r} in: {self.text}")
                self.news.wait(0.2)
        return self.text

    def interrupt(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)


@contextmanager
def terminal(*words: str | Path, cwd: Path, **environment: str) -> Iterator[Terminal]:
    """Yield a terminal in which a command runs; it has ended afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "swf", *map(str, words)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    found = Terminal(process)
    reader = threading.Thread(target=found.read)
    reader.start()
    assert process.stdout is not None
    with process.stdout:
        with ended(process):
            yield found
        reader.join(PATIENCE_SECONDS)
