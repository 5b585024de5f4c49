"""`swf workflow`: the executions of a domain."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from copy import copy
from itertools import islice
from typing import Any, Final, TypeVar

import click

from swf.cli import executions, options, output
from swf.cli.asked import Asked
from swf.cli.names import Entry, Noun
from swf.cli.output import Columns
from swf.constants import CloseStatus, ExecutionStatus
from swf.exceptions import ValidationError
from swf.insight import tasks
from swf.insight.starting import input_of
from swf.insight.when import when
from swf.models import WorkflowExecution
from swf.models.event.base import Event, shown
from swf.nearest import nearest
from swf.wire import told

F = TypeVar("F", bound=Callable[..., Any])

MOST: Final = 50
"""Executions that are listed where nothing else is said."""

PROFILE: Final = Columns(
    {
        "name": "task",
        "id": "id",
        "state": "state",
        "scheduled": "scheduled",
        "waited_seconds": "waited",
        "started": "started",
        "ran_seconds": "ran",
        "closed": "closed",
        "percentage": "percent",
    },
    id="id",
)

EVENTS: Final = Columns(
    {"event_id": "id", "timestamp": "time", "event_type": "event", "told": "what"}, id="event_id"
)


@click.group(
    "workflow",
    cls=Noun,
    elsewhere={
        "cancel": Entry(
            "workflow.acting", "Ask open executions to end; their code decides how.", "cancel"
        ),
        "diff": Entry("workflow.comparing", "Show where two executions differ.", "diff"),
        "export": Entry(
            "workflow.following", "Write a history down, as JSON or as a test.", "export"
        ),
        "query": Entry("workflow.following", "Print what an execution's code answers.", "query"),
        "replay": Entry(
            "workflow.following", "Whether the code of today follows a history.", "replay"
        ),
        "restart": Entry(
            "workflow.acting", "Start closed executions again as they were.", "restart"
        ),
        "result": Entry(
            "workflow.acting", "Wait for an execution, and print its result.", "result"
        ),
        "signal": Entry("workflow.acting", "Send a signal to open executions.", "signal"),
        "stack": Entry("workflow.following", "Show where the code of an execution waits.", "stack"),
        "start": Entry("workflow.acting", "Start an execution of a registered type.", "start"),
        "terminate": Entry("workflow.acting", "Close open executions at once.", "terminate"),
        "repair": Entry("workflow.following", "Run again what was not completed.", "repair"),
        "trace": Entry("workflow.trees", "The same as `tree`.", "tree"),
        "tree": Entry(
            "workflow.trees", "Show tasks, timers, and what is waited for, as a tree.", "tree"
        ),
    },
)
def command() -> None:
    """Workflow executions: start, list, look into, act.

    A RUN_ID is never needed: without one it is the open run, else the one started last.
    """


def statuses() -> list[str]:
    """Return the words for how an execution stands."""
    return [str(one).lower() for one in (*ExecutionStatus, *CloseStatus)]


def filtering(function: F) -> F:
    """Return a command that takes what executions may be filtered by."""
    words = statuses()
    decorated: Any = function
    for option in (
        click.option("--until", metavar="WHEN", help="Started at that time or before it."),
        click.option(
            "--since", metavar="WHEN", help="Started since: 2026-01-31, 2026-01-31T10:00, 7d, 12h."
        ),
        click.option("--tag", multiple=True, metavar="TAG", help="With this tag; each of several."),
        click.option("--workflow-id", metavar="ID", help="The runs of this workflow id."),
        click.option(
            "--type",
            "kind",
            metavar="NAME[:VERSION]",
            shell_complete=options.complete("workflow_types"),
            help="Of this workflow type.",
        ),
        click.option(
            "-s",
            "--status",
            type=click.Choice(words, case_sensitive=False),
            metavar="STATUS",
            help=f"One of {', '.join(words)}.",
        ),
    ):
        decorated = option(decorated)
    result: F = decorated
    return result


def filtered(
    *,
    status: str | None = None,
    kind: str | None = None,
    workflow_id: str | None = None,
    tag: tuple[str, ...] = (),
    since: str | None = None,
    until: str | None = None,
) -> Any:
    """Return the executions of the domain in effect that pass these filters."""
    name, _, version = (kind or "").partition(":")
    word = None if status is None else status.upper()
    lookups = told(
        status=word if word in {*map(str, ExecutionStatus)} else None,
        close_status=word if word in {*map(str, CloseStatus)} else None,
        workflow_type_name=name or None,
        workflow_type_version=version or None,
        workflow_id=workflow_id,
        start_oldest_date=when(since),
        start_latest_date=when(until),
    )
    try:
        queryset = options.domain().executions().filter(**lookups)
    except ValidationError as error:
        raise click.UsageError(_as_typed(str(error))) from error
    for one in tag:
        queryset = queryset.filter(tag=one)
    return queryset


def _as_typed(refusal: str) -> str:
    """Return a refusal of lookups in the words of the options that stand for them."""
    for lookup, option in (("start_oldest_date", "since"), ("start_latest_date", "until")):
        refusal = refusal.replace(lookup, option)
    refusal = refusal.removeprefix("WorkflowExecutionQuerySet.filter: ")
    is_time = refusal.startswith(("since: ", "until: "))
    return f"{refusal}; say 2026-01-31, 2026-01-31T10:00, 7d or 12h" if is_time else refusal


def note_of_type(kind: str | None) -> None:
    """Say, where nothing was found of a type, that there is no such type, if so."""
    if kind is None:
        return
    known = [one for status in ("REGISTERED", "DEPRECATED") for one in _types(status)]
    names = [part for one in known for part in (one, one.partition(":")[0])]
    if kind not in names:
        output.note(f"Note: there is no workflow type {kind!r}{nearest(kind, names)}")


def _types(status: str) -> Iterable[str]:
    found = options.domain().workflows().filter(status=status)
    return (f"{one.name}:{one.version}" for one in found)


@command.command("list")
@filtering
@options.limit(MOST)
@output.watching
@options.common
def list_(asked: Asked, /, *, limit: int, watch: float | None, **filters: Any) -> None:
    """List executions, open and closed, those started last first.

    swf workflow list --status failed --since 7d -o id
    """
    queryset = filtered(**filters)

    def show() -> None:
        listed = list(queryset[: limit + 1])
        output.emit(asked, map(executions.row, listed[:limit]), executions.LIST)
        if not listed:
            note_of_type(filters["kind"])
        if len(listed) > limit:
            output.note(f"Note: there are more; --limit {10 * limit} shows more")

    output.repeatedly(show, watch)


@command.command()
@filtering
@output.watching
@options.common
def count(asked: Asked, /, *, watch: float | None, **filters: Any) -> None:
    """Count executions; the same filters as `swf workflow list`.

    swf workflow count --status failed --since 7d
    """

    def show() -> None:
        found = filtered(**filters).count()
        if asked.output in {"json", "jsonl"} or asked.query:
            output.emit_value(asked, {"count": int(found), "truncated": found.truncated})
        else:
            click.echo(f"{int(found)}{'+' if found.truncated else ''}")

    output.repeatedly(show, watch)


@command.command()
@executions.named
@output.watching
@options.common
def info(asked: Asked, /, workflow_id: str, run_id: str | None, *, watch: float | None) -> None:
    """Show all that is known of an execution: type, status, time-outs, input, outcome.

    swf workflow info basic-example-1438722273
    """

    def show() -> None:
        execution = executions.found(workflow_id, run_id)
        fields = executions.description(execution) | told(input=input_of(execution))
        fields |= executions.outcome_of(execution)
        output.emit_one(asked, fields, id="workflow_id")

    output.repeatedly(show, watch)


@command.command("tasks")
@executions.named
@click.option("-n", "--nb-tasks", "limit", type=click.IntRange(1), help="The latest so many.")
@click.option("--timers", is_flag=True, help="Timers too.")
@output.watching
@options.common
def tasks_(
    asked: Asked,
    /,
    workflow_id: str,
    run_id: str | None,
    *,
    limit: int | None,
    timers: bool,
    watch: float | None,
) -> None:
    """List the tasks of an execution and how far they got, those scheduled last first.

    swf workflow tasks basic-example-1438722273 --nb-tasks 3
    """

    def show() -> None:
        found = tasks.tasks_of(executions.found(workflow_id, run_id).history(), timers=timers)
        output.emit(asked, map(tasks.row, islice(reversed(found), limit)), executions.TASKS)

    output.repeatedly(show, watch)


@command.command()
@executions.named
@click.option("-n", "--nb-tasks", "limit", type=click.IntRange(1), help="The longest so many.")
@options.common
def profile(asked: Asked, /, workflow_id: str, run_id: str | None, limit: int | None) -> None:
    """Show how long each task waited and ran, those that ran longest first.

    swf workflow profile basic-example-1438722273
    """
    rows = tasks.profile(executions.found(workflow_id, run_id).history())
    output.emit(asked, rows[:limit], PROFILE)


@command.command()
@executions.named
@click.option("--type", "kind", multiple=True, metavar="EVENT", help="Only events of this type.")
@click.option("--reverse", is_flag=True, help="The latest first.")
@options.limit()
@click.option("--raw", is_flag=True, help="JSON as SWF sends it.")
@click.option("-f", "--follow", is_flag=True, help="Go on until the execution is closed.")
@options.common
def history(
    asked: Asked,
    /,
    workflow_id: str,
    run_id: str | None,
    *,
    kind: tuple[str, ...],
    reverse: bool,
    limit: int | None,
    raw: bool,
    follow: bool,
) -> None:
    """Show the events of an execution.

    swf workflow history basic-example-1438722273 --type ActivityTaskFailed
    """
    execution = executions.found(workflow_id, run_id)
    if follow:
        _follow(asked, execution, kind)
        return
    events = execution.history(reverse_order=reverse)
    if kind:
        events = events.filter(name__in=list(kind))
    if raw:
        output.emit_value(asked, {"events": events[:limit].raws})
    else:
        output.emit(asked, map(event_row, events[:limit]), EVENTS)


def event_row(event: Event) -> dict[str, Any]:
    """Return what a listing tells of an event; `told` is its attributes in one line."""
    attributes = shown(event)
    return {
        "event_id": event.id,
        "timestamp": event.timestamp,
        "event_type": event.name,
        "told": " ".join(
            f"{key}={_short(value)}"
            for key, value in attributes.items()
            if value not in _SAYING_NOTHING
        ),
        "attributes": attributes,
    }


_SAYING_NOTHING: Final = ("NONE", 0)
"""What an attribute is where it sets nothing: no time-out, no event."""


def _short(value: Any) -> str:
    text = ":".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _follow(asked: Asked, execution: WorkflowExecution, kind: tuple[str, ...]) -> None:
    """Show the events that there are and each new one, until the execution is closed."""
    seen = 0
    while True:
        events = execution.history()
        new = [one for one in events[seen:] if not kind or one.name in kind]
        if new or not seen:
            first = not seen and asked.header is not False
            output.emit(asked, map(event_row, new), EVENTS, header=first)
            asked.header = False
        seen = len(events)
        if events.finished:
            return
        time.sleep(executions.PAUSE_SECONDS)


def _also(name: str, one: click.Command) -> None:
    """Have a command under another name, too."""
    other = copy(one)
    other.short_help = f"The same as `{one.name}`."
    command.add_command(other, name)


_also("describe", info)
_also("show", history)
