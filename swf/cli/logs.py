"""What is told on stderr while a command runs."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Final

import click

LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
"""The levels, by the names that are told of; LOG_LEVEL may say each as Python's logging does."""

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
    """Have log records of a level shown: `-v` INFO, `-vv` DEBUG, else LOG_LEVEL, else `usual`.

    With `-q` no level below ERROR is shown. It is a usage error that LOG_LEVEL names no level.
    """
    named = _level_of_environment()
    level = usual if named is None else named
    if verbosity > 0:
        level = min(level, logging.DEBUG if verbosity > 1 else logging.INFO)
    elif verbosity < 0:
        level = max(level, logging.ERROR)
    _configured(level)


def _level_of_environment() -> int | None:
    told = os.environ.get("LOG_LEVEL")
    if not told:
        return None
    level = logging.getLevelNamesMapping().get(told.upper())  # which has WARN and FATAL, too
    if level is None:
        raise click.UsageError(f"LOG_LEVEL: no level {told!r}; there are {', '.join(LEVELS)}")
    return level


@contextmanager
def at(level: str) -> Generator[None]:
    """Have LOG_LEVEL name this level within the block."""
    before = os.environ.get("LOG_LEVEL")
    os.environ["LOG_LEVEL"] = level
    try:
        yield
    finally:
        if before is None:
            del os.environ["LOG_LEVEL"]
        else:
            os.environ["LOG_LEVEL"] = before


class InChildren:
    """Has what is told in this process told alike in any process that it is sent to."""

    def __init__(self, level: int) -> None:
        self.level = level

    def __reduce__(self) -> tuple[Callable[[int], InChildren], tuple[int]]:
        """Be made anew in the other process by what configures it."""
        return _configured, (self.level,)


def in_children_of(actor: Any) -> None:
    """Have child processes of an actor tell what this one tells: it is sent to them with that."""
    vars(actor)["told_in_children"] = InChildren(_LOGGER.level)


def _configured(level: int) -> InChildren:
    if _HANDLER not in _LOGGER.handlers:
        _LOGGER.addHandler(_HANDLER)
    _LOGGER.setLevel(level)
    return InChildren(level)
