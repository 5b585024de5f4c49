"""What the program shows: one line for each thing that happens, and tables in the end."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from swf.actors import DecisionTask
from swf.models import ActivityType, CompiledHistory, WorkflowExecution
from swf.models.decision import (
    CompleteWorkflowExecution,
    Decision,
    FailWorkflowExecution,
    ScheduleActivityTask,
    StartTimer,
)
from swf.models.event import Event

STATEMENT: Final = 32
"""Characters of a statement that what it gives is printed beside."""

ORDER: Final = 15
"""Characters of the id of an order."""

KINDS: Final = {
    "WorkflowExecution": "execution",
    "DecisionTask": "decision",
    "ActivityTask": "activity",
    "Timer": "timer",
}
"""Short words for the kinds of entities."""

BAR: Final = 20
"""Characters of the bar that stands for the time of an execution."""

COLORS: Final = {
    "completed": "green",
    "fired": "green",
    "failed": "red",
    "timed_out": "red",
}


class Report:
    """Prints to a terminal, or to wherever the output goes, plainly."""

    def __init__(self) -> None:
        width = None if Console().is_terminal else 100
        self.console = Console(highlight=False, width=width)
        self._begun = time.monotonic()
        self._lock = threading.Lock()
        self._sections = 0

    @property
    def seconds(self) -> float:
        """How long the program has been running."""
        return time.monotonic() - self._begun

    def section(self, title: str) -> None:
        """Begin a section."""
        self._sections += 1
        self.console.print()
        self.console.rule(
            f"[bold]{self._sections}[/]  {escape(title)}", align="left", style="dim", characters="─"
        )

    def note(self, text: str) -> None:
        """Print a remark."""
        self.console.print(Text(f"  {text}", style="dim"))

    def shown(self, statement: str, value: Any = None) -> None:
        """Print a statement of the program, and what it gives: beside it, or below if long."""
        if value is None:
            self.console.print(Text(f"  {statement}", style="cyan"))
            return
        given = Text(repr(value), style="bold")
        line = Text.assemble((f"  {statement:<{STATEMENT}}  ", "cyan"), given)
        if line.cell_len <= self.console.width:
            self.console.print(line)
        else:
            self.console.print(Text(f"  {statement}", style="cyan"))
            self.console.print(Padding(given, (0, 0, 0, 6), expand=False))

    def decided(self, task: DecisionTask, decisions: list[Decision]) -> None:
        """Print what happened to an execution, and what is decided on it."""
        happened = "; ".join(filter(None, map(_in_words, self._told(task)))) or "nothing new"
        line = Text(f"  {self.seconds:5.1f} s  ", style="dim")
        line.append(f"{task.execution.workflow_id:<{ORDER}}  ", style="bold not dim")
        color = "red" if " failed" in happened or " timed out" in happened else "default"
        line.append(f"{happened:<{STATEMENT + 5}}", style=f"{color} not dim")
        line.append("  → ", style="dim")
        line.append(", ".join(map(_plan_in_words, decisions)) or "wait", style="cyan not dim")
        with self._lock:
            self.console.print(line, overflow="ellipsis", no_wrap=True)

    @staticmethod
    def _told(task: DecisionTask) -> Iterator[tuple[Event, str]]:
        compiled = task.history.compiled
        for event in task.new_events:
            entity = compiled.entity_of(event.id)
            yield event, "" if entity is None else str(entity.id)

    def types(self, types: Iterable[ActivityType]) -> None:
        """Print registered activity types."""
        table = _table("activity type", "version", "task list", "heartbeat", "status")
        for full in (one.upstream() for one in types):
            heartbeat = f"{full.task_heartbeat_timeout} s"
            table.add_row(full.name, full.version, full.task_list, heartbeat, full.status)
        self.console.print(table)

    def executions(self, executions: Iterable[WorkflowExecution]) -> None:
        """Print executions as the queryset lists them."""
        table = _table("workflow id", "run id", "type", "tags", "status", "close status")
        for one in executions:
            close = one.close_status or ""
            table.add_row(
                one.workflow_id,
                f"{(one.run_id or '')[:8]}…",
                str(one.workflow_type and one.workflow_type.name),
                ", ".join(one.tag_list or ()),
                one.status,
                Text(close, style=COLORS.get(close.lower(), "")),
            )
        self.console.print(table)

    def history(self, compiled: CompiledHistory) -> None:
        """Print a compiled history: a row for each entity, and when it was."""
        rows = compiled.as_table()
        begun, ended = rows[0].scheduled, rows[0].closed or rows[-1].scheduled
        table = _table("entity", "id", "state", "took", "when", "outcome")
        table.columns[3].justify = "right"
        for row in rows:
            table.add_row(
                KINDS.get(row.entity, row.entity),
                Text(str(row.id)),
                Text(row.state, style=COLORS.get(row.state, "")),
                "" if row.duration is None else f"{row.duration.total_seconds():.1f} s",
                _bar(begun, ended, row.scheduled, row.closed or ended),
                Text(row.outcome or "", overflow="ellipsis", no_wrap=True),
                style="dim" if row.entity == "DecisionTask" else "",
            )
        for column in table.columns[:-1]:
            # In a narrow terminal it is the outcome that is cut.
            column.min_width = max(map(cell_len, map(str, column.cells)))
        self.console.print(table)

    def failure(self, error: BaseException) -> None:
        """Print what went wrong."""
        self.console.print()
        self.console.print(Text(f"  failed: {type(error).__name__}: {error}", style="bold red"))

    def end(self, text: str) -> None:
        """Print the last line."""
        self.console.print()
        self.console.print(Text(f"  {text}  ({self.seconds:.1f} s in all)", style="bold green"))


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), header_style="dim")
    for column in columns:
        table.add_column(column, no_wrap=True, overflow="ellipsis")
    return table


def _bar(begun: datetime, ended: datetime, start: datetime, end: datetime) -> Text:
    """Return a bar of the time from begun to ended that is full from start to end."""
    whole = max((ended - begun).total_seconds(), 0.001)
    left = round((start - begun).total_seconds() / whole * (BAR - 1))
    right = round((end - begun).total_seconds() / whole * (BAR - 1))
    bar = Text("·" * left, style="dim")
    bar.append("█" * (right - left + 1), style="cyan not dim")
    bar.append("·" * (BAR - 1 - right), style="dim")
    return bar


def _in_words(told: tuple[Event, str]) -> str:
    """Return what happened, in a few words; nothing for what need not be told."""
    event, entity = told
    reason = str(event.as_dict().get("reason"))
    words = {
        "WorkflowExecutionStarted": "order received",
        "ActivityTaskCompleted": f"{entity} completed",
        "ActivityTaskFailed": f"{entity} failed: {reason.partition(':')[0]}",
        "ActivityTaskTimedOut": f"{entity} timed out",
        "TimerFired": f"{entity} is over",
    }
    return words.get(event.name, "")


def _plan_in_words(decision: Decision) -> str:
    """Return what was decided, in a few words."""
    if isinstance(decision, ScheduleActivityTask):
        return decision.activity_id
    if isinstance(decision, StartTimer):
        return f"{decision.timer_id}, {decision.start_to_fire_timeout} s"
    if isinstance(decision, CompleteWorkflowExecution):
        return "order complete"
    if isinstance(decision, FailWorkflowExecution):
        return "order given up"
    return json.dumps(decision.to_wire())
