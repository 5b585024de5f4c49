"""The command `swf`: what it offers, and how fast."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module

import click
import pytest
from terminals import ROOT, typed

from swf._version import __version__
from swf.cli.main import COMMANDS, ENTRIES, swf


def test_help_lists_every_command_in_one_spelling() -> None:
    """`swf --help` lists the nouns, and none of the dotted aliases."""
    shown = typed("--help").stdout

    for name, entry in COMMANDS.items():
        assert f"  {name} " in shown
        assert entry.says.split()[0] in shown
    assert "workflow.list" not in shown
    assert typed("-h").stdout == shown


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_every_command_has_a_help(name: str) -> None:
    """Each command, and each of a noun's, says what it does and takes, without any SWF."""
    ran = typed(name, "--help")
    assert ran.exit_code == 0, ran.output
    assert ran.stdout.startswith(f"Usage: swf {name}")

    command = swf.get_command(click.Context(swf), name)
    for verb, one in getattr(command, "commands", {}).items():
        shown = typed(name, verb, "--help")
        assert shown.exit_code == 0, shown.output
        assert one.help, f"swf {name} {verb} does not say what it does"
        assert "--domain" in shown.stdout


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_an_entry_is_where_it_is_said_to_be(name: str) -> None:
    """The module and the attribute of each entry are there."""
    entry = ENTRIES[name]
    found = getattr(import_module(f"swf.cli.{entry.module}"), entry.attribute)
    assert isinstance(found, click.Command)


def test_an_unknown_command_is_put_right() -> None:
    """The nearest command is suggested, of a noun as well, in one line with exit code 2."""
    for words, near in (
        (("workflw",), "workflow"),
        (("workflow", "lst"), "list"),
        (("workflow.lst",), "workflow.list"),
        (("domain", "regster"), "register"),
    ):
        ran = typed(*words)
        assert ran.exit_code == 2
        assert f"(did you mean {near!r}?)" in ran.stderr
        assert len(ran.stderr.splitlines()) == 1


def test_a_command_without_a_verb_shows_its_help() -> None:
    """A bare noun tells which verbs there are."""
    assert "Commands:" in typed("workflow").output


def test_the_version_is_told() -> None:
    """`swf --version` prints name and version."""
    assert typed("--version").stdout == f"swf {__version__}\n"


SLOW = ("boto3", "botocore", "rich", "sqlite3", "attr", "swf.settings", "swf.models.domain")


def test_help_imports_nothing_that_is_slow() -> None:
    """`swf --help` imports neither AWS's client, nor the engine, nor what draws tables."""
    code = f"""
import sys
before = set(sys.modules)
from swf.cli.main import swf
try:
    swf(["--help"], prog_name="swf")
except SystemExit:
    pass
print([name for name in {SLOW!r} if name in sys.modules.keys() - before], file=sys.stderr)
"""
    ran = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert ran.stderr == "[]\n"


def test_the_package_can_be_run(tmp_path: object) -> None:
    """`python -m swf` is the command, under its own name."""
    ran = subprocess.run(
        [sys.executable, "-m", "swf", "workflow", "list", "--bogus"],
        capture_output=True,
        text=True,
        cwd=str(tmp_path),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert ran.returncode == 2
    assert ran.stderr.startswith("Error: ")
    assert ran.stderr.endswith("; see `swf workflow list --help`\n")
