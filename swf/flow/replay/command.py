"""What a program asks for: a decision to be, or one that the history has already."""

from __future__ import annotations

import sys
from types import CodeType, FrameType
from typing import Any, Final, Protocol

import attrs

from swf.exceptions import SWFError
from swf.flow.replay.strands import OURS, is_ours
from swf.payload import Payloads
from swf.wire import Wire

Place = tuple[CodeType, int]
"""A line of code."""


class Asker(Protocol):
    """What stands behind a command, and learns what became of it."""

    def accepted(self, event_id: int, told: Wire) -> None:
        """Learn the id of the event that the decision became, and its attributes."""
        ...

    def unsent(self, error: SWFError) -> None:
        """Learn why it cannot be sent."""
        ...

    def refused(self, told: Wire) -> None:
        """Learn from the attributes of the event why SWF refused the decision."""
        ...


@attrs.define(eq=False, slots=True)
class Command:
    """One decision of a program, in the order in which the program came to it.

    `attributes` are the API's, without the payload; `plain` is the payload before it is sealed,
    `sealed` after. A command without an asker needs no answer.
    """

    decision_type: str
    attributes: dict[str, Any]
    payloads: Payloads
    plain: str | None = None
    asker: Asker | None = None
    place: Place | None = None
    sealed: str | None = None
    is_sealed: bool = False

    @property
    def where(self) -> str | None:
        """The line of the program that asked, as `file:line`."""
        if self.place is None:
            return None
        code, line = self.place
        return f"{code.co_filename}:{line}"

    def seal(self) -> None:
        """Have the payload in the form in which it is sent; raises PayloadError."""
        if not self.is_sealed:
            self.sealed = self.payloads.seal(self.plain)
            self.is_sealed = True


@attrs.frozen
class Kind:
    """How a decision of one type shows in a history, and what of it has to be the same there."""

    accepted: str
    refused: str
    compared: tuple[str, ...]
    payload: str | None = None
    words: str = ""


KINDS: Final[dict[str, Kind]] = {
    "ScheduleActivityTask": Kind(
        "ActivityTaskScheduled",
        "ScheduleActivityTaskFailed",
        ("activityId", "activityType"),
        "input",
    ),
    "RequestCancelActivityTask": Kind(
        "ActivityTaskCancelRequested", "RequestCancelActivityTaskFailed", ("activityId",)
    ),
    "StartTimer": Kind("TimerStarted", "StartTimerFailed", ("timerId", "startToFireTimeout")),
    "CancelTimer": Kind("TimerCanceled", "CancelTimerFailed", ("timerId",)),
    "RecordMarker": Kind("MarkerRecorded", "RecordMarkerFailed", ("markerName",), "details"),
    "StartChildWorkflowExecution": Kind(
        "StartChildWorkflowExecutionInitiated",
        "StartChildWorkflowExecutionFailed",
        ("workflowId", "workflowType"),
        "input",
    ),
    "SignalExternalWorkflowExecution": Kind(
        "SignalExternalWorkflowExecutionInitiated",
        "SignalExternalWorkflowExecutionFailed",
        ("workflowId", "runId", "signalName"),
        "input",
    ),
    "RequestCancelExternalWorkflowExecution": Kind(
        "RequestCancelExternalWorkflowExecutionInitiated",
        "RequestCancelExternalWorkflowExecutionFailed",
        ("workflowId", "runId"),
    ),
    "ScheduleLambdaFunction": Kind(
        "LambdaFunctionScheduled", "ScheduleLambdaFunctionFailed", ("id", "name"), "input"
    ),
    "CompleteWorkflowExecution": Kind(
        "WorkflowExecutionCompleted", "CompleteWorkflowExecutionFailed", (), "result"
    ),
    "FailWorkflowExecution": Kind(
        "WorkflowExecutionFailed", "FailWorkflowExecutionFailed", ("reason",)
    ),
    "CancelWorkflowExecution": Kind(
        "WorkflowExecutionCanceled", "CancelWorkflowExecutionFailed", (), "details"
    ),
    "ContinueAsNewWorkflowExecution": Kind(
        "WorkflowExecutionContinuedAsNew", "ContinueAsNewWorkflowExecutionFailed", (), "input"
    ),
}

PAYLOADS: Final = {
    **{name: kind.payload for name, kind in KINDS.items() if kind.payload},
    "FailWorkflowExecution": "details",
}
"""The attribute of each decision type that carries a payload."""


def place(depth: int = 2) -> Place | None:
    """Return the innermost line of the program's own code that is running now.

    Whoever asks is ours, and so is who asked that: so many that need no look.
    """
    frame: FrameType | None = sys._getframe(depth)
    known = OURS.get
    while frame is not None:
        ours = known(frame.f_code.co_filename)
        if not (is_ours(frame.f_code) if ours is None else ours):
            break
        frame = frame.f_back
    return None if frame is None else (frame.f_code, frame.f_lineno)
