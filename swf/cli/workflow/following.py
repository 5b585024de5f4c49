"""`swf workflow replay`, `stack`, `query` and `export`: executions beside the code of today."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TextIO

import click

from swf.cli import executions, options, output
from swf.cli.arguments import arguments
from swf.cli.asked import Asked
from swf.cli.code import workflows_named
from swf.cli.names import Verb
from swf.cli.output import Columns
from swf.flow import querying
from swf.insight.regression import as_pytest
from swf.models import WorkflowExecution

STRANDS: Final = Columns({"strand": "strand", "waits_for": "waits for", "at": "at"}, id="strand")


def _code(function: Any) -> Any:
    return click.option(
        "--code", required=True, multiple=True, metavar="MODULE[.NAME]", help="Where its code is."
    )(function)


def _telling_apart() -> redirect_stdout[Any]:
    """Return what has the code that is run print to stderr: stdout is for what was asked for."""
    return redirect_stdout(sys.stderr)


def _class_of(execution: WorkflowExecution, code: tuple[str, ...]) -> Any:
    """Return the class, among what names mean, of the type that an execution is of."""
    kind: Any = execution.workflow_type
    return workflows_named(code).get(kind.name, kind.version)


@click.command(cls=Verb)
@click.argument("workflow_id", required=False, shell_complete=options.complete("workflow_ids"))
@click.argument("run_id", required=False)
@click.option(
    "--file", type=click.Path(path_type=Path), metavar="FILE", help="Of a history in a file."
)
@_code
@options.common
def replay(
    asked: Asked,
    /,
    workflow_id: str | None,
    run_id: str | None,
    *,
    file: Path | None,
    code: tuple[str, ...],
) -> None:
    """Find out whether the code of today follows what was recorded; nothing is sent.

    It is exit code 15 that it does not, with both sides of the first difference.

    swf workflow replay basic-example-1438722273 --code examples.basic
    """
    if (workflow_id is None) is (file is None):
        raise click.UsageError("say a workflow id, or --file")
    source = file if workflow_id is None else executions.found(workflow_id, run_id)
    replayer = import_module("swf.testing.replaying").Replayer(workflows_named(code))
    with _telling_apart():
        report = replayer.replay(source)
    fields = {
        "workflow": f"{report.name}:{report.version}",
        "decisions_compared": report.compared,
        "closed": report.closed,
    }
    output.emit_one(asked, fields, id="workflow")


@click.command(cls=Verb)
@executions.named
@_code
@options.common
def stack(asked: Asked, /, workflow_id: str, run_id: str | None, *, code: tuple[str, ...]) -> None:
    """Show where the code of an open execution waits, and for what.

    swf workflow stack basic-example-1438722273 --code examples.basic
    """
    execution = executions.found(workflow_id, run_id)
    with _telling_apart():
        strands = querying.stack(execution, _class_of(execution, code))
    rows = (
        {
            "strand": one.name,
            "waits_for": one.waits_for,
            "at": f"{one.lines[-1].file}:{one.lines[-1].line}" if one.lines else None,
            "lines": [str(line) for line in one.lines],
        }
        for one in strands
    )
    output.emit(asked, rows, STRANDS)


@click.command(cls=Verb)
@click.argument("workflow_id", shell_complete=options.complete("workflow_ids"))
@click.argument("name")
@click.option("--run-id", metavar="ID", help="Only this run.")
@click.option("-i", "--input", "text", metavar="JSON", help="What it is asked with.")
@_code
@options.common
def query(
    asked: Asked,
    /,
    workflow_id: str,
    name: str,
    *,
    run_id: str | None,
    text: str | None,
    code: tuple[str, ...],
) -> None:
    """Print what a `@query_handler` of an execution's code answers; nothing is sent.

    swf workflow query order-1 total --code shop.workflows
    """
    execution, told = executions.found(workflow_id, run_id), arguments(text)
    cls = _class_of(execution, code)
    with _telling_apart():
        answer = querying.query(execution, name, *told.args, workflow=cls, **told.kwargs)
    output.emit_value(asked, answer)


@click.command(cls=Verb)
@executions.named
@click.option("--code", required=True, metavar="MODULE[.NAME]", help="Where its code is.")
@click.option("--force-activities", metavar="REGEX", help="Do activities again whose names match.")
@options.common
def repair(
    _asked: Asked,
    /,
    workflow_id: str,
    run_id: str | None,
    *,
    code: str,
    force_activities: str | None,
) -> None:
    """Run an execution once more, without doing again what it has completed.

    It runs with processes of its own, as by `swf standalone --repair`, and its result is printed.

        swf workflow repair basic-example-1438722273 --code examples.basic
    """
    broken = executions.found(workflow_id, run_id)
    click.get_current_context().invoke(
        import_module("swf.cli.running.standalone").command,
        workflow=code,
        repair=f"{broken.workflow_id} {broken.run_id}",
        force_activities=force_activities,
    )


@click.command(cls=Verb)
@executions.named
@click.option(
    "--as",
    "--format",
    "form",
    type=click.Choice(["json", "pytest"]),
    default="json",
    show_default=True,
    help="What is written.",
)
@click.option("--code", metavar="MODULE", help="Where its code is, for a test.")
@click.option(
    "--to",
    type=click.File("w", encoding="utf-8"),
    default="-",
    metavar="FILE",
    help="The file; else stdout.",
)
@options.without_format
def export(
    _asked: Asked,
    /,
    workflow_id: str,
    run_id: str | None,
    *,
    form: str,
    code: str | None,
    to: TextIO,
) -> None:
    """Write the history of an execution down: as JSON, or as a test that replays it.

    swf workflow export basic-example-1438722273 --as pytest --code examples.basic --to test_it.py
    """
    execution = executions.found(workflow_id, run_id)
    history = execution.history()
    if form == "json":
        to.write(output.as_json(history.raws, indent=2) + "\n")
        return
    if code is None:
        raise click.UsageError("--as pytest: say --code MODULE, where its code is")
    cls = _class_of(execution, (code,))
    to.write(
        as_pytest(
            history,
            workflow_id=execution.workflow_id,
            run_id=str(execution.run_id),
            module=cls.__module__,
            name=cls.__name__,
        )
    )
