"""The directive `swf-commands`: every command of the command line, with the help that it prints.

It asks the commands themselves while the documentation is built: no page of them can be out of
date, and nothing but click is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click
from docutils import nodes
from docutils.parsers.rst import Directive

from swf.cli.main import swf

if TYPE_CHECKING:
    from sphinx.application import Sphinx

WIDTH = 100
"""Characters of a line of help."""


def helps() -> Iterator[tuple[str, str]]:
    """Yield each command as it is typed, and the help that it prints; a group before its own."""
    yield from _helps(_context(swf, "swf", None))


def _helps(context: click.Context) -> Iterator[tuple[str, str]]:
    command = context.command
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is None:
                raise LookupError(f"{context.command_path} lists {name!r} and has none")
            yield from _helps(_context(found, name, context))


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    return click.Context(
        command,
        info_name=name,
        parent=parent,
        terminal_width=WIDTH,
        max_content_width=WIDTH,
        help_option_names=["-h", "--help"],
    )


class Commands(Directive):
    """A section for each command, its help as it is printed."""

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        return [self._section(typed, text) for typed, text in helps()]

    def _section(self, typed: str, text: str) -> nodes.section:
        section = nodes.section(ids=[nodes.make_id(typed)])
        section += nodes.title("", "", nodes.literal("", typed))
        section += nodes.literal_block(text, text, language="text")
        self.state.document.note_explicit_target(section)
        return section


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the directive known."""
    app.add_directive("swf-commands", Commands)
    return {"parallel_read_safe": True}
