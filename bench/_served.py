"""Servers in processes of their own: the embedded SWF, moto's, and one whose answers are made."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen

HERE = Path(__file__).parent
_TICKS = os.sysconf("SC_CLK_TCK")


@frozen
class Server:
    """A server that runs: where, and its process."""

    url: str
    process: subprocess.Popen[str]

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or 0

    @property
    def cpu(self) -> float:
        """The seconds of CPU that it has taken."""
        told = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / _TICKS

    def status(self, name: str) -> int:
        """Return a number of /proc/PID/status: VmRSS in kB, Threads."""
        told = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(told.split(f"{name}:")[1].split()[0])


@contextmanager
def _running(arguments: Sequence[str], **more: Any) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        **more,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def swf(folder: Path) -> Iterator[Server]:
    """Run the embedded SWF on a file, durable in full."""
    arguments = ["-m", "swf.server", "--db", str(folder / "served.db"), "--port", "0"]
    with _running(arguments) as process:
        assert process.stdout is not None
        yield Server(process.stdout.readline().strip().partition("=")[2], process)


@contextmanager
def moto() -> Iterator[Server]:
    """Run moto's server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with _running(["-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]) as process:
        for _ in range(300):
            time.sleep(0.1)
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
        yield Server(f"http://127.0.0.1:{port}", process)


@contextmanager
def canned(replies: Mapping[str, Any]) -> Iterator[Server]:
    """Run a server that has one answer for each operation, and does nothing but send it."""
    with _running([str(HERE / "_canned.py")]) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(replies) + "\n")
        process.stdin.flush()
        yield Server(process.stdout.readline().strip(), process)


@contextmanager
def script(name: str, *arguments: str) -> Iterator[Server]:
    """Run a script of this folder that prints its URL."""
    with _running([str(HERE / name), *arguments]) as process:
        assert process.stdout is not None
        yield Server(process.stdout.readline().strip(), process)
