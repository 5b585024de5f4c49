"""How tasks of a graph begin."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.flow import RetryPolicy
from swf.flow.errors import NotRegisteredError
from swf.graph import ActivityTask, ChildWorkflow, InstantRetry, Timer
from swf.graph.scheduling import (
    ChildOfGraph,
    _activity,
    child_type,
    child_workflow_id,
    own_input,
    policy_of,
)
from swf.rules import is_identifier

LONG = "x" * 300


@pytest.mark.parametrize(
    ("task", "told"),
    [
        (ActivityTask("a", "1"), {}),
        (ActivityTask("a", "1", input=0), {"activity_task": 0}),
        (ChildWorkflow("c", "1"), {}),
        (ChildWorkflow("c", "1", input=""), {"child_workflow": "", "child_workflow_task": ""}),
        (Timer("t", 3), {}),
    ],
)
def test_a_task_has_its_own_input(task: Any, told: dict[str, Any]):
    """What a task was given is in its context, by the name of its kind."""
    assert own_input(task) == told


def test_every_strategy_is_a_policy():
    """A task's retry strategy, in either notation, is a policy of the flow layer."""
    policy = RetryPolicy(attempts=5)

    assert policy_of(Timer("t", 3)) is None
    assert policy_of(ActivityTask("a", "1")) is None
    assert policy_of(ActivityTask("a", "1", retry_strategy=policy)) is policy
    assert policy_of(ActivityTask("a", "1", retry_strategy=InstantRetry(2))) == RetryPolicy(
        attempts=3, delay=0
    )


def test_an_activity_is_the_same_under_another_id():
    """One call of an activity differs from another by its id alone, and costs no check."""
    activity = _activity("a", "1", "work", None)

    one, two = activity.called("one"), activity.called("two")

    assert (one.activity_id, two.activity_id, activity.activity_id) == ("one", "two", None)
    assert one.key == two.key == ("a", "1")
    assert one.on_wire == {"activityType": {"name": "a", "version": "1"}}
    assert _activity("a", "1", "work", None) is activity


def test_an_activity_that_is_not_here_says_so():
    """Where decider and worker are one, an activity has to be declared in that program."""
    with pytest.raises(NotRegisteredError, match="'never', version '1', is declared"):
        _activity("never", "1", "work", None).callable({})


def test_a_child_that_was_given_an_id_has_it():
    """A workflow id that was given is the child's."""
    task = ChildWorkflow("c", "1", "my child")

    assert child_workflow_id(task, "run") == "my child"


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40), st.text(max_size=9))
def test_a_child_without_an_id_is_its_runs_own(told: str, run_id: str):
    """A default id is followed by what tells runs apart, and is one that SWF takes."""
    tasks = [ChildWorkflow("c", "1", input=told), ChildWorkflow(LONG[:200], LONG[:60], input=told)]

    for task in tasks:
        made = child_workflow_id(task, run_id)
        assert is_identifier(made)
        assert len(made) <= 256
        assert made == child_workflow_id(task, run_id)
        assert made != child_workflow_id(task, f"{run_id}2")


def test_a_child_type_stands_for_others():
    """A child is told its type and its task list, and is registered with more."""
    cls = child_type("other", "1")

    told = cls.attributes({"workflow_id": "w", "task_list": "there"})
    assert told == {
        "workflowType": {"name": "other", "version": "1"},
        "taskList": {"name": "there"},
    }
    assert "executionStartToCloseTimeout" in cls.attributes({})
    assert cls().run() is None
    assert issubclass(cls, ChildOfGraph)
