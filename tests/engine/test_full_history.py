"""A history that is full ends its execution wherever that comes to light."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from random_requests import beginnings

from swf.clock import ManualClock
from swf.engine import Call, Engine, Limits, Options

FULL = 12
ORDER = {"workflowType": {"name": "order", "version": "1"}}
SHOP = {"domain": "shop"}


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine whose histories have few events, and whose polls wait."""
    options = Options(poll_seconds=20, limits=Limits(events=FULL))
    with Engine.open("memory://full", clock=ManualClock(), options=options) as opened:
        for operation, params in beginnings("shop"):
            opened.handle(operation, params)
        yield opened


def decide(engine: Engine, task_list: str, *decisions: dict[str, Any]) -> None:
    task = engine.handle("PollForDecisionTask", {**SHOP, "taskList": {"name": task_list}})
    answer = {"taskToken": task["taskToken"], "decisions": list(decisions)}
    engine.handle("RespondDecisionTaskCompleted", answer)


def waiting_poll(engine: Engine, kind: str, task_list: str) -> list[Call]:
    """Return where the answer of a poll will be; there is none yet."""
    answered: list[Call] = []
    params = {**SHOP, "taskList": {"name": task_list}}
    call = Call(f"PollFor{kind}Task", params, done=answered.append)
    engine.begin(call, lambda work: work())
    assert answered == []
    return answered


def signal(engine: Engine, workflow_id: str) -> None:
    engine.handle("SignalWorkflowExecution", {**SHOP, "workflowId": workflow_id, "signalName": "s"})


def history(engine: Engine, workflow_id: str, run_id: str) -> list[str]:
    execution = {"execution": {"workflowId": workflow_id, "runId": run_id}}
    reply = engine.handle("GetWorkflowExecutionHistory", {**SHOP, **execution})
    return [event["eventType"] for event in reply["events"]]


def test_a_parent_hears_of_a_child_that_was_full_when_a_waiting_poll_was_served(engine):
    """The child is terminated, its task given to nobody, and its parent told of it."""
    run_id = engine.handle("StartWorkflowExecution", {**SHOP, "workflowId": "parent", **ORDER})
    child = {"workflowId": "child", **ORDER, "taskList": {"name": "other"}}
    attributes = {"startChildWorkflowExecutionDecisionAttributes": child}
    decide(engine, "main", {"decisionType": "StartChildWorkflowExecution", **attributes})
    for _ in range(5):
        signal(engine, "child")
    decide(engine, "other")
    answered = waiting_poll(engine, "Decision", "other")

    signal(engine, "child")

    assert answered == []
    assert history(engine, "parent", run_id["runId"])[-1] == "ChildWorkflowExecutionTerminated"


def test_a_full_history_has_no_task_for_the_next_waiting_poll(engine):
    """Of two tasks that are ready at once, the first to find no room ends the other too."""
    run_id = engine.handle("StartWorkflowExecution", {**SHOP, "workflowId": "w", **ORDER})
    for _ in range(4):
        signal(engine, "w")
    task = engine.handle("PollForDecisionTask", {**SHOP, "taskList": {"name": "main"}})
    signal(engine, "w")
    polls = [waiting_poll(engine, kind, "main") for kind in ("Activity", "Decision")]
    pack = {"activityId": "a", "activityType": {"name": "pack", "version": "1"}}
    attributes = {"scheduleActivityTaskDecisionAttributes": pack}
    schedule = {"decisionType": "ScheduleActivityTask", **attributes}
    answer = {"taskToken": task["taskToken"], "decisions": [schedule]}

    engine.handle("RespondDecisionTaskCompleted", answer)

    assert polls == [[], []]
    last = history(engine, "w", run_id["runId"])[-2:]
    assert last == ["ActivityTaskScheduled", "WorkflowExecutionTerminated"]
