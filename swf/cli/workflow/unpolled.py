"""Telling who starts an execution that nobody takes its decision tasks."""

from __future__ import annotations

import shlex

from swf.cli import output
from swf.exceptions import SWFError
from swf.insight import pollers
from swf.insight.stuck import polled_by
from swf.models import Domain


def note(domain: Domain, task_list: str) -> None:
    """Say on stderr, with what to type, that nobody polls a task list for decision tasks.

    Nothing is said where somebody does, and where it cannot be known, as on AWS.
    """
    try:
        task_lists = pollers.task_lists(domain.connection, domain.name)
    except SWFError:  # it was started; that this is not known is no news
        return
    now = domain.connection.clock.now()
    if task_lists is None or polled_by(task_lists, "decision", task_list, now):
        return
    output.note(
        f"Note: nobody polls task list {task_list!r} for decision tasks;"
        f" `swf decider start MODULE -t {shlex.quote(task_list)} -d {shlex.quote(domain.name)}`"
    )
