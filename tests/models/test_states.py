"""The states in which things are shown: each state of each entity is one of few."""

from __future__ import annotations

import pytest
from hypothesis import given
from strategies import builders

from swf.models.history import HistoryBuilder
from swf.models.states import STATES, state_of

TYPE = ("Type", "1")


@given(builders())
def test_every_entity_is_in_a_state_that_can_be_shown(builder: HistoryBuilder) -> None:
    """Whatever became of it; open ones wait or run, closed ones do neither."""
    for entity in builder.build().compiled.entities:
        state = state_of(entity)
        assert state in STATES
        assert (state in {"scheduled", "running"}) is entity.is_open


@pytest.mark.parametrize(("started", "state"), [(True, "running"), (False, "scheduled")])
def test_who_is_asked_to_cancel_goes_on(started: bool, state: str) -> None:
    """A request to cancel changes nothing that is shown until it is answered."""
    built = HistoryBuilder(TYPE).decision().activity_task_scheduled("a", TYPE)
    if started:
        built.activity_task_started("a").workflow_execution_signaled("go")
    else:
        built.workflow_execution_signaled("go")
    built.decision().activity_task_cancel_requested("a")

    history = built.build()
    asked = history.filter(name="ActivityTaskCancelRequested")[0].id

    assert state_of(history[:asked].compiled.activities["a"]) == state


def test_a_cancel_request_that_arrived_is_completed() -> None:
    """Asking another execution to cancel is done once it was asked."""
    built = HistoryBuilder(TYPE).decision()
    built.request_cancel_external_workflow_execution_initiated("w")
    built.external_workflow_execution_cancel_requested("w")

    assert state_of(built.build().compiled.externals["w"]) == "completed"
