"""Whatever deciders, workers and clients do, the history alone tells the state, and obeys SWF."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from raw_events import raw_event
from transition_harness import (
    BARE,
    CHILD_OF,
    GONE,
    ORDER,
    OTHERS,
    PACK,
    ROLE,
    UNKNOWN,
    Run,
    World,
    child,
    decision,
    function,
    schedule,
    timer,
)

from swf.engine.state import ActivityTask, LambdaFunction, Link
from swf.engine.transitions import (
    activity_task,
    child_workflow_execution,
    lambda_function,
    time_out,
    workflow_execution,
)
from swf.engine.transitions import external_workflow_execution as external
from swf.engine.turn import (
    CLOSING_EVENTS,
    CancelExternal,
    CancelUnstarted,
    HistoryFull,
    Limits,
    SignalExternal,
    StartChild,
    StartFunction,
)
from swf.models import History
from swf.models.history.compiled import DECISION_RESULTS

NAMES = ("a", "b", "c")
TYPES = (ORDER, ORDER, ORDER, BARE, GONE, UNKNOWN)
CLOSES = (
    decision("CompleteWorkflowExecution", result="r"),
    decision("FailWorkflowExecution", reason="r"),
    decision("CancelWorkflowExecution"),
    decision("ContinueAsNewWorkflowExecution"),
    decision("ContinueAsNewWorkflowExecution", workflowTypeVersion="9"),
)
RESPONSES: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"executionContext": ""},
    {"executionContext": "x"},
    {"taskList": OTHERS},
    {"taskList": OTHERS, "taskListScheduleToStartTimeout": "5"},
    {"taskList": {"name": "third"}, "taskListScheduleToStartTimeout": "NONE"},
)
OUTCOMES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Completed", {"result": "r"}),
    ("Failed", {"reason": "r"}),
    ("TimedOut", {"timeoutType": "START_TO_CLOSE"}),
    ("Canceled", {}),
    ("Terminated", {}),
)
NO_TARGET = "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"
STEPS = {
    "decide": 8,
    "work": 8,
    "take": 3,
    "due": 3,
    "child": 3,
    "function": 3,
    "signal": 2,
    "wait": 2,
    "beat": 1,
    "cancel": 1,
}
"""What may happen to an execution, and how often."""


def decisions(random: Random) -> list[dict[str, Any]]:
    """Draw the decisions of one answer; only the last may close."""
    told = [_one(random, random.choice(NAMES)) for _ in range(random.randrange(5))]
    if random.random() < 0.05:
        told.append(random.choice(CLOSES))
    return told


def _one(random: Random, name: str) -> dict[str, Any]:
    other = {"workflowId": name, "control": "k"}
    key = random.choice(TYPES)
    return random.choice(
        [
            schedule(name, activityType=PACK if key is ORDER else key),
            schedule(name, heartbeatTimeout="NONE", taskPriority="-2"),
            decision("RequestCancelActivityTask", activityId=name),
            timer(name),
            decision("CancelTimer", timerId=name),
            decision("RecordMarker", markerName=name),
            child(name, workflowType=key),
            function(name),
            function(name, name="nothing"),
            decision("SignalExternalWorkflowExecution", signalName="s", **other),
            decision("RequestCancelExternalWorkflowExecution", runId="o1", **other),
        ]
    )


class Course:
    """A run, what it asks of others, and every step that may happen to it."""

    def __init__(self, run: Run, random: Random) -> None:
        self.run = run
        self.random = random
        self.asked: list[Any] = []

    def step(self) -> None:
        """Do one step where it is possible, and carry out what it asks of others."""
        if not self.run.execution.is_open:
            return
        self._do(getattr(self, self.random.choices(list(STEPS), list(STEPS.values()))[0]))
        while self.asked:
            self._do(self.deliver)

    def _do(self, step: Callable[[], None]) -> None:
        """Close the execution where its history is full; what was asked for stays asked."""
        self.run.deliveries = []
        try:
            step()
        except HistoryFull:
            self.asked += self.run.deliveries
            self.run.act(workflow_execution.terminate, None, "EVENT_LIMIT_EXCEEDED")
        self.asked += self.run.deliveries

    def take(self) -> None:
        execution = self.run.execution
        if execution.decision_scheduled_id and not execution.decision_started_id:
            assert self.run.scheduled().waiting
            self.run.take()

    def decide(self) -> None:
        self.take()
        if self.run.execution.decision_started_id:
            self.run.answer(*decisions(self.random), **self.random.choice(RESPONSES))

    def deliver(self) -> None:
        asked, act = self.asked.pop(0), self.run.act
        well = self.random.random() < 0.7
        match asked:
            case StartChild(initiated_id) if well:
                act(child_workflow_execution.started, initiated_id, "c1")
            case StartChild(initiated_id, attributes):
                cause = "WORKFLOW_ALREADY_RUNNING"
                act(child_workflow_execution.start_failed, initiated_id, attributes, cause)
            case SignalExternal(initiated_id, attributes) if well:
                act(external.signaled, initiated_id, _target(attributes))
            case SignalExternal(initiated_id, attributes):
                act(external.signal_failed, initiated_id, attributes, NO_TARGET)
            case CancelExternal(initiated_id, attributes) if well:
                act(external.cancel_requested, initiated_id, _target(attributes))
            case CancelExternal(initiated_id, attributes):
                act(external.cancel_failed, initiated_id, attributes, NO_TARGET)
            case CancelUnstarted(scheduled_id) | StartFunction(scheduled_id):
                self._deliver_to(self.run.execution.open.get(scheduled_id), well=well)

    def _deliver_to(self, task: Any, *, well: bool) -> None:
        match task:
            case ActivityTask():
                self.run.act(activity_task.cancel_unstarted, task)
            case LambdaFunction() if well:
                self.run.act(lambda_function.start, task)
            case LambdaFunction():
                self.run.act(lambda_function.start_failed, task, "no role")

    def _pick(self, kind: str) -> Any:
        found = [one for one in self.run.execution.open.values() if one.kind == kind]
        return self.random.choice(found) if found else None

    def work(self) -> None:
        task = self._pick("activity_task")
        if task is not None and not task.started_id:
            self.run.act(activity_task.start, task, "worker")
        elif task is not None:
            answers = [activity_task.complete, activity_task.fail, activity_task.cancel]
            self.run.act(self.random.choice(answers), task, {"details": "d"})

    def beat(self) -> None:
        task = self._pick("activity_task")
        if task is not None and task.started_id:
            asked = activity_task.heartbeat(self.run.execution, task, "half", self.run.at)
            assert asked == bool(task.cancel_requested_id)

    def due(self) -> None:
        clocks = [
            (entity, name)
            for entity in self.run.execution.open.values()
            for name in entity.deadlines
            if entity.kind != "workflow_execution" or self.random.random() < 0.05
        ]
        if clocks:
            self.run.act(time_out, *self.random.choice(clocks))

    def child(self) -> None:
        entity = self._pick("child_workflow_execution")
        if entity is not None and entity.started_id:
            outcome, told = self.random.choice(OUTCOMES)
            link = Link(entity.name, entity.run_id)
            self.run.act(child_workflow_execution.closed, entity.event_id, link, outcome, told)

    def function(self) -> None:
        task = self._pick("lambda_function")
        if task is not None and task.started_id:
            if self.random.random() < 0.5:
                self.run.act(lambda_function.complete, task, "3")
            else:
                self.run.act(lambda_function.fail, task, "r", None)

    def signal(self) -> None:
        self.run.act(workflow_execution.signal, "s", "i")

    def cancel(self) -> None:
        self.run.act(workflow_execution.request_cancel)

    def wait(self) -> None:
        self.run.wait(self.random.randint(-3, 30))


def _target(attributes: dict[str, Any]) -> Link:
    return Link(attributes["workflowId"], attributes.get("runId", "o2"))


@given(st.integers(0, 2**32), st.integers(30, 80), st.sampled_from([150, 150, 20, 5]))
@settings(max_examples=150)
def test_the_history_tells_the_state(seed, steps, events):
    """Whatever happens, folding the events again gives the same execution, and SWF's rules hold.

    The harness folds anew after each step. Ids have no gap, time never runs backwards, nothing
    follows the close, at most one decision task is scheduled and one started, results follow
    their decision at once, and a client that knows nothing of the engine reads the same counts.
    """
    world = World(limits=Limits(events=events, open_timers=2, open_children=2))
    random = Random(seed)
    parent = random.choice([{}, CHILD_OF])
    course = Course(Run(world, lambdaRole=ROLE, **parent), random)
    for _ in range(steps):
        course.step()
        _check_decision_tasks(course.run)

    _check_history(course.run)
    _check_as_a_client_reads_it(course.run)


def _check_decision_tasks(run: Run) -> None:
    execution = run.execution
    tasks = [one for one in execution.open.values() if one.kind == "decision_task"]
    started = [one.event_id for one in tasks if one.started_id]
    scheduled = [one for one in tasks if not one.started_id]
    assert started == [execution.decision_started_id][: len(started)]
    assert len(started) == bool(execution.decision_started_id)
    assert [one.event_id for one in scheduled] == [execution.decision_scheduled_id][
        : len(scheduled)
    ]
    assert len(scheduled) == bool(execution.decision_scheduled_id)
    assert [one.waiting for one in scheduled] == [not started for _ in scheduled]


def _check_history(run: Run) -> None:
    history = run.history
    assert [event.id for event in history] == list(range(1, len(history) + 1))
    assert all(earlier.at <= later.at for earlier, later in pairwise(history))
    closing = [event.id for event in history if event.type in CLOSING_EVENTS]
    assert closing == ([] if run.execution.is_open else [len(history)])
    decided = 0
    for event in history:
        told = event.attributes
        failed_at_once = told.get("initiatedEventId") == 0
        if event.type == "DecisionTaskCompleted" or event.type in CLOSING_EVENTS:
            decided = event.id
        elif event.type in DECISION_RESULTS or failed_at_once:
            answer = history[told["decisionTaskCompletedEventId"] - 1]
            assert (answer.type, answer.at, decided) == (
                "DecisionTaskCompleted",
                event.at,
                event.id - 1,
            )
            decided = event.id


def _check_as_a_client_reads_it(run: Run) -> None:
    raws = [
        raw_event(event.id, event.type, at=event.at / 1000, **event.attributes)
        for event in run.history
    ]
    compiled = History.from_raw(raws).compiled
    counts, execution = compiled.open_counts, run.execution
    told = [
        counts.activity_tasks,
        counts.timers,
        counts.child_workflow_executions,
        counts.lambda_functions,
    ]
    kinds = ["activity_task", "timer", "child_workflow_execution", "lambda_function"]
    assert told == [execution.count(kind) for kind in kinds]
    assert compiled.latest_execution_context == execution.execution_context
