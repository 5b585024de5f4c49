"""The event table as scenarios: for each event type, how it comes about and what it then holds.

A scenario brings an event about in a service and returns the execution, the event's id, and its
exact attributes. Most begin with an execution whose first decision task is answered, so that
events 1 to 4 are WorkflowExecutionStarted, DecisionTaskScheduled, DecisionTaskStarted and
DecisionTaskCompleted, and what the decisions record begins at 5.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import attrs
from embedded_harness import (
    DECISION_NEEDED,
    ORDER,
    ORDER_VALUES,
    PACK,
    PACK_VALUES,
    PATIENCE_SECONDS,
    ROLE,
    TEXT,
    Run,
    Service,
    Wire,
    cancel,
    cancel_activity,
    cancel_external,
    cancel_timer,
    child,
    complete,
    continue_as_new,
    fail,
    function,
    marker,
    patiently,
    schedule,
    signal_external,
    timer,
)

from swf.engine import Limits, Options

Happened = tuple[Run, int, Wire]

LONG_POLLS = "memory://?poll_seconds=50"
ZERO_POLLS = "memory://?poll_seconds=0"

D = {"decisionTaskCompletedEventId": 4}
"""What a result of the first decision task's decisions refers to."""


@attrs.frozen
class Scenario:
    """How an event comes about."""

    event: str
    name: str
    happen: Callable[[Service], Happened]
    url: str
    options: Options | None


SCENARIOS: list[Scenario] = []


def recorded(event: str, url: str = ZERO_POLLS, options: Options | None = None) -> Any:
    """Declare a scenario for an event type; the function's name says which one."""

    def declared(happen: Callable[[Service], Happened]) -> Callable[[Service], Happened]:
        name = happen.__name__.strip("_")
        SCENARIOS.append(Scenario(event, f"{event}-{name}", happen, url, options))
        return happen

    return declared


# The execution

STARTED: Wire = {**ORDER_VALUES, "workflowType": ORDER, "parentInitiatedEventId": 0}


@recorded("WorkflowExecutionStarted")
def _by_defaults(service: Service) -> Happened:
    return service.start(), 1, STARTED


@recorded("WorkflowExecutionStarted")
def _as_told(service: Service) -> Happened:
    told: Wire = {
        "input": "i",
        "taskList": {"name": "elsewhere"},
        "taskPriority": "-7",
        "executionStartToCloseTimeout": "10",
        "taskStartToCloseTimeout": "NONE",
        "childPolicy": "ABANDON",
        "tagList": ["x", "y"],
        "lambdaRole": ROLE,
    }
    return service.start(**told), 1, {**STARTED, **told}


@recorded("WorkflowExecutionStarted")
def _as_a_child(service: Service) -> Happened:
    parent = service.begun(child())
    attributes = {
        **STARTED,
        "parentWorkflowExecution": parent.execution,
        "parentInitiatedEventId": 5,
    }
    return service.latest("child"), 1, attributes


@recorded("WorkflowExecutionStarted")
def _as_a_continuation(service: Service) -> Happened:
    first = service.begun(continue_as_new())
    return service.latest("w"), 1, {**STARTED, "continuedExecutionRunId": first.run_id}


@recorded("WorkflowExecutionCancelRequested")
def _by_a_client(service: Service) -> Happened:
    run = service.begun()
    run.request_cancel()
    return run, 5, {"externalInitiatedEventId": 0}


@recorded("WorkflowExecutionCancelRequested")
def _by_another_execution(service: Service) -> Happened:
    target = service.begun()
    source = service.begun(cancel_external("w"), workflow_id="source")
    return target, 5, {"externalWorkflowExecution": source.execution, "externalInitiatedEventId": 5}


@recorded("WorkflowExecutionCancelRequested")
def _by_child_policy(service: Service) -> Happened:
    parent = service.begun(child())
    parent.terminate(childPolicy="REQUEST_CANCEL")
    attributes = {
        "cause": "CHILD_POLICY_APPLIED",
        "externalWorkflowExecution": parent.execution,
        "externalInitiatedEventId": 0,
    }
    return service.latest("child"), 3, attributes


@recorded("WorkflowExecutionSignaled")
def _sent_by_a_client(service: Service) -> Happened:
    run = service.begun()
    run.signal("s", input="i")
    return run, 5, {"signalName": "s", "input": "i", "externalInitiatedEventId": 0}


@recorded("WorkflowExecutionSignaled")
def _without_input(service: Service) -> Happened:
    run = service.begun()
    run.signal("s")
    return run, 5, {"signalName": "s", "externalInitiatedEventId": 0}


@recorded("WorkflowExecutionSignaled")
def _sent_by_another_execution(service: Service) -> Happened:
    target = service.begun()
    source = service.begun(signal_external("w", "s", input="i"), workflow_id="source")
    attributes = {
        "signalName": "s",
        "input": "i",
        "externalWorkflowExecution": source.execution,
        "externalInitiatedEventId": 5,
    }
    return target, 5, attributes


@recorded("WorkflowExecutionCompleted")
def _with_result(service: Service) -> Happened:
    return service.begun(complete(result="r")), 5, {"result": "r", **D}


@recorded("WorkflowExecutionCompleted")
def _without_result(service: Service) -> Happened:
    return service.begun(complete()), 5, D


@recorded("WorkflowExecutionFailed")
def _with_reason(service: Service) -> Happened:
    return service.begun(fail(reason="r", details="d")), 5, {"reason": "r", "details": "d", **D}


@recorded("WorkflowExecutionFailed")
def _without_reason(service: Service) -> Happened:
    return service.begun(fail()), 5, D


@recorded("WorkflowExecutionCanceled")
def _canceled(service: Service) -> Happened:
    return service.begun(cancel(details="d")), 5, {"details": "d", **D}


@recorded("WorkflowExecutionContinuedAsNew")
def _continued_by_defaults(service: Service) -> Happened:
    run = service.begun(continue_as_new())
    new = service.latest("w").run_id
    return run, 5, {**ORDER_VALUES, "workflowType": ORDER, "newExecutionRunId": new, **D}


@recorded("WorkflowExecutionContinuedAsNew")
def _continued_as_told(service: Service) -> Happened:
    service.workflow_type({"name": "order", "version": "2"})
    told: Wire = {
        "input": "i",
        "executionStartToCloseTimeout": "11",
        "taskList": {"name": "elsewhere"},
        "taskPriority": "3",
        "taskStartToCloseTimeout": "12",
        "childPolicy": "ABANDON",
        "tagList": ["x"],
        "lambdaRole": ROLE,
    }
    run = service.begun(continue_as_new(**told, workflowTypeVersion="2"))
    attributes = {
        **told,
        "workflowType": {"name": "order", "version": "2"},
        "newExecutionRunId": service.latest("w").run_id,
        **D,
    }
    return run, 5, attributes


@recorded("WorkflowExecutionTimedOut")
def _execution_too_long(service: Service) -> Happened:
    run = service.begun(executionStartToCloseTimeout="100", childPolicy="ABANDON")
    service.clock.advance(100)
    return run, 5, {"timeoutType": "START_TO_CLOSE", "childPolicy": "ABANDON"}


@recorded("WorkflowExecutionTerminated")
def _terminated_by_a_client(service: Service) -> Happened:
    run = service.begun()
    run.terminate(reason="r", details="d", childPolicy="ABANDON")
    attributes = {
        "reason": "r",
        "details": "d",
        "childPolicy": "ABANDON",
        "cause": "OPERATOR_INITIATED",
    }
    return run, 5, attributes


@recorded("WorkflowExecutionTerminated")
def _terminated_without_words(service: Service) -> Happened:
    run = service.begun()
    run.terminate()
    return run, 5, {"childPolicy": "TERMINATE", "cause": "OPERATOR_INITIATED"}


@recorded("WorkflowExecutionTerminated")
def _terminated_by_child_policy(service: Service) -> Happened:
    parent = service.begun(child(childPolicy="REQUEST_CANCEL"))
    run = service.latest("child")
    parent.terminate()
    return run, 3, {"childPolicy": "REQUEST_CANCEL", "cause": "CHILD_POLICY_APPLIED"}


@recorded("WorkflowExecutionTerminated", options=Options(limits=Limits(events=8)))
def _terminated_as_the_history_is_full(service: Service) -> Happened:
    run = service.begun(marker(), marker(), marker(), marker())
    return run, 8, {"childPolicy": "TERMINATE", "cause": "EVENT_LIMIT_EXCEEDED"}


def unhandled(service: Service, closing: Wire) -> Run:
    run = service.start()
    task = run.decision_task()
    run.signal()
    run.answer(task, closing)
    return run


UNHANDLED = {"cause": "UNHANDLED_DECISION", "decisionTaskCompletedEventId": 6}


@recorded("CompleteWorkflowExecutionFailed")
def _complete_too_early(service: Service) -> Happened:
    return unhandled(service, complete()), 7, UNHANDLED


@recorded("FailWorkflowExecutionFailed")
def _fail_too_early(service: Service) -> Happened:
    return unhandled(service, fail()), 7, UNHANDLED


@recorded("CancelWorkflowExecutionFailed")
def _cancel_too_early(service: Service) -> Happened:
    return unhandled(service, cancel()), 7, UNHANDLED


@recorded("ContinueAsNewWorkflowExecutionFailed")
def _continue_too_early(service: Service) -> Happened:
    return unhandled(service, continue_as_new()), 7, UNHANDLED


@recorded("ContinueAsNewWorkflowExecutionFailed")
def _continue_as_nothing_known(service: Service) -> Happened:
    run = service.begun(continue_as_new(workflowTypeVersion="9"))
    return run, 5, {"cause": "WORKFLOW_TYPE_DOES_NOT_EXIST", **D}


# Decision tasks


@recorded("DecisionTaskScheduled")
def _decision_at_start(service: Service) -> Happened:
    return service.start(), 2, DECISION_NEEDED[1]


@recorded("DecisionTaskScheduled")
def _decision_of_priority(service: Service) -> Happened:
    run = service.start(taskPriority="5", taskStartToCloseTimeout="7")
    return run, 2, {**DECISION_NEEDED[1], "taskPriority": "5", "startToCloseTimeout": "7"}


@recorded("DecisionTaskScheduled")
def _decision_on_another_list(service: Service) -> Happened:
    run = service.start()
    sticky = {"taskList": {"name": "mine"}, "taskListScheduleToStartTimeout": "5"}
    run.decide(**sticky)
    run.signal()
    attributes = {
        **DECISION_NEEDED[1],
        "taskList": {"name": "mine"},
        "scheduleToStartTimeout": "5",
    }
    return run, 6, attributes


@recorded("DecisionTaskStarted")
def _decision_taken_by_somebody(service: Service) -> Happened:
    run = service.start()
    run.decision_task(identity="me")
    return run, 3, {"scheduledEventId": 2, "identity": "me"}


@recorded("DecisionTaskStarted")
def _decision_taken_anonymously(service: Service) -> Happened:
    run = service.start()
    run.decision_task()
    return run, 3, {"scheduledEventId": 2}


@recorded("DecisionTaskCompleted")
def _decided(service: Service) -> Happened:
    return service.begun(), 4, {"scheduledEventId": 2, "startedEventId": 3}


@recorded("DecisionTaskCompleted")
def _decided_with_context_and_list(service: Service) -> Happened:
    run = service.start()
    told: Wire = {
        "executionContext": "c",
        "taskList": {"name": "mine"},
        "taskListScheduleToStartTimeout": "5",
    }
    run.decide(**told)
    return run, 4, {"scheduledEventId": 2, "startedEventId": 3, **told}


@recorded("DecisionTaskTimedOut")
def _decision_too_slow(service: Service) -> Happened:
    run = service.start()
    run.decision_task()
    service.clock.advance(60)
    attributes = {"timeoutType": "START_TO_CLOSE", "scheduledEventId": 2, "startedEventId": 3}
    return run, 4, attributes


@recorded("DecisionTaskTimedOut")
def _decision_taken_by_nobody(service: Service) -> Happened:
    run = service.start()
    run.decide(taskList={"name": "mine"}, taskListScheduleToStartTimeout="5")
    run.signal()
    service.clock.advance(5)
    attributes = {"timeoutType": "SCHEDULE_TO_START", "scheduledEventId": 6, "startedEventId": 0}
    return run, 7, attributes


# Activity tasks

SCHEDULED: Wire = {**PACK_VALUES, "activityId": "a", "activityType": PACK, **D}


@recorded("ActivityTaskScheduled")
def _activity_by_defaults(service: Service) -> Happened:
    return service.begun(schedule()), 5, SCHEDULED


@recorded("ActivityTaskScheduled")
def _activity_as_told(service: Service) -> Happened:
    told: Wire = {
        "control": "c",
        "input": "i",
        "taskList": {"name": "elsewhere"},
        "taskPriority": "4",
        "scheduleToStartTimeout": "1",
        "scheduleToCloseTimeout": "NONE",
        "startToCloseTimeout": "2",
        "heartbeatTimeout": "NONE",
    }
    return service.begun(schedule(**told)), 5, {**SCHEDULED, **told}


@recorded("ScheduleActivityTaskFailed")
def _activity_of_no_type(service: Service) -> Happened:
    key = {"name": "unheard", "version": "1"}
    run = service.begun(schedule("a", key, control="c", input="i"))
    attributes = {"activityId": "a", "activityType": key, "cause": "ACTIVITY_TYPE_DOES_NOT_EXIST"}
    return run, 5, {**attributes, **D}


@recorded("ActivityTaskStarted")
def _activity_taken_by_somebody(service: Service) -> Happened:
    run = service.begun(schedule())
    service.activity_task(identity="me")
    return run, 6, {"scheduledEventId": 5, "identity": "me"}


@recorded("ActivityTaskStarted")
def _activity_taken_anonymously(service: Service) -> Happened:
    run = service.begun(schedule())
    service.activity_task()
    return run, 6, {"scheduledEventId": 5}


STARTED_ACTIVITY = {"scheduledEventId": 5, "startedEventId": 6}


def _responded(service: Service, operation: str, **members: Any) -> Run:
    run = service.begun(schedule())
    service.call(operation, taskToken=service.activity_task()["taskToken"], **members)
    return run


@recorded("ActivityTaskCompleted")
def _activity_with_result(service: Service) -> Happened:
    run = _responded(service, "RespondActivityTaskCompleted", result="r")
    return run, 7, {**STARTED_ACTIVITY, "result": "r"}


@recorded("ActivityTaskCompleted")
def _activity_without_result(service: Service) -> Happened:
    return _responded(service, "RespondActivityTaskCompleted"), 7, STARTED_ACTIVITY


@recorded("ActivityTaskFailed")
def _activity_with_reason(service: Service) -> Happened:
    run = _responded(service, "RespondActivityTaskFailed", reason="r", details="d")
    return run, 7, {**STARTED_ACTIVITY, "reason": "r", "details": "d"}


@recorded("ActivityTaskFailed")
def _activity_without_reason(service: Service) -> Happened:
    return _responded(service, "RespondActivityTaskFailed"), 7, STARTED_ACTIVITY


@recorded("ActivityTaskTimedOut")
def _activity_silent(service: Service) -> Happened:
    run = service.begun(schedule())
    token = service.activity_task()["taskToken"]
    service.call("RecordActivityTaskHeartbeat", taskToken=token, details="half")
    service.clock.advance(500)
    return run, 7, {"timeoutType": "HEARTBEAT", **STARTED_ACTIVITY, "details": "half"}


@recorded("ActivityTaskTimedOut")
def _activity_taken_by_nobody(service: Service) -> Happened:
    run = service.begun(schedule())
    service.clock.advance(1000)
    attributes = {"timeoutType": "SCHEDULE_TO_START", "scheduledEventId": 5, "startedEventId": 0}
    return run, 6, attributes


@recorded("ActivityTaskTimedOut")
def _activity_too_slow(service: Service) -> Happened:
    run = service.begun(schedule(heartbeatTimeout="NONE"))
    service.activity_task()
    service.clock.advance(2000)
    return run, 7, {"timeoutType": "START_TO_CLOSE", **STARTED_ACTIVITY}


@recorded("ActivityTaskTimedOut")
def _activity_too_late(service: Service) -> Happened:
    run = service.begun(schedule(scheduleToCloseTimeout="30"))
    service.activity_task()
    service.clock.advance(30)
    return run, 7, {"timeoutType": "SCHEDULE_TO_CLOSE", **STARTED_ACTIVITY}


@recorded("ActivityTaskCanceled")
def _activity_canceled_by_its_worker(service: Service) -> Happened:
    run = service.begun(schedule())
    token = service.activity_task()["taskToken"]
    run.signal()
    run.decide(cancel_activity())
    requested = run.last_id("ActivityTaskCancelRequested")
    service.call("RespondActivityTaskCanceled", taskToken=token, details="d")
    attributes = {**STARTED_ACTIVITY, "details": "d", "latestCancelRequestedEventId": requested}
    return run, requested + 1, attributes


@recorded("ActivityTaskCanceled")
def _activity_canceled_unasked(service: Service) -> Happened:
    return _responded(service, "RespondActivityTaskCanceled"), 7, STARTED_ACTIVITY


@recorded("ActivityTaskCanceled")
def _activity_canceled_before_it_started(service: Service) -> Happened:
    run = service.begun(schedule(), cancel_activity())
    attributes = {"scheduledEventId": 5, "startedEventId": 0, "latestCancelRequestedEventId": 6}
    return run, 7, attributes


@recorded("ActivityTaskCancelRequested")
def _activity_to_be_canceled(service: Service) -> Happened:
    return service.begun(schedule(), cancel_activity()), 6, {"activityId": "a", **D}


@recorded("RequestCancelActivityTaskFailed")
def _no_activity_to_cancel(service: Service) -> Happened:
    run = service.begun(cancel_activity("z"))
    return run, 5, {"activityId": "z", "cause": "ACTIVITY_ID_UNKNOWN", **D}


# Markers and timers


@recorded("MarkerRecorded")
def _marker_with_details(service: Service) -> Happened:
    return service.begun(marker(details="d")), 5, {"markerName": "m", "details": "d", **D}


@recorded("MarkerRecorded")
def _marker_without_details(service: Service) -> Happened:
    return service.begun(marker()), 5, {"markerName": "m", **D}


@recorded("TimerStarted")
def _timer_with_control(service: Service) -> Happened:
    run = service.begun(timer(control="c"))
    return run, 5, {"timerId": "t", "startToFireTimeout": "10", "control": "c", **D}


@recorded("TimerStarted")
def _timer_without_control(service: Service) -> Happened:
    return service.begun(timer()), 5, {"timerId": "t", "startToFireTimeout": "10", **D}


@recorded("StartTimerFailed")
def _timer_twice(service: Service) -> Happened:
    run = service.begun(timer(), timer(control="c"))
    return run, 6, {"timerId": "t", "cause": "TIMER_ID_ALREADY_IN_USE", **D}


@recorded("TimerFired")
def _timer_due(service: Service) -> Happened:
    run = service.begun(timer())
    service.clock.advance(10)
    return run, 6, {"timerId": "t", "startedEventId": 5}


@recorded("TimerCanceled")
def _timer_canceled(service: Service) -> Happened:
    run = service.begun(timer(), cancel_timer())
    return run, 6, {"timerId": "t", "startedEventId": 5, **D}


@recorded("CancelTimerFailed")
def _no_timer_to_cancel(service: Service) -> Happened:
    return service.begun(cancel_timer()), 5, {"timerId": "t", "cause": "TIMER_ID_UNKNOWN", **D}


# Children

INITIATED: Wire = {**ORDER_VALUES, "workflowId": "child", "workflowType": ORDER, **D}


@recorded("StartChildWorkflowExecutionInitiated")
def _child_by_defaults(service: Service) -> Happened:
    return service.begun(child()), 5, INITIATED


@recorded("StartChildWorkflowExecutionInitiated")
def _child_as_told(service: Service) -> Happened:
    told: Wire = {
        "control": "c",
        "input": "i",
        "executionStartToCloseTimeout": "11",
        "taskList": {"name": "elsewhere"},
        "taskPriority": "3",
        "taskStartToCloseTimeout": "12",
        "childPolicy": "ABANDON",
        "tagList": ["x"],
        "lambdaRole": ROLE,
    }
    return service.begun(child(**told)), 5, {**INITIATED, **told}


@recorded("StartChildWorkflowExecutionFailed")
def _child_of_no_type(service: Service) -> Happened:
    key = {"name": "unheard", "version": "1"}
    run = service.begun(child("child", key, control="c"))
    attributes = {
        "workflowId": "child",
        "workflowType": key,
        "cause": "WORKFLOW_TYPE_DOES_NOT_EXIST",
        "initiatedEventId": 0,
        "control": "c",
        **D,
    }
    return run, 5, attributes


@recorded("StartChildWorkflowExecutionFailed")
def _child_running_already(service: Service) -> Happened:
    service.begun(workflow_id="child")
    run = service.begun(child(control="c"))
    attributes = {
        "workflowId": "child",
        "workflowType": ORDER,
        "cause": "WORKFLOW_ALREADY_RUNNING",
        "initiatedEventId": 5,
        "control": "c",
        **D,
    }
    return run, 6, attributes


@recorded("ChildWorkflowExecutionStarted")
def _child_started(service: Service) -> Happened:
    parent = service.begun(child())
    execution = service.latest("child").execution
    attributes = {"workflowExecution": execution, "workflowType": ORDER, "initiatedEventId": 5}
    return parent, 6, attributes


def _with_child(service: Service, *decisions: Wire, **members: Any) -> tuple[Run, Run, Wire]:
    """Start a parent and a child on lists of their own, let the child decide, if it does.

    The parent's events go on at 8: 5 is the child's initiation, 6 its start, 7 a decision task.
    """
    parent = service.begun(child(taskList={"name": "children"}, **members))
    run = service.latest("child")
    if decisions:
        run.decide(*decisions, task_list="children")
    links = {
        "workflowExecution": run.execution,
        "workflowType": ORDER,
        "initiatedEventId": 5,
        "startedEventId": 6,
    }
    return parent, run, links


@recorded("ChildWorkflowExecutionCompleted")
def _child_completed(service: Service) -> Happened:
    parent, _, links = _with_child(service, complete(result="r"))
    return parent, 8, {**links, "result": "r"}


@recorded("ChildWorkflowExecutionCompleted")
def _child_completed_without_result(service: Service) -> Happened:
    parent, _, links = _with_child(service, complete())
    return parent, 8, links


@recorded("ChildWorkflowExecutionFailed")
def _child_failed(service: Service) -> Happened:
    parent, _, links = _with_child(service, fail(reason="r", details="d"))
    return parent, 8, {**links, "reason": "r", "details": "d"}


@recorded("ChildWorkflowExecutionTimedOut")
def _child_timed_out(service: Service) -> Happened:
    parent, _, links = _with_child(service, executionStartToCloseTimeout="20")
    service.clock.advance(20)
    return parent, 8, {**links, "timeoutType": "START_TO_CLOSE"}


@recorded("ChildWorkflowExecutionCanceled")
def _child_canceled(service: Service) -> Happened:
    parent, _, links = _with_child(service, cancel(details="d"))
    return parent, 8, {**links, "details": "d"}


@recorded("ChildWorkflowExecutionTerminated")
def _child_terminated(service: Service) -> Happened:
    parent, run, links = _with_child(service)
    run.terminate(reason="r", details="d")
    return parent, 8, links


# Other executions


@recorded("SignalExternalWorkflowExecutionInitiated")
def _signal_as_told(service: Service) -> Happened:
    target = service.begun(workflow_id="target")
    run = service.begun(signal_external("target", "s", runId=target.run_id, input="i", control="c"))
    attributes = {**target.execution, "signalName": "s", "input": "i", "control": "c", **D}
    return run, 5, attributes


@recorded("SignalExternalWorkflowExecutionInitiated")
def _signal_without_words(service: Service) -> Happened:
    run = service.begun(signal_external("target", "s"))
    return run, 5, {"workflowId": "target", "signalName": "s", **D}


@recorded("SignalExternalWorkflowExecutionFailed")
def _signal_to_nobody(service: Service) -> Happened:
    run = service.begun(signal_external("target", runId="r", control="c"))
    attributes = {
        "workflowId": "target",
        "runId": "r",
        "cause": "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION",
        "initiatedEventId": 5,
        "control": "c",
        **D,
    }
    return run, 6, attributes


@recorded("SignalExternalWorkflowExecutionFailed")
def _signal_to_nobody_of_that_id(service: Service) -> Happened:
    run = service.begun(signal_external("target"))
    cause = "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"
    return run, 6, {"workflowId": "target", "cause": cause, "initiatedEventId": 5, **D}


@recorded("ExternalWorkflowExecutionSignaled")
def _signal_delivered(service: Service) -> Happened:
    target = service.begun(workflow_id="target")
    run = service.begun(signal_external("target"))
    return run, 6, {"workflowExecution": target.execution, "initiatedEventId": 5}


@recorded("RequestCancelExternalWorkflowExecutionInitiated")
def _cancel_request_as_told(service: Service) -> Happened:
    target = service.begun(workflow_id="target")
    run = service.begun(cancel_external("target", runId=target.run_id, control="c"))
    return run, 5, {**target.execution, "control": "c", **D}


@recorded("RequestCancelExternalWorkflowExecutionFailed")
def _cancel_request_to_nobody(service: Service) -> Happened:
    run = service.begun(cancel_external("target", runId="r", control="c"))
    attributes = {
        "workflowId": "target",
        "runId": "r",
        "cause": "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION",
        "initiatedEventId": 5,
        "control": "c",
        **D,
    }
    return run, 6, attributes


@recorded("ExternalWorkflowExecutionCancelRequested")
def _cancel_request_delivered(service: Service) -> Happened:
    target = service.begun(workflow_id="target")
    run = service.begun(cancel_external("target"))
    return run, 6, {"workflowExecution": target.execution, "initiatedEventId": 5}


# Lambda functions


def _called(
    service: Service, called: Callable[[Any, Any], Any], *decisions: Wire, **members: Any
) -> Run:
    """Start an execution that has a function called, and wait for the decision that follows."""
    service.engine.functions.register("add", called)
    run = service.start(**{"lambdaRole": ROLE, **members})
    run.decide(*(decisions or (function(),)))
    patiently(run.decision_task)
    return run


def _fails(_event: Any, _context: Any) -> Any:
    raise ValueError("no")


@recorded("LambdaFunctionScheduled", LONG_POLLS)
def _function_as_told(service: Service) -> Happened:
    told = {"input": '{"x": 1}', "control": "c", "startToCloseTimeout": "9"}
    run = _called(service, lambda event, context: None, function(**told))
    return run, 5, {"id": "f", "name": "add", **told, **D}


@recorded("LambdaFunctionStarted", LONG_POLLS)
def _function_started(service: Service) -> Happened:
    return _called(service, lambda event, context: None), 6, {"scheduledEventId": 5}


@recorded("LambdaFunctionCompleted", LONG_POLLS)
def _function_returned(service: Service) -> Happened:
    run = _called(
        service,
        lambda event, context: {"sum": event["x"] + event["y"]},
        function(input='{"x": 1, "y": 2}'),
    )
    return run, 7, {**STARTED_ACTIVITY, "result": '{"sum": 3}'}


@recorded("LambdaFunctionFailed", LONG_POLLS)
def _function_raised(service: Service) -> Happened:
    return _called(service, _fails), 7, {**STARTED_ACTIVITY, "reason": TEXT, "details": TEXT}


@recorded("LambdaFunctionTimedOut", LONG_POLLS)
def _function_too_slow(service: Service) -> Happened:
    entered, left = threading.Event(), threading.Event()

    def slow(_event: Any, _context: Any) -> None:
        entered.set()
        left.wait(20)

    service.engine.functions.register("add", slow)
    run = service.start(lambdaRole=ROLE)
    run.decide(function(startToCloseTimeout="5"))
    assert entered.wait(20)
    service.clock.advance(5)
    history = run.history()
    left.set()
    assert service.engine.functions.join(PATIENCE_SECONDS)
    assert history[6][0] == "LambdaFunctionTimedOut"
    return run, 7, {**STARTED_ACTIVITY, "timeoutType": "START_TO_CLOSE"}


@recorded("ScheduleLambdaFunctionFailed")
def _function_unknown(service: Service) -> Happened:
    run = service.begun(function(), lambdaRole=ROLE)
    cause = "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION"
    return run, 5, {"id": "f", "name": "add", "cause": cause, **D}


@recorded("StartLambdaFunctionFailed")
def _function_without_role(service: Service) -> Happened:
    service.engine.functions.register("add", lambda event, context: None)
    run = service.begun(function())
    return run, 6, {"scheduledEventId": 5, "cause": "ASSUME_ROLE_FAILED", "message": TEXT}
