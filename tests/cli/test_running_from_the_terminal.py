"""The guide to running things from the terminal does what it says, typed into a shell."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import attrs
import pytest
from terminals import PATIENCE_SECONDS, ROOT, terminal

PAGE = ROOT / "docs" / "howto" / "running-from-the-terminal.md"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
STAYING = re.compile(r"swf (server|decider|worker) start\b")
"""Commands that run in terminals of their own."""
LOOKING = re.compile(r"swf doctor\b")
"""Commands that look at what other terminals are about to do."""


@attrs.frozen
class Line:
    """A command of the page, and what it prints there."""

    command: str
    printed: str


def lines(page: str) -> Iterator[Line]:
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        for one in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = one.partition("\n")
            yield Line(command, printed)


def matches(line: Line, printed: str) -> bool:
    expected = line.printed.replace("127.0.0.1:8042", "127.0.0.1:...")
    return doctest.OutputChecker().check_output(expected, printed, FLAGS)


def test_the_page_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command prints what the page shows; those that stay run until the page is over."""
    page = PAGE.read_text(encoding="utf-8")
    [module] = re.findall(r"```python\n(# greetings\.py\n.*?)```", page, re.DOTALL)
    (tmp_path / "greetings.py").write_text(module)
    script = tmp_path / "bin" / "swf"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m swf "$@"\n')
    script.chmod(0o700)
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for name in [name for name in os.environ if name.startswith("COV")]:
        monkeypatch.delenv(name)  # who measures lines would say so among what is printed
    shown = list(lines(page))

    with ExitStack() as stack:
        for line in shown:
            if line.command.startswith("export "):
                for setting in line.command.split()[1:]:
                    monkeypatch.setenv(*setting.split("=", 1))
            elif STAYING.match(line.command):
                stay(stack, line, tmp_path)
            else:
                assert_prints(line, tmp_path)
    assert len(shown) > 15


def stay(stack: ExitStack, line: Line, folder: Path) -> None:
    """Have a command run in a terminal of its own, once it has printed what the page shows."""
    words = shlex.split(line.command)[1:]
    if words[0] == "server":
        words += ["--port", "0", "--poll-seconds", "1"]
    here = stack.enter_context(terminal(*words, cwd=folder, LOG_LEVEL="ERROR"))
    until = time.monotonic() + PATIENCE_SECONDS
    with here.news:
        while not matches(line, here.text):
            assert time.monotonic() < until, f"$ {line.command}\n{here.text}"
            here.news.wait(0.2)


def assert_prints(line: Line, folder: Path) -> None:
    """Have a command print what the page shows; what only looks may look again until it does."""
    until = time.monotonic() + PATIENCE_SECONDS
    printed = typed(line.command, folder)
    while LOOKING.match(line.command) and not any(matches(line, one) for one in printed):
        if time.monotonic() > until:
            break
        printed = typed(line.command, folder)

    assert any(matches(line, one) for one in printed), f"$ {line.command}\n{printed[0]}"


def typed(command: str, folder: Path) -> tuple[str, str]:
    """Return what a command prints; what goes to stderr first, and last."""
    ran = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return f"{ran.stderr}{ran.stdout}", f"{ran.stdout}{ran.stderr}"
