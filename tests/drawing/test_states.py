"""How far an execution has come, from what its history says."""

from __future__ import annotations

import pytest

from swf import drawing
from swf.drawing import history_of, states_of
from swf.exceptions import ValidationTypeError
from swf.models import Domain, History, WorkflowType
from swf.models.history import HistoryBuilder
from swf.transport.base import Transport

TYPE = ("Type", "1.0")


@pytest.fixture
def builder() -> HistoryBuilder:
    """A history whose first decision is being made."""
    return HistoryBuilder().decision_task_started().decision_task_completed()


def decided_again(builder: HistoryBuilder) -> HistoryBuilder:
    """Have the next decision made."""
    return builder.decision_task_started().decision_task_completed()


def test_an_activity_goes_from_scheduled_to_its_end(builder: HistoryBuilder) -> None:
    """An activity is scheduled, running, and then what became of it."""
    builder.activity_task_scheduled("a", TYPE)
    assert states_of(builder.build()) == {"a": "scheduled"}
    builder.activity_task_started("a")
    assert states_of(builder.build()) == {"a": "running"}
    builder.activity_task_completed("a")
    assert states_of(builder.build()) == {"a": "completed"}


def test_each_end_has_its_state(builder: HistoryBuilder) -> None:
    """Failed, timed out, canceled, and not to be scheduled at all."""
    for name in "abcd":
        builder.activity_task_scheduled(name, TYPE)
    builder.schedule_activity_task_failed("e", TYPE)
    for name in "abc":
        builder.activity_task_started(name)
    builder.activity_task_failed("a", reason="r")
    builder.activity_task_timed_out("b")
    builder.activity_task_canceled("c")

    assert states_of(builder.build()) == {
        "a": "failed",
        "b": "timed_out",
        "c": "canceled",
        "d": "scheduled",
        "e": "failed",
    }


def test_a_cancel_request_is_no_end(builder: HistoryBuilder) -> None:
    """What was asked to cancel goes on until it has; a request that was refused is nothing."""
    builder.activity_task_scheduled("a", TYPE).activity_task_started("a")
    decided_again(builder.workflow_execution_signaled("go"))
    builder.activity_task_cancel_requested("a").request_cancel_activity_task_failed("x")

    assert states_of(builder.build()) == {"a": "running"}


def test_the_latest_attempt_wins(builder: HistoryBuilder) -> None:
    """An id that is used again stands for what bears it now."""
    builder.activity_task_scheduled("a", TYPE).activity_task_started("a")
    builder.activity_task_failed("a", reason="r")
    decided_again(builder).activity_task_scheduled("a", TYPE)
    assert states_of(builder.build()) == {"a": "scheduled"}

    builder.activity_task_started("a").activity_task_completed("a")
    assert states_of(builder.build()) == {"a": "completed"}


def test_a_refused_start_takes_nothing_from_the_one_that_runs(builder: HistoryBuilder) -> None:
    """That an id is in use says nothing about what bears it."""
    builder.activity_task_scheduled("a", TYPE).activity_task_started("a")
    decided_again(builder.workflow_execution_signaled("go"))
    builder.schedule_activity_task_failed("a", TYPE, cause="ACTIVITY_ID_ALREADY_IN_USE")

    assert states_of(builder.build()) == {"a": "running"}


def test_timers_children_and_lambdas_have_states(builder: HistoryBuilder) -> None:
    """What waits, and what others do, is told by its own id."""
    builder.timer_started("t", 30).timer_started("u", 30)
    builder.start_timer_failed("v")
    builder.start_child_workflow_execution_initiated("c", TYPE)
    builder.start_child_workflow_execution_initiated("d", TYPE)
    builder.start_child_workflow_execution_initiated("e", TYPE)
    builder.lambda_function_scheduled("l", "function")
    builder.timer_fired("t")
    builder.child_workflow_execution_started("d")
    builder.child_workflow_execution_started("e").child_workflow_execution_terminated("e")

    assert states_of(builder.build()) == {
        "t": "completed",
        "u": "running",
        "v": "failed",
        "c": "scheduled",
        "d": "running",
        "e": "failed",
        "l": "scheduled",
    }


def test_nothing_goes_on_in_what_is_closed(builder: HistoryBuilder) -> None:
    """What a closed execution left open is drawn as canceled, not as running for ever."""
    builder.activity_task_scheduled("a", TYPE).activity_task_scheduled("b", TYPE)
    builder.activity_task_started("a").activity_task_completed("a")
    builder.workflow_execution_terminated()

    assert states_of(builder.build()) == {"a": "completed", "b": "canceled"}


def test_the_order_of_events_does_not_matter(builder: HistoryBuilder) -> None:
    """A history that was read newest first tells the same."""
    history = builder.activity_task_scheduled("a", TYPE).build()

    assert states_of(history.reversed) == states_of(history)


def test_the_history_is_fetched_where_it_is_not_given(swf_connection: Transport) -> None:
    """A model's history is asked for; a history is what it is."""
    domain = Domain("d", retention_period=1, connection=swf_connection)
    domain.save()
    kind = WorkflowType(
        domain,
        "t",
        "1",
        task_list="l",
        child_policy="TERMINATE",
        execution_start_to_close_timeout=60,
        task_start_to_close_timeout=60,
    )
    kind.save()
    execution = kind.start_execution("w")

    history = history_of(execution)
    assert isinstance(history, History)
    assert [event.name for event in history] == [
        "WorkflowExecutionStarted",
        "DecisionTaskScheduled",
    ]
    assert history_of(history) is history
    assert states_of(history) == {}


def test_what_is_no_execution_is_refused() -> None:
    """A workflow id alone does not say where to look: that is told."""
    with pytest.raises(ValidationTypeError, match="must be a WorkflowExecution, a Handle or a His"):
        history_of("order-1")  # type: ignore[arg-type]
    assert drawing.Execution is not None
