"""What checkers of types say of programs that chain steps."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent

WRONG = """\
from steps_typed import AddNumbers, Hello, Split
from swf.steps import WorkflowBuilder


def build(b: WorkflowBuilder) -> None:
    b.start_with(3)  # wrong
    b.then(Hello)  # wrong
    b.start_with(Hello).whlie(lambda data, context: True)  # wrong
    b.start_with(Hello).do(lambda x: x.start_with(Hello))  # wrong, and pyright sees it
    b.start_with(AddNumbers).output("sum", lambda step: step.nowhere)  # wrong
    b.start_with(AddNumbers).input("input1", lambda data: 1)  # wrong
    b.start_with(AddNumbers).input("input1", lambda data, context: context.nowhere)  # wrong
    b.for_each(["a"]).do(lambda x: x.start_with(Hello))  # wrong
    b.if_(lambda data, context: True).then(Hello)  # wrong
    b.wait_for("e", "k")  # wrong
    b.delay("soon")  # wrong
    b.start_with(Split).on_error("RETRY")  # wrong
"""


@pytest.mark.parametrize(
    "checker", [("mypy", "--strict"), ("pyright", "--pythonpath", sys.executable)]
)
def test_types(checker: tuple[str, ...], tmp_path: Path) -> None:
    """A chain keeps the types of its steps for its functions, and takes nothing wrong."""
    wrong = tmp_path / "wrong.py"
    wrong.write_text(WRONG)
    done = subprocess.run(
        [sys.executable, "-m", *checker, str(TESTS / "steps_typed.py"), str(wrong)],
        cwd=TESTS.parent,
        env={"MYPYPATH": str(TESTS), "PATH": "", "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
    )

    found = re.findall(r"([\w]+\.py):(\d+).*error", done.stdout)
    assert {(name, int(line)) for name, line in found} == {
        ("wrong.py", number)
        for number, line in enumerate(WRONG.splitlines(), 1)
        if line.endswith(("# wrong", f"# wrong, and {checker[0]} sees it"))
    }, done.stdout + done.stderr
