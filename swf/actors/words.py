"""How errors and tasks are put into words: for the log, and for SWF."""

from __future__ import annotations

import traceback
from typing import Any

from swf.constants import MAX_DETAILS_LENGTH
from swf.wire import escaped, told


def described(error: BaseException) -> str:
    """Return the type and the message of an error; one that cannot be printed is a type alone."""
    name = type(error).__name__
    try:
        message = str(error)
    except Exception:  # noqa: BLE001  (an error in an error's message)
        message = "(its message cannot be shown)"
    return escaped(f"{name}: {message}" if message else name)


def traced(error: BaseException) -> str:
    """Return the traceback of an error, its end where it is too long: that is the cause."""
    text = escaped("".join(traceback.format_exception(error)))
    return text if len(text) <= MAX_DETAILS_LENGTH else f"…{text[1 - MAX_DETAILS_LENGTH :]}"


def ids(task: Any) -> dict[str, Any]:
    """Return what a log record says of a task: ids, and never a payload or a token."""
    if task is None:
        return {}
    return told(
        workflow_id=task.execution.workflow_id,
        run_id=task.execution.run_id,
        task_list=task.task_list,
        started_event_id=task.started_event_id,
        activity_id=getattr(task, "activity_id", None),
    )
