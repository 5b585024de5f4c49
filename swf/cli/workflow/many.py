"""Acting on all executions that pass filters, instead of on one by its workflow id."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import attrs
import click

from swf.cli import executions, output
from swf.cli.asked import Asked
from swf.cli.failing import Failure, failure
from swf.cli.output import Columns
from swf.cli.workflow.looking import filtered, note_of_type, statuses
from swf.exceptions import SWFError
from swf.models import WorkflowExecution
from swf.nearest import nearest

Act = Callable[[WorkflowExecution], WorkflowExecution | None]
"""What is done to one execution; it may return the one that was started."""

KEYS: Final = ("status", "type", "tag", "workflow-id", "since", "until")
"""What `--where` may name: the filters of `swf workflow list`."""

_NEXT: Final = re.compile(rf",\s*(?=(?:{'|'.join(KEYS)})=)")
"""Where the next condition begins; a comma elsewhere belongs to a value."""

DONE: Final = Columns({"workflow_id": "workflow id", "run_id": "run id"}, id="workflow_id")


@attrs.frozen
class Many:
    """Which executions are meant, and whether to act on them at once, once asked, or not at all."""

    where: tuple[str, ...]
    dry_run: bool
    yes: bool

    def act(self, asked: Asked, verb: str, act: Act, *, closed: bool = False) -> None:
        """Do something to each execution that is meant, and print the ids of those it was done to.

        They are open ones, or `closed` ones: of these the latest run of each workflow id. Where it
        fails for some, that is told of each, and the rest is done. Fails where it was not to be
        done, or has failed for any.
        """
        found = self._found(closed)
        if self.dry_run or not found:
            output.emit(asked, map(executions.row, found), executions.LIST)
            output.note(f"{_counted(found)} to {verb}; nothing was done")
            return
        self._confirm(verb, found)
        done, failed = _acted(verb, found, act)
        output.emit(asked, done, DONE, header=False)
        if failed:
            for workflow_id, told in failed.items():
                click.echo(output.in_one_line(f"Error: {workflow_id}: {told}"), err=True)
            raise Failure(f"{verb}: failed for {len(failed)} of {_counted(found)}")

    def _found(self, closed: bool) -> list[WorkflowExecution]:
        told = conditions(self.where)
        status = told.setdefault("status", "closed" if closed else "open").lower()
        if (status == "open") is closed:
            raise click.UsageError(f"--where status={status}: only {_fit(closed)} ones can be")
        found = list(filtered(**told))
        if not found:
            note_of_type(told.get("kind"))
        if closed:
            latest = {one.workflow_id: one for one in reversed(found)}
            found = [one for one in found if latest[one.workflow_id] is one]
        return found

    def _confirm(self, verb: str, found: Sequence[WorkflowExecution]) -> None:
        if self.yes:
            return
        if not sys.stdin.isatty():
            raise click.UsageError(
                f"would {verb} {_counted(found)}: say --yes, or --dry-run to see which"
            )
        if not click.confirm(f"{verb} {_counted(found)}?", err=True):
            raise Failure("nothing was done")


def _fit(closed: bool) -> str:
    return "closed" if closed else "open"


def conditions(where: Iterable[str]) -> dict[str, Any]:
    """Return the filters that conditions name, as `filtered` takes them.

    It is a usage error that one is no KEY=VALUE, unknown, empty, or said twice; but tags, which
    all have to be there.
    """
    told: dict[str, Any] = {}
    for condition in (one for text in where for one in _NEXT.split(text)):
        key, equals, value = condition.strip().partition("=")
        if key not in KEYS or not equals or not value:
            near = nearest(key, KEYS) if key not in KEYS else ""
            raise click.UsageError(
                f"--where {condition!r}{near}: say KEY=VALUE with a KEY of {', '.join(KEYS)}"
            )
        name = {"type": "kind", "workflow-id": "workflow_id"}.get(key, key)
        if key == "tag":
            told["tag"] = (*told.get("tag", ()), value)
        elif name in told:
            raise click.UsageError(f"--where: {key} is said twice")
        else:
            told[name] = value
    status = told.get("status", "open").lower()
    if status not in statuses():
        raise click.UsageError(
            f"--where status={status}{nearest(status, statuses())}: one of {', '.join(statuses())}"
        )
    return told


def _acted(
    verb: str, found: Sequence[WorkflowExecution], act: Act
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the ids that something was done to, and why it failed for the others."""
    done: list[dict[str, Any]] = []
    failed: dict[str, str] = {}
    try:
        with _progress(verb, found) as each:
            for execution in each:
                try:
                    after = act(execution) or execution
                except WorkflowExecution.DoesNotExist:
                    failed[execution.workflow_id] = "was closed meanwhile"
                except (SWFError, click.ClickException) as error:
                    failed[execution.workflow_id] = (
                        error.message
                        if isinstance(error, click.ClickException)
                        else failure(error).message
                    )
                else:
                    done.append({"workflow_id": after.workflow_id, "run_id": after.run_id})
    except KeyboardInterrupt:
        output.note(f"{verb}: interrupted; done for {len(done)} of {_counted(found)}")
        raise
    return done, failed


@contextmanager
def _progress(
    verb: str, found: Sequence[WorkflowExecution]
) -> Generator[Iterator[WorkflowExecution]]:
    """Yield the executions one by one; at a terminal a bar shows how many there have been."""
    if len(found) == 1 or not output.is_watched():
        yield iter(found)
        return
    with click.progressbar(found, label=verb, show_pos=True, file=sys.stderr) as bar:
        yield iter(bar)


def _counted(found: Sequence[WorkflowExecution]) -> str:
    return f"{len(found)} execution{'' if len(found) == 1 else 's'}"


def selecting(function: Any) -> Any:
    """Return a command that takes `--where`, `--dry-run` and `--yes` as its `many`.

    `many` is None where there is no `--where`; then there has to be a workflow id.
    """

    @functools.wraps(function)
    def decorated(*args: Any, where: tuple[str, ...], dry_run: bool, yes: bool, **told: Any) -> Any:
        given = told.get("workflow_id", told.get("words"))
        if where and told.get("workflow_id") is not None:
            raise click.UsageError("give a workflow id or --where, not both")
        if not where and not given:
            raise click.UsageError("say a workflow id, or which ones by --where KEY=VALUE")
        if (dry_run or yes) and not where:
            raise click.UsageError(f"{'--dry-run' if dry_run else '--yes'}: goes with --where")
        return function(*args, many=Many(where, dry_run, yes) if where else None, **told)

    for option in (
        click.option("--yes", is_flag=True, help="With --where: do not ask."),
        click.option("--dry-run", is_flag=True, help="With --where: only show which."),
        click.option(
            "--where",
            multiple=True,
            metavar="KEY=VALUE,…",
            help=f"All that this holds for, instead of one; KEY is {', '.join(KEYS)}.",
        ),
    ):
        decorated = option(decorated)
    return decorated
