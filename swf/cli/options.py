"""The options that every command has: which SWF, which domain, and how to show what is found.

They may stand before the command or after it; after it wins. What names the SWF and the domain is
in effect as a setting while the command runs, so nothing has to hand it on.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from swf.cli import logs
from swf.cli.asked import Asked

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
        ctx.with_resource(import_module("swf.settings").override(**{str(param.name): value}))


def _kept(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Keep what was asked for, if it was."""
    if value is not None:
        setattr(ctx.ensure_object(Asked), str(param.name), value)


def _louder(ctx: click.Context, _param: click.Parameter, value: int) -> None:
    """Have more, or less, told on stderr."""
    asked = ctx.ensure_object(Asked)
    asked.verbosity += value
    logs.configure(asked.verbosity)


def _format(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    return None if value is None else _SPELLINGS.get(value, value)


def _output(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    _kept(ctx, param, _format(ctx, param, value))


def complete(what: str) -> Callable[[click.Context, click.Parameter, str], list[Any]]:
    """Return what completes a word by names that are asked for, as `completing` has them."""

    def completed(ctx: click.Context, _param: click.Parameter, typed: str) -> list[Any]:
        names: list[Any] = import_module("swf.cli.completing").names(what, ctx, typed)
        return names

    return completed


def _option(*words: str, **attributes: Any) -> Callable[[F], F]:
    return click.option(*words, expose_value=False, **attributes)


_CONNECTING: Final = (
    _option(
        "-d",
        "--domain",
        metavar="NAME",
        callback=_in_effect,
        shell_complete=complete("domains"),
        help="The domain; else SWF_DOMAIN, else `domain` in ~/.swf.",
    ),
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
    _option(
        "-o",
        "--output",
        "--format",
        "output",
        type=click.Choice([*FORMATS, *_SPELLINGS]),
        envvar=["SWF_OUTPUT", "SIMPLEFLOW_FORMAT"],
        metavar="|".join(FORMATS),
        callback=_output,
        help="How to show what is found.",
    ),
    _option("--query", metavar="JMESPATH", callback=_kept, help="Show only this part of the JSON."),
    _option("--header/--no-header", default=None, callback=_kept, help="Name the columns."),
    _option(
        "--color", type=click.Choice(_COLORS), default=None, callback=_kept, help="Use colours."
    ),
)

_TELLING: Final = (
    _option("-v", "--verbose", count=True, callback=_louder, help="Tell more; -vv tells all."),
)


def common(command: F) -> F:
    """Return a command function that has all of these options, and takes the `Asked` first."""
    decorated: Any = click.pass_obj(command)
    for option in reversed((*_CONNECTING, *_SHOWING, *_TELLING)):
        decorated = option(decorated)
    result: F = decorated
    return result


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
