"""Every clock of an execution: what sets it, and the event of its end."""

from __future__ import annotations

from typing import Any

import pytest
from transition_harness import OTHERS, ROLE, START, YEAR, Run, function, schedule, timer

from swf.engine.transitions import activity_task, lambda_function, time_out, workflow_execution


def _execution(run: Run) -> Any:
    return run.opened("workflow_execution")


def _decision(run: Run) -> Any:
    return run.take()


def _elsewhere(run: Run) -> Any:
    run.decide(taskList=OTHERS, taskListScheduleToStartTimeout="8")
    run.act(workflow_execution.signal, "s", None)
    return run.scheduled()


def _activity(run: Run) -> Any:
    run.decide(schedule("a"))
    return run.activity("a")


def _started_activity(run: Run) -> Any:
    task = _activity(run)
    run.act(activity_task.start, task, "worker")
    return task


def _timer(run: Run) -> Any:
    run.decide(timer("t", 30))
    return run.opened("timer")


def _function(run: Run) -> Any:
    run.decide(function("f", startToCloseTimeout="9"))
    run.act(lambda_function.start, run.opened("lambda_function"))
    return run.opened("lambda_function")


ROWS = [
    (_execution, "START_TO_CLOSE", 3_600, "WorkflowExecutionTimedOut"),
    (_decision, "START_TO_CLOSE", 60, "DecisionTaskTimedOut"),
    (_elsewhere, "SCHEDULE_TO_START", 8, "DecisionTaskTimedOut"),
    (_activity, "SCHEDULE_TO_START", 100, "ActivityTaskTimedOut"),
    (_activity, "SCHEDULE_TO_CLOSE", 300, "ActivityTaskTimedOut"),
    (_started_activity, "SCHEDULE_TO_CLOSE", 300, "ActivityTaskTimedOut"),
    (_started_activity, "START_TO_CLOSE", 200, "ActivityTaskTimedOut"),
    (_started_activity, "HEARTBEAT", 50, "ActivityTaskTimedOut"),
    (_timer, "FIRE", 30, "TimerFired"),
    (_function, "START_TO_CLOSE", 9, "LambdaFunctionTimedOut"),
]


@pytest.mark.parametrize(("opened", "timeout_type", "seconds", "event_type"), ROWS)
def test_each_clock_ends_in_its_event(opened, timeout_type, seconds, event_type):
    """A clock is due after its time-out; its end is recorded and closes what it is of.

    A decision task follows, unless the execution itself is over.
    """
    run = Run(lambdaRole=ROLE)
    entity = opened(run)
    due = entity.deadlines[timeout_type]
    run.at = due

    run.act(time_out, entity, timeout_type)

    assert due == START + seconds * 1000
    assert run.recorded[0][0] == run.history[-len(run.recorded)].type == event_type
    assert run.history[-1].at == due
    assert entity.event_id not in run.execution.open
    assert run.execution.is_open == (entity.kind != "workflow_execution")
    assert bool(run.execution.decision_scheduled_id) == run.execution.is_open


def test_an_execution_has_a_year():
    """The clock of an execution without a time-out of its own is a year."""
    run = Run(executionStartToCloseTimeout="NONE")

    assert _execution(run).due == START + YEAR * 1000
