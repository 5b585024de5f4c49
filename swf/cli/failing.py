"""How a command ends: its exit code, and errors in one line with the way out."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final

import click

from swf import exceptions
from swf.cli.asked import Asked

NOT_FOUND: Final = 10
EXISTS: Final = 11
DENIED: Final = 12
THROTTLED: Final = 13
UNREACHABLE: Final = 14
NON_DETERMINISM: Final = 15
WAITED: Final = 124
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141

OUTCOMES: Final = {"COMPLETED": 0, "FAILED": 3, "TIMED_OUT": 4, "CANCELED": 5, "TERMINATED": 6}
"""The exit code of waiting for an execution, by how it closed."""

_CODES: Final[tuple[tuple[type[BaseException], int], ...]] = (
    (exceptions.DoesNotExistError, NOT_FOUND),
    (exceptions.DatabaseMissingError, NOT_FOUND),
    (exceptions.AlreadyExistsError, EXISTS),
    (exceptions.ThrottlingFault, THROTTLED),
    (exceptions.LimitExceededFault, THROTTLED),
    (PermissionError, DENIED),
    (exceptions.ConnectionFailedError, UNREACHABLE),
    (exceptions.ValidationError, 2),
    (exceptions.SettingsError, 2),
)


_BY_NAME: Final = {"NonDeterminismError": NON_DETERMINISM, "SignatureError": 2}
"""The exit codes of errors whose module nobody needs who only looks."""


class Failure(click.ClickException):
    """A command failed, with a message in one line that tells the way out, and an exit code."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]


def exit_code_of(run: Callable[[], object], asked: Asked) -> int:
    """Return the exit code of what `run` does; what went wrong is told on stderr."""
    _open_what_is_closed()
    usual, warnings.formatwarning = warnings.formatwarning, _warning
    try:
        return _exit_code_of(run, asked)
    finally:
        warnings.formatwarning = usual


def _open_what_is_closed() -> None:
    """Have each of the three streams, which a caller may have closed (`>&-`), lead nowhere."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115  (it stays open)
            setattr(sys, name, stream)


def _warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    line: str | None = None,  # noqa: ARG001
) -> str:
    """Return a warning as stderr shows it: of our own the words alone, not where in the code."""
    where = "" if issubclass(category, exceptions.SettingsWarning) else f" ({filename}:{lineno})"
    return f"Warning: {_one_line(str(message))}{where}\n"


def _exit_code_of(run: Callable[[], object], asked: Asked) -> int:
    try:
        run()
        sys.stdout.flush()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except BrokenPipeError:
        return _left_alone()
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except click.UsageError as error:
        where = "" if error.ctx is None else f"; see `{error.ctx.command_path} --help`"
        click.echo(f"Error: {_one_line(error.format_message()).rstrip('.')}{where}", err=True)
        return error.exit_code
    except click.ClickException as error:
        if asked.verbosity > 1 and error.__cause__ is not None:
            traceback.print_exception(error.__cause__)
        click.echo(f"Error: {_one_line(error.format_message())}", err=True)
        return error.exit_code
    except Exception as error:  # noqa: BLE001 (a bug too is told in one line)
        if asked.verbosity > 1:
            traceback.print_exception(error)
        told = failure(error)
        is_ours = isinstance(error, exceptions.SWFError | OSError)
        kind = "" if is_ours else f"{type(error).__name__}: "
        hint = "" if is_ours else " (-vv shows where)"
        click.echo(f"Error: {kind}{told.message}{hint}", err=True)
        return told.exit_code
    return 0


def failure(error: BaseException) -> Failure:
    """Return the failure that tells an error in one line, with the way out.

    To be asked for while the settings are in effect that the error came of.
    """
    refusals = import_module("swf.cli.refusals")
    told = refusals.in_words(error) or str(error) or type(error).__name__
    return Failure(f"{_one_line(told)}{refusals.way_out(error)}", code_of(error))


def code_of(error: BaseException) -> int:
    """Return the exit code that stands for an error."""
    if type(error).__name__ in _BY_NAME:
        return _BY_NAME[type(error).__name__]
    return next((code for kind, code in _CODES if isinstance(error, kind)), 1)


def _one_line(text: str) -> str:
    shown: str = import_module("swf.cli.output").in_one_line(text)
    return " ".join(shown.split())


def _left_alone() -> int:
    """Have nothing more written to a reader that went away."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return BROKEN_PIPE
