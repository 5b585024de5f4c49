"""A program of steps one after another, its history as SWF records it, and an SWF that replays it.

The history is made up, and not recorded: real ones end at 25,000 events. That it is what the
program asks for shows as it is replayed: the decider compares every decision with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from swf.flow import Decider, Workflow, activity
from swf.payload import Payloads
from swf.transport.aws_parser import WireParser
from swf.transport.base import Transport

Event = dict[str, Any]

ACTIVITY: Final = ("increment", "1")
WORKFLOW: Final = ("increment-often", "1")
DOMAIN: Final = "bench"
PAGE: Final = 1_000
START: Final = 1_750_000_000.0
EVENTS_OF_A_STEP: Final = 6


@activity.with_attributes(name=ACTIVITY[0], version=ACTIVITY[1], task_list="workers")
def increment(value: int) -> int:
    """Return one more."""
    return value + 1


class IncrementOften(Workflow):
    """Increments so many times, each time what the last one gave."""

    name, version = WORKFLOW
    task_list = "deciders"

    def run(self, times: int) -> int:
        """Return how often it was done."""
        value = 0
        for _ in range(times):
            value = self.submit(increment, value).result
        return value


def history(steps: int) -> list[Event]:
    """Return the events of so many completed steps, up to the decision task that is to answer."""
    return [
        {
            "eventId": number,
            "eventType": name,
            "eventTimestamp": round(START + number * 0.137, 3),
            f"{name[0].lower()}{name[1:]}EventAttributes": told,
        }
        for number, (name, told) in enumerate(_attributes(steps), 1)
    ]


def _attributes(steps: int) -> Iterator[tuple[str, Event]]:
    payloads = Payloads()
    deciding = {"taskList": {"name": "deciders"}, "startToCloseTimeout": "30"}
    yield (
        "WorkflowExecutionStarted",
        {
            "workflowType": dict(zip(("name", "version"), WORKFLOW, strict=True)),
            "taskList": {"name": "deciders"},
            "childPolicy": "TERMINATE",
            "executionStartToCloseTimeout": "86400",
            "taskStartToCloseTimeout": "30",
            "input": payloads.plain_call((steps,), {}),
            "parentInitiatedEventId": 0,
        },
    )
    yield "DecisionTaskScheduled", deciding
    yield "DecisionTaskStarted", {"scheduledEventId": 2, "identity": "decider-1@host"}
    for number in range(steps):
        last = 3 + number * EVENTS_OF_A_STEP
        yield "DecisionTaskCompleted", {"scheduledEventId": last - 1, "startedEventId": last}
        yield (
            "ActivityTaskScheduled",
            {
                "activityType": dict(zip(("name", "version"), ACTIVITY, strict=True)),
                "activityId": f"activity-{ACTIVITY[0]}-{number + 1}",
                "input": payloads.plain_call((number,), {}),
                "scheduleToStartTimeout": "NONE",
                "scheduleToCloseTimeout": "NONE",
                "startToCloseTimeout": "3600",
                "heartbeatTimeout": "60",
                "taskList": {"name": "workers"},
                "decisionTaskCompletedEventId": last + 1,
            },
        )
        yield "ActivityTaskStarted", {"scheduledEventId": last + 2, "identity": "worker-1@host"}
        yield (
            "ActivityTaskCompleted",
            {
                "scheduledEventId": last + 2,
                "startedEventId": last + 3,
                "result": payloads.plain(number + 1),
            },
        )
        yield "DecisionTaskScheduled", deciding
        yield "DecisionTaskStarted", {"scheduledEventId": last + 5, "identity": "decider-1@host"}


def task(events: Sequence[Event], started_id: int, *, since: int = 1) -> list[bytes]:
    """Return the bodies of the replies to a poll: a decision task, with the events since that."""
    shown = events[since - 1 : started_id]
    pages = [shown[at : at + PAGE] for at in range(0, len(shown), PAGE)]
    named = dict(zip(("name", "version"), WORKFLOW, strict=True))
    return [
        json.dumps(
            {
                "taskToken": f"token-{started_id}",
                "workflowExecution": {"workflowId": "bench-1", "runId": "22run="},
                "workflowType": named,
                "startedEventId": started_id,
                "previousStartedEventId": max(0, started_id - EVENTS_OF_A_STEP),
                "events": page,
                **({"nextPageToken": str(number)} if number < len(pages) else {}),
            },
            separators=(",", ":"),  # as SWF writes it
        ).encode()
        for number, page in enumerate(pages, 1)
    ]


def tasks(steps: int, *, whole: bool = False) -> list[bytes]:
    """Return the replies to all polls of an execution: what is new each time, or all of it."""
    events = history(steps)
    started = range(3, len(events) + 1, EVENTS_OF_A_STEP)
    bodies: list[bytes] = []
    for at in started:
        bodies += task(events, at, since=1 if whole else max(1, at - EVENTS_OF_A_STEP))
    return bodies


class Given(Transport):
    """Answers polls with the bodies that it was given, and keeps the last answer it was sent."""

    def __init__(self, bodies: Sequence[bytes]) -> None:
        self._bodies = iter(bodies)
        self._parser = WireParser()
        self.decisions: list[Event] = []

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the next reply, read as one that came from AWS."""
        if operation == "PollForDecisionTask":
            reply = {"status_code": 200, "headers": {}, "body": next(self._bodies)}
            return self._parser.parse(reply, None)
        if operation == "GetWorkflowExecutionHistory":  # a traced decider sees that it has closed
            return {"events": [{"eventId": 1, "eventType": "WorkflowExecutionCompleted"}]}
        self.decisions = params["decisions"]
        return {}


def decider(given: Given, *, cached_runs: int = 1) -> Decider:
    """Return a decider that knows the program."""
    return Decider(
        [IncrementOften],
        domain=DOMAIN,
        connection=given,
        cached_runs=cached_runs,
        register=False,
    )


def check_completed(decisions: Sequence[Event], steps: int) -> None:
    """Fail unless the program has come to its end, with the right result."""
    [last] = decisions
    assert last["decisionType"] == "CompleteWorkflowExecution", last
    assert last["completeWorkflowExecutionDecisionAttributes"]["result"] == str(steps)
