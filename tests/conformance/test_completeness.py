"""The suite's scenarios together meet everything that can happen outside AWS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from embedded_failures import FAILURES
from embedded_harness import PATIENCE_SECONDS, Service
from embedded_scenarios import SCENARIOS

from swf.shapes import SHAPES
from swf.validation import CLOSING

Seen = set[tuple[str, str]]

NEVER_HERE = "OPERATION_NOT_PERMITTED"
"""The cause of a missing permission, which there is no such thing as here."""


@pytest.fixture(scope="module")
def seen() -> Seen:
    """(kind of fact, value) of all that the scenarios bring about."""
    found: Seen = set()
    for scenario in (*SCENARIOS, *FAILURES):
        url = getattr(scenario, "url", "memory://?poll_seconds=0")
        service = Service(url, options=scenario.options)
        scenario.happen(service)
        assert service.engine.functions.join(PATIENCE_SECONDS)
        for run in service.runs():
            for kind, attributes in run.history():
                found |= set(_facts(kind, attributes))
        service.close()
    return found


def _facts(kind: str, attributes: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "event", kind
    for member in ("cause", "timeoutType"):
        if member in attributes:
            yield f"{kind}.{member}", attributes[member]


def of(seen: Seen, fact: str) -> set[str]:
    """Return the values of a kind of fact."""
    return {value for kind, value in seen if kind == fact}


def test_every_event_type_happens(seen: Seen) -> None:
    """All of the 54 but RecordMarkerFailed, whose only cause is a missing permission."""
    assert SHAPES["RecordMarkerFailedCause"]["enum"] == (NEVER_HERE,)
    assert of(seen, "event") == set(SHAPES["EventType"]["enum"]) - {"RecordMarkerFailed"}
    assert len(SHAPES["EventType"]["enum"]) == 54


def test_every_event_type_has_a_scenario_of_its_own() -> None:
    """The event table has a row for each event type that happens."""
    named = {scenario.event for scenario in SCENARIOS}

    assert named == set(SHAPES["EventType"]["enum"]) - {"RecordMarkerFailed"}


CAUSES = sorted(name for name in SHAPES if name.endswith("Cause"))


@pytest.mark.parametrize("shape", CAUSES)
def test_every_cause_happens(shape: str, seen: Seen) -> None:
    """All of each enum but missing permissions and rates, which are not limited here."""
    event = shape.removesuffix("Cause")
    possible = {
        cause
        for cause in SHAPES[shape]["enum"]
        if cause != NEVER_HERE and not cause.endswith("_RATE_EXCEEDED")
    }

    assert of(seen, f"{event}.cause") == possible


def test_every_decision_is_in_the_decision_table() -> None:
    """Of the 13 decisions, RecordMarker alone cannot fail here."""
    decisions = set(SHAPES["DecisionType"]["enum"])

    assert {failure.decision for failure in FAILURES} == decisions - {"RecordMarker"}
    assert len(decisions) == 13
    assert decisions > CLOSING


def test_every_time_out_happens(seen: Seen) -> None:
    """Each clock of each kind has run out somewhere."""
    expected = {
        "ActivityTaskTimedOut": set(SHAPES["ActivityTaskTimeoutType"]["enum"]),
        "DecisionTaskTimedOut": set(SHAPES["DecisionTaskTimeoutType"]["enum"]),
        "WorkflowExecutionTimedOut": set(SHAPES["WorkflowExecutionTimeoutType"]["enum"]),
        "ChildWorkflowExecutionTimedOut": set(SHAPES["WorkflowExecutionTimeoutType"]["enum"]),
        "LambdaFunctionTimedOut": set(SHAPES["LambdaFunctionTimeoutType"]["enum"]),
    }

    for event, timeouts in expected.items():
        assert of(seen, f"{event}.timeoutType") == timeouts
