"""Lambda tasks: ScheduleLambdaFunction, and what the engine records while it runs the function."""

from __future__ import annotations

import pytest
from transition_harness import DECISION_NEEDED, ROLE, START, Run, World, function

from swf.engine.transitions import lambda_function, time_out
from swf.engine.turn import Limits, StartFunction


def scheduled() -> Run:
    """Return a run in which the Lambda task `f` is scheduled."""
    run = Run(lambdaRole=ROLE)
    run.decide(function("f"))
    return run


def started() -> Run:
    """Return a run in which the function of the Lambda task `f` is being run."""
    run = scheduled()
    run.act(lambda_function.start, run.opened("lambda_function"))
    return run


def test_a_function_is_scheduled_and_started():
    """ScheduleLambdaFunction records LambdaFunctionScheduled, and the start is a delivery."""
    run = Run(lambdaRole=ROLE)

    told = run.decide(function("f", input="i", control="c", startToCloseTimeout="5"))

    attributes = {
        "id": "f",
        "name": "add",
        "input": "i",
        "control": "c",
        "startToCloseTimeout": "5",
        "decisionTaskCompletedEventId": run.decided,
    }
    assert told == [("LambdaFunctionScheduled", attributes)]
    assert run.deliveries == [StartFunction(run.execution.last_event_id, attributes)]
    task = run.opened("lambda_function")
    assert (task.name, task.function, task.deadlines) == ("f", "add", {})


def test_a_function_has_900_seconds():
    """Where the decision tells no time-out, 900 seconds are recorded, and hold from the start."""
    run = started()

    assert run.opened("lambda_function").deadlines == {"START_TO_CLOSE": START + 900_000}
    assert run.history[-2].attributes["startToCloseTimeout"] == "900"


def test_the_start_is_recorded():
    """LambdaFunctionStarted tells the scheduled event; no decision task follows."""
    run = scheduled()
    task = run.opened("lambda_function")

    run.act(lambda_function.start, task)

    assert run.recorded == [("LambdaFunctionStarted", {"scheduledEventId": task.event_id})]
    assert task.started_id == run.execution.last_event_id


def test_causes_are_checked_in_order():
    """ScheduleLambdaFunctionFailed tells of id, quota and missing function in that order."""
    run = Run(World(limits=Limits(open_lambda_functions=1)))

    told = run.decide(
        function("f", name="nothing"),
        function("f"),
        function("f", name="nothing"),
        function("g", name="nothing"),
    )

    refused = [
        ("f", "nothing", "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION"),
        ("f", "nothing", "ID_ALREADY_IN_USE"),
        ("g", "nothing", "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED"),
    ]
    assert [told[0], *told[2:]] == [
        *(
            (
                "ScheduleLambdaFunctionFailed",
                {
                    "id": task_id,
                    "name": name,
                    "cause": cause,
                    "decisionTaskCompletedEventId": run.decided,
                },
            )
            for task_id, name, cause in refused
        ),
        DECISION_NEEDED,
    ]


def test_a_start_without_a_role_fails():
    """StartLambdaFunctionFailed tells ASSUME_ROLE_FAILED, closes the task, needs a decision."""
    run = scheduled()
    task = run.opened("lambda_function")

    run.act(lambda_function.start_failed, task, "no role")

    attributes = {
        "scheduledEventId": task.event_id,
        "cause": "ASSUME_ROLE_FAILED",
        "message": "no role",
    }
    assert run.recorded == [("StartLambdaFunctionFailed", attributes), DECISION_NEEDED]
    assert run.execution.count("lambda_function") == 0


@pytest.mark.parametrize(
    ("transition", "args", "event_type", "told"),
    [
        (lambda_function.complete, ("3",), "LambdaFunctionCompleted", {"result": "3"}),
        (lambda_function.complete, (None,), "LambdaFunctionCompleted", {}),
        (
            lambda_function.fail,
            ("ValueError", "bad"),
            "LambdaFunctionFailed",
            {"reason": "ValueError", "details": "bad"},
        ),
        (lambda_function.fail, (None, None), "LambdaFunctionFailed", {}),
        (
            time_out,
            ("START_TO_CLOSE",),
            "LambdaFunctionTimedOut",
            {"timeoutType": "START_TO_CLOSE"},
        ),
    ],
)
def test_ends_close_the_task_and_need_a_decision(transition, args, event_type, told):
    """Completed, Failed and TimedOut tell both events of the task and what there is to tell."""
    run = started()
    task = run.opened("lambda_function")

    run.act(transition, task, *args)

    ids = {"scheduledEventId": task.event_id, "startedEventId": task.started_id}
    assert run.recorded == [(event_type, {**told, **ids}), DECISION_NEEDED]
    assert run.execution.named("lambda_function", "f") is None
