"""What cannot be tested while coverage traces each line runs in a process without it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


@pytest.mark.skipif(sys.gettrace() is None, reason="nothing is traced: test_thread.py runs them")
def test_programs_that_hang_are_interrupted() -> None:
    """The tests of the replay thread pass where nothing is traced."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:pytest_cov"]

    done = subprocess.run(
        [*command, str(HERE / "test_thread.py")],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-5_000:] + done.stderr[-5_000:]
    assert "skipped" not in done.stdout
