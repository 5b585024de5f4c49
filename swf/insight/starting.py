"""What an execution was started with, so that another can be started like it."""

from __future__ import annotations

from typing import Any

from swf.insight.edges import first_event
from swf.models import WorkflowExecution, WorkflowType
from swf.wire import told


def started_with(execution: WorkflowExecution) -> dict[str, Any]:
    """Return the arguments of `WorkflowType.start_execution` that an execution was started with.

    The execution must have been described; what it was not told is left out. Its input is that of
    its first event (GetWorkflowExecutionHistory).
    """
    return told(
        input=input_of(execution),
        task_list=execution.task_list,
        task_priority=execution.task_priority,
        child_policy=execution.child_policy,
        execution_start_to_close_timeout=execution.execution_start_to_close_timeout,
        task_start_to_close_timeout=execution.task_start_to_close_timeout,
        tag_list=execution.tag_list,
        lambda_role=execution.lambda_role,
    )


def input_of(execution: WorkflowExecution) -> str | None:
    """Return the input of an execution with a run id, from its first event; None for none."""
    text: str | None = getattr(first_event(execution), "input", None)
    return text


def started_again(
    execution: WorkflowExecution, workflow_id: str | None = None
) -> WorkflowExecution:
    """Start an execution with all that a described one was started with, and return it.

    Raises `WorkflowExecution.AlreadyExists` where one of the workflow id is open, and
    `WorkflowType.Deprecated` where the type is (StartWorkflowExecution).
    """
    kind = execution.workflow_type
    assert isinstance(kind, WorkflowType)  # noqa: S101  (a description always tells it)
    return kind.start_execution(workflow_id or execution.workflow_id, **started_with(execution))
