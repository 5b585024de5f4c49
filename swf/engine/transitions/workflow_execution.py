"""The execution itself: started, signaled, asked to cancel, and closed in one of six ways.

Source: StartWorkflowExecution, SignalWorkflowExecution, RequestCancelWorkflowExecution,
TerminateWorkflowExecution, CompleteWorkflowExecutionDecisionAttributes and its kin,
WorkflowExecutionTimedOutEventAttributes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from swf.constants import MAX_EXECUTION_SECONDS, ChildPolicy
from swf.engine.state import (
    CHILD,
    Attributes,
    Child,
    Event,
    Execution,
    Link,
    OpenExecution,
    Parent,
)
from swf.engine.turn import ApplyPolicy, ContinueAsNew, TellParent, Turn, after, folds, given
from swf.wire import TypeKey, Wire

_RESOLVED: Final = (
    # member, the type's default; in the order in which SWF tells what is missing
    ("executionStartToCloseTimeout", "defaultExecutionStartToCloseTimeout"),
    ("taskList", "defaultTaskList"),
    ("taskStartToCloseTimeout", "defaultTaskStartToCloseTimeout"),
    ("childPolicy", "defaultChildPolicy"),
    ("taskPriority", "defaultTaskPriority"),
    ("lambdaRole", "defaultLambdaRole"),
)
_MAY_BE_MISSING: Final = frozenset({"taskPriority", "lambdaRole"})

UNDEFINED_CAUSES: Final = {
    "executionStartToCloseTimeout": "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    "taskList": "DEFAULT_TASK_LIST_UNDEFINED",
    "taskStartToCloseTimeout": "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    "childPolicy": "DEFAULT_CHILD_POLICY_UNDEFINED",
}
"""Why a decision cannot start an execution that lacks this member."""


def resolved(request: Wire, defaults: Wire) -> tuple[Attributes, list[str]]:
    """Return what an execution is started with, as requested or else by the type's defaults.

    Beside it, the members that must be defined and are not, in SWF's order.
    """
    attributes: Attributes = {}
    undefined = []
    for member, default in _RESOLVED:
        value = request.get(member)
        if value is None:
            value = defaults.get(default)
        if value is not None:
            attributes[member] = value
        elif member not in _MAY_BE_MISSING:
            undefined.append(member)
    return attributes, undefined


def new(
    run: int, domain: str, workflow_id: str, run_id: str, attributes: Wire, at: int
) -> Execution:
    """Return an execution without history, as its WorkflowExecutionStarted will tell it."""
    tags = attributes.get("tagList")
    return Execution(
        run=run,
        domain=domain,
        workflow_id=workflow_id,
        run_id=run_id,
        workflow_type=_key(attributes["workflowType"]),
        task_list=attributes["taskList"]["name"],
        task_start_to_close=attributes.get("taskStartToCloseTimeout", "NONE"),
        execution_start_to_close=attributes.get("executionStartToCloseTimeout", "NONE"),
        child_policy=attributes["childPolicy"],
        task_priority=attributes.get("taskPriority"),
        lambda_role=attributes.get("lambdaRole"),
        tag_list=None if tags is None else tuple(tags),
        parent=_parent(attributes),
        started_at=at,
    )


def _key(workflow_type: Wire) -> TypeKey:
    return TypeKey(workflow_type["name"], workflow_type["version"])


def _parent(attributes: Wire) -> Parent | None:
    parent = attributes.get("parentWorkflowExecution")
    if parent is None:
        return None
    return Parent(
        parent["workflowId"], parent["runId"], attributes.get("parentInitiatedEventId", 0)
    )


def start(turn: Turn, attributes: Attributes) -> None:
    """Record WorkflowExecutionStarted and its first decision task."""
    turn.record("WorkflowExecutionStarted", attributes)
    turn.need_decision()


def signal(
    turn: Turn,
    signal_name: str,
    input: str | None,
    source: Link | None = None,
    initiated_id: int = 0,
) -> None:
    """Record a signal, by the API or from the execution `source`; a decision task follows."""
    signaled: Attributes = {"signalName": signal_name, "externalInitiatedEventId": initiated_id}
    if input is not None:
        signaled["input"] = input
    if source is not None:
        signaled["externalWorkflowExecution"] = source.wire()
    turn.record("WorkflowExecutionSignaled", signaled)
    turn.need_decision()


def request_cancel(
    turn: Turn, source: Link | None = None, initiated_id: int = 0, cause: str | None = None
) -> None:
    """Record a request to cancel, by the API or from the execution `source`.

    The cause is told where a parent's child policy is at work. A decision task follows.
    """
    requested: Attributes = {"externalInitiatedEventId": initiated_id}
    if source is not None:
        requested["externalWorkflowExecution"] = source.wire()
    if cause is not None:
        requested["cause"] = cause
    turn.record("WorkflowExecutionCancelRequested", requested)
    turn.need_decision()


def terminate(turn: Turn, request: Wire | None, cause: str) -> None:
    """Close the execution at once and apply the child policy, the request's or its own.

    Of the request, `reason`, `details` and `childPolicy` are read.
    """
    request = request or {}
    policy = request.get("childPolicy") or turn.execution.child_policy
    terminated = {**given(request, "reason", "details"), "childPolicy": policy, "cause": cause}
    _cut_off(turn, "Terminated", terminated, {})


def time_out(turn: Turn) -> None:
    """Record that the execution's time is over, which closes it, and apply its child policy."""
    told = {"timeoutType": "START_TO_CLOSE"}
    _cut_off(turn, "TimedOut", {**told, "childPolicy": turn.execution.child_policy}, told)


def _cut_off(turn: Turn, outcome: str, attributes: Attributes, told: Attributes) -> None:
    policy = attributes["childPolicy"]
    children: list[Link] = []
    if policy != ChildPolicy.ABANDON:
        children = _children(turn.execution)
    _close(turn, outcome, attributes, told)
    for child in children:
        turn.deliver(ApplyPolicy(child, policy))


def _children(execution: Execution) -> list[Link]:
    # Those that have yet to be started too: a full history closes the execution in between.
    children = (cast("Child", one) for one in execution.open.values() if one.kind == CHILD)
    return [Link(child.name, child.run_id) for child in children]


def _close(turn: Turn, outcome: str, attributes: Attributes, told: Attributes) -> None:
    turn.record(f"WorkflowExecution{outcome}", attributes)
    if turn.execution.parent is not None:
        turn.deliver(TellParent(turn.execution.parent, outcome, told))


def complete(turn: Turn, decision: Attributes, decided: int) -> bool:
    """CompleteWorkflowExecution: close the execution with a result.

    Where a decision task is scheduled, record CompleteWorkflowExecutionFailed and return False.
    """
    return _close_as_decided(turn, "Complete", "Completed", given(decision, "result"), decided)


def fail(turn: Turn, decision: Attributes, decided: int) -> bool:
    """FailWorkflowExecution: close the execution with reason and details.

    Where a decision task is scheduled, record FailWorkflowExecutionFailed and return False.
    """
    return _close_as_decided(turn, "Fail", "Failed", given(decision, "reason", "details"), decided)


def cancel(turn: Turn, decision: Attributes, decided: int) -> bool:
    """CancelWorkflowExecution: close the execution, whether or not it was asked to cancel.

    Where a decision task is scheduled, record CancelWorkflowExecutionFailed and return False.
    """
    return _close_as_decided(turn, "Cancel", "Canceled", given(decision, "details"), decided)


def _close_as_decided(turn: Turn, verb: str, outcome: str, told: Attributes, decided: int) -> bool:
    if turn.execution.decision_scheduled_id:
        return _refuse(turn, verb, "UNHANDLED_DECISION", decided)
    _close(turn, outcome, {**told, "decisionTaskCompletedEventId": decided}, told)
    return True


def continue_as_new(
    turn: Turn, decision: Attributes, decided: int, new_run_id: Callable[[], str]
) -> bool:
    """ContinueAsNewWorkflowExecution: close the execution, and have its next run started.

    Where there can be none, record ContinueAsNewWorkflowExecutionFailed and return False. Nothing
    is inherited but the type: what the decision does not tell comes of the type's defaults.
    """
    continued, cause = _continuation(turn, decision)
    if cause is not None:
        return _refuse(turn, "ContinueAsNew", cause, decided)
    continued["newExecutionRunId"] = new_run_id()
    continued["decisionTaskCompletedEventId"] = decided
    turn.record("WorkflowExecutionContinuedAsNew", continued)
    turn.deliver(ContinueAsNew(continued["newExecutionRunId"], continued))
    return True


def _continuation(turn: Turn, decision: Attributes) -> tuple[Attributes, str | None]:
    """Return what the next run is started with, or why there is none."""
    execution = turn.execution
    if execution.decision_scheduled_id:
        return {}, "UNHANDLED_DECISION"
    name, version = execution.workflow_type
    key = TypeKey(name, decision.get("workflowTypeVersion") or version)
    registered = turn.around.workflow_type(execution.domain, key)
    if registered is None:
        return {}, "WORKFLOW_TYPE_DOES_NOT_EXIST"
    if registered.deprecated:
        return {}, "WORKFLOW_TYPE_DEPRECATED"
    continued, undefined = resolved(decision, registered.defaults)
    if undefined:
        return {}, UNDEFINED_CAUSES[undefined[0]]
    continued["workflowType"] = key._asdict()
    continued.update(given(decision, "input", "tagList"))
    return continued, None


def _refuse(turn: Turn, verb: str, cause: str, decided: int) -> bool:
    failed = {"cause": cause, "decisionTaskCompletedEventId": decided}
    turn.record(f"{verb}WorkflowExecutionFailed", failed)
    return False


@folds("WorkflowExecutionStarted")
def _started(execution: Execution, event: Event) -> None:
    longest = event.at + MAX_EXECUTION_SECONDS * 1000
    due = after(event.at, execution.execution_start_to_close)
    moment = longest if due is None else min(due, longest)
    execution.add(OpenExecution(event_id=event.id, deadlines={"START_TO_CLOSE": moment}))


@folds("WorkflowExecutionCancelRequested")
def _cancel_requested(execution: Execution, _event: Event) -> None:
    execution.cancel_requested = True


@folds("WorkflowExecutionSignaled")
@folds("CompleteWorkflowExecutionFailed")
@folds("FailWorkflowExecutionFailed")
@folds("CancelWorkflowExecutionFailed")
@folds("ContinueAsNewWorkflowExecutionFailed")
def _noted(_execution: Execution, _event: Event) -> None:
    """Change nothing: signals are for deciders to read, refusals leave only their event."""


_CLOSE_STATUS: Final = {
    "WorkflowExecutionCompleted": "COMPLETED",
    "WorkflowExecutionFailed": "FAILED",
    "WorkflowExecutionCanceled": "CANCELED",
    "WorkflowExecutionContinuedAsNew": "CONTINUED_AS_NEW",
    "WorkflowExecutionTimedOut": "TIMED_OUT",
    "WorkflowExecutionTerminated": "TERMINATED",
}


@folds("WorkflowExecutionCompleted")
@folds("WorkflowExecutionFailed")
@folds("WorkflowExecutionCanceled")
@folds("WorkflowExecutionContinuedAsNew")
@folds("WorkflowExecutionTimedOut")
@folds("WorkflowExecutionTerminated")
def _closed(execution: Execution, event: Event) -> None:
    execution.closed_at = event.at
    execution.close_status = _CLOSE_STATUS[event.type]
    execution.drop_all()
