"""An execution as a tree of its tasks: attempts, timers, children, and what it waits for."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, Final

import attrs
import click

from swf.cli import executions, options, output
from swf.cli.asked import Asked
from swf.cli.names import Verb
from swf.exceptions import SWFError
from swf.flow.holding import held_by
from swf.insight.tasks import Task, row, tasks_of
from swf.models import History, WorkflowExecution

DEEPEST: Final = 5
"""Children of children that are followed."""

LOOKS_A_SECOND: Final = 4
"""How often what is drawn in its place is drawn anew, so that what counts down does."""

MOST_ROWS: Final = 1_000_000
"""Of a tree that may go beyond the screen."""

_LONGEST: Final = 70
_REASON: Final = 256
_INDENT: Final = 3

_STEM: Final = re.compile("[│├└─ ]+")
_BELOW: Final = str.maketrans("├└─", "│  ")

_PASSING: Final = re.compile(r" for \d+ s|in \d+ s, ")
"""What changes in a line although nothing has happened."""


@attrs.frozen
class Branch:
    """One task of a tree: its line, how it stands, and the lines of what is below it."""

    line: str
    state: str
    is_open: bool
    below: tuple[str, ...] = ()


@attrs.frozen
class Seen:
    """An execution as its history tells it at one moment."""

    execution: WorkflowExecution
    status: str
    begun: datetime | None
    kind: str
    tasks: Sequence[Task]
    held: str
    ended: str = ""
    """In whose words it ended, where it did not complete and somebody told."""

    @classmethod
    def of(cls, execution: WorkflowExecution, history: History) -> Seen:
        """Return what a history tells."""
        named = execution.workflow_type or getattr(history.first, "workflow_type", None)
        return cls(
            execution,
            status(execution, history),
            None if history.first is None else history.first.timestamp,
            "" if named is None else f"{named.name} {named.version}",
            tasks_of(history, timers=True),
            "" if history.finished else held_by(history.raws),
            _ended(history) if history.finished else "",
        )

    def lines(self, *, children: bool = False) -> list[str]:
        """Return the lines of the tree."""
        branches = self._branches(0, children=children)
        return [self._title, *_joined(branches, self._last)]

    def screen(self, columns: int, rows: int, *, children: bool = False) -> list[str]:
        """Return at most so many lines of the tree: finished tasks are counted in place of more.

        A line that is longer than there are columns names its task in short.
        """
        title, now = self._title, self.execution.connection.clock.now()
        branches = self._branches(0, columns - _INDENT, children=children)
        shown = folded(branches, max(rows - 1 - len(self._last), 1))
        if self.status == "OPEN" and self.begun is not None:
            title += f" for {max((now - self.begun).total_seconds(), 0):.0f} s"
        if len(title) > columns:
            title = title.replace(f"  {self.kind}  ", "  ", 1)
        return [title, *_joined(shown, self._last)]

    def below(self, depth: int) -> list[str]:
        """Return the lines of the tasks alone, as they stand below the parent's own."""
        return list(_joined(self._branches(depth, children=True), self._waits))

    def as_data(self, *, children: bool = False, depth: int = 0) -> dict[str, Any]:
        """Return the same as data: what it waits for, its tasks, and in a child the child's."""
        rows = []
        for task in self.tasks:
            told = row(task)
            if children and task.kind == "child" and depth < DEEPEST:
                told["execution"] = _data_of_child(self.execution, task, depth + 1)
            rows.append(told)
        return {
            "workflow_id": self.execution.workflow_id,
            "run_id": self.execution.run_id,
            "type": self.kind,
            "status": self.status,
            "started": self.begun,
            "waits": self.held or None,
            "ended": self.ended or None,
            "tasks": rows,
        }

    @property
    def _title(self) -> str:
        return "  ".join(filter(None, (self.execution.workflow_id, self.kind, self.status)))

    @property
    def _waits(self) -> list[str]:
        return [f"waits: {self.held}"] if self.held else []

    @property
    def _last(self) -> list[str]:
        return [*self._waits, *([self.ended] if self.ended else [])]

    def _branches(self, depth: int, columns: int | None = None, *, children: bool) -> list[Branch]:
        now = self.execution.connection.clock.now()
        return [self._branch(task, now, depth, columns, children) for task in self.tasks]

    def _branch(
        self, task: Task, now: datetime, depth: int, columns: int | None, children: bool
    ) -> Branch:
        below: Iterable[str] = ()
        if children and task.kind == "child" and depth < DEEPEST:
            below = _of_child(self.execution, task, depth + 1)
        line = _told(task, now)
        if columns is not None and len(line) > columns:
            line = _told(task, now, briefly=True)
        return Branch(line, task.state, task.is_open, tuple(below))


def lines(
    execution: WorkflowExecution, history: History, *, children: bool = False
) -> Iterator[str]:
    """Yield the lines of the tree of an execution, whose history is given."""
    yield from Seen.of(execution, history).lines(children=children)


def folded(branches: Sequence[Branch], room: int) -> list[Branch]:
    """Return branches of at most so many lines; those that are left out are counted in their place.

    The open ones stay first, then those that did not complete, then the latest.
    """
    if _height(branches) <= room:
        return list(branches)
    ranked = sorted(
        range(len(branches)),
        key=lambda i: (not branches[i].is_open, branches[i].state == "completed", -i),
    )
    for kept in range(min(room, len(branches)), 0, -1):
        shown = _with_counts(branches, frozenset(ranked[:kept]))
        if _height(shown) <= room:
            return shown
    return _with_counts(branches, frozenset())


def _height(branches: Iterable[Branch]) -> int:
    return sum(1 + len(one.below) for one in branches)


def _with_counts(branches: Sequence[Branch], kept: frozenset[int]) -> list[Branch]:
    shown: list[Branch] = []
    left: Counter[str] = Counter()
    for number, branch in enumerate(branches):
        if number not in kept:
            left[branch.state] += 1
            continue
        shown += _counted(left)
        left.clear()
        shown.append(branch)
    return shown + _counted(left)


def _counted(left: Counter[str]) -> list[Branch]:
    told = ", ".join(f"{count} {state}" for state, count in left.most_common())
    return [Branch(f"… {told}", "", is_open=False)] if told else []


def _joined(branches: Sequence[Branch], rest: Sequence[str]) -> Iterator[str]:
    for number, branch in enumerate(branches):
        last = number == len(branches) - 1 and not rest
        yield f"{'└─' if last else '├─'} {branch.line}"
        yield from (f"{'   ' if last else '│  '}{line}" for line in branch.below)
    yield from (f"└─ {line}" for line in rest)


def status(execution: WorkflowExecution, history: History) -> str:
    """Return how an execution stands, as its history tells it."""
    if not history.finished:
        return "OPEN"
    last = max((one for one in (history.first, history.last) if one), key=lambda one: one.id)
    ended = last.name.removeprefix("WorkflowExecution")
    words = {"TimedOut": "TIMED_OUT", "ContinuedAsNew": "CONTINUED_AS_NEW"}
    return words.get(ended, execution.close_status or ended.upper())


def _ended(history: History) -> str:
    execution = history.compiled.execution
    state = str(execution.state).replace("_", " ")
    return f"{state}: {execution.reason[:_REASON]}" if execution.reason else ""


def _told(task: Task, now: datetime, *, briefly: bool = False) -> str:
    words = [task.kind, task.name.rpartition(".")[2] if briefly else task.name]
    if task.id != task.name and not briefly:
        words.append(f"({task.id})")
    words.append(task.state)
    if task.attempt > 1:
        words.append(f"attempt {task.attempt}")
    took = task.ran_seconds
    if took is not None:
        words.append(f"{took:.2f} s")
    elif task.kind == "timer" and task.is_open:
        words.append(_due(task, now))
    elif task.is_open:
        since = (now - (task.started or task.scheduled)).total_seconds()
        words.append(f"for {max(since, 0):.0f} s")
    if task.outcome:
        words.append(f"→ {task.outcome[:_LONGEST]}")
    return " ".join(words)


def _due(task: Task, now: datetime) -> str:
    seconds = float(task.told.get("start_to_fire_timeout") or 0)
    at = task.scheduled + timedelta(seconds=seconds)
    left = max((at - now).total_seconds(), 0)
    return f"due in {left:.0f} s, at {at:%Y-%m-%d %H:%M:%S} UTC"


def _of_child(parent: WorkflowExecution, task: Task, depth: int) -> Iterable[str]:
    child = WorkflowExecution(parent.domain, task.id, connection=parent.connection)
    try:
        return Seen.of(child, child.history()).below(depth)
    except SWFError as error:
        return [f"└─ {error}"]


def _data_of_child(parent: WorkflowExecution, task: Task, depth: int) -> dict[str, Any] | None:
    child = WorkflowExecution(parent.domain, task.id, connection=parent.connection)
    try:
        return Seen.of(child, child.history()).as_data(children=True, depth=depth)
    except SWFError:
        return None


def drawn(line: str) -> str:
    """Return a line with the states in it coloured."""
    words = output.in_one_line(line).split(" ")
    styled = (
        click.style(word, fg=output.STYLES[word].replace("dim", "white"))
        if word in output.STYLES
        else word
        for word in words
    )
    return " ".join(styled)


def broken(line: str, columns: int) -> list[str]:
    """Return a line of a tree as lines of so many columns, at most, which leave its stem whole."""
    stem = _STEM.match(line)
    below = "" if stem is None else stem[0].translate(_BELOW) + "  "
    return textwrap.wrap(
        output.in_one_line(line),
        max(columns, len(below) + _INDENT),
        subsequent_indent=below,
        break_on_hyphens=False,
    )


def picture(shown: Iterable[str]) -> Any:
    """Return lines as rich draws them: cut where the terminal ends, states in their colours."""
    text: Any = import_module("rich.text").Text
    whole = text.from_ansi("\n".join(map(drawn, shown)))
    whole.no_wrap, whole.overflow = True, "ellipsis"
    return whole


def screen(seen: Seen, *, children: bool = False) -> list[str]:
    """Return the lines of a tree as the terminal has room for them."""
    size = shutil.get_terminal_size()
    return seen.screen(size.columns, max(size.lines - 2, 3), children=children)


def live(console: Any, draw: Callable[[], Any], *, redirect_stdout: bool = True) -> Any:
    """Return what keeps a picture in its place on a terminal, drawn anew as time passes."""
    return import_module("rich.live").Live(
        console=console,
        get_renderable=draw,
        refresh_per_second=LOOKS_A_SECOND,
        redirect_stdout=redirect_stdout,
        vertical_overflow="crop",
    )


def follow(asked: Asked, execution: WorkflowExecution, *, children: bool) -> None:
    """Show the tree of an execution as it grows, until the execution is closed.

    On a terminal it is drawn anew in its place, finished tasks counted where it is too long;
    elsewhere a line is printed where it changed.
    """
    if not (output.is_rich(asked) and sys.stdout.isatty()):
        is_coloured = output.is_rich(asked) and not output.is_colourless(asked)
        _print_changes(execution, children, is_coloured=is_coloured)
        return
    history = execution.history()
    shown = screen(Seen.of(execution, history), children=children)
    with live(output.console(asked), lambda: picture(shown)) as display:
        while not history.finished:
            time.sleep(executions.PAUSE_SECONDS)
            history = execution.history()
            shown = screen(Seen.of(execution, history), children=children)
        display.refresh()


def _print_changes(execution: WorkflowExecution, children: bool, *, is_coloured: bool) -> None:
    printed: set[str] = set()
    while True:
        history = execution.history()
        for line in lines(execution, history, children=children):
            stable = _PASSING.sub("", line.strip("├└│─ "))
            if stable not in printed:
                printed.add(stable)
                click.echo(drawn(stable), color=is_coloured)
        if history.finished:
            return
        time.sleep(executions.PAUSE_SECONDS)


@click.command(cls=Verb)
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
    history = execution.history()
    seen = Seen.of(execution, history)
    if asked.output in {"json", "jsonl"} or asked.query:
        output.emit_one(asked, seen.as_data(children=children), id="workflow_id")
        return
    if asked.output in {"csv", "tsv", "id"}:
        output.emit(asked, map(row, seen.tasks), executions.TASKS)
        return
    if output.is_rich(asked):
        shown = seen.screen(output.width(), MOST_ROWS, children=children)
        text: Any = import_module("rich.text").Text
        for line in shown:
            whole = "\n".join(map(drawn, broken(line, output.width())))
            output.console(asked).print(text.from_ansi(whole), soft_wrap=True)
        return
    for line in seen.lines(children=children):
        click.echo(output.in_one_line(line))
