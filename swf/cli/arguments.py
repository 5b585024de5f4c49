"""The arguments of a workflow as a command line gives them: JSON, or a file of it."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple, TextIO

import click

_FORMS: Final = frozenset({"args", "kwargs"})


class Arguments(NamedTuple):
    """What a workflow is called with."""

    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = {}  # noqa: RUF012  (nobody changes it)


def arguments(text: str | None, file: TextIO | None = None) -> Arguments:
    """Return the arguments that a text, or else a file, tells; none where there is neither.

    A list has positional arguments, an object of nothing but `args` and `kwargs` both kinds;
    anything else is the one argument. Raises click.UsageError for what is no JSON, and where both
    are given.
    """
    if text is not None and file is not None:
        raise click.UsageError("--input and --input-file: give one of both")
    origin = "--input" if file is None else f"--input-file {file.name}"
    told = text if file is None else file.read()
    if told is None:
        return Arguments()
    try:
        value = json.loads(told)
    except ValueError as error:
        raise click.UsageError(
            f"{origin}: not JSON: {error}; a text has quotes of its own, as in --input '\"text\"'"
        ) from error
    if isinstance(value, dict) and value and value.keys() <= _FORMS:
        return _both(origin, value.get("args", []), value.get("kwargs", {}))
    return Arguments(tuple(value)) if isinstance(value, list) else Arguments((value,))


def _both(origin: str, args: Any, kwargs: Any) -> Arguments:
    if not isinstance(args, list) or not isinstance(kwargs, dict):
        raise click.UsageError(f"{origin}: args must be a list, kwargs an object")
    return Arguments(tuple(args), kwargs)
