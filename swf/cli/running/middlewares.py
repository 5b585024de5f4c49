"""What is called before and after each activity, as a command line names it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import attrs
import click

from swf.cli.code import named

F = TypeVar("F", bound=Callable[..., Any])

Hook = Callable[..., object]


@attrs.frozen
class OfResults:
    """Calls a function that takes `result=` alone, for an activity that has one."""

    function: Hook

    def __call__(self, context: Any, **outcome: Any) -> object:
        """Call the function, unless the activity has failed."""
        return None if "error" in outcome else self.function(context, **outcome)


def with_middlewares(command: F) -> F:
    """Return a command that takes functions to be called around activities: `before`, `after`."""
    decorated: Any = command
    for option in (
        click.option(
            "--after",
            "--middleware-post-execution",
            "after",
            multiple=True,
            metavar="MODULE.NAME",
            callback=_after,
            help="Call it after each activity, with its context and result= or error=.",
        ),
        click.option(
            "--before",
            "--middleware-pre-execution",
            "before",
            multiple=True,
            metavar="MODULE.NAME",
            callback=_before,
            help="Call it before each activity, with its context; what it raises fails that.",
        ),
    ):
        decorated = option(decorated)
    result: F = decorated
    return result


def _before(_ctx: click.Context, _param: click.Parameter, names: Iterable[str]) -> tuple[Hook, ...]:
    return tuple(map(_function, names))


def _after(_ctx: click.Context, _param: click.Parameter, names: Iterable[str]) -> tuple[Hook, ...]:
    found = map(_function, names)
    return tuple(one if _takes_errors(one) else OfResults(one) for one in found)


def _function(name: str) -> Hook:
    found = named(name)
    if not callable(found):
        raise click.BadParameter(f"{name!r} is no function, but {found!r:.80}")
    hook: Hook = found
    return hook


def _takes_errors(function: Hook) -> bool:
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:  # one that is not written in Python may not tell
        return True
    return any(one.name == "error" or one.kind is one.VAR_KEYWORD for one in parameters)
