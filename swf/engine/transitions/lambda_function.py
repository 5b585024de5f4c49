"""Lambda tasks: scheduled by decisions, run by the engine itself.

Source: ScheduleLambdaFunctionDecisionAttributes and the LambdaFunction events.
"""

from __future__ import annotations

from typing import cast

from swf.constants import MAX_LAMBDA_SECONDS
from swf.engine.state import LAMBDA_FUNCTION, Attributes, Event, Execution, LambdaFunction
from swf.engine.turn import StartFunction, Turn, after, deadlines, folds, given


def schedule(turn: Turn, decision: Attributes, decided: int) -> bool:
    """ScheduleLambdaFunction: record LambdaFunctionScheduled, and have the function started.

    Where it cannot be scheduled, record ScheduleLambdaFunctionFailed and return False.
    """
    cause = _refusal(turn, decision)
    if cause is not None:
        failed = {
            **given(decision, "id", "name"),
            "cause": cause,
            "decisionTaskCompletedEventId": decided,
        }
        turn.record("ScheduleLambdaFunctionFailed", failed)
        return False
    scheduled = {
        "startToCloseTimeout": str(MAX_LAMBDA_SECONDS),
        **given(decision, "id", "name", "control", "input", "startToCloseTimeout"),
        "decisionTaskCompletedEventId": decided,
    }
    event = turn.record("LambdaFunctionScheduled", scheduled)
    turn.deliver(StartFunction(event.id, scheduled))
    return True


def _refusal(turn: Turn, decision: Attributes) -> str | None:
    execution = turn.execution
    if execution.named(LAMBDA_FUNCTION, decision["id"]) is not None:
        return "ID_ALREADY_IN_USE"
    if execution.count(LAMBDA_FUNCTION) >= turn.around.limits.open_lambda_functions:
        return "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED"
    if not turn.around.has_function(decision["name"]):
        return "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION"
    return None


def start(turn: Turn, task: LambdaFunction) -> None:
    """Record that the function is being run."""
    turn.record("LambdaFunctionStarted", {"scheduledEventId": task.event_id})


def start_failed(turn: Turn, task: LambdaFunction, message: str) -> None:
    """Record that the role to run the function could not be taken; a decision task follows."""
    failed = {
        "scheduledEventId": task.event_id,
        "cause": "ASSUME_ROLE_FAILED",
        "message": message,
    }
    turn.record("StartLambdaFunctionFailed", failed)
    turn.need_decision()


def complete(turn: Turn, task: LambdaFunction, result: str | None) -> None:
    """Record what the function returned; a decision task follows."""
    _end(turn, "LambdaFunctionCompleted", task, {"result": result})


def fail(turn: Turn, task: LambdaFunction, reason: str | None, details: str | None) -> None:
    """Record what the function raised; a decision task follows."""
    _end(turn, "LambdaFunctionFailed", task, {"reason": reason, "details": details})


def time_out(turn: Turn, task: LambdaFunction) -> None:
    """Record that the function took too long; a decision task follows."""
    _end(turn, "LambdaFunctionTimedOut", task, {"timeoutType": "START_TO_CLOSE"})


def _end(turn: Turn, event_type: str, task: LambdaFunction, told: Attributes) -> None:
    ended = {
        **given(told, *told),
        "scheduledEventId": task.event_id,
        "startedEventId": task.started_id,
    }
    turn.record(event_type, ended)
    turn.need_decision()


@folds("LambdaFunctionScheduled")
def _scheduled(execution: Execution, event: Event) -> None:
    told = event.attributes
    task = LambdaFunction(
        event_id=event.id,
        name=told["id"],
        function=told["name"],
        start_to_close=told.get("startToCloseTimeout", str(MAX_LAMBDA_SECONDS)),
    )
    execution.add(task)


@folds("LambdaFunctionStarted")
def _started(execution: Execution, event: Event) -> None:
    task = cast("LambdaFunction", execution.open[event.attributes["scheduledEventId"]])
    task.started_id = event.id
    task.deadlines = deadlines(START_TO_CLOSE=after(event.at, task.start_to_close))
    execution.touch(task)


@folds("LambdaFunctionCompleted")
@folds("LambdaFunctionFailed")
@folds("LambdaFunctionTimedOut")
@folds("StartLambdaFunctionFailed")
def _closed(execution: Execution, event: Event) -> None:
    execution.remove(event.attributes["scheduledEventId"])


@folds("ScheduleLambdaFunctionFailed")
def _refused(_execution: Execution, _event: Event) -> None:
    """Change nothing: a refused decision leaves no trace but its event."""
