"""Other executions of the domain: signaled and asked to cancel by decisions.

Source: SignalExternalWorkflowExecutionDecisionAttributes,
RequestCancelExternalWorkflowExecutionDecisionAttributes and the ExternalWorkflowExecution events.
"""

from __future__ import annotations

from swf.engine.state import Attributes, Event, Execution, Link
from swf.engine.turn import CancelExternal, SignalExternal, Turn, folds, given
from swf.wire import Wire


def signal(turn: Turn, decision: Attributes, decided: int) -> bool:
    """SignalExternalWorkflowExecution: record its Initiated event, and have it delivered."""
    initiated = given(decision, "workflowId", "runId", "signalName", "input", "control")
    initiated["decisionTaskCompletedEventId"] = decided
    event = turn.record("SignalExternalWorkflowExecutionInitiated", initiated)
    turn.deliver(SignalExternal(event.id, initiated))
    return True


def signaled(turn: Turn, initiated_id: int, target: Link) -> None:
    """Record that the target has the signal; nothing where the source is closed.

    A decision task follows.
    """
    _delivered(turn, "ExternalWorkflowExecutionSignaled", initiated_id, target)


def signal_failed(turn: Turn, initiated_id: int, attributes: Wire, cause: str) -> None:
    """Record that the signal found no target; nothing where the source is closed.

    `attributes` are those of the SignalExternalWorkflowExecutionInitiated. A decision task follows.
    """
    _failed(turn, "SignalExternalWorkflowExecutionFailed", initiated_id, attributes, cause)


def request_cancel(turn: Turn, decision: Attributes, decided: int) -> bool:
    """RequestCancelExternalWorkflowExecution: record its Initiated event, have it delivered."""
    initiated = given(decision, "workflowId", "runId", "control")
    initiated["decisionTaskCompletedEventId"] = decided
    event = turn.record("RequestCancelExternalWorkflowExecutionInitiated", initiated)
    turn.deliver(CancelExternal(event.id, initiated))
    return True


def cancel_requested(turn: Turn, initiated_id: int, target: Link) -> None:
    """Record that the target has the request; nothing where the source is closed.

    A decision task follows.
    """
    _delivered(turn, "ExternalWorkflowExecutionCancelRequested", initiated_id, target)


def cancel_failed(turn: Turn, initiated_id: int, attributes: Wire, cause: str) -> None:
    """Record that the request found no target; nothing where the source is closed.

    `attributes` are those of the RequestCancelExternalWorkflowExecutionInitiated. A decision task
    follows.
    """
    _failed(turn, "RequestCancelExternalWorkflowExecutionFailed", initiated_id, attributes, cause)


def _delivered(turn: Turn, event_type: str, initiated_id: int, target: Link) -> None:
    if turn.execution.is_open:
        told = {"workflowExecution": target.wire(), "initiatedEventId": initiated_id}
        turn.record(event_type, told)
        turn.need_decision()


def _failed(turn: Turn, event_type: str, initiated_id: int, attributes: Wire, cause: str) -> None:
    if turn.execution.is_open:
        told = given(attributes, "workflowId", "runId", "control", "decisionTaskCompletedEventId")
        turn.record(event_type, {**told, "cause": cause, "initiatedEventId": initiated_id})
        turn.need_decision()


@folds("SignalExternalWorkflowExecutionInitiated")
@folds("SignalExternalWorkflowExecutionFailed")
@folds("ExternalWorkflowExecutionSignaled")
@folds("RequestCancelExternalWorkflowExecutionInitiated")
@folds("RequestCancelExternalWorkflowExecutionFailed")
@folds("ExternalWorkflowExecutionCancelRequested")
def _noted(_execution: Execution, _event: Event) -> None:
    """Change nothing: what is under way to others limits nothing here."""
