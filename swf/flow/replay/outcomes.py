"""Which event ends what: by the id of the event that began it, and the method that takes it."""

from __future__ import annotations

from typing import Final

import attrs


@attrs.frozen
class Outcome:
    """Where an event has its attributes, which of them links it, and who is told."""

    attributes: str
    link: str
    method: str


def _table(entity: str, link: str, **methods: str) -> dict[str, Outcome]:
    return {
        f"{entity}{name}": Outcome(
            f"{entity[0].lower()}{entity[1:]}{name}EventAttributes", link, method
        )
        for name, method in methods.items()
    }


OUTCOMES: Final[dict[str, Outcome]] = {
    **_table(
        "ActivityTask",
        "scheduledEventId",
        Started="started",
        Completed="completed",
        Failed="task_failed",
        TimedOut="timed_out",
        Canceled="task_canceled",
    ),
    **_table("Timer", "startedEventId", Fired="fired"),
    **_table(
        "ChildWorkflowExecution",
        "initiatedEventId",
        Started="started",
        Completed="completed",
        Failed="task_failed",
        TimedOut="timed_out",
        Canceled="task_canceled",
        Terminated="terminated",
    ),
    **_table(
        "LambdaFunction",
        "scheduledEventId",
        Started="started",
        Completed="completed",
        Failed="task_failed",
        TimedOut="timed_out",
    ),
    "StartLambdaFunctionFailed": Outcome(
        "startLambdaFunctionFailedEventAttributes", "scheduledEventId", "refused"
    ),
    "StartChildWorkflowExecutionFailed": Outcome(
        "startChildWorkflowExecutionFailedEventAttributes", "initiatedEventId", "refused"
    ),
    "ExternalWorkflowExecutionSignaled": Outcome(
        "externalWorkflowExecutionSignaledEventAttributes", "initiatedEventId", "delivered"
    ),
    "SignalExternalWorkflowExecutionFailed": Outcome(
        "signalExternalWorkflowExecutionFailedEventAttributes", "initiatedEventId", "refused"
    ),
    "ExternalWorkflowExecutionCancelRequested": Outcome(
        "externalWorkflowExecutionCancelRequestedEventAttributes", "initiatedEventId", "delivered"
    ),
    "RequestCancelExternalWorkflowExecutionFailed": Outcome(
        "requestCancelExternalWorkflowExecutionFailedEventAttributes",
        "initiatedEventId",
        "refused",
    ),
}
