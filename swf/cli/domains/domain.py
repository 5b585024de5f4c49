"""`swf domain`: the domains of an account, or of an embedded SWF."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import click

from swf.cli import options, output
from swf.cli.asked import Asked
from swf.cli.domains.registered import status_option, statuses
from swf.cli.names import Noun
from swf.cli.output import Columns
from swf.models import Domain
from swf.querysets import DomainQuerySet

LIST: Final = Columns(
    {"name": "name", "status": "status", "description": "description"},
    id="name",
    wide={"arn": "arn"},
)

DAYS: Final = 30
"""How long closed executions are kept where nothing else is said."""


@click.group("domain", cls=Noun)
def command() -> None:
    """Domains: list, describe, register, deprecate, undeprecate."""


@command.command("list")
@status_option
@options.common
def list_(asked: Asked, /, status: str) -> None:
    """List the domains.

    swf domain list -o id
    """
    found = DomainQuerySet().filter(status=statuses(status))
    output.emit(asked, map(row, found), LIST)


def row(domain: Domain) -> dict[str, Any]:
    """Return what is told of a domain."""
    return {
        "name": domain.name,
        "status": domain.status,
        "description": domain.description,
        "retention_days": domain.retention_period,
        "arn": domain.arn,
    }


def _one(function: Callable[..., Any]) -> Any:
    def in_effect(ctx: click.Context, param: click.Parameter, name: str | None) -> str | None:
        options.domain_in_effect(ctx, param, name)  # so that errors speak of it
        return name

    completed = options.complete("domains")
    return click.argument("name", required=False, callback=in_effect, shell_complete=completed)(
        function
    )


def _named(name: str | None) -> Domain:
    return options.domain() if name is None else Domain(name)


@command.command()
@_one
@options.common
def describe(asked: Asked, /, name: str | None) -> None:
    """Show a domain; the one in effect where none is named.

    swf domain describe TestDomain
    """
    output.emit_one(asked, row(_named(name).upstream()), id="name")


@command.command()
@_one
@click.option(
    "--retention",
    default=DAYS,
    show_default=True,
    type=click.IntRange(0, 90),
    metavar="DAYS",
    help="How long closed executions are kept.",
)
@click.option("--description", metavar="TEXT", help="What people are told of it.")
@options.common
def register(_asked: Asked, /, name: str | None, retention: int, description: str | None) -> None:
    """Register a domain.

    swf domain register TestDomain --retention 30
    """
    named = _named(name).name
    Domain(named, description=description, retention_period=retention).save()


@command.command()
@_one
@options.common
def deprecate(_asked: Asked, /, name: str | None) -> None:
    """Have nothing new started in a domain; what runs goes on.

    swf domain deprecate TestDomain
    """
    _named(name).deprecate()


@command.command()
@_one
@options.common
def undeprecate(_asked: Asked, /, name: str | None) -> None:
    """Take a deprecated domain back into use.

    swf domain undeprecate TestDomain
    """
    _named(name).undeprecate()
