"""What a step answers, and what it is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from swf.steps import (
    ContainerStepBody,
    Data,
    ExecutionPointer,
    ExecutionResult,
    StepBody,
    StepExecutionContext,
    WorkflowInstance,
    WorkflowStatus,
    WorkflowStep,
)
from swf.steps.errors import StepsError, StepsTypeError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (ExecutionResult.next(), {"proceed": True}),
        (ExecutionResult.outcome(3), {"proceed": True, "outcome_value": 3}),
        (ExecutionResult.persist([1]), {"persistence_data": [1]}),
        (ExecutionResult.sleep(5), {"sleep_for": 5}),
        (ExecutionResult.sleep(0.5, "d"), {"sleep_for": 0.5, "persistence_data": "d"}),
        (ExecutionResult.sleep(timedelta(minutes=2)), {"sleep_for": 120.0}),
        (
            ExecutionResult.wait_for_event("paid", 7),
            {"event_name": "paid", "event_key": "7"},
        ),
        (
            ExecutionResult.wait_for_event("paid", "x", NOON),
            {"event_name": "paid", "event_key": "x", "event_as_of": NOON},
        ),
        (ExecutionResult.branch([1, 2]), {"branch_values": (1, 2)}),
        (
            ExecutionResult.branch(iter("ab"), {"d": 1}),
            {"branch_values": ("a", "b"), "persistence_data": {"d": 1}},
        ),
        (ExecutionResult.branch([]), {"branch_values": ()}),
    ],
)
def test_a_result_says_what_follows(result: ExecutionResult, told: dict[str, Any]) -> None:
    """Each kind of answer tells what it was given, and nothing else."""
    nothing = {field.name: None for field in attrs.fields(ExecutionResult)}

    assert attrs.asdict(result, recurse=False) == {**nothing, "proceed": False, **told}


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: ExecutionResult.sleep("5"), StepsTypeError, r"sleep: must be seconds or a timed"),  # type: ignore[arg-type]
        (lambda: ExecutionResult.sleep(True), StepsTypeError, r"sleep: must be seconds"),
        (lambda: ExecutionResult.sleep(-1), StepsError, r"not negative, got -1"),
        (lambda: ExecutionResult.sleep(float("inf")), StepsError, r"must be finite"),
        (lambda: ExecutionResult.sleep(float("nan")), StepsError, r"must be finite"),
        (lambda: ExecutionResult.wait_for_event("", "k"), StepsTypeError, r"event_name"),
        (lambda: ExecutionResult.wait_for_event(1, "k"), StepsTypeError, r"event_name"),  # type: ignore[arg-type]
        (lambda: ExecutionResult.wait_for_event("e", None), StepsTypeError, r"event's key"),
        (lambda: ExecutionResult.wait_for_event("e", True), StepsTypeError, r"event's key"),
        (
            lambda: ExecutionResult.wait_for_event("e", "k", NOON.replace(tzinfo=None)),
            StepsError,
            r"must be aware, .* give datetime.now\(UTC\) rather than datetime.utcnow\(\)",
        ),
        (
            lambda: ExecutionResult.wait_for_event("e", "k", "now"),  # type: ignore[arg-type]
            StepsTypeError,
            r"must be a datetime, got 'now'",
        ),
        (lambda: ExecutionResult.branch("abc"), StepsTypeError, r"branch: must be a list"),
        (lambda: ExecutionResult.branch(3), StepsTypeError, r"branch: must be a list, got 3"),  # type: ignore[arg-type]
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(
    make: Any, error: type[Exception], words: str
) -> None:
    """What cannot follow is refused where the step says it, naming the call and the value."""
    with pytest.raises(error, match=words):
        make()


def test_the_context_tells_the_step_where_it_is() -> None:
    """Persistence data and item are those of the pointer, under each of their names."""
    context = StepExecutionContext(
        workflow=WorkflowInstance(id="w", workflow_definition_id="W", version=1, data=Data(a=1)),
        step=WorkflowStep("1-X", "X"),
        execution_pointer=ExecutionPointer(
            id="p", step_id="1-X", context_item="abc", persistence_data={"n": 2}
        ),
    )

    assert context.persistence_data == context.persistenceData == {"n": 2}
    assert context.item == context.execution_pointer.context_item == "abc"
    assert context.workflow.status is WorkflowInstance.RUNNABLE is WorkflowStatus.RUNNABLE
    assert context.execution_pointer.retry_count == 0
    assert not context.execution_pointer.event_published


def test_the_words_for_errors_are_numbers() -> None:
    """What an error leads to are the numbers that programs may have stored."""
    words = (
        WorkflowStep.RETRY,
        WorkflowStep.SUSPEND,
        WorkflowStep.TERMINATE,
        WorkflowStep.COMPENSATE,
    )

    assert words == (0, 1, 2, 3)


@pytest.mark.parametrize("kind", [StepBody, ContainerStepBody])
def test_a_step_needs_a_run(kind: type[StepBody]) -> None:
    """A body without `run` cannot be made."""
    with pytest.raises(TypeError, match="abstract"):
        kind()
