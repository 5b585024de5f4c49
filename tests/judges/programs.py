"""Programs that are not ours, from an environment of their own, and a server for them to judge.

They know nothing of `swf` and find the server as they would find AWS: by their environment.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import attrs
import pytest
from embedded import ROOT

MAKE = "make judges"
PATIENCE_SECONDS = 120
REGION = "eu-west-1"


def program(name: str) -> str:
    """Return the path of a judge's program; fail, and say what to do, where it is not installed."""
    venv = ROOT / (os.environ.get("JUDGES_VENV") or ".venv-judges")
    path = venv / "bin" / name
    if not path.exists():
        pytest.fail(f"{path} is not there: `{MAKE}` installs it")
    return str(path)


def surroundings(url: str, home: Path) -> dict[str, str]:
    """Return the whole environment of a judge: where the server is, and any keys."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "USER": "judge",
        "LANG": "C.UTF-8",
        "AWS_ENDPOINT_URL_SWF": url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "anybody",
        "AWS_SECRET_ACCESS_KEY": "anything",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
    }


@attrs.define(eq=False)
class Running:
    """A judge that runs, and what it has written so far."""

    process: subprocess.Popen[bytes]
    output: Path

    @property
    def written(self) -> str:
        return self.output.read_text(errors="replace")

    def wait(self) -> int:
        """Return the exit status, once it has ended by itself."""
        try:
            return self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            pytest.fail(f"{self.process.args} goes on and on:\n{self.written[-5000:]}")

    def end(self) -> None:
        """Leave nothing of it, nor of the processes that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE_SECONDS)


@contextmanager
def running(
    arguments: list[str], output: Path, environment: Mapping[str, str]
) -> Iterator[Running]:
    """Yield a judge that has been started; it and its children are gone afterwards."""
    with output.open("wb") as log:
        process = subprocess.Popen(
            arguments,
            cwd=output.parent,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a group of its own, to be ended as a whole
        )
    judge = Running(process, output)
    try:
        yield judge
    finally:
        judge.end()
