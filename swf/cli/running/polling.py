"""Running an actor from the command line until it is told to stop."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

import attrs
import click

from swf import metrics, settings
from swf.actors import Actor
from swf.cli import logs, options, output
from swf.cli.serving.database import path_of, standing
from swf.constants import DEFAULT_REGION
from swf.exceptions import DatabaseLockedError, EngineError, SettingsError
from swf.models import Domain
from swf.transport import Transport, default_connection
from swf.transport.local import LocalTransport, SharedTransport

F = TypeVar("F", bound=Callable[..., Any])

SERVED_SECONDS: Final = 3.0
"""Within which who has opened a file serves it, if that is what it has opened it for."""

LOOK_SECONDS: Final = 0.1

_INSTEAD: Final = {
    "poll_data": "a task that somebody else has polled is not taken over; have a process poll one "
    "itself, `--one-task`, or answer by its token, `swf activity complete TOKEN`",
    "process_mode": "what is polled is done where it is polled; have the jobs poll themselves: "
    "`swf worker start MODULE --one-task`",
}
"""What simpleflow has and this has not, and what to do instead."""


@attrs.frozen
class HowMany:
    """Which task list is polled, by how many threads and processes, and for how many tasks.

    Without a `task_list` it is the one that all name; `tasks` is None for no end.
    """

    task_list: str | None
    threads: int
    processes: int
    tasks: int | None


def how_many(command: Callable[..., Any]) -> Any:
    """Return a command that takes how many poll, and for how long, as its `how_many`."""

    @functools.wraps(command)
    def decorated(
        *args: Any,
        task_list: str | None,
        threads: int,
        processes: int,
        max_tasks: int | None,
        one_task: bool,
        **kwargs: Any,
    ) -> Any:
        tasks = 1 if one_task else max_tasks
        if tasks is not None and processes:
            raise click.UsageError("-N processes do not count tasks together; leave -N out")
        told = HowMany(task_list, threads, processes, tasks)
        return command(*args, how_many=told, **kwargs)

    for option in (
        click.option(
            "-t", "--task-list", metavar="NAME", help="The task list; else the one they all name."
        ),
        click.option(
            "-N",
            "--processes",
            "--nb-processes",
            "processes",
            type=click.IntRange(0),
            default=0,
            metavar="N",
            help="Poll in so many processes; 0, the default, is this one.",
        ),
        click.option(
            "--threads",
            type=click.IntRange(1),
            default=1,
            show_default=True,
            metavar="N",
            help="Poll in so many threads (of each process).",
        ),
        click.option(
            "--max-tasks",
            type=click.IntRange(1),
            metavar="N",
            help="End when so many tasks were done.",
        ),
        click.option("--one-task", is_flag=True, help="End when one task was done."),
        click.option(
            "-l",
            "--log-level",
            type=click.Choice(logs.LEVELS, case_sensitive=False),
            metavar="LEVEL",
            expose_value=False,
            callback=_told_at,
            help=f"Tell what is of this level, as LOG_LEVEL does: {', '.join(logs.LEVELS)}.",
        ),
    ):
        decorated = option(decorated)
    return measured(decorated)


def measured(command: F) -> F:
    """Return a command whose metrics are read over HTTP while it runs, where that is asked for."""
    result: F = click.option(
        "--metrics-port",
        type=click.IntRange(0, 65_535),
        metavar="PORT",
        expose_value=False,
        callback=_read_at,
        help="Serve metrics for Prometheus at 127.0.0.1:PORT/metrics; 0 is any free port.",
    )(command)
    return result


def _read_at(ctx: click.Context, _param: click.Parameter, port: int | None) -> None:
    """Have the metrics of this process, and of those it starts, read while the command runs."""
    if port is not None:
        server = ctx.with_resource(metrics.serve(port))
        click.echo(f"metrics are at {server.url}", err=True)


def _told_at(ctx: click.Context, _param: click.Parameter, level: str | None) -> None:
    """Have what is of a level told while the command runs, in its child processes as well."""
    if level is not None:
        ctx.with_resource(logs.at(level))


def elsewhere(command: F) -> F:
    """Return a command that knows what simpleflow's has and it has not, and says so."""

    def refused(_ctx: click.Context, param: click.Parameter, value: str | None) -> None:
        if value is not None and value != "local":
            raise click.UsageError(f"{param.opts[0]}: {_INSTEAD[str(param.name)]}")

    decorated: Any = command
    for name in _INSTEAD:
        option = f"--{name.replace('_', '-')}"
        decorated = click.option(option, hidden=True, expose_value=False, callback=refused)(
            decorated
        )
    result: F = decorated
    return result


def check_named(what: str, names: tuple[str, ...]) -> None:
    """Raise click.UsageError where no module is named: code is never found by a task alone."""
    if not names:
        raise click.UsageError(
            f"say which {what}, as MODULE or MODULE.NAME: only code that is named here is run, "
            "whatever tasks there are"
        )


def task_list_of(given: str | None, named: Iterable[str]) -> str:
    """Return the task list that was given, or the only one that is named.

    Raises click.UsageError where there is not just one.
    """
    lists = sorted(set(named))
    if given is None and len(lists) != 1:
        raise click.UsageError(f"say -t, since there are several task lists: {', '.join(lists)}")
    return given or lists[0]


def place() -> tuple[Domain, Transport]:
    """Return the domain in effect, and a connection that other processes can use, too.

    An embedded SWF in a file is served to others from now on, where that can be done. Raises
    SettingsError for one in memory, which nobody else reaches.
    """
    name = options.domain_name()
    told = settings.get()
    endpoint = told.get("endpoint_url", "")
    if endpoint.startswith("memory:"):
        raise SettingsError(
            f"{endpoint} is within this process, where nobody starts anything; name a file, as in "
            "--endpoint-url sqlite:///swf.db, or run `swf server start`"
        )
    connection = default_connection()
    if isinstance(connection, LocalTransport):
        path, region = path_of(endpoint), told.get("region", DEFAULT_REGION)
        connection = _in_time(connection, path, region)
    return Domain(name, connection=connection), connection


def _in_time(connection: LocalTransport, path: Path, region: str) -> Transport:
    """Return a connection; who has begun to serve the file a moment ago may not have an address."""
    until = time.monotonic() + SERVED_SECONDS
    while True:
        try:
            return _shared(connection, path, region)
        except DatabaseLockedError:
            if time.monotonic() > until:
                raise
            time.sleep(LOOK_SECONDS)


def _shared(connection: LocalTransport, path: Path, region: str) -> Transport:
    """Return a connection to an SWF in a file that is served: by this process where nobody does.

    Elsewhere it is polled where it is served, whatever happens there: were the file taken over from
    a server that is stopped for a while, that could not be started again.
    """
    try:
        endpoint = connection.share()
    except DatabaseLockedError:
        raise
    except EngineError:  # without the extra it is this process's alone
        return connection
    if standing(path).pid == os.getpid():
        return connection
    return SharedTransport(endpoint, region)


def poll(actor: Actor, knows: Iterable[tuple[str, str]], how_many: HowMany) -> None:
    """Have an actor poll until it is told to stop; say on stderr for what."""
    kind = type(actor).__name__.lower()
    known = ", ".join(f"{name} {version}" for name, version in sorted(knows))
    output.note(
        f"{kind}: polls task list {actor.task_list!r} of domain {actor.domain.name!r} for {known};"
        " Ctrl-C stops it"
    )
    logs.in_children_of(actor)
    actor.start(threads=how_many.threads, processes=how_many.processes, tasks=how_many.tasks)
