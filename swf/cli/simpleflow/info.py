"""`swf info` and `swf binaries.download`, as simpleflow has them."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any, Final

import click

from swf import settings
from swf._version import __version__
from swf.cli import options
from swf.cli.asked import Asked
from swf.cli.simpleflow.looking import emit
from swf.wire import told

SECTIONS: Final = ("versions", "settings", "environment")

_SECRET: Final = ("KEY", "SECRET", "TOKEN", "PASSWORD")


@click.command("info")
@click.argument("sections", default=",".join(SECTIONS))
@options.common
def info(asked: Asked, /, sections: str) -> None:
    """Show versions, settings and environment variables; secrets are masked."""
    tellers: Mapping[str, Callable[[], Mapping[str, Any]]] = {
        "versions": _versions,
        "settings": _settings,
        "environment": _environment,
    }
    wanted = [one.strip() for one in sections.split(",")]
    unknown = [one for one in wanted if one not in tellers]
    if unknown:
        raise click.UsageError(f"no section {unknown[0]!r}; there are {', '.join(SECTIONS)}")
    rows = [
        {"section": section, "name": name, "value": value}
        for section in wanted
        for name, value in tellers[section]().items()
    ]
    emit(asked, ("section", "name", "value"), rows)


@click.command("binaries.download", context_settings={"ignore_unknown_options": True})
@click.argument("binaries", nargs=-1)
def binaries_download(binaries: tuple[str, ...]) -> None:  # noqa: ARG001
    """Say what to do instead: programs are not downloaded here."""
    raise click.UsageError(
        "no program is downloaded here: have it in the image, or the PATH, of who runs the worker"
    )


def _versions() -> Mapping[str, Any]:
    needed = {name: metadata.version(name) for name in ("boto3", "botocore", "click", "rich")}
    return {
        "swf": __version__,
        **needed,
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": platform.platform(),
    }


def _settings() -> Mapping[str, Any]:
    return {name: one.shown for name, one in settings.resolve().items()}


def _environment() -> Mapping[str, Any]:
    shown = {
        name: "****" if any(word in name for word in _SECRET) else value
        for name, value in sorted(os.environ.items())
        if name.startswith(("AWS_", "SWF_", "SIMPLEFLOW_", "LOG_LEVEL"))
    }
    return told(**shown)
