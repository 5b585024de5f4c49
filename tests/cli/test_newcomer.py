"""Who knows nothing but `swf --help` gets from an empty folder to a finished workflow."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from terminals import PATIENCE_SECONDS, ROOT, Terminal, terminal


class Newcomer:
    """Somebody in an empty folder, who types only what was printed before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings: dict[str, str] = {}
        self.seen = ""
        self.opened = ExitStack()
        self.terminals: list[Terminal] = []

    def type(self, command: str) -> str:
        """Type a command, and return what it prints."""
        ran = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env={**os.environ, **self.settings},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        self.seen += f"{ran.stdout}{ran.stderr}"
        return f"{ran.stdout}{ran.stderr}"

    def leave(self, command: str, until: str) -> None:
        """Type a command in a terminal of its own, and leave it once it has printed a text."""
        words = [*shlex.split(command)[1:], *(["--port", "0"] if "server" in command else [])]
        opened = terminal(*words, cwd=self.folder, **self.settings)
        one = self.opened.enter_context(opened)
        self.terminals.append(one)
        one.await_text(until)

    def go(self) -> None:
        """Interrupt all: while the server is there, its polls are waited for."""
        for one in self.terminals:
            one.process.terminate()

    def told(self, pattern: str) -> str:
        """Return the command of this form that was printed."""
        found = re.search(pattern, self.seen)
        assert found, f"nothing says {pattern!r}: {self.seen}"
        return found[0]


@pytest.fixture
def newcomer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newcomer]:
    """Somebody on a machine where `swf` is installed, and nothing is set."""
    home, script = tmp_path / "home", tmp_path / "bin" / "swf"
    for path in (home, script.parent, tmp_path / "here"):
        path.mkdir(exist_ok=True)
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m swf "$@"\n')
    script.chmod(0o700)
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("HOME", str(home))
    for name in [one for one in os.environ if one.startswith(("COV", "SWF_", "AWS_"))]:
        monkeypatch.delenv(name)
    someone = Newcomer(tmp_path / "here")
    with someone.opened:
        yield someone
        someone.go()


def test_from_an_empty_folder_to_a_finished_workflow(newcomer: Newcomer) -> None:
    """Each command is one that help, or a program that it names, has shown before; all work."""
    newcomer.type("swf --help")
    newcomer.type(newcomer.told(r"swf example > greetings\.py"))
    newcomer.seen += (newcomer.folder / "greetings.py").read_text()
    assert newcomer.type(newcomer.told(r"swf run greetings .*")) == '"Hello World!"\n'

    for setting in newcomer.told(r"export SWF_\S+ SWF_\S+").split()[1:]:
        newcomer.settings.update([setting.split("=", 1)])
    newcomer.leave(newcomer.told(r"swf server start"), "export AWS_ENDPOINT_URL_SWF=")
    newcomer.type("swf domain register --help")
    registering = newcomer.told(r"swf domain register \S+").replace("TestDomain", "greetings")
    newcomer.type(registering)
    newcomer.leave(newcomer.told(r"swf decider start greetings"), "starts with")
    newcomer.leave(newcomer.told(r"swf worker start greetings"), "starts with")

    told = newcomer.type(newcomer.told(r"swf workflow start greeting:1 .*"))
    assert told.endswith('"Hello World!"\n') or told.startswith('"Hello World!"\n')
    assert " COMPLETED " in newcomer.type(newcomer.told(r"swf workflow list"))


def test_what_the_doctor_says_cures_a_stuck_one(newcomer: Newcomer) -> None:
    """Nobody works: the doctor says so, and the command that it prints, typed, is the cure."""
    newcomer.type("swf example > greetings.py")
    newcomer.settings.update(SWF_ENDPOINT_URL="sqlite:///swf.db", SWF_DOMAIN="greetings")
    newcomer.leave("swf server start", "export AWS_ENDPOINT_URL_SWF=")
    newcomer.leave("swf decider start greetings", "starts with")
    newcomer.type("swf workflow start greeting:1 --workflow-id one --input '[\"World\"]'")

    until = time.monotonic() + PATIENCE_SECONDS
    while "which nobody polls" not in newcomer.type("swf doctor"):
        assert time.monotonic() < until, newcomer.seen
    newcomer.leave(newcomer.told(r"(?<=`)swf worker start [^`]*"), "starts with")

    assert '"Hello World!"\n' in newcomer.type("swf workflow result one")
    assert "none of them stuck" in newcomer.type("swf doctor")
