"""The AWS SDK for JavaScript on our server: no part of `make test`, since it needs node and npm."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from judges.programs import PATIENCE_SECONDS, surroundings

JUDGE = Path(__file__).with_suffix(".mjs")


def test_the_sdk_for_javascript(server, tmp_path):
    """A decider and a worker in JavaScript bring an execution to its end; faults have classes."""
    modules = {"JUDGES_MODULES": os.environ["JUDGES_MODULES"]}
    ended = subprocess.run(
        ["node", str(JUDGE)],
        env=surroundings(server.url, tmp_path) | modules,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "right\n"
