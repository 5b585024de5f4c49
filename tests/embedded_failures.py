"""The decision table as scenarios: for each decision, each cause for which it is not carried out.

A scenario has a decision fail, and returns the execution, the id of the event that tells of it, and
what that event holds beside the cause.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import attrs
from embedded_harness import (
    BARE,
    ORDER,
    ORDER_VALUES,
    PACK,
    PACK_VALUES,
    PATIENCE_SECONDS,
    ROLE,
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
    schedule,
    signal_external,
    timer,
)
from embedded_scenarios import D, Happened, unhandled

from swf.engine import Limits, Options


@attrs.frozen
class Failure:
    """A decision that fails for a cause: how, and what the event then holds beside it."""

    decision: str
    event: str
    cause: str
    happen: Callable[[Service], Happened]
    options: Options | None

    @property
    def name(self) -> str:
        """The row of the decision table."""
        return f"{self.decision}-{self.cause}-{self.happen.__name__.strip('_')}"


FAILURES: list[Failure] = []


def failing(decision: str, event: str, cause: str, options: Options | None = None) -> Any:
    """Declare a scenario in which a decision fails for a cause."""

    def declared(happen: Callable[[Service], Happened]) -> Callable[[Service], Happened]:
        FAILURES.append(Failure(decision, event, cause, happen, options))
        return happen

    return declared


def limited(**limits: int) -> Options:
    """Return options with these limits."""
    return Options(limits=Limits(**limits))


UNHEARD = {"name": "unheard", "version": "1"}
OLD = {"name": "old", "version": "1"}


def _deprecated_types(service: Service) -> None:
    """Register types with all defaults that take no new work."""
    service.workflow_type(OLD, ORDER_VALUES)
    service.activity_type(OLD, PACK_VALUES)
    service.ask("DeprecateWorkflowType", workflowType=OLD)
    service.ask("DeprecateActivityType", activityType=OLD)


def _declare_activity_failures() -> None:
    def row(
        cause: str, attempt: Callable[[Service], Run], event_id: int = 5, **failed: Any
    ) -> None:
        def happen(service: Service) -> Happened:
            attributes = {"activityId": "a", "activityType": PACK, **D, **failed}
            return attempt(service), event_id, attributes

        happen.__name__ = f"row_{len(FAILURES)}"
        failing("ScheduleActivityTask", "ScheduleActivityTaskFailed", cause)(happen)

    def deprecated(service: Service) -> Run:
        _deprecated_types(service)
        return service.begun(schedule("a", OLD))

    def deprecated_with_its_domain(service: Service) -> Run:
        run = service.start()
        service.call("DeprecateDomain", name="shop")
        run.decide(schedule())
        return run

    row(
        "ACTIVITY_TYPE_DOES_NOT_EXIST",
        lambda service: service.begun(schedule("a", UNHEARD)),
        activityType=UNHEARD,
    )
    row("ACTIVITY_TYPE_DEPRECATED", deprecated, activityType=OLD)
    row("ACTIVITY_TYPE_DEPRECATED", deprecated_with_its_domain)
    row(
        "ACTIVITY_ID_ALREADY_IN_USE",
        lambda service: service.begun(schedule(), schedule()),
        event_id=6,
    )
    values = {**PACK_VALUES}
    for member, cause in (
        ("taskList", "DEFAULT_TASK_LIST_UNDEFINED"),
        ("scheduleToStartTimeout", "DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED"),
        ("scheduleToCloseTimeout", "DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED"),
        ("startToCloseTimeout", "DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
        ("heartbeatTimeout", "DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED"),
    ):
        told = {name: value for name, value in values.items() if name != member}
        row(
            cause,
            lambda service, told=told: service.begun(schedule("a", BARE, **told)),
            activityType=BARE,
        )


_declare_activity_failures()


@failing(
    "ScheduleActivityTask",
    "ScheduleActivityTaskFailed",
    "OPEN_ACTIVITIES_LIMIT_EXCEEDED",
    limited(open_activity_tasks=2),
)
def _too_many_activities(service: Service) -> Happened:
    run = service.begun(schedule("x"), schedule("y"), schedule("a"))
    return run, 7, {"activityId": "a", "activityType": PACK, **D}


@failing("RequestCancelActivityTask", "RequestCancelActivityTaskFailed", "ACTIVITY_ID_UNKNOWN")
def _cancel_of_an_activity_never_scheduled(service: Service) -> Happened:
    return service.begun(cancel_activity()), 5, {"activityId": "a", **D}


@failing("RequestCancelActivityTask", "RequestCancelActivityTaskFailed", "ACTIVITY_ID_UNKNOWN")
def _cancel_of_a_closed_activity(service: Service) -> Happened:
    run = service.begun(schedule())
    service.work()
    run.decide(cancel_activity())
    return run, 11, {"activityId": "a", "decisionTaskCompletedEventId": 10}


@failing("StartTimer", "StartTimerFailed", "TIMER_ID_ALREADY_IN_USE")
def _timer_of_a_running_one(service: Service) -> Happened:
    return service.begun(timer(), timer()), 6, {"timerId": "t", **D}


@failing("StartTimer", "StartTimerFailed", "OPEN_TIMERS_LIMIT_EXCEEDED", limited(open_timers=2))
def _too_many_timers(service: Service) -> Happened:
    return service.begun(timer("x"), timer("y"), timer("t")), 7, {"timerId": "t", **D}


@failing("CancelTimer", "CancelTimerFailed", "TIMER_ID_UNKNOWN")
def _cancel_of_no_timer(service: Service) -> Happened:
    return service.begun(cancel_timer()), 5, {"timerId": "t", **D}


@failing("CancelTimer", "CancelTimerFailed", "TIMER_ID_UNKNOWN")
def _cancel_of_a_fired_timer(service: Service) -> Happened:
    run = service.begun(timer())
    service.clock.advance(10)
    run.decide(cancel_timer())
    return run, 10, {"timerId": "t", "decisionTaskCompletedEventId": 9}


def _declare_child_failures() -> None:
    def row(
        cause: str, attempt: Callable[[Service], Run], options: Any = None, **failed: Any
    ) -> None:
        def happen(service: Service) -> Happened:
            run = attempt(service)
            attributes: Wire = {
                "workflowId": "child",
                "workflowType": ORDER,
                "initiatedEventId": 0,
                **D,
                **failed,
            }
            event_id = run.last_id("StartChildWorkflowExecutionFailed")
            return run, event_id, attributes

        happen.__name__ = f"row_{len(FAILURES)}"
        failing("StartChildWorkflowExecution", "StartChildWorkflowExecutionFailed", cause, options)(
            happen
        )

    def deprecated(service: Service) -> Run:
        _deprecated_types(service)
        return service.begun(child("child", OLD))

    def running(service: Service) -> Run:
        service.begun(workflow_id="child")
        return service.begun(child())

    row(
        "WORKFLOW_TYPE_DOES_NOT_EXIST",
        lambda service: service.begun(child("child", UNHEARD)),
        workflowType=UNHEARD,
    )
    row("WORKFLOW_TYPE_DEPRECATED", deprecated, workflowType=OLD)
    row(
        "OPEN_CHILDREN_LIMIT_EXCEEDED",
        lambda service: service.begun(child("x"), child("y"), child("child")),
        limited(open_children=2),
    )
    row(
        "OPEN_WORKFLOWS_LIMIT_EXCEEDED",
        lambda service: service.begun(child()),
        limited(open_executions=1),
    )
    for member, cause in (
        ("executionStartToCloseTimeout", "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
        ("taskList", "DEFAULT_TASK_LIST_UNDEFINED"),
        ("taskStartToCloseTimeout", "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
        ("childPolicy", "DEFAULT_CHILD_POLICY_UNDEFINED"),
    ):
        told = {name: value for name, value in ORDER_VALUES.items() if name != member}
        row(
            cause,
            lambda service, told=told: service.begun(child("child", BARE, **told)),
            workflowType=BARE,
        )
    row("WORKFLOW_ALREADY_RUNNING", running, initiatedEventId=5)


_declare_child_failures()


@failing(
    "SignalExternalWorkflowExecution",
    "SignalExternalWorkflowExecutionFailed",
    "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION",
)
def _signal_to_a_closed_one(service: Service) -> Happened:
    service.begun(complete(), workflow_id="target")
    run = service.begun(signal_external("target"))
    return run, 6, {"workflowId": "target", "initiatedEventId": 5, **D}


@failing(
    "RequestCancelExternalWorkflowExecution",
    "RequestCancelExternalWorkflowExecutionFailed",
    "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION",
)
def _cancel_request_to_a_closed_one(service: Service) -> Happened:
    target = service.begun(complete(), workflow_id="target")
    run = service.begun(cancel_external("target", runId=target.run_id))
    return run, 6, {**target.execution, "initiatedEventId": 5, **D}


def _declare_premature_ends() -> None:
    for closing in (complete(), fail(), cancel(), continue_as_new()):

        def happen(service: Service, closing: Wire = closing) -> Happened:
            return unhandled(service, closing), 7, {"decisionTaskCompletedEventId": 6}

        happen.__name__ = "too_early"
        kind = closing["decisionType"]
        failing(kind, f"{kind}Failed", "UNHANDLED_DECISION")(happen)


_declare_premature_ends()


def _declare_continue_as_new_failures() -> None:
    def row(cause: str, attempt: Callable[[Service], Run]) -> None:
        def happen(service: Service) -> Happened:
            return attempt(service), 5, D

        happen.__name__ = f"row_{len(FAILURES)}"
        kind = "ContinueAsNewWorkflowExecution"
        failing(kind, f"{kind}Failed", cause)(happen)

    def deprecated(service: Service) -> Run:
        run = service.start()
        service.ask("DeprecateWorkflowType", workflowType=ORDER)
        run.decide(continue_as_new())
        return run

    row(
        "WORKFLOW_TYPE_DOES_NOT_EXIST",
        lambda service: service.begun(continue_as_new(workflowTypeVersion="9")),
    )
    row("WORKFLOW_TYPE_DEPRECATED", deprecated)
    for member, cause in (
        ("executionStartToCloseTimeout", "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
        ("taskList", "DEFAULT_TASK_LIST_UNDEFINED"),
        ("taskStartToCloseTimeout", "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
        ("childPolicy", "DEFAULT_CHILD_POLICY_UNDEFINED"),
    ):
        told = {name: value for name, value in ORDER_VALUES.items() if name != member}
        row(
            cause,
            # What the run itself was started with is no default of its next run.
            lambda service, told=told: service.begun(
                continue_as_new(**told), workflow_type=BARE, **ORDER_VALUES
            ),
        )


_declare_continue_as_new_failures()


@failing("ScheduleLambdaFunction", "ScheduleLambdaFunctionFailed", "ID_ALREADY_IN_USE")
def _function_of_an_open_id(service: Service) -> Happened:
    held = threading.Event()
    service.engine.functions.register("add", lambda event, context: held.wait(20))
    run = service.begun(function(), function(), lambdaRole=ROLE)
    held.set()
    assert service.engine.functions.join(PATIENCE_SECONDS)
    return run, 6, {"id": "f", "name": "add", **D}


@failing(
    "ScheduleLambdaFunction",
    "ScheduleLambdaFunctionFailed",
    "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED",
    limited(open_lambda_functions=1),
)
def _too_many_functions(service: Service) -> Happened:
    held = threading.Event()
    service.engine.functions.register("add", lambda event, context: held.wait(20))
    run = service.begun(function("x"), function("f"), lambdaRole=ROLE)
    held.set()
    assert service.engine.functions.join(PATIENCE_SECONDS)
    return run, 6, {"id": "f", "name": "add", **D}


@failing(
    "ScheduleLambdaFunction",
    "ScheduleLambdaFunctionFailed",
    "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION",
)
def _function_of_no_registry(service: Service) -> Happened:
    return service.begun(function(), lambdaRole=ROLE), 5, {"id": "f", "name": "add", **D}
