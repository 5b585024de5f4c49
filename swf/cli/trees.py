"""An execution as a tree of its tasks: attempts, timers, children, and what it waits for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, Final

import click

from swf.cli import executions, options, output
from swf.cli.asked import Asked
from swf.exceptions import SWFError
from swf.flow.holding import held_by
from swf.insight.tasks import Task, tasks_of
from swf.models import History, WorkflowExecution
from swf.models.views import harmless

DEEPEST: Final = 5
"""Children of children that are followed."""

_LONGEST: Final = 70


def lines(
    execution: WorkflowExecution, history: History, *, children: bool = False, depth: int = 0
) -> Iterator[str]:
    """Yield the lines of the tree of an execution, whose history is given."""
    if not depth:
        kind = execution.workflow_type
        name = "" if kind is None else f"  {kind.name} {kind.version}"
        yield f"{execution.workflow_id}{name}  {status(execution, history)}"
    found, now = tasks_of(history, timers=True), execution.connection.clock.now()
    held = "" if history.finished else held_by(history.raws)
    rest = [f"waits: {held}"] if held else []
    for number, task in enumerate(found):
        last = number == len(found) - 1 and not rest
        yield f"{'└─' if last else '├─'} {_told(task, now)}"
        if children and task.kind == "child" and depth < DEEPEST:
            below = _of_child(execution, task, depth + 1)
            yield from (f"{'   ' if last else '│  '}{line}" for line in below)
    yield from (f"└─ {line}" for line in rest)


def status(execution: WorkflowExecution, history: History) -> str:
    """Return how an execution stands, as its history tells it."""
    if not history.finished:
        return "OPEN"
    last = max((one for one in (history.first, history.last) if one), key=lambda one: one.id)
    ended = last.name.removeprefix("WorkflowExecution")
    words = {"TimedOut": "TIMED_OUT", "ContinuedAsNew": "CONTINUED_AS_NEW"}
    return words.get(ended, execution.close_status or ended.upper())


def _told(task: Task, now: datetime) -> str:
    words = [task.kind, task.name]
    if task.id != task.name:
        words.append(f"({task.id})")
    words.append(task.state)
    if task.attempt > 1:
        words.append(f"attempt {task.attempt}")
    took = task.ran_seconds
    if took is not None:
        words.append(f"{took:.2f} s")
    elif task.kind == "timer" and task.is_open:
        words.append(_due(task))
    elif task.is_open:
        since = (now - (task.started or task.scheduled)).total_seconds()
        words.append(f"for {max(since, 0):.0f} s")
    if task.outcome:
        words.append(f"→ {task.outcome[:_LONGEST]}")
    return " ".join(words)


def _due(task: Task) -> str:
    seconds = float(task.told.get("start_to_fire_timeout") or 0)
    return f"due at {task.scheduled + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S} UTC"


def _of_child(parent: WorkflowExecution, task: Task, depth: int) -> Iterator[str]:
    child = WorkflowExecution(parent.domain, task.id, connection=parent.connection)
    try:
        history = child.history()
    except SWFError as error:
        yield f"└─ {error}"
        return
    yield from lines(child, history, children=True, depth=depth)


def echo(asked: Asked, line: str) -> None:
    """Print a line of a tree, states in their colours where that is wanted."""
    click.echo(drawn(line) if output.is_rich(asked) and _colours(asked) else harmless(line))


def drawn(line: str) -> str:
    """Return a line with the states in it coloured."""
    words = harmless(line).split(" ")
    styled = (
        click.style(word, fg=output.STYLES[word].replace("dim", "white"))
        if word in output.STYLES
        else word
        for word in words
    )
    return " ".join(styled)


def _colours(asked: Asked) -> bool:
    return not output.is_colourless(asked)


def follow(asked: Asked, execution: WorkflowExecution, *, children: bool) -> None:
    """Show the tree of an execution as it grows, until the execution is closed.

    On a terminal it is drawn anew in its place; elsewhere a line is printed where it changed.
    """
    if not output.is_rich(asked):
        _print_changes(execution, children)
        return
    text: Any = import_module("rich.text").Text
    live: Any = import_module("rich.live").Live
    with live(console=output.console(asked), auto_refresh=False) as shown:
        while True:
            history = execution.history()
            drawn_lines = map(drawn, lines(execution, history, children=children))
            shown.update(text.from_ansi("\n".join(drawn_lines)), refresh=True)
            if history.finished:
                return
            time.sleep(executions.PAUSE_SECONDS)


def _print_changes(execution: WorkflowExecution, children: bool) -> None:
    printed: set[str] = set()
    while True:
        history = execution.history()
        for line in lines(execution, history, children=children):
            stable = line.strip("├└│─ ").split(" for ")[0]
            if stable not in printed:
                printed.add(stable)
                click.echo(harmless(stable))
        if history.finished:
            return
        time.sleep(executions.PAUSE_SECONDS)


@click.command()
@executions.named
@click.option("--children", is_flag=True, help="The tasks of child executions too.")
@click.option("--watch", is_flag=True, help="Go on until the execution is closed.")
@options.common
def tree(
    asked: Asked, /, workflow_id: str, run_id: str | None, children: bool, watch: bool
) -> None:
    """Show the tasks of an execution as a tree: attempts, timers, and what it waits for.

    swf workflow tree basic-example-1438722273 --watch
    """
    execution = executions.found(workflow_id, run_id)
    if watch:
        follow(asked, execution, children=children)
        return
    for line in lines(execution, execution.history(), children=children):
        echo(asked, line)
