"""What checkers of types know of a submit: what it takes, and what comes of it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent

WRONG = """\
from swf.flow import Workflow, activity


@activity
def increment(x: int) -> int:
    return x + 1


@activity
def join(x: int, text: str = "") -> str:
    return text * x


class Flow(Workflow):
    def run(self) -> None:
        words = self.submit(join, 1, "x")
        self.submit(increment, "1")  # wrong
        self.submit(increment, words)  # wrong
        self.submit(increment)  # wrong
        self.submit(increment, 1, 2)  # wrong
        self.submit(increment, y=1)  # wrong
        self.submit(join, 1, 2)  # wrong
        self.submit(join, words, "x")  # wrong
        self.submit(len, [])  # wrong
        self.submit(5)  # wrong
        self.submitt(increment, 1)  # wrong
        increment("1")  # wrong
"""


@pytest.mark.parametrize(
    "checker", [("mypy", "--strict"), ("pyright", "--pythonpath", sys.executable)]
)
def test_types(checker: tuple[str, ...], tmp_path: Path) -> None:
    """A submit keeps the activity's types, takes futures for its arguments, and nothing wrong."""
    wrong = tmp_path / "wrong.py"
    wrong.write_text(WRONG)
    done = subprocess.run(
        [sys.executable, "-m", *checker, str(TESTS / "flow_typed.py"), str(wrong)],
        cwd=TESTS.parent,
        capture_output=True,
        text=True,
        check=False,
    )

    found = re.findall(r"([\w]+\.py):(\d+).*error", done.stdout)
    lines = WRONG.splitlines()
    assert {(name, int(line)) for name, line in found} == {
        ("wrong.py", number) for number, line in enumerate(lines, 1) if line.endswith("# wrong")
    }, done.stdout + done.stderr
