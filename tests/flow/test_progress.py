"""How an execution gets on is shown in lines, or live on a terminal."""

from __future__ import annotations

import io
from typing import Any

from swf.flow.progress import progress
from swf.wire import Wire


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def event(event_id: int, kind: str, **told: Any) -> Wire:
    return {
        "eventId": event_id,
        "eventType": kind,
        "eventTimestamp": 1_577_836_800.0 + event_id,
        f"{kind[0].lower()}{kind[1:]}EventAttributes": told,
    }


EVENTS = [
    event(1, "WorkflowExecutionStarted"),
    event(2, "DecisionTaskScheduled"),
    event(3, "DecisionTaskStarted", scheduledEventId=2),
    event(4, "DecisionTaskCompleted", scheduledEventId=2, startedEventId=3),
    event(5, "ActivityTaskScheduled", activityId="pay-1"),
    event(6, "ActivityTaskStarted", scheduledEventId=5),
    event(7, "ActivityTaskFailed", scheduledEventId=5, startedEventId=6, reason="no\x1b[2J money"),
    event(8, "StartChildWorkflowExecutionInitiated", workflowId="child"),
    event(9, "ChildWorkflowExecutionStarted", initiatedEventId=8),
    event(10, "ExternalWorkflowExecutionSignaled", workflowExecution={"workflowId": "other"}),
]


def test_elsewhere_each_change_is_a_line() -> None:
    """A stream that is no terminal gets a line for each event that says something to a reader."""
    stream = io.StringIO()

    with progress("run", stream) as tell:
        tell(EVENTS[:6])
        tell(EVENTS[6:])

    assert stream.getvalue().splitlines() == [
        "00:00:01 WorkflowExecutionStarted",
        "00:00:05 ActivityTaskScheduled pay-1",
        "00:00:06 ActivityTaskStarted pay-1",
        "00:00:07 ActivityTaskFailed pay-1 no\\x1b[2J money",
        "00:00:08 StartChildWorkflowExecutionInitiated child",
        "00:00:09 ChildWorkflowExecutionStarted child",
        "00:00:10 ExternalWorkflowExecutionSignaled other",
    ]


def test_a_terminal_shows_the_latest_and_how_many() -> None:
    """On a terminal, the latest lines stand in a frame that counts activities."""
    stream = Terminal()

    with progress("my run", stream) as tell:
        tell(EVENTS)
        tell([event(11, "ActivityTaskScheduled", activityId="pay-2")])

    shown = stream.getvalue()
    assert "my run" in shown
    assert "ActivityTaskScheduled pay-2" in shown
    assert "0 activities done, 1 open, 1 attempts failed" in shown
    assert "\x1b[2J money" not in shown
