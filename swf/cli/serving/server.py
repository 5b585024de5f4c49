"""`swf server`: an SWF of one's own on a file, and what keeps that file in order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any, TextIO

import attrs
import click

from swf import settings
from swf.cli import output
from swf.cli.asked import Asked
from swf.cli.failing import EXISTS, Failure
from swf.cli.names import Noun
from swf.cli.options import common, domain
from swf.cli.serving import database, ui
from swf.engine import Engine, tools
from swf.exceptions import DatabaseMissingError
from swf.fault import Fault
from swf.hosts import is_loop_back
from swf.models import WorkflowExecution

PORT = 8042
"""Where a server listens if nothing else is said."""

_STANDING = output.Columns(
    {"database": "Database", "state": "State", "pid": "Process", "address": "Address"},
    id="database",
    wide={"bytes": "Bytes"},
)

with_db = click.option(
    "--db",
    metavar="FILE",
    help="The database; else that of the settings' sqlite:/// endpoint, else swf.db.",
)


@click.group("server", cls=Noun)
def command() -> None:
    """Run an SWF of your own on a file, and look after the file."""


@command.command("start")
@with_db
@click.option("--port", type=int, default=PORT, show_default=True, help="0 is one that is free.")
@click.option("--host", default="127.0.0.1", show_default=True, help="An address of this machine.")
@click.option("--allowed-host", multiple=True, metavar="NAME", help="A name that clients use.")
@click.option("--key-file", metavar="FILE", help="The key pair that requests are signed with.")
@click.option("--key-profile", metavar="NAME", help="The profile in that file.")
@click.option("--poll-seconds", metavar="S", help="How long a poll without a task is held; 50.")
@click.option(
    "--durability",
    type=click.Choice(["full", "normal"]),
    help="What is acknowledged survives the loss of power (full, the default), or "
    "the end of the process (normal).",
)
@click.option(
    "--lambda",
    "functions",
    multiple=True,
    metavar="NAME=MODULE:FUNCTION",
    help="A Python function that Lambda tasks call.",
)
@click.option(
    "--ui/--no-ui",
    "with_pages",
    default=None,
    help="Serve pages beside the API; they are served if nothing is said, where only this machine "
    "reaches them.",
)
@ui.read_only
@ui.code
@common
def start(
    _asked: Asked,
    *,
    db: str | None,
    functions: tuple[str, ...],
    allowed_host: tuple[str, ...],
    with_pages: bool | None,
    read_only: bool,
    code: tuple[str, ...],
    **plain: Any,
) -> None:
    """Serve an SWF on a file over HTTP, until Ctrl-C or SIGTERM; and pages to look at it.

    Everything that is acknowledged is on disk. The line that is printed is what clients need in
    their environment; programs that name the same file need nothing. The URL on stderr opens the
    pages in a browser (`--read-only` and `--code` are about them).

        swf server start --db shop.db
    """
    url = database.url_of(db)
    arguments = ["--db", url]
    arguments += [f"--lambda={one}" for one in functions]
    arguments += [f"--allowed-host={one}" for one in allowed_host]
    for name, value in plain.items():
        arguments += [] if value is None else [f"--{name.replace('_', '-')}={value}"]
    output.note(f"server: an SWF on {url}; Ctrl-C stops it")
    try:
        serve = import_module("swf.server.__main__").serve
    except ImportError as error:
        raise Failure(str(error)) from error
    host = str(plain["host"])
    hosts = [*allowed_host, host]
    pages = None
    # Who overhears the token of the pages could act without the keys that the API demands.
    if is_loop_back(host) if with_pages is None else with_pages:
        pages = ui.beside(read_only=read_only, code=code, allowed_hosts=hosts)
    serve(arguments, pages=pages)


@command.command("status")
@with_db
@common
def status(asked: Asked, *, db: str | None) -> None:
    """Show whether the database is served, by which process, and where.

    The exit code is 0 where it is served, else 1.

        swf server status --db shop.db
    """
    found = database.standing(database.path_of(db))
    output.emit(asked, [attrs.asdict(found)], _STANDING)
    if found.state != "serving":
        raise click.exceptions.Exit(1)


@command.command("stop")
@with_db
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait until it has.",
)
@common
def stop(_asked: Asked, *, db: str | None, timeout: float) -> None:
    """Have the server of a database stop in good order, and wait until it has.

    swf server stop --db shop.db
    """
    found = database.stop(database.path_of(db), timeout)
    if found.state == "serving":
        output.note(f"process {found.pid} has stopped")
    else:
        output.note(f"{found.database}: is not served; nothing to stop")


@command.command("check")
@with_db
@click.option("--repair", is_flag=True, help="Set executions aside that are damaged.")
@common
def check(asked: Asked, *, db: str | None, repair: bool) -> None:
    """Check that each event of the database is what was recorded, and all else follows from them.

    A database in use is checked as it is at one moment. The exit code is 0 where it is sound.

        swf server check --db shop.db
    """
    report = tools.check(database.path_of(db), repair=repair)
    if asked.output is None and not asked.query:
        for line in str(report).splitlines():
            click.echo(output.in_one_line(line))
    else:
        told = {**attrs.asdict(report), "sound": report.sound}
        output.emit_one(asked, told, id="sound")
    if not report.sound:
        output.note(
            "Note: --repair sets damaged executions aside; what it leaves needs a backup"
            if not repair
            else "Note: what is left can only be had from a backup; `swf server export` may still"
            " read executions"
        )
        raise click.exceptions.Exit(1)


@command.command("backup")
@click.argument("target", metavar="FILE")
@with_db
@common
def backup(_asked: Asked, *, target: str, db: str | None) -> None:
    """Write a complete copy of the database to FILE, also while it is in use; print its path.

    An earlier backup there is replaced at once or not at all.

        swf server backup shop-monday.db --db shop.db
    """
    click.echo(tools.backup(database.path_of(db), target))


@command.command("vacuum")
@with_db
@common
def vacuum(asked: Asked, *, db: str | None) -> None:
    """Give the room of what is gone from the database back, and show its bytes before and after.

    Nobody may have it open. Cut off at any moment, it is as before or done.

        swf server vacuum --db shop.db
    """
    path = database.path_of(db)
    found = {"database": str(path), **attrs.asdict(tools.vacuum(path))}
    output.emit_one(asked, found, id="database")


def _looked_into(ctx: click.Context, _param: click.Parameter, told: str | None) -> None:
    """Have a command look into a database, in place of the SWF of the settings."""
    if told is None:
        return
    path = database.path_of(told)
    if not path.exists():
        raise DatabaseMissingError(f"{path}: there is no such database")
    ctx.with_resource(settings.override(endpoint_url=database.url_of(told)))


@command.command("export")
@click.argument("workflow_id")
@click.argument("run_id", required=False)
@click.option(
    "--db",
    metavar="FILE",
    callback=_looked_into,
    expose_value=False,
    help="The database; else the SWF that the settings name.",
)
@click.option(
    "--file", type=click.File("w", encoding="utf-8", lazy=True), default="-", help="Else stdout."
)
@common
def export(_asked: Asked, *, workflow_id: str, run_id: str | None, file: TextIO) -> None:
    """Write the whole history of an execution as JSON: of this SWF, or of Amazon's.

    `swf server import` takes it into a database, so that it can be looked at and replayed there.

        swf server export order-1 -d shop --file order-1.json --db shop.db
    """
    found = WorkflowExecution(domain(), workflow_id, run_id).upstream()
    named = found._described()
    events: list[Any] = []
    for page in found.connection.pages("GetWorkflowExecutionHistory", named):
        events += page["events"]
    kind = found.workflow_type
    assert kind is not None  # noqa: S101  (a description always tells it)
    document = {
        **named,
        "workflowType": {"name": kind.name, "version": kind.version},
        "events": events,
    }
    json.dump(document, file, default=_time)
    file.write("\n")


@command.command("import")
@click.argument("files", nargs=-1, required=True, type=click.File(encoding="utf-8"))
@with_db
@common
def import_(_asked: Asked, *, files: tuple[TextIO, ...], db: str | None) -> None:
    """Take histories into a database that nobody has open; print their run ids.

    Their domains are registered where they are not. An open execution goes on there.

        swf server import order-1.json --db elsewhere.db
    """
    documents = [_document(file) for file in files]
    with Engine.open(database.url_of(db)) as engine:
        for run_id in _taken_in(engine, documents):
            click.echo(run_id)


def _document(file: TextIO) -> dict[str, Any]:
    try:
        found = json.load(file)
    except ValueError as error:
        raise click.UsageError(f"{file.name}: not JSON: {error}") from error
    if not isinstance(found, dict):
        raise click.UsageError(f"{file.name}: is no history; `swf server export` writes one")
    return found


def _taken_in(engine: Engine, documents: list[dict[str, Any]]) -> Iterator[str]:
    for document in documents:
        try:
            _have_domain(engine, document.get("domain"))
            yield tools.import_history(engine, document)
        except Fault as fault:
            there = fault.code == "WorkflowExecutionAlreadyStartedFault"
            raise Failure(f"{fault.code}: {fault.message}", EXISTS if there else 1) from fault


def _have_domain(engine: Engine, name: Any) -> None:
    if not isinstance(name, str):
        return  # what takes the document in says what is missing
    try:
        engine.handle("DescribeDomain", {"name": name})
    except Fault as fault:
        if fault.code != "UnknownResourceFault":
            raise
        params = {"name": name, "workflowExecutionRetentionPeriodInDays": "90"}
        engine.handle("RegisterDomain", params)


def _time(value: Any) -> Any:
    """Return a time as SWF sends it; JSON has no word for it."""
    return value.timestamp()
