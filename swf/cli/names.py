"""Commands with examples, and groups whose commands are imported when they are used."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import click

from swf import _lazy
from swf.nearest import nearest


class Entry(NamedTuple):
    """Where a command is, and what the list of commands says of it."""

    module: str
    says: str
    attribute: str = "command"


def loader(entries: Iterable[Entry]) -> Callable[[Entry], click.Command]:
    """Return what imports the commands of these entries, each when it is first used."""
    homes = {entry.module: entry.module for entry in entries}
    module: Callable[[str], Any] = _lazy.lazily("swf.cli", homes)

    def load(entry: Entry) -> click.Command:
        found: click.Command = getattr(module(entry.module), entry.attribute)
        return found

    return load


class Verb(click.Command):
    """A command whose help shows its examples apart, and first the options that are its own.

    An example is a paragraph of its help that begins with what is typed.
    """

    def examples(self) -> list[str]:
        """Return the lines of the examples."""
        return [line for one in self._paragraphs() if _is_typed(one) for line in one.splitlines()]

    def _paragraphs(self) -> list[str]:
        text = inspect.cleandoc(self.help or "")
        return [inspect.cleandoc(one) for one in text.split("\n\n")]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write what the command does, and its examples as they are typed."""
        formatter.write_paragraph()
        with formatter.indentation():
            said = [one for one in self._paragraphs() if not _is_typed(one)]
            formatter.write_text("\n\n".join(said))
        if self.examples():
            with formatter.section("Examples"):
                for line in self.examples():
                    formatter.write(f"{'':{formatter.current_indent}}{line}\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options of the command itself, and below them those of every command."""
        own: list[tuple[str, str]] = []
        of_all: list[tuple[str, str]] = []
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(param, click.Option):
                (own if param.expose_value else of_all).append(record)
        for title, records in (("Options", own), ("Options of every command", of_all)):
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


def _is_typed(paragraph: str) -> bool:
    return paragraph.startswith(("swf ", 'eval "$(swf '))


class Noun(click.Group):
    """The commands of one noun; an unknown one is refused with the nearest there is.

    Those of `elsewhere` are imported when they are used.
    """

    command_class = Verb

    def __init__(
        self, *args: Any, elsewhere: Mapping[str, Entry] | None = None, **attributes: Any
    ) -> None:
        super().__init__(*args, **attributes)
        self.elsewhere = elsewhere or {}
        self._load = loader(self.elsewhere.values())

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*super().list_commands(ctx), *self.elsewhere})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported now; None where there is none of the name."""
        entry = self.elsewhere.get(cmd_name)
        return super().get_command(ctx, cmd_name) if entry is None else self._load(entry)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name."""
        known = self.known(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            raise click.UsageError(f"no command {args[0]!r}{nearest(args[0], known)}", ctx)
        return super().resolve_command(ctx, args)

    def known(self, ctx: click.Context) -> Iterable[str]:
        """Return every name that is a command."""
        return self.list_commands(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, none of which is imported for that."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._says(ctx, name)) for name in self.list_commands(ctx)])

    def _says(self, ctx: click.Context, name: str) -> str:
        if name in self.elsewhere:
            return self.elsewhere[name].says
        command = super().get_command(ctx, name)
        return "" if command is None else command.get_short_help_str(150)
