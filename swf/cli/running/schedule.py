"""`swf schedule`: workflows that are started by cron."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final, TextIO
from zoneinfo import ZoneInfo

import attrs
import click

from swf import schedules
from swf.cli import arguments, executions, logs, options, output
from swf.cli.asked import Asked
from swf.cli.names import Noun
from swf.cli.output import Columns
from swf.cli.running import polling
from swf.schedules import (
    Description,
    Overlap,
    Schedule,
    ScheduleDoesNotExist,
    ScheduleSpec,
)
from swf.wire import told

LIST: Final = Columns(
    {
        "name": "schedule",
        "cron": "cron",
        "workflow": "workflow",
        "state": "state",
        "next": "next",
    },
    id="name",
    wide={"timezone": "timezone", "overlap": "overlap", "started": "started", "last": "last"},
)

DUES: Final = Columns({"due": "due", "local": "local"}, id="due")

CREATED: Final = Columns({"name": "schedule", "workflow_id": "workflow id"}, id="name")

MOST: Final = 200
"""Schedules that are listed where nothing else is said: each is asked for by itself."""

LATE: Final = timedelta(minutes=1)
"""How long ago a due time may be that nobody has acted on yet."""


@click.group("schedule", cls=Noun)
def command() -> None:
    """Workflows that are started by cron, on any SWF: create, look at, pause, delete.

    A schedule is a workflow execution of its own. `swf schedule serve` decides for all of a domain.
    """


_SAYING: Final = (
    click.option("--cron", multiple=True, metavar="CRON", help="When: '0 3 * * *', '@every 15m'."),
    click.option("--tz", "timezone", metavar="ZONE", help="Where it is so late; else UTC."),
    click.option(
        "--workflow",
        metavar="TYPE[:VERSION]",
        shell_complete=options.complete("workflow_types"),
        help="What is started.",
    ),
    click.option("-i", "--input", "text", metavar="JSON", help="What it is started with."),
    click.option(
        "--input-file", "file", type=click.File(encoding="utf-8"), help="The same in a file."
    ),
    click.option(
        "--overlap",
        type=click.Choice([str(one) for one in Overlap]),
        help="What is done while the last run goes on; else skip.",
    ),
    click.option(
        "--catch-up",
        "catch_up_seconds",
        type=int,
        metavar="SECONDS",
        help="How late a run may be started; else 600.",
    ),
    click.option("--start", metavar="WHEN", help="Not before: 2026-01-31T10:00, there."),
    click.option("--end", metavar="WHEN", help="Not after."),
    click.option("--workflow-id", metavar="PATTERN", help="Of {schedule} and {due}."),
    click.option("--task-list", metavar="NAME", help="Where its decision tasks wait."),
    click.option("--task-priority", type=int, metavar="N", help="The higher, the sooner."),
    click.option("--tag", "tag_list", multiple=True, metavar="TAG", help="A tag of each run."),
    click.option(
        "--execution-timeout",
        "execution_start_to_close_timeout",
        metavar="SECONDS",
        help="How long a run may take.",
    ),
    click.option(
        "--task-timeout",
        "task_start_to_close_timeout",
        metavar="SECONDS",
        help="How long a decision may take.",
    ),
    executions.child_policy,
)


def _saying(function: Any) -> Any:
    """Return a command that takes what a schedule says."""
    for option in reversed(_SAYING):
        function = option(function)
    return function


def _said(text: str | None, file: TextIO | None, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a schedule that were typed."""
    given = told(**{name: value for name, value in fields.items() if value != ()})
    if text is not None or file is not None:
        called = arguments.arguments(text, file)
        given["input"] = schedules.call(*called.args, **called.kwargs)
    return given


def _in_zone(fields: dict[str, Any], timezone: str) -> dict[str, Any]:
    """Return fields in which a time that tells no zone is one of the schedule's."""
    return {
        name: _moment(value, timezone) if name in {"start", "end"} else value
        for name, value in fields.items()
    }


def _moment(text: str, timezone: str) -> str:
    with suppress(ValueError, KeyError, OSError):  # told of by who reads them
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return moment.replace(tzinfo=ZoneInfo(timezone)).isoformat()
    return text


def _one(function: Any) -> Any:
    """Return a command that takes the name of a schedule that there is."""
    return click.argument("name", shell_complete=options.complete("schedules"))(function)


def _named(name: str) -> Schedule:
    return schedules.get(name, domain=options.domain())


@command.command()
@click.argument("name")
@_saying
@click.option("--paused", is_flag=True, help="Paused at first.")
@click.option("--note", metavar="TEXT", help="Why it is paused.")
@options.common
def create(
    asked: Asked, /, name: str, *, text: str | None, file: TextIO | None, **fields: Any
) -> None:
    """Have a workflow started by cron from now on.

    swf schedule create nightly --cron '0 3 * * *' --tz Europe/Berlin --workflow report:1
    """
    given = _said(text, file, fields)
    for option in ("cron", "workflow"):
        if option not in given:
            raise click.UsageError(f"--{option}: must be said")
    spec = ScheduleSpec(**_in_zone(given, given.get("timezone", "UTC")))
    made = schedules.create(name, spec, domain=options.domain())
    output.emit(asked, [{"name": name, "workflow_id": made.workflow_id}], CREATED)


@command.command("list")
@options.limit(MOST)
@options.common
def list_(asked: Asked, /, limit: int) -> None:
    """List the schedules of the domain.

    swf schedule list -o id
    """
    found = list(islice(schedules.all(options.domain()), limit + 1))
    output.emit(asked, rows(found[:limit]), LIST)
    if len(found) > limit:
        output.note(f"Note: there are more; --limit {10 * limit} shows more")


def rows(found: Iterable[Schedule]) -> Iterator[dict[str, Any]]:
    """Yield what a listing tells of schedules; nothing of those that are gone meanwhile."""
    for schedule in found:
        with suppress(ScheduleDoesNotExist):
            yield _row(schedule.describe(), schedule.domain.connection.clock.now())


def _row(described: Description, now: datetime) -> dict[str, Any]:
    spec = described.spec
    last = described.recent[0] if described.recent else None
    return {
        "name": described.name,
        "cron": ", ".join(spec.cron),
        "timezone": spec.timezone,
        "workflow": spec.workflow,
        "overlap": str(spec.overlap),
        "state": _state(described, now),
        "next": described.next[0] if described.next else None,
        "started": described.started,
        "last": last and last.status,
    }


def _state(described: Description, now: datetime) -> str:
    """Return how a schedule stands: whose due time has passed by, nobody serves any more."""
    if not described.is_served or any(due < now - LATE for due in described.next[:1]):
        return "not served"
    return "paused" if described.spec.paused else "active"


@command.command()
@_one
@options.common
def describe(asked: Asked, /, name: str) -> None:
    """Show a schedule: what it says, when it is due next, how its latest runs ended.

    swf schedule describe nightly
    """
    schedule = _named(name)
    described = schedule.describe()
    fields = {
        **_row(described, schedule.domain.connection.clock.now()),
        **attrs.asdict(described, recurse=False),
        **described.spec.to_json(),
        "catch_up_seconds": described.spec.catch_up_seconds,
        "execution": schedule.workflow_id,
        "recent": [attrs.asdict(run) for run in described.recent],
    }
    fields.pop("spec")
    if asked.output not in {"json", "jsonl"} and not asked.query:
        fields |= {
            "cron": ", ".join(described.spec.cron),
            "next": _lines(described.next),
            "running": ", ".join(described.running) or None,
            "waiting": _lines(described.waiting),
            "tag_list": ", ".join(described.spec.tag_list) or None,
            "recent": None,
            **{f"run {run.workflow_id}": _ended(run) for run in described.recent},
        }
    output.emit_one(asked, fields, id="name")


def _lines(moments: tuple[datetime, ...]) -> str | None:
    return ", ".join(f"{at:%Y-%m-%d %H:%M:%S}Z" for at in moments) or None


def _ended(run: schedules.Run) -> str:
    """Return how a run ended, and why it was not started where it was not."""
    return f"{run.status}: {run.cause}" if run.cause else run.status


@command.command()
@click.argument("cron", nargs=-1, required=True)
@click.option("--tz", "timezone", default="UTC", metavar="ZONE", help="Where it is so late.")
@options.limit(10)
@click.option("--after", metavar="WHEN", help="After then; else after now.")
@options.common
def preview(
    asked: Asked, /, cron: tuple[str, ...], *, timezone: str, limit: int, after: str | None
) -> None:
    """Show when an expression is due; no SWF is asked.

    swf schedule preview '30 2 * * *' --tz Europe/Berlin -n 3
    """
    spec = ScheduleSpec(cron=cron, workflow="-", timezone=timezone)
    begins = attrs.evolve(spec, start=after and _moment(after, timezone)).start
    dues = spec.due_after(begins or datetime.now(UTC))
    rows = (
        {"due": due, "local": due.astimezone(spec.zone).isoformat(sep=" ")}
        for due in islice(dues, limit)
    )
    output.emit(asked, rows, DUES)


@command.command()
@_one
@click.option("--note", metavar="TEXT", help="Why.")
@options.common
def pause(_asked: Asked, /, name: str, note: str | None) -> None:
    """Have nothing started by a schedule until it is unpaused.

    swf schedule pause nightly
    """
    _named(name).pause(note)


@command.command()
@_one
@options.common
def unpause(_asked: Asked, /, name: str) -> None:
    """Have a schedule go on from its next due time; what it missed is passed over.

    swf schedule unpause nightly
    """
    _named(name).unpause()


@command.command()
@_one
@options.common
def trigger(_asked: Asked, /, name: str) -> None:
    """Have a run started now, by the overlap rule of the schedule; though it is paused.

    swf schedule trigger nightly
    """
    _named(name).trigger()


@command.command()
@_one
@_saying
@options.common
def update(
    _asked: Asked, /, name: str, *, text: str | None, file: TextIO | None, **fields: Any
) -> None:
    """Have a schedule say something else from now on; what is not said stays as it is.

    swf schedule update nightly --cron '0 4 * * *'
    """
    given = _said(text, file, fields)
    if not given:
        raise click.UsageError("nothing to change was said, as --cron '0 4 * * *' would")
    schedule = _named(name)
    before = schedule.describe().spec.to_json()
    said = {**before, **given}
    schedule.update(ScheduleSpec.from_json(_in_zone(said, said.get("timezone", "UTC"))))


@command.command()
@_one
@options.common
def delete(_asked: Asked, /, name: str) -> None:
    """Delete a schedule at once; the runs that it has started go on.

    swf schedule delete nightly
    """
    _named(name).delete()


@command.command()
@options.common
def serve(asked: Asked) -> None:
    """Decide for the schedules of the domain until Ctrl-C or SIGTERM.

    Any number of processes may do so.

        swf schedule serve -d shop
    """
    logs.configure(asked.verbosity, usual=logging.INFO)
    domain, connection = polling.place()
    found = schedules.serving(domain=domain, connection=connection)
    found.worker.start(block=False)
    how_many = polling.HowMany(None, threads=1, processes=0, tasks=None)
    try:
        polling.poll(found.decider, [one.key() for one in found.decider.workflows], how_many)
    finally:
        found.close()
