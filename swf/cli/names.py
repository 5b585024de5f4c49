"""Names that were typed wrong, and groups of commands that suggest the nearest."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import click


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ` (did you mean …?)` with the known name next to a name; empty where none is near."""
    found = difflib.get_close_matches(name, sorted(set(known)), n=1)
    return f" (did you mean {found[0]!r}?)" if found else ""


def unknown_command(ctx: click.Context, name: str, known: Iterable[str]) -> click.UsageError:
    """Return the error for a command that there is none of, with the nearest there is."""
    return click.UsageError(f"no command {name!r}{nearest(name, known)}", ctx)


class Noun(click.Group):
    """The commands of one noun; an unknown one is refused with the nearest there is."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            raise unknown_command(ctx, args[0], self.commands)
        return super().resolve_command(ctx, args)
