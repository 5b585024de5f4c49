"""`swf config`: the settings in effect."""

from __future__ import annotations

from typing import Final

import click

from swf import settings
from swf.cli import options, output
from swf.cli.asked import Asked
from swf.cli.names import Noun
from swf.cli.output import Columns

LIST: Final = Columns({"key": "setting", "value": "value", "origin": "from"}, id="key")


@click.group("config", cls=Noun)
def command() -> None:
    """Show the settings in effect, and where each comes from."""


@command.command()
@click.option("--all", "every", is_flag=True, help="Those too that nothing tells.")
@options.common
def show(asked: Asked, /, every: bool) -> None:
    """Show each setting in effect and where it comes from; secrets are masked.

    swf config show
    """
    found = settings.resolve()
    keys = [key for key in settings.KEYS if every or key in found]
    rows = [
        {
            "key": key,
            "value": found[key].shown if key in found else None,
            "origin": _origin(found[key].origin) if key in found else None,
        }
        for key in keys
    ]
    output.emit(asked, rows, LIST)
    if not rows:
        output.note("nothing is set: AWS is asked, as boto3 is configured")


def _origin(origin: str) -> str:
    """Return where a setting comes from, as who typed a command says it."""
    return "the command line" if origin == "settings.override()" else origin
