"""The command `swf`: what it offers, and how fast."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module

import click
import pytest
from terminals import ROOT, typed

from swf._version import __version__
from swf.cli.main import COMMANDS, ENTRIES, swf
from swf.cli.names import Verb


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


def every() -> Iterator[tuple[str, click.Command]]:
    """Yield each command of the tree with the words that call it, those of simpleflow left out."""
    root = click.Context(swf)
    for name in COMMANDS:
        one = swf.get_command(root, name)
        assert one is not None
        if isinstance(one, click.Group):
            context = click.Context(one)
            for verb in one.list_commands(context):
                found = one.get_command(context, verb)
                assert found is not None
                yield f"{name} {verb}", found
        else:
            yield name, one


def test_every_command_has_an_example_that_can_be_typed() -> None:
    """The help of each command has an example of itself, or of its other name, and its options."""
    for path, command in every():
        examples = command.examples() if isinstance(command, Verb) else []
        assert examples, f"swf {path} --help has no example"
        for line in examples:
            words = shlex.split(line.removeprefix('eval "$(').removesuffix(')"'))[1:]
            named = command.name if path == command.name else f"{path.split()[0]} {command.name}"
            assert " ".join(words).startswith(str(named)), f"swf {path} --help: {line}"
            rest = words[len(str(named).split()) :]
            parser = command.make_parser(click.Context(command, info_name=path))
            parser.parse_args(list(rest))  # raises where there is no such option


def test_every_option_says_what_it_does() -> None:
    """No option of any command stands there without a word."""
    silent = [
        (path, param.opts)
        for path, command in every()
        for param in command.params
        if isinstance(param, click.Option) and not param.hidden and not param.help
    ]
    assert silent == []


def test_help_has_a_commands_own_options_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Examples stand as they are typed, then the command's own options, then all commands'."""
    monkeypatch.setenv("COLUMNS", "40")
    lines = typed("workflow", "terminate", "--help").stdout.splitlines()

    assert "  swf workflow terminate --where type=basic:example,tag=blue --yes" in lines
    titles = [line for line in lines if line.endswith(":") and line[0] != " "]
    assert titles == ["Examples:", "Options:", "Options of every command:"]
    assert not any(line.strip() == "[WORKFLOW_ID]" for line in lines[4:])


def test_an_unknown_option_is_put_right() -> None:
    """The nearest option is suggested, in one line with exit code 2."""
    ran = typed("workflow", "list", "--statsu", "open")

    assert ran.exit_code == 2
    assert "--status" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


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
        (("worker", "strat"), "start"),
        (("server", "sart"), "start"),
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
