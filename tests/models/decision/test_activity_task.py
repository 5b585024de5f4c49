"""Decisions that name a type take it in every form in which a type is known."""

from __future__ import annotations

from typing import Any

import pytest

from swf.exceptions import ValidationError, ValidationTypeError
from swf.models import ActivityType, Domain, WorkflowType
from swf.models.decision import ScheduleActivityTask, StartChildWorkflowExecution
from swf.wire import TypeKey


@pytest.mark.parametrize(
    "given",
    [
        ActivityType(Domain("d"), "charge", "2"),
        TypeKey("charge", "2"),
        ("charge", "2"),
        {"name": "charge", "version": "2"},
    ],
)
def test_activity_types(given: Any) -> None:
    """A model, a key, a pair and the API's structure name the same activity type."""
    decision = ScheduleActivityTask(given, "id")

    assert decision.activity_type == TypeKey("charge", "2")
    assert decision.to_wire()["scheduleActivityTaskDecisionAttributes"]["activityType"] == {
        "name": "charge",
        "version": "2",
    }


def test_workflow_types() -> None:
    """A child's type may be given as a model."""
    decision = StartChildWorkflowExecution(WorkflowType(Domain("d"), "ship", "1"), "child")

    assert decision.workflow_type == TypeKey("ship", "1")


@pytest.mark.parametrize("given", ["charge", ("charge",), {"name": "charge"}, None, 1])
def test_half_a_type_is_refused(given: Any) -> None:
    """Without a version there is no type."""
    with pytest.raises(ValidationError, match=r"ScheduleActivityTask\.activity_type: "):
        ScheduleActivityTask(given, "id")


def test_a_wrong_part_of_a_type_is_named() -> None:
    """The error says which half of the type is wrong."""
    with pytest.raises(ValidationTypeError, match=r"activity_type.version: must be a str, got 2"):
        ScheduleActivityTask(("charge", 2), "id")  # type: ignore[arg-type]


def test_the_wrong_kind_of_model_is_refused() -> None:
    """An activity type is no workflow type, nor the other way round, nor is a subclass of it."""

    class Mine(WorkflowType):
        """A user's own."""

    activity, workflow = ActivityType(Domain("d"), "a", "1"), WorkflowType(Domain("d"), "w", "1")
    said = r"ScheduleActivityTask\.activity_type: must be an ActivityType, .*got WorkflowType\('w'"
    with pytest.raises(ValidationTypeError, match=said):
        ScheduleActivityTask(workflow, "id")
    with pytest.raises(ValidationTypeError, match="must be an ActivityType"):
        ScheduleActivityTask(Mine(Domain("d"), "w", "1"), "id")
    said = r"StartChildWorkflowExecution\.workflow_type: must be a WorkflowType, .*got ActivityType"
    with pytest.raises(ValidationTypeError, match=said):
        StartChildWorkflowExecution(activity, "id")
