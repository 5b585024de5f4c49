"""`swf workflow start`, `signal`, `cancel`, `terminate`, `restart` and `result`."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any, Final, TextIO
from urllib.parse import unquote

import click

from swf.cli import executions, failing, options, output
from swf.cli.asked import Asked
from swf.cli.names import Verb
from swf.cli.output import Columns
from swf.cli.workflow.many import Many, selecting
from swf.exceptions import (
    MultipleObjectsReturned,
    WorkflowTypeDeprecated,
    WorkflowTypeDoesNotExist,
)
from swf.insight.starting import started_again
from swf.models import WorkflowExecution, WorkflowType
from swf.nearest import nearest
from swf.wire import told

STARTED: Final = Columns({"workflow_id": "workflow id", "run_id": "run id"}, id="workflow_id")

_WAITING: Final = (
    click.option("--wait", is_flag=True, help="Wait for the result, and print it."),
    click.option(
        "--timeout", type=click.FloatRange(0), metavar="SECONDS", help="Wait so long at most."
    ),
)


def _waiting(function: Any) -> Any:
    for option in reversed(_WAITING):
        function = option(function)
    return function


@click.command(cls=Verb)
@click.argument("kind", metavar="TYPE[:VERSION]", shell_complete=options.complete("workflow_types"))
@click.option("-i", "--input", "text", metavar="JSON", help="What it is started with.")
@click.option("--input-file", "file", type=click.File(encoding="utf-8"), help="The same in a file.")
@click.option("--workflow-id", metavar="ID", help="The workflow id; else one is made up.")
@click.option("--task-list", metavar="NAME", help="Where its decision tasks wait.")
@click.option("--task-priority", type=int, metavar="N", help="The higher, the sooner.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A tag; there may be five.")
@click.option("--execution-timeout", metavar="SECONDS", help="How long it may take.")
@click.option("--task-timeout", metavar="SECONDS", help="How long a decision may take.")
@executions.child_policy
@_waiting
@options.common
def start(
    asked: Asked,
    /,
    kind: str,
    *,
    text: str | None,
    file: TextIO | None,
    tags: tuple[str, ...],
    execution_timeout: str | None,
    task_timeout: str | None,
    wait: bool,
    timeout: float | None,
    **options_of_start: Any,
) -> None:
    """Start an execution of a registered workflow type; print its workflow id and run id.

    swf workflow start basic:example --input '[1, 5]' --wait
    """
    if text is not None and file is not None:
        raise click.UsageError("--input and --input-file: give one of both")
    registered = type_named(kind)
    execution = registered.start_execution(
        input=_checked(file.read() if file else text),
        **told(
            tag_list=tags or None,
            execution_start_to_close_timeout=execution_timeout,
            task_start_to_close_timeout=task_timeout,
            **options_of_start,
        ),
    )
    polled = options_of_start["task_list"] or registered.task_list
    if polled is not None and not asked.is_quiet:
        import_module("swf.cli.workflow.unpolled").note(registered.domain, polled)
    _show_started(asked, execution, wait=wait, timeout=timeout)


def _checked(text: str | None) -> str | None:
    """Return an input; one that is not JSON is sent all the same, and told of."""
    if text is not None:
        try:
            json.loads(text)
        except ValueError:
            output.note("Note: the input is not JSON; it is sent as it is")
    return text


def _show_started(
    asked: Asked, execution: WorkflowExecution, *, wait: bool, timeout: float | None
) -> None:
    """Print the ids of an execution that was started; where asked to, wait for its result."""
    if wait or timeout is not None:
        output.note(f"started {execution.workflow_id} {execution.run_id}")
        _show_result(asked, execution, timeout)
    else:
        ids = {"workflow_id": execution.workflow_id, "run_id": execution.run_id}
        if asked.output in {"json", "jsonl"} or (asked.query and asked.output is None):
            output.emit_value(asked, ids)
        else:
            output.emit(asked, [ids], STARTED, header=False)


def _show_result(asked: Asked, execution: WorkflowExecution, timeout: float | None) -> None:
    import_module("swf.cli.workflow.ending").show_result_of(asked, execution, timeout)


def type_named(text: str) -> WorkflowType:
    """Return the registered workflow type that `NAME` or `NAME:VERSION` names.

    Fails where there is none, naming the nearest, and where a name has several versions.
    """
    domain = options.domain()
    name, _, version = text.partition(":")
    try:
        return domain.workflows().get(name, version or None)
    except MultipleObjectsReturned as error:
        versions = ", ".join(one.version for one in domain.workflows().filter(name=name))
        raise click.UsageError(
            f"{name!r} has several versions: {versions}; say {name}:VERSION"
        ) from error
    except WorkflowTypeDoesNotExist as error:
        known = [f"{one.name}:{one.version}" if version else one.name for one in domain.workflows()]
        raise failing.Failure(
            f"no workflow type {text!r} in domain {domain.name!r}{nearest(text, known)}"
            "; `swf workflow-type list` shows those there are",
            failing.NOT_FOUND,
        ) from error


def _named(workflow_id: str, run_id: str | None) -> WorkflowExecution:
    return WorkflowExecution(options.domain(), workflow_id, run_id and unquote(run_id))


def acted(workflow_id: str, run_id: str | None, act: Callable[[WorkflowExecution], None]) -> None:
    """Do something to an execution; where there is none, or it is closed, say which of both."""
    try:
        act(_named(workflow_id, run_id))
    except WorkflowExecution.DoesNotExist as error:
        execution = executions.found(workflow_id, run_id)
        if execution.close_status is None:
            raise
        raise failing.Failure(
            f"{workflow_id!r} is closed ({execution.close_status}); nothing was done",
            failing.NOT_FOUND,
        ) from error


_one_or_many: Final = partial(executions.named, required=False)


def _act(
    asked: Asked,
    many: Many | None,
    workflow_id: str | None,
    run_id: str | None,
    act: Callable[[WorkflowExecution], None],
) -> None:
    """Do something to the execution that was named, or to all that were meant."""
    if many is not None:
        many.act(asked, str(click.get_current_context().info_name), act)
    elif workflow_id is not None:
        acted(workflow_id, run_id, act)


@click.command(cls=Verb)
@click.argument(
    "words",
    nargs=-1,
    metavar="[WORKFLOW_ID] NAME",
    shell_complete=options.complete("workflow_ids"),
)
@click.option("-i", "--input", "text", metavar="JSON", help="What comes with it.")
@click.option("--run-id", metavar="ID", help="Only this run.")
@selecting
@options.common
def signal(
    asked: Asked,
    /,
    words: tuple[str, ...],
    text: str | None,
    run_id: str | None,
    many: Many | None,
) -> None:
    """Send a signal to an open execution, or to many.

    swf workflow signal basic-example-1438722273 approved --input '["Ann"]'

    swf workflow signal approved --where type=basic,tag=blue --yes
    """
    if len(words) != (2 if many is None else 1):
        needed = "WORKFLOW_ID and NAME" if many is None else "NAME alone, beside --where"
        raise click.UsageError(f"say {needed}; {len(words)} given")
    if many is not None and run_id is not None:
        raise click.UsageError("--run-id goes without --where")
    workflow_id = words[0] if many is None else None
    _act(asked, many, workflow_id, run_id, lambda one: one.signal(words[-1], _checked(text)))


@click.command(cls=Verb)
@_one_or_many
@selecting
@options.common
def cancel(asked: Asked, /, workflow_id: str | None, run_id: str | None, many: Many | None) -> None:
    """Ask an open execution, or many, to end; its own code decides how.

    swf workflow cancel basic-example-1438722273

    swf workflow cancel --where type=basic,since=2h --dry-run
    """
    _act(asked, many, workflow_id, run_id, lambda one: one.request_cancel())


@click.command(cls=Verb)
@_one_or_many
@click.option("--reason", metavar="TEXT", help="Why, for its history.")
@click.option("--details", metavar="TEXT", help="More of why.")
@executions.child_policy
@selecting
@options.common
def terminate(
    asked: Asked,
    /,
    workflow_id: str | None,
    run_id: str | None,
    many: Many | None,
    **said: Any,
) -> None:
    """Close an open execution, or many, at once; its own code is not asked.

    swf workflow terminate basic-example-1438722273 --reason 'not needed'

    swf workflow terminate --where type=basic:example,tag=blue --yes
    """
    _act(asked, many, workflow_id, run_id, lambda one: one.terminate(**said))


@click.command(cls=Verb)
@_one_or_many
@click.option("--new-workflow-id", metavar="ID", help="Under another workflow id.")
@_waiting
@selecting
@options.common
def restart(
    asked: Asked,
    /,
    workflow_id: str | None,
    run_id: str | None,
    new_workflow_id: str | None,
    *,
    wait: bool,
    timeout: float | None,
    many: Many | None,
) -> None:
    """Start a closed execution again, or many: the same type, input, tags and time-outs.

    swf workflow restart basic-example-1438722273

    swf workflow restart --where status=failed,since=1d --dry-run
    """
    if many is None:
        started = restarted(executions.found(workflow_id or "", run_id), new_workflow_id)
        _show_started(asked, started, wait=wait, timeout=timeout)
        return
    if new_workflow_id is not None or wait or timeout is not None:
        raise click.UsageError("--new-workflow-id, --wait and --timeout go without --where")
    many.act(asked, "restart", _restarted_by_id, closed=True)


def _restarted_by_id(one: WorkflowExecution) -> WorkflowExecution:
    return restarted(executions.found(one.workflow_id, one.run_id))


def restarted(
    execution: WorkflowExecution, new_workflow_id: str | None = None
) -> WorkflowExecution:
    """Start an execution with all that a described one was started with, and return it."""
    kind = execution.workflow_type
    if kind is None or (execution.status == "OPEN" and new_workflow_id is None):
        raise failing.Failure(
            f"{execution.workflow_id!r} is open; `swf workflow terminate {execution.workflow_id}`"
            " first, or say --new-workflow-id",
            failing.EXISTS,
        )
    try:
        return started_again(execution, new_workflow_id)
    except WorkflowTypeDeprecated as error:
        raise failing.Failure(
            f"workflow type {kind.name}:{kind.version} is deprecated; "
            f"`swf workflow-type undeprecate {kind.name}:{kind.version}`"
        ) from error


@click.command(cls=Verb)
@executions.named
@click.option(
    "--timeout", type=click.FloatRange(0), metavar="SECONDS", help="Wait so long at most."
)
@options.common
def result(asked: Asked, /, workflow_id: str, run_id: str | None, timeout: float | None) -> None:
    """Wait for an execution to end, and print its result as JSON.

    The exit code tells how it ended: 0 completed, 3 failed, 4 timed out, 5 canceled,
    6 terminated; 124 that it is still open.

        swf workflow result basic-example-1438722273 --timeout 60
    """
    _show_result(asked, executions.found(workflow_id, run_id), timeout)
