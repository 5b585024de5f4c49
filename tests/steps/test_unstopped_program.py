"""A program that starts workflows and comes to its end without stopping its host."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent.parent
ENOUGH: Final = 60
"""Seconds within which a program that has nothing to do any more has ended."""

PROGRAM: Final = """\
from swf.steps import *


class Hello(StepBody):
    def run(self, context):
        print("Hello world", flush=True)


class MyWorkflow(Workflow):
    def build(self, builder):
        builder\\
            .start_with(Hello)\\
            .wait_for("event1", lambda data, context: "key1")\\
            .delay(1)\\
            .then(lambda context: print("Goodbye", flush=True))


host = configure_workflow_host()
host.register_workflow(MyWorkflow())
host.start()
host.start_workflow("MyWorkflow", 1, None)
host.publish_event("event1", "key1", "hello")
"""


def test_a_program_ends_when_its_workflows_are_at_rest(tmp_path: Path) -> None:
    """It lasts while steps and timers are at work, and the hub of its events does not hold it."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=ENOUGH,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "Hello world\nGoodbye\n"), done.stderr
