"""What is told on stderr while a command runs."""

from __future__ import annotations

import logging
import os
from typing import Final

import click

_LOGGER: Final = logging.getLogger("swf")


class ToStderr(logging.Handler):
    """Writes records to stderr as it is at the time, without what could act on a terminal."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        text = self.format(record)
        plain = "".join(one if one.isprintable() or one in "\n\t" else "?" for one in text)
        click.echo(plain, err=True)


_HANDLER: Final = ToStderr()
_HANDLER.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))


def configure(verbosity: int, *, usual: int = logging.WARNING) -> None:
    """Have log records of a level shown: `-v` INFO, `-vv` DEBUG, else LOG_LEVEL, else `usual`."""
    named = logging.getLevelNamesMapping().get(os.environ.get("LOG_LEVEL", "").upper())
    level = usual if named is None else named
    if verbosity:
        level = min(level, logging.DEBUG if verbosity > 1 else logging.INFO)
    if _HANDLER not in _LOGGER.handlers:
        _LOGGER.addHandler(_HANDLER)
    _LOGGER.setLevel(level)
