"""The tutorial of chains tells the truth where its program is killed."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent.parent
TUTORIAL: Final = ROOT / "docs" / "tutorial" / "steps.md"
ENOUGH: Final = 60
"""Seconds within which a program of the tutorial has come to where it is waited for."""


def await_events(database: Path, event_type: str, count: int) -> None:
    """Return once so many events of a type are in a database that another process has."""
    until = time.monotonic() + ENOUGH
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as found:
        query = "SELECT count(*) FROM event WHERE type = ?"
        while found.execute(query, [event_type]).fetchone()[0] < count:
            assert time.monotonic() < until, f"there are no {count} {event_type}"
            threading.Event().wait(0.01)


def test_the_program_of_the_tutorial_survives_a_kill(tmp_path: Path) -> None:
    """Killed when the tea is packed and started again, it goes on where it was."""
    text = TUTORIAL.read_text(encoding="utf-8")
    program = "".join(re.findall(r"```python\n(# parcels\.py\n.*?)```", text, re.DOTALL))
    (tmp_path / "parcels.py").write_text(program, encoding="utf-8")
    command = [sys.executable, "parcels.py"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run: dict[str, Any] = {"cwd": tmp_path, "env": environment, "text": True}

    with subprocess.Popen(command, stdout=subprocess.PIPE, **run) as first:
        assert first.stdout is not None
        seen = [first.stdout.readline(), first.stdout.readline()]
        await_events(tmp_path / "parcels.db", "ActivityTaskCompleted", 2)
        first.kill()
    again = subprocess.run(
        [*command, "Bob"], capture_output=True, timeout=ENOUGH, check=True, **run
    )

    assert f"$ python parcels.py\n{''.join(seen)}Killed\n" in text
    assert f"$ python parcels.py Bob\n{again.stdout}```" in text, again.stderr
