"""`swf config`: the settings in effect; and `swf version`."""

from __future__ import annotations

import platform
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from typing import Final

import click

from swf import settings
from swf._version import __version__
from swf.cli import options, output
from swf.cli.asked import Asked
from swf.cli.names import Noun, Verb
from swf.cli.output import Columns
from swf.cli.setup import settings_file
from swf.exceptions import CredentialsError
from swf.models import Domain
from swf.nearest import nearest
from swf.transport import connect

LIST: Final = Columns({"key": "setting", "value": "value", "origin": "from"}, id="key")

USED: Final = ("boto3", "botocore", "click", "rich", "attrs", "uvicorn", "cryptography")
"""Packages whose versions matter to who reads of a problem."""


@click.group("config", cls=Noun)
def command() -> None:
    """Show the settings in effect and where each comes from; set them."""


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
            "origin": origin_of(found[key]) if key in found else None,
        }
        for key in keys
    ]
    output.emit(asked, rows, LIST)
    if not rows:
        output.note("nothing is set: AWS is asked, as boto3 is configured")


@command.command("path")
@options.common
def path_(_asked: Asked, /) -> None:
    """Print where the settings file is; it need not be there.

    swf config path
    """
    click.echo(settings_file.path())


@command.command("set")
@click.argument("key", metavar="KEY")
@click.argument("value", metavar="[VALUE]", required=False)
@options.common
def set_(_asked: Asked, /, key: str, value: str | None) -> None:
    """Write a setting into ~/.swf, which its owner alone may read; all else there is kept.

    An empty VALUE takes the setting away. Secrets are best asked for, or read from stdin: leave
    their VALUE out. Keys are one unit: with aws_access_key_id the secret is asked for, and a
    session token that was there is taken away.

        swf config set domain shop
    """
    if key not in settings.KEYS:
        known = ", ".join(settings.KEYS)
        raise click.UsageError(
            f"no setting {key!r}{nearest(key, settings.KEYS)}; there are {known}"
        )
    value = _asked_for(key) if value is None else value
    if value:
        _refuse_unusable(key, value)
    values: dict[str, str | None] = {key: value or None}
    if key in settings.CREDENTIALS:
        values = _unit(key, values)
    place = settings_file.write(values)
    found = settings.resolve().get(key)
    if value and found is not None and found.value != value:
        output.note(f"Note: {origin_of(found)} tells another {key}, which goes first")
    output.note(f"wrote {' and '.join(values)} to {place}")


def _refuse_unusable(key: str, value: str) -> None:
    """Raise what each later command would, for a name or an endpoint that there cannot be."""
    if key == "domain":
        Domain(value)
    elif key == "endpoint_url":
        with suppress(CredentialsError):  # which are another matter
            connect(value)


def _unit(key: str, values: dict[str, str | None]) -> dict[str, str | None]:
    """Return what is to be written, so that there is never half of a key pair."""
    id_key, secret_key, token_key = settings.CREDENTIALS
    if values[key] is None and key != token_key:
        output.note("Note: the keys are one unit; all of it is taken away")
        return dict.fromkeys(settings.CREDENTIALS)
    if key == id_key:
        return {**values, secret_key: _asked_for(secret_key), token_key: None}
    if id_key not in settings.from_file(settings_file.path()):
        raise click.UsageError(
            f"{key}: there is no {id_key} beside it; `swf config set {id_key}` asks for both"
        )
    return values


def _asked_for(key: str) -> str:
    """Return a value that is typed now, unseen where it is a secret; or the next line of stdin."""
    if sys.stdin.isatty():
        hidden = key in settings.CREDENTIALS[1:]
        told: str = click.prompt(key, hide_input=hidden, err=True, default="", show_default=False)
        return told
    return sys.stdin.readline().strip()


@click.command("version", cls=Verb)
@options.common
def version(asked: Asked, /) -> None:
    """Show the versions of this package, of Python, and of what is used beside them.

    swf version -o json
    """
    found: dict[str, str | None] = {"swf": __version__, "python": platform.python_version()}
    for name in USED:
        with suppress(PackageNotFoundError):
            found[name] = package_version(name)
    output.emit_one(asked, found, id="swf")


def origin_of(setting: settings.Setting) -> str:
    """Return where a setting comes from, as who typed a command says it."""
    typed = setting.origin == "settings.override()"
    return "the command line" if typed else setting.origin
