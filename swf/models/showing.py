"""How histories and executions show when they did what: drawn only where somebody looks."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from swf.models.history import CompiledHistory, History
    from swf.models.workflow import WorkflowExecution


def history_in_time(history: History, table: str) -> str:
    """Return a history's timeline as HTML, its table beneath; else the table."""
    shown: str = import_module("swf.models.timeline.notebook").history_in_time(history, table)
    return shown


def compiled_in_time(compiled: CompiledHistory, table: str) -> str:
    """Return a compiled history's timeline as HTML, its table beneath; else the table."""
    shown: str = import_module("swf.models.timeline.notebook").compiled_in_time(compiled, table)
    return shown


def execution_in_time(
    execution: WorkflowExecution, first: Callable[[int], tuple[History, bool]], table: str
) -> str:
    """Return an execution's timeline as HTML, its table beneath.

    `first` returns so many pages of its history, and whether they are all. Where they cannot be
    had, the table is returned, with a line that says why.
    """
    notebook = import_module("swf.models.timeline.notebook")
    shown: str = notebook.execution_in_time(execution, first, table)
    return shown
