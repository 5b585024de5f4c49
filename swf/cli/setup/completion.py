"""`swf completion`: what makes a shell complete `swf` commands."""

from __future__ import annotations

from typing import Final

import click
from click.shell_completion import get_completion_class

from swf.cli import options
from swf.cli.asked import Asked
from swf.cli.failing import Failure
from swf.cli.names import Verb

SHELLS: Final = ("bash", "zsh", "fish")

VARIABLE: Final = "_SWF_COMPLETE"

_WHOLE_WORDS: Final = "COMP_WORDBREAKS=${COMP_WORDBREAKS//:}"
"""Else bash takes `name:version` for three words."""


@click.command("completion", cls=Verb)
@click.argument("shell", type=click.Choice(SHELLS))
@options.common
def command(_asked: Asked, /, shell: str) -> None:
    """Print a script that makes a shell complete commands, domains and workflow ids.

    eval "$(swf completion bash)"
    """
    kind = get_completion_class(shell)
    root = click.get_current_context().find_root().command
    if kind is None:
        raise Failure(f"no completion for {shell}")
    click.echo(kind(root, {}, "swf", VARIABLE).source())
    if shell == "bash":
        click.echo(_WHOLE_WORDS)
