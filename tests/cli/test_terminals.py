"""Pipes that break, interrupts, and terminals that are narrow, dumb or without colours."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from cli_scene import shop_on_file
from terminals import ROOT

MANY = 300

UNSET = {"NO_COLOR", "FORCE_COLOR", "TERM", "PYTHONUNBUFFERED"}
"""Variables that say how to write; the last loses what a reader leaves of a large write."""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An SWF on a file with many executions."""
    url = shop_on_file(
        tmp_path / "swf.db", [f"order-{number}-{'x' * 200}" for number in range(MANY)]
    )
    return {
        **{key: value for key, value in os.environ.items() if key not in UNSET},
        "PYTHONPATH": str(ROOT),
        "SWF_ENDPOINT_URL": url,
        "SWF_DOMAIN": "shop",
    }


SWF = [sys.executable, "-m", "swf"]


@pytest.mark.parametrize("form", ["table", "json", "csv", "id"])
def test_a_reader_that_goes_away_is_no_error(environment: dict[str, str], form: str) -> None:
    """`| head -1` gets its line; nothing is told on stderr, and the exit code is 141."""
    command = " ".join([*SWF, "workflow", "list", "-n", str(MANY), "-q", "-o", form])
    ran = subprocess.run(
        ["bash", "-c", f"{command} | head -1; echo ${{PIPESTATUS[0]}}"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stderr == ""
    assert len(ran.stdout.splitlines()) == 2
    assert ran.stdout.splitlines()[1] == "141"


def test_an_interrupt_ends_a_command_quietly(environment: dict[str, str]) -> None:
    """Ctrl-C ends what goes on for ever; the exit code is 130, and there is no traceback."""
    with subprocess.Popen(
        [*SWF, "workflow", "count", "--watch", "60"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == f"{MANY}\n"
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=30)

    assert running.returncode == 130
    assert told == ""


def on_terminal(
    environment: dict[str, str], *words: str, code: int = 0, answer: str = "", **variables: str
) -> str:
    """Return what a command prints on a terminal, where something may be typed."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*SWF, *words],
        env={**environment, **variables},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as running:
        os.close(theirs)
        os.write(ours, answer.encode())
        found = b"".join(iter(lambda: read(ours), b""))
    os.close(ours)
    assert running.returncode == code, found
    return found.decode()


def read(terminal: int) -> bytes:
    """Return what comes next from a terminal; nothing once nobody has it open any more."""
    try:
        return os.read(terminal, 10_000)
    except OSError:
        return b""


LISTED = ("workflow", "list", "-n", "2", "-q")


def test_colours_are_where_they_are_wanted(environment: dict[str, str]) -> None:
    """A terminal has colours, but for NO_COLOR, `--no-color` and TERM=dumb; a pipe has none."""
    assert "\x1b[36mOPEN" in on_terminal(environment, *LISTED, TERM="xterm")
    for words, variables in (
        ((), {"TERM": "dumb"}),
        (("--no-color",), {"TERM": "xterm"}),
        (("--color", "never"), {"TERM": "xterm"}),
    ):
        assert "\x1b" not in on_terminal(environment, *LISTED, *words, **variables)
    assert "\x1b[36m" not in on_terminal(environment, *LISTED, TERM="xterm", NO_COLOR="1")
    piped = subprocess.run([*SWF, *LISTED], env=environment, capture_output=True, check=True)
    assert b"\x1b" not in piped.stdout


def test_force_color_colours_a_pipe(environment: dict[str, str]) -> None:
    """FORCE_COLOR has a pipe coloured, as it is elsewhere; what the option says goes first."""
    forced = {**environment, "FORCE_COLOR": "1"}
    words = ("workflow", "list", "-n", "2", "-q")

    ran = subprocess.run([*SWF, *words], env=forced, capture_output=True, check=True)
    assert b"\x1b[36mOPEN" in ran.stdout
    ran = subprocess.run([*SWF, *words, "--no-color"], env=forced, capture_output=True, check=True)
    assert b"\x1b" not in ran.stdout


def test_a_narrow_terminal_has_lists(environment: dict[str, str]) -> None:
    """Where a table does not fit into 40 columns, each row is a list of its fields."""
    shown = on_terminal(environment, *LISTED, TERM="dumb", COLUMNS="40")
    wide = on_terminal(environment, *LISTED, TERM="xterm", COLUMNS="40", NO_COLOR="1")

    assert shown.splitlines()[0].startswith("workflow id")
    lines = click.unstyle(wide).splitlines()
    assert lines[0].startswith("workflow id  order-299-x")
    assert max(map(len, lines)) <= 40


def test_who_waits_sees_the_tree(environment: dict[str, str]) -> None:
    """On a terminal the tree is shown while a result is waited for, not where it is to be quiet."""
    waits = ("workflow", "result", f"order-7-{'x' * 200}", "--timeout", "1")
    held = "└─ waits: nobody has taken"

    assert held in on_terminal(environment, *waits, code=124, TERM="xterm", COLUMNS="80")
    assert held not in on_terminal(environment, *waits, "-q", code=124, TERM="xterm")
    piped = subprocess.run([*SWF, *waits], env=environment, capture_output=True, check=False)
    assert (piped.returncode, piped.stdout) == (124, b"")
    assert len(piped.stderr.splitlines()) == 1


def test_who_acts_on_many_is_asked_and_sees_how_far_it_is(environment: dict[str, str]) -> None:
    """On a terminal it is asked first, and a bar shows how many are done."""
    asks = ("workflow", "cancel", "--where", "type=basic", "-o", "id")

    no = on_terminal(environment, *asks, code=1, answer="n\n", TERM="xterm")
    yes = on_terminal(environment, *asks, answer="y\n", TERM="xterm")

    assert f"cancel {MANY} executions? [y/N]" in no
    assert "nothing was done" in no
    assert f"{MANY}/{MANY}" in yes
    assert yes.count("order-") == MANY
