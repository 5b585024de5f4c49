"""The events of an execution's history: one class per event type, named as the API names it.

The classes load when the first of them is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from swf import _lazy

if TYPE_CHECKING:
    from swf.models.event.activity_task import (
        ActivityTaskCanceled,
        ActivityTaskCancelRequested,
        ActivityTaskCompleted,
        ActivityTaskEvent,
        ActivityTaskFailed,
        ActivityTaskScheduled,
        ActivityTaskStarted,
        ActivityTaskTimedOut,
        RequestCancelActivityTaskFailed,
        ScheduleActivityTaskFailed,
    )
    from swf.models.event.base import Event
    from swf.models.event.child_workflow_execution import (
        ChildWorkflowExecutionCanceled,
        ChildWorkflowExecutionCompleted,
        ChildWorkflowExecutionEvent,
        ChildWorkflowExecutionFailed,
        ChildWorkflowExecutionStarted,
        ChildWorkflowExecutionTerminated,
        ChildWorkflowExecutionTimedOut,
        StartChildWorkflowExecutionFailed,
        StartChildWorkflowExecutionInitiated,
    )
    from swf.models.event.decision_task import (
        DecisionTaskCompleted,
        DecisionTaskEvent,
        DecisionTaskScheduled,
        DecisionTaskStarted,
        DecisionTaskTimedOut,
    )
    from swf.models.event.external_workflow_execution import (
        ExternalWorkflowExecutionCancelRequested,
        ExternalWorkflowExecutionEvent,
        ExternalWorkflowExecutionSignaled,
        RequestCancelExternalWorkflowExecutionFailed,
        RequestCancelExternalWorkflowExecutionInitiated,
        SignalExternalWorkflowExecutionFailed,
        SignalExternalWorkflowExecutionInitiated,
    )
    from swf.models.event.lambda_function import (
        LambdaFunctionCompleted,
        LambdaFunctionEvent,
        LambdaFunctionFailed,
        LambdaFunctionScheduled,
        LambdaFunctionStarted,
        LambdaFunctionTimedOut,
        ScheduleLambdaFunctionFailed,
        StartLambdaFunctionFailed,
    )
    from swf.models.event.marker import MarkerEvent, MarkerRecorded, RecordMarkerFailed
    from swf.models.event.registry import EVENTS, FIELDS, event_from, events_from, typed
    from swf.models.event.timer import (
        CancelTimerFailed,
        StartTimerFailed,
        TimerCanceled,
        TimerEvent,
        TimerFired,
        TimerStarted,
    )
    from swf.models.event.unknown import UnknownEvent
    from swf.models.event.workflow_execution import (
        CancelWorkflowExecutionFailed,
        CompleteWorkflowExecutionFailed,
        ContinueAsNewWorkflowExecutionFailed,
        FailWorkflowExecutionFailed,
        WorkflowExecutionCanceled,
        WorkflowExecutionCancelRequested,
        WorkflowExecutionCompleted,
        WorkflowExecutionContinuedAsNew,
        WorkflowExecutionEvent,
        WorkflowExecutionFailed,
        WorkflowExecutionSignaled,
        WorkflowExecutionStarted,
        WorkflowExecutionTerminated,
        WorkflowExecutionTimedOut,
    )

_HOMES: Final = {
    "activity_task": (
        "ActivityTaskCancelRequested",
        "ActivityTaskCanceled",
        "ActivityTaskCompleted",
        "ActivityTaskEvent",
        "ActivityTaskFailed",
        "ActivityTaskScheduled",
        "ActivityTaskStarted",
        "ActivityTaskTimedOut",
        "RequestCancelActivityTaskFailed",
        "ScheduleActivityTaskFailed",
    ),
    "base": ("Event",),
    "child_workflow_execution": (
        "ChildWorkflowExecutionCanceled",
        "ChildWorkflowExecutionCompleted",
        "ChildWorkflowExecutionEvent",
        "ChildWorkflowExecutionFailed",
        "ChildWorkflowExecutionStarted",
        "ChildWorkflowExecutionTerminated",
        "ChildWorkflowExecutionTimedOut",
        "StartChildWorkflowExecutionFailed",
        "StartChildWorkflowExecutionInitiated",
    ),
    "decision_task": (
        "DecisionTaskCompleted",
        "DecisionTaskEvent",
        "DecisionTaskScheduled",
        "DecisionTaskStarted",
        "DecisionTaskTimedOut",
    ),
    "external_workflow_execution": (
        "ExternalWorkflowExecutionCancelRequested",
        "ExternalWorkflowExecutionEvent",
        "ExternalWorkflowExecutionSignaled",
        "RequestCancelExternalWorkflowExecutionFailed",
        "RequestCancelExternalWorkflowExecutionInitiated",
        "SignalExternalWorkflowExecutionFailed",
        "SignalExternalWorkflowExecutionInitiated",
    ),
    "lambda_function": (
        "LambdaFunctionCompleted",
        "LambdaFunctionEvent",
        "LambdaFunctionFailed",
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionTimedOut",
        "ScheduleLambdaFunctionFailed",
        "StartLambdaFunctionFailed",
    ),
    "marker": (
        "MarkerEvent",
        "MarkerRecorded",
        "RecordMarkerFailed",
    ),
    "registry": (
        "EVENTS",
        "FIELDS",
        "event_from",
        "events_from",
        "typed",
    ),
    "timer": (
        "CancelTimerFailed",
        "StartTimerFailed",
        "TimerCanceled",
        "TimerEvent",
        "TimerFired",
        "TimerStarted",
    ),
    "unknown": ("UnknownEvent",),
    "workflow_execution": (
        "CancelWorkflowExecutionFailed",
        "CompleteWorkflowExecutionFailed",
        "ContinueAsNewWorkflowExecutionFailed",
        "FailWorkflowExecutionFailed",
        "WorkflowExecutionCancelRequested",
        "WorkflowExecutionCanceled",
        "WorkflowExecutionCompleted",
        "WorkflowExecutionContinuedAsNew",
        "WorkflowExecutionEvent",
        "WorkflowExecutionFailed",
        "WorkflowExecutionSignaled",
        "WorkflowExecutionStarted",
        "WorkflowExecutionTerminated",
        "WorkflowExecutionTimedOut",
    ),
}
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "EVENTS",
    "FIELDS",
    "ActivityTaskCancelRequested",
    "ActivityTaskCanceled",
    "ActivityTaskCompleted",
    "ActivityTaskEvent",
    "ActivityTaskFailed",
    "ActivityTaskScheduled",
    "ActivityTaskStarted",
    "ActivityTaskTimedOut",
    "CancelTimerFailed",
    "CancelWorkflowExecutionFailed",
    "ChildWorkflowExecutionCanceled",
    "ChildWorkflowExecutionCompleted",
    "ChildWorkflowExecutionEvent",
    "ChildWorkflowExecutionFailed",
    "ChildWorkflowExecutionStarted",
    "ChildWorkflowExecutionTerminated",
    "ChildWorkflowExecutionTimedOut",
    "CompleteWorkflowExecutionFailed",
    "ContinueAsNewWorkflowExecutionFailed",
    "DecisionTaskCompleted",
    "DecisionTaskEvent",
    "DecisionTaskScheduled",
    "DecisionTaskStarted",
    "DecisionTaskTimedOut",
    "Event",
    "ExternalWorkflowExecutionCancelRequested",
    "ExternalWorkflowExecutionEvent",
    "ExternalWorkflowExecutionSignaled",
    "FailWorkflowExecutionFailed",
    "LambdaFunctionCompleted",
    "LambdaFunctionEvent",
    "LambdaFunctionFailed",
    "LambdaFunctionScheduled",
    "LambdaFunctionStarted",
    "LambdaFunctionTimedOut",
    "MarkerEvent",
    "MarkerRecorded",
    "RecordMarkerFailed",
    "RequestCancelActivityTaskFailed",
    "RequestCancelExternalWorkflowExecutionFailed",
    "RequestCancelExternalWorkflowExecutionInitiated",
    "ScheduleActivityTaskFailed",
    "ScheduleLambdaFunctionFailed",
    "SignalExternalWorkflowExecutionFailed",
    "SignalExternalWorkflowExecutionInitiated",
    "StartChildWorkflowExecutionFailed",
    "StartChildWorkflowExecutionInitiated",
    "StartLambdaFunctionFailed",
    "StartTimerFailed",
    "TimerCanceled",
    "TimerEvent",
    "TimerFired",
    "TimerStarted",
    "UnknownEvent",
    "WorkflowExecutionCancelRequested",
    "WorkflowExecutionCanceled",
    "WorkflowExecutionCompleted",
    "WorkflowExecutionContinuedAsNew",
    "WorkflowExecutionEvent",
    "WorkflowExecutionFailed",
    "WorkflowExecutionSignaled",
    "WorkflowExecutionStarted",
    "WorkflowExecutionTerminated",
    "WorkflowExecutionTimedOut",
    "event_from",
    "events_from",
    "typed",
]


if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)
    __getattr__ = _lazy.lazily(__name__, _HOME_OF)


def __dir__() -> list[str]:
    return __all__
