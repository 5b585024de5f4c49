"""`swf run`: a workflow in this process."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from terminals import BASIC, PATIENCE_SECONDS, ROOT, terminal, typed

pytestmark = pytest.mark.usefixtures("folder")

ENDINGS = '''
"""How executions end."""

from swf.flow import Workflow, activity


@activity
def break_down():
    raise ValueError("the belt broke")


class Fails(Workflow):
    def run(self):
        return self.submit(break_down).result


class TimesOut(Workflow):
    execution_start_to_close_timeout = 60

    def run(self):
        self.sleep(3600)


class Tells(Workflow):
    def run(self, *args, **kwargs):
        return {"args": args, "kwargs": kwargs}
'''


@pytest.fixture
def endings(folder: Path) -> None:
    (folder / "endings.py").write_text(ENDINGS)


def test_a_workflow_runs_with_nothing_else(folder: Path) -> None:
    """What the program prints comes out, and then its result as JSON."""
    ran = typed("run", BASIC, "--input", "[1, 0]")

    assert ran.stdout == "(1 + 1) * 2 = 4\n4\n"
    assert ran.exit_code == 0
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("endings")
def test_arguments_come_in_each_form(folder: Path) -> None:
    """Positional, named, single, of a file and of stdin: all of them reach the workflow."""
    (folder / "input.json").write_text('{"args": [1], "kwargs": {"x": 2}}')
    told = [
        typed("run", "endings.Tells", *words, stdin="[3]").stdout
        for words in (
            ("-i", "[1, 2]"),
            ("-i", '"text"'),
            ("--input-file", "input.json"),
            ("--input-file", "-"),
            (),
        )
    ]

    assert [json.loads(text) for text in told] == [
        {"args": [1, 2], "kwargs": {}},
        {"args": ["text"], "kwargs": {}},
        {"args": [1], "kwargs": {"x": 2}},
        {"args": [3], "kwargs": {}},
        {"args": [], "kwargs": {}},
    ]


@pytest.mark.usefixtures("endings")
@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("Fails", 3, "Error: FAILED: the belt broke\n"),
        ("TimesOut", 4, "Error: TIMED_OUT: "),
    ],
)
def test_the_exit_code_says_how_it_ended(name: str, code: int, told: str) -> None:
    """What ends without a result is told in one line, without a traceback, and by the exit code."""
    ran = typed("run", f"endings.{name}", "--virtual-time")

    assert ran.exit_code == code
    assert ran.stdout == ""
    assert ran.stderr.startswith(told)
    assert ran.stderr.count("\n") == 1


@pytest.mark.usefixtures("endings")
def test_the_traceback_is_shown_to_who_asks() -> None:
    """-vv shows where it failed."""
    ran = typed("run", "endings.Fails", "-vv")

    assert ran.exit_code == 3
    assert "Traceback (most recent call last)" in ran.stderr


def test_what_happens_is_kept_in_a_file() -> None:
    """With --db the execution is in that file afterwards."""
    typed("run", BASIC, "-i", "[1, 0]", "--db", "kept.db", "--workflow-id", "one")

    checked = typed("server", "check", "--db", "kept.db")
    assert checked.stdout.startswith("1 executions, ")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("no.such.thing",), "there is no module 'no'"),
        ((BASIC, "-i", "[1"), "not JSON"),
        ((BASIC, "--virtual-time", "--db", "x.db"), "goes without --db"),
        ((BASIC, "--db", "x.db", "-i", "[]"), "missing a required argument: 'x'"),
    ],
)
def test_bad_input_is_refused_at_once(folder: Path, words: tuple[str, ...], complaint: str) -> None:
    """What cannot be run is told in one line, and changes nothing."""
    ran = typed("run", *words)

    assert ran.exit_code in {1, 2}
    assert complaint in ran.stderr
    assert "Traceback" not in ran.stderr
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("endings")
def test_a_query_picks_from_the_result() -> None:
    """--query shows a part of the result."""
    ran = typed("run", "endings.Tells", "-i", "[1, 2]", "--query", "args[1]")

    assert ran.stdout == "2\n"


def test_ctrl_c_ends_it(folder: Path) -> None:
    """An interrupt ends the command with 130, without a traceback."""
    with terminal("run", BASIC, "-i", "[1, 30]", "-v", cwd=folder) as running:
        running.await_text("task answered: completed")
        running.interrupt(signal.SIGINT)
        assert running.process.wait(PATIENCE_SECONDS) == 130
    assert "Traceback" not in running.text


def test_a_terminal_shows_what_happens(folder: Path) -> None:
    """On a terminal, the tree grows on stderr meanwhile; stdout has the same as ever."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "swf", "run", BASIC, "-i", "[1, 0.3]", "--workflow-id", "one"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as running:
        os.close(theirs)
        shown = b"".join(iter(lambda: read(ours), b"")).decode()
        assert running.stdout is not None
        printed = running.stdout.read().decode()
    os.close(ours)

    assert printed == "(1 + 1) * 2 = 4\n4\n"
    assert "activity examples.flow.basic.delay (" in shown
    assert "COMPLETED" in shown
    assert shown.count("BasicWorkflow") == 0  # the id that was given is its title
    assert shown.rstrip().endswith("\x1b[?25h")  # the cursor is there again
    assert running.returncode == 0


def read(terminal: int) -> bytes:
    """Return what comes next from a terminal; nothing once nobody has it open any more."""
    try:
        return os.read(terminal, 10_000)
    except OSError:
        return b""
