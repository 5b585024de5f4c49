"""The reference of the command line and of the settings leaves nothing out."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

import click
import pytest

from swf import settings
from swf.cli.main import COMMANDS, swf

DOCS: Final = Path(__file__).parent.parent / "docs"


@pytest.fixture(scope="module")
def directive() -> ModuleType:
    """The module of the directive that writes the page."""
    found = importlib.util.spec_from_file_location("swf_commands", DOCS / "swf_commands.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with what is typed for it."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found, f"{path} {name}")


def test_the_page_has_every_command_with_every_option(directive: ModuleType) -> None:
    """Each command has its section, and each option that is shown is told in it."""
    helps = dict(directive.helps())

    assert {typed.split()[1] for typed in helps if " " in typed} == set(COMMANDS)
    for path, command in commands(swf, "swf"):
        shown = [one for one in command.params if not getattr(one, "hidden", False)]
        options = [word for one in shown if isinstance(one, click.Option) for word in one.opts]
        assert [word for word in options if word not in helps[path]] == [], path


def test_every_command_says_what_it_does(directive: ModuleType) -> None:
    """No command's help is its options alone."""
    silent = [
        path
        for path, text in directive.helps()
        if not re.match(r"Usage: .*\n(?: .*\n)*\n +[A-Z]", text)
    ]

    assert silent == []


def test_the_page_asks_the_commands(directive: ModuleType) -> None:
    """The page has the directive, which Sphinx is told of."""
    page = (DOCS / "reference" / "command-line.md").read_text(encoding="utf-8")

    assert ".. swf-commands::" in page
    assert f'"{directive.__name__}"' in (DOCS / "conf.py").read_text(encoding="utf-8")


def test_the_table_of_settings_is_the_settings() -> None:
    """Each setting has its row, with the variables and the section that it is read from."""
    page = (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| `\[(\w+)\]` \|$", page, re.MULTILINE)
    told = {key: (tuple(re.findall(r"`(\w+)`", names)), where) for key, names, where in rows}
    sections = {key: name for name, keys in settings._SECTIONS.items() for key in keys}

    assert told == {key: (settings._VARIABLES[key], sections[key]) for key in settings.KEYS}
