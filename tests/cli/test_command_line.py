"""The guide to the command line does what it says."""

from __future__ import annotations

import doctest
import re
import shlex
from collections.abc import Iterator

import click
import pytest
from cli_scene import Scene
from terminals import ROOT, typed

PAGE = ROOT / "docs" / "howto" / "command-line.md"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def steps(page: str) -> Iterator[tuple[str, str]]:
    """Yield the commands of the page with what they print, and what happens between them."""
    for scene, block in re.findall(
        r"^% (\w+)$|```console\n(.*?)```", page, re.DOTALL | re.MULTILINE
    ):
        if scene:
            yield scene, ""
        for one in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = one.partition("\n")
            yield command, printed


def printed_by(command: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return all that a command prints; variables before it are set for it alone."""
    words = shlex.split(command)
    with monkeypatch.context() as patched:
        while "=" in words[0]:
            patched.setenv(*words.pop(0).split("=", 1))
        assert words[0] == "swf"
        return click.unstyle(typed(*words[1:]).output)


def test_the_page_shows_what_is_printed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of the page prints, word for word, what stands below it there."""
    happened = {"begin": scene.begin, "finish": scene.finish}
    checker, count = doctest.OutputChecker(), 0

    for command, expected in steps(PAGE.read_text(encoding="utf-8")):
        if command in happened:
            happened[command]()
        elif not command.startswith("export "):
            printed = printed_by(command, monkeypatch)
            assert checker.check_output(expected, printed, FLAGS), f"$ {command}\n{printed}"
            count += 1
    assert count > 30
