"""`swf decider`: processes that run the code of workflows."""

from __future__ import annotations

import logging

import click

from swf.cli import logs
from swf.cli.asked import Asked
from swf.cli.code import workflows_named
from swf.cli.names import Noun
from swf.cli.options import common
from swf.cli.running import polling
from swf.flow import Decider


@click.group("decider", cls=Noun)
def command() -> None:
    """Run deciders, which run the code of workflows."""


@command.command("start")
@click.argument("workflows", nargs=-1, metavar="MODULE[.NAME]...")
@polling.how_many
@common
def start(asked: Asked, *, workflows: tuple[str, ...], how_many: polling.HowMany) -> None:
    """Decide for workflows until Ctrl-C or SIGTERM: one of MODULE.NAME, or all of a MODULE.

    Domain and types are registered where they are not.

        swf decider start shop.workflows -d shop
    """
    logs.configure(asked.verbosity, usual=logging.INFO)
    polling.check_named("workflows", workflows)
    known = workflows_named(workflows)
    polled = polling.task_list_of(how_many.task_list, known.task_lists())
    domain, connection = polling.place()
    decider = Decider(known, polled, domain=domain, connection=connection)
    try:
        polling.poll(decider, [one.key() for one in known], how_many)
    finally:
        decider.close()
