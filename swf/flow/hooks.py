"""Calls what a workflow wants to be told of, once it is closed."""

from __future__ import annotations

import logging
from collections.abc import Callable

from swf.flow.replay.run import Run

logger = logging.getLogger(__name__)


def closed(run: Run, closes: str) -> None:
    """Tell a workflow how its execution was closed; what its hooks raise is logged."""
    workflow = run.workflow
    error = run.error
    if closes == "CompleteWorkflowExecution":
        _told(workflow.on_completed)
    elif closes == "CancelWorkflowExecution":
        _told(workflow.on_canceled)
    elif closes == "FailWorkflowExecution" and error is not None:
        _told(lambda: workflow.on_failure(error))
    _told(workflow.after_closed)
    for future in run.failures:
        if not future._looked_at and not future.cancelled:
            logger.warning("%s: nobody looked at the failure of %r", run.execution, future)


def _told(hook: Callable[[], object]) -> None:
    try:
        hook()
    except BaseException:
        logger.exception("a hook of a workflow failed")
