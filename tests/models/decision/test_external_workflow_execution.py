"""Decisions about other executions take the execution itself."""

from __future__ import annotations

from typing import Any

import pytest

from swf.exceptions import ValidationError, ValidationTypeError
from swf.models import Domain, WorkflowExecution
from swf.models.decision import (
    RequestCancelExternalWorkflowExecution,
    SignalExternalWorkflowExecution,
)
from swf.wire import ExecutionKey

MODEL = WorkflowExecution(Domain("d"), "order-1", "run-1")


@pytest.mark.parametrize("target", [MODEL, ExecutionKey("order-1", "run-1")])
def test_an_execution_brings_its_run_id(target: Any) -> None:
    """Given an execution, model or key, the decision is about that very run."""
    signal = SignalExternalWorkflowExecution(target, "paid")
    cancel = RequestCancelExternalWorkflowExecution(target)

    assert (signal.workflow_id, signal.run_id) == ("order-1", "run-1")
    assert (cancel.workflow_id, cancel.run_id) == ("order-1", "run-1")
    assert signal == SignalExternalWorkflowExecution("order-1", "paid", run_id="run-1")


def test_an_execution_without_run_id_is_the_open_run() -> None:
    """An execution that knows no run id adds none."""
    target = WorkflowExecution(Domain("d"), "order-1")

    assert SignalExternalWorkflowExecution(target, "paid").run_id is None


def test_two_run_ids_contradict() -> None:
    """A run id beside an execution of another one is refused."""
    with pytest.raises(
        ValidationError, match=r"SignalExternalWorkflowExecution.run_id: is that of"
    ):
        SignalExternalWorkflowExecution(MODEL, "paid", run_id="run-2")


def test_something_else_is_no_workflow_id() -> None:
    """What is neither an id nor an execution is refused by name."""
    with pytest.raises(ValidationTypeError, match="workflow_id: must be a str"):
        RequestCancelExternalWorkflowExecution(7)  # type: ignore[arg-type]
