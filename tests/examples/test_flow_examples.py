"""Each example of the flow layer prints what it says that it prints."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest
from embedded import server_process

ROOT: Final = Path(__file__).parents[2]

PRINTED: Final = {
    "arithmetic": ["45", "70", "45 after 10 s", "60", "2520 someMarker someDetails"],
    "asynchronous": ["3 pages, 30 words", "3 pages, 30 words"],
    "basic": ["(1 + 1) * 2 = 4"],
    "cancelling": ["copying, copied 3 files, removed", "CANCELED"],
    "canvas": [
        "(1+1)*(2+1)*(3+1) = 24",
        "[[4, 6], [2, 4]]",
        "[1, 4, 9, 16, 25]",
        "['a', None]",
    ],
    "changing": [
        "old run: packed, sent",
        "new run: packed, insured, sent",
        "version 2: sent",
    ],
    "children": ["70", "hello from the parent", "WorkflowFailed: ValueError: -1"],
    "continuing": ["55 after 10 runs", "2500 after 3 runs"],
    "dataflow": ["[22, 10]", "total 39 of 3 shops"],
    "forms": ["Hello Ada!", "12", "[1, 4, 9] elsewhere"],
    "lambdas": ["{'greeting': 'Hello Ada from greet'}"],
    "observing": ["{'done': 2, 'of': 3}", "66 %", "self.sleep(86_400)"],
    "once": ["asked 1 time, used 3 times: 60", "2 latest, 3 in all", "drawn once: True"],
    "payloads": [
        "Order(number=7, total=Decimal('12.50'), day=datetime.date(2024, 2, 29))",
        "50000 characters went by the store; the history tells nothing",
    ],
    "resuming": ["attempt 2 goes on at page 3", "5 pages"],
    "retrying": [
        "paid at attempt 3 after 3 s",
        "read at attempt 2",
        "charged the other card",
        "declined: ValueError",
    ],
    "routing": [
        "gpu, priority 7",
        "3 calls, 1 task",
        "activity-charge-order-7",
        "found by tag: 1",
    ],
    "signals": ["order 1: paid 12", "order 2: given up", "approved by Ada"],
    "timers": ["reminded 2 times in 48 hours", "timer reminder was canceled"],
    "waiting": [
        "first: fast",
        "in order: fast, medium, slow",
        "enough: fast and slow",
        "ready: tea, toast, eggs",
    ],
}


@pytest.mark.parametrize("name", PRINTED)
def test_an_example_prints_what_it_says(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What an example prints is what its docstring promises, in whatever program it runs."""
    example = import_module(f"examples.flow.{name}")

    example.main()

    assert capsys.readouterr().out.splitlines() == PRINTED[name]


def test_every_example_is_run() -> None:
    """No example is forgotten here."""
    names = {path.stem for path in (ROOT / "examples/flow").glob("[a-z]*.py")}

    assert names == set(PRINTED)


def test_the_first_example_runs_on_a_file(tmp_path: Path) -> None:
    """On a file the same program prints the same, from the command line."""
    assert printed_by(f"sqlite:///{tmp_path}/basic.db") == ["(1 + 1) * 2 = 4"]


def test_the_first_example_runs_over_http_in_processes_of_its_own(tmp_path: Path) -> None:
    """On a server the decider prints, in a process of its own, as do the activities' workers."""
    with server_process("--db", f"{tmp_path}/served.db", "--port", "0") as server:
        assert printed_by(server.url) == ["(1 + 1) * 2 = 4"]


def printed_by(*args: str) -> list[str]:
    """Return the lines that the first example prints."""
    command = [sys.executable, "-m", "examples.flow.basic", *args]
    keys = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing"}
    ended = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **keys}, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()
