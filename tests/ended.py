"""Processes that a test has started, and their end."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE_SECONDS = 120


@contextmanager
def ended(process: subprocess.Popen[Any]) -> Iterator[None]:
    """Have a process ended after the block: told to, and killed where it does not."""
    try:
        yield
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
