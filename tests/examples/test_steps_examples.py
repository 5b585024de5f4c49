"""Each example of chains of steps prints what it says that it prints."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]

PRINTED: Final = {
    "conditions": ["too heavy: by ship", "urgent: by air", "by lorry"],
    "delays": [
        "asked 1 times",
        "asked 2 times",
        "asked 3 times",
        "answered after 2 seconds or more",
    ],
    "for_each": ["apples, figs, pears", "first apples", "then figs"],
    "hello": ["The kettle is on", "Tea is ready"],
    "parallel": ["toast and eggs", "eaten", "washed up"],
    "passing_data": ["12 at 2.5 each make 30.0"],
    "saga": [
        "flight booked",
        "hotel booked",
        "hotel canceled",
        "flight canceled",
        "stayed at home",
        "RuntimeError: no car is left",
    ],
    "suspending": [
        "SUSPENDED: ConnectionError: the printer is off",
        "COMPLETE",
        "TERMINATED",
    ],
    "waiting_for_events": [
        "parcel 7: signed by Ada",
        "parcel 7: signed by Ada",
        "parcel 8: nobody was at home",
    ],
    "while_loop": ["3", "2", "1", "lift-off"],
}


@pytest.mark.parametrize("name", PRINTED)
def test_an_example_prints_what_it_says(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What an example prints is what its docstring promises."""
    example = import_module(f"examples.steps.{name}")

    example.main()

    assert capsys.readouterr().out.splitlines() == PRINTED[name]


def test_every_example_is_run() -> None:
    """No example is forgotten here."""
    names = {path.stem for path in (ROOT / "examples/steps").glob("[a-z]*.py")}

    assert names == set(PRINTED)


def test_an_example_runs_on_a_file(tmp_path: Path) -> None:
    """On another endpoint the same program prints the same."""
    url = f"sqlite:///{tmp_path}/steps.db"
    ended = subprocess.run(
        [sys.executable, "-m", "examples.steps.saga"],
        cwd=ROOT,
        env={**os.environ, "SWF_ENDPOINT_URL": url},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == PRINTED["saga"]
