"""`swf doctor`: what is wrong, and what to type."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Final

import attrs
import click

from swf.cli import output
from swf.cli.asked import Asked
from swf.cli.names import Verb
from swf.cli.options import common, complete, domain
from swf.cli.setup import examining
from swf.insight.finding import Finding
from swf.models import WorkflowExecution

INDENT: Final = " " * 8
"""What stands before all but the state."""

_COLUMNS = output.Columns(
    {"state": "State", "about": "About", "told": "Found", "type": "What helps"}, id="about"
)


@click.command("doctor", cls=Verb)
@click.argument("workflow_id", required=False, shell_complete=complete("workflow_ids"))
@click.argument("run_id", required=False)
@click.option(
    "--patience",
    type=click.FloatRange(min=0),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="How long a task may wait for who polls its list.",
)
@common
def command(asked: Asked, *, workflow_id: str | None, run_id: str | None, patience: float) -> None:
    """Find out what is wrong, with one execution or with anything, and what to type.

    Looked at are the installation, the settings, the file and who has it, the clock, the endpoint
    and its credentials, the domain, the types, and what holds up open executions. The exit code is
    1 where there is a problem.

        swf doctor -d shop

        swf doctor order-1 -d shop
    """
    if workflow_id is None:
        found = list(examining.everything(patience))
    else:
        found = list(examining.one(WorkflowExecution(domain(), workflow_id, run_id), patience))
    _show(asked, found)
    if any(one.state == "problem" for one in found):
        raise click.exceptions.Exit(1)


def _show(asked: Asked, found: Iterable[Finding]) -> None:
    if asked.output is not None or asked.query:
        output.emit(asked, [attrs.asdict(one) for one in found], _COLUMNS)
        return
    marks = {
        "ok": ("ok      ", "green"),
        "warning": ("warning ", "yellow"),
        "problem": ("problem ", "red"),
    }
    is_coloured = output.is_rich(asked) and not output.is_colourless(asked)
    for one in found:
        mark, color = marks[one.state]
        told = _fitting(asked, " ".join(output.in_one_line(f"{one.about}: {one.told}").split()))
        click.echo(f"{click.style(mark, fg=color) if is_coloured else mark}{told}")
        if one.type:
            click.echo(f"{INDENT}{output.in_one_line(one.type)}")


def _fitting(asked: Asked, told: str) -> str:
    """Return a text in lines of the terminal's width; in one line to who reads by program."""
    if not output.is_rich(asked):
        return told
    room = max(output.width() - len(INDENT), len(INDENT))
    return f"\n{INDENT}".join(textwrap.wrap(told, room, break_on_hyphens=False))
