"""How an execution shows itself in a notebook: what it is, its timeline, and a table on demand."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Final

from swf.models.text import cut, plain
from swf.models.timeline.lanes import of_compiled, timeline_of
from swf.models.timeline.model import Timeline
from swf.models.timeline.svg import to_svg
from swf.models.timeline.words import lasting

if TYPE_CHECKING:
    from swf.models.history import CompiledHistory, History
    from swf.models.workflow import WorkflowExecution

LANES: Final = 100
"""Lanes that a notebook shows."""
PAGES: Final = 3
"""Pages of events that are fetched to show an execution."""
LONGEST_REASON: Final = 300
"""Characters of a reason that are told."""

# What is looked at is often looked at because it is wrong; who looks at it is shown something.


def history_in_time(history: History, table: str) -> str:
    """Return a history's timeline as HTML, its table beneath; else the table."""
    try:
        return _html(timeline_of(history), table, _events(history))
    except Exception:  # noqa: BLE001  (see above)
        return table


def compiled_in_time(compiled: CompiledHistory, table: str) -> str:
    """Return a compiled history's timeline as HTML, its table beneath; else the table."""
    try:
        return _html(of_compiled(compiled), table, _events(compiled))
    except Exception:  # noqa: BLE001  (see above)
        return table


def execution_in_time(
    execution: WorkflowExecution, first: Callable[[int], tuple[History, bool]], table: str
) -> str:
    """Return an execution's timeline as HTML, of the first pages of its history, over its table.

    Where they cannot be had, the table is returned, with a line that says why.
    """
    named = " ".join(filter(None, execution.key))
    try:
        history, whole = first(PAGES)
        now = execution.connection.clock.now() if whole else None
        told = _events(history) if whole else f"its first {_events(history)}"
        return _html(timeline_of(history, now=now), table, told, named)
    except Exception as error:  # noqa: BLE001  (see above)
        why = cut(plain(f"{type(error).__name__}: {error}"), LONGEST_REASON)
        return f"{table}<p>Its history cannot be shown: {escape(why)}</p>"


def _events(history: History | CompiledHistory) -> str:
    return "1 event" if len(history) == 1 else f"{len(history):,} events"


def _html(timeline: Timeline, table: str, events: str, *named: str) -> str:
    state = timeline.words if timeline.finished else "open"
    words = (*named, timeline.name, state, lasting(timeline.seconds), events)
    first, *rest = (escape(plain(word)) for word in words)
    return (
        f"<div><p><strong>{first}</strong> · {' · '.join(rest)}</p>{to_svg(timeline, limit=LANES)}"
        f"<details><summary>All that is told</summary>{table}</details></div>"
    )
