"""Calls what a workflow wants to be told of, once it is closed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

import attrs

from swf.exceptions import SWFError
from swf.flow.replay.answer import Answer
from swf.flow.replay.run import Execution, Run
from swf.flow.workflow import Workflow
from swf.models.history.history import CLOSING
from swf.transport import Transport

logger = logging.getLogger(__name__)

HOOKS: Final = ("on_completed", "on_failure", "on_canceled", "after_closed")


def settled(made: Answer, connection: Transport) -> Answer:
    """Return an answer that SWF took, as one that closes nothing where it has not done so.

    Something had happened meanwhile that no decision task has told of; the same is decided again.
    It is looked up only for a workflow that wants to be told of its close, or is traced.
    """
    run = made.run
    if run is None or made.closes is None:
        return made
    if run.notes.traceparent is None and not _wants_to_know(run.workflow):
        return made
    return attrs.evolve(made, closes=None) if _is_open(run.execution, connection) else made


def _wants_to_know(workflow: Workflow) -> bool:
    kind = type(workflow)
    return any(getattr(kind, name) is not getattr(Workflow, name) for name in HOOKS)


def _is_open(execution: Execution, connection: Transport) -> bool:
    """Tell whether an execution is open (GetWorkflowExecutionHistory); False if nobody can tell."""
    params = {
        "domain": execution.domain,
        "execution": {"workflowId": execution.workflow_id, "runId": execution.run_id},
        "reverseOrder": True,
        "maximumPageSize": 1,
    }
    try:
        page = connection.call("GetWorkflowExecutionHistory", params)
    except SWFError as error:
        logger.warning("%s is taken for closed: %s", execution, error)
        return False
    return page["events"][0]["eventType"] not in CLOSING


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
