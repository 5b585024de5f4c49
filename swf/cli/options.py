"""The options that every command has: which SWF, which domain, and how to show what is found.

They may stand before the command or after it; after it wins. What names the SWF and the domain is
in effect as a setting while the command runs, so nothing has to hand it on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from swf.cli import logs
from swf.cli.asked import TYPED, Asked
from swf.cli.failing import failure
from swf.exceptions import SWFError

if TYPE_CHECKING:
    from swf.models import Domain

F = TypeVar("F", bound=Callable[..., Any])

FORMATS: Final = ("table", "wide", "json", "jsonl", "csv", "tsv", "id")
"""The ways to show rows."""

_SPELLINGS: Final = {"tabular": "table", "human": "table", "prettyjson": "json"}
"""Other names of formats, as simpleflow has them."""

_COLORS: Final = ("auto", "always", "never")


def _in_effect(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    """Put a setting in effect while the command runs."""
    if value is not None:
        _put_in_effect(ctx, str(param.name), value)


def _put_in_effect(ctx: click.Context, key: str, value: str) -> None:
    ctx.meta.setdefault(TYPED, {})[key] = value
    ctx.with_resource(import_module("swf.settings").override(**{key: value}))


def _kept(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Keep what was asked for, if it was."""
    if value is not None:
        setattr(ctx.ensure_object(Asked), str(param.name), value)


def _louder(ctx: click.Context, _param: click.Parameter, value: int) -> None:
    """Have more, or less, told on stderr."""
    asked = ctx.ensure_object(Asked)
    asked.verbosity += value
    logs.configure(asked.verbosity)


def _quieter(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    """Have nothing told on stderr but errors."""
    if value:
        _louder(ctx, _param, -1)


def _colourless(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(Asked).color = "never"


def _output(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    _kept(ctx, param, None if value is None else _SPELLINGS.get(value, value))


def output_of_environment() -> str | None:
    """Return the way to show rows that SWF_OUTPUT, or simpleflow's variable, names; None if none.

    It is a usage error that there is no such way.
    """
    told = os.environ.get("SWF_OUTPUT") or os.environ.get("SIMPLEFLOW_FORMAT")
    if told and told not in {*FORMATS, *_SPELLINGS}:
        raise click.UsageError(f"SWF_OUTPUT: no format {told!r}; there are {', '.join(FORMATS)}")
    return _SPELLINGS.get(told, told) if told else None


def complete(what: str) -> Callable[[click.Context, click.Parameter, str], list[Any]]:
    """Return what completes a word by names that are asked for, as `completing` has them."""

    def completed(ctx: click.Context, _param: click.Parameter, typed: str) -> list[Any]:
        names: list[Any] = import_module("swf.cli.completing").names(what, ctx, typed)
        return names

    return completed


def _option(*words: str, **attributes: Any) -> Callable[[F], F]:
    return click.option(*words, expose_value=False, **attributes)


def _domain(*words: str) -> Callable[[F], F]:
    return _option(
        *words,
        metavar="NAME",
        callback=_in_effect,
        shell_complete=complete("domains"),
        help="The domain; else SWF_DOMAIN, else `domain` in ~/.swf.",
    )


def _form(*words: str) -> Callable[[F], F]:
    return _option(
        *words,
        "output",
        type=click.Choice([*FORMATS, *_SPELLINGS]),
        metavar="|".join(FORMATS),
        callback=_output,
        help="How to show what is found; else SWF_OUTPUT.",
    )


_CONNECTING: Final = (
    _domain("-d", "--domain"),
    _option(
        "--endpoint-url",
        metavar="URL",
        callback=_in_effect,
        help="The SWF: https://…, sqlite:///FILE or memory://; else SWF_ENDPOINT_URL, else AWS.",
    ),
    _option("--region", metavar="NAME", callback=_in_effect, help="The AWS region."),
    _option("--profile", metavar="NAME", callback=_in_effect, help="The AWS profile."),
)

_SHOWING: Final = (
    _form("-o", "--output", "--format"),
    _option("--query", metavar="JMESPATH", callback=_kept, help="Show only this part of the JSON."),
    _option("--header/--no-header", default=None, callback=_kept, help="Name the columns."),
    _option(
        "--color", type=click.Choice(_COLORS), default=None, callback=_kept, help="Use colours."
    ),
    _option("--no-color", is_flag=True, callback=_colourless, help="The same as --color never."),
)

_TELLING: Final = (
    _option("-v", "--verbose", count=True, callback=_louder, help="Tell more; -vv tells all."),
    _option(
        "-q", "--quiet", is_flag=True, callback=_quieter, help="Tell nothing but data and errors."
    ),
)

_LONG: Final = (
    _domain("--domain"),
    *_CONNECTING[1:],
    _form("--output", "--format"),
    *_SHOWING[1:],
    *_TELLING,
)
"""The options without what simpleflow's `workflow.history` means otherwise."""


def common(command: F) -> F:
    """Return a command function that has all of these options, and takes the `Asked` first."""
    return _with(command, (*_CONNECTING, *_SHOWING, *_TELLING))


def without_d(command: F) -> F:
    """Return a command function that has all of these options, the domain not as `-d`."""
    return _with(command, (_domain("--domain"), *_CONNECTING[1:], *_SHOWING, *_TELLING))


def simpleflow(command: F) -> F:
    """Return a command function that has these options but not `-d` and `-o`."""
    return _with(command, _LONG)


def without_format(command: F) -> F:
    """Return a command function that has these options, but `--format` to itself."""
    return _with(command, (*_CONNECTING, _form("-o", "--output"), *_SHOWING[1:], *_TELLING))


def _with(command: F, options: Iterable[Callable[[Any], Any]]) -> F:
    @wraps(command)
    def explained(*given: Any, **told: Any) -> Any:
        try:
            return command(*given, **told)
        except SWFError as error:
            # Told here, while the options that name the SWF are in effect.
            raise failure(error) from error

    decorated: Any = click.pass_obj(explained)
    for option in reversed(tuple(options)):
        decorated = option(decorated)
    result: F = decorated
    return result


def limit(most: int | None = None) -> Callable[[F], F]:
    """Return what makes a command take how many are shown at most; `most` where it is not told."""
    return click.option(
        "-n",
        "--limit",
        type=click.IntRange(1),
        default=most,
        show_default=True,
        help="At most so many.",
    )


def domain_argument(*, required: bool = True) -> Callable[[F], F]:
    """Return what makes a command take the domain as an argument, as simpleflow's do."""
    return click.argument(
        "of_domain",
        metavar="DOMAIN",
        required=required,
        callback=domain_in_effect,
        expose_value=False,
    )


def domain_in_effect(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    """Put a domain in effect while the command runs, however the parameter is called."""
    if value is not None:
        _put_in_effect(ctx, "domain", value)


def domain_name() -> str:
    """Return the name of the domain that is in effect; it is a usage error that there is none."""
    name: str | None = import_module("swf.settings").get().get("domain")
    if name is None:
        raise click.UsageError(
            "no domain: say -d NAME, or set SWF_DOMAIN, or `domain` under [defaults] in ~/.swf"
            " (`swf domain list` shows those there are)"
        )
    return name


def domain() -> Domain:
    """Return the domain that is in effect; it is a usage error that there is none."""
    found: Domain = import_module("swf.models").Domain(domain_name())
    return found
