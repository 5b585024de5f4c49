"""The table of decisions, and that these tests name every row of SWF's tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from swf.engine.transitions import CONTINUE_AS_NEW, DECISIONS
from swf.engine.turn import FOLDS
from swf.shapes import SHAPES

HERE = Path(__file__)
SOURCES = {
    path.name: path.read_text()
    for path in [*HERE.parent.glob("test_*.py"), HERE.parents[2] / "transition_harness.py"]
    if path.name != HERE.name
}
SAID = "".join(SOURCES.values())

NEVER_HERE = ("_RATE_EXCEEDED", "OPERATION_NOT_PERMITTED")
"""How causes end that only a throttled or guarded service has."""
CAUSES = sorted(
    {
        (shape, cause)
        for shape, described in SHAPES.items()
        if shape.endswith("Cause")
        for cause in described["enum"]
        if not cause.endswith(NEVER_HERE)
    }
)


def test_every_decision_has_a_handler():
    """The 13 decisions of SWF are carried out, and no others."""
    assert sorted([*DECISIONS, CONTINUE_AS_NEW]) == sorted(SHAPES["DecisionType"]["enum"])


def test_every_event_has_a_fold():
    """The 54 event types of SWF are folded, and no others."""
    assert sorted(FOLDS) == sorted(SHAPES["EventType"]["enum"])


@pytest.mark.parametrize("event_type", SHAPES["EventType"]["enum"])
def test_every_event_has_a_test(event_type):
    """Each row of the table of events is named by a test beside this one."""
    assert f'"{event_type}"' in SAID


@pytest.mark.parametrize("decision_type", SHAPES["DecisionType"]["enum"])
def test_every_decision_has_a_test(decision_type):
    """Each row of the table of decisions is named by a test beside this one."""
    assert f'"{decision_type}"' in SAID


@pytest.mark.parametrize(("shape", "cause"), CAUSES)
def test_every_cause_has_a_test(shape, cause):
    """Each cause of a refusal that can occur here is named in the tests of its entity."""
    entity = _entity(shape)
    assert f'"{cause}"' in SOURCES[f"test_{entity}.py"]


ENTITIES = {
    "External": "external_workflow_execution",
    "Child": "child_workflow_execution",
    "Activity": "activity_task",
    "Timer": "timer",
    "Lambda": "lambda_function",
    "Workflow": "workflow_execution",
}
"""What the name of a cause's shape holds, the first of them, and the entity that it is of."""


def _entity(shape: str) -> str:
    return next(entity for part, entity in ENTITIES.items() if part in shape)
