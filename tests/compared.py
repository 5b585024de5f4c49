"""The embedded engine and the reference SWF, asked the same and compared answer by answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event
from typing import Any

from reference_rules import Refused
from reference_state import ANY
from reference_swf import ReferenceSWF

from swf.clock import ManualClock
from swf.engine import Engine, Options
from swf.engine.turn import Limits
from swf.fault import Fault

Wire = dict[str, Any]

NAMED_BY_CHANCE = ("runId", "newExecutionRunId", "continuedExecutionRunId", "taskToken")
"""Members whose values the engine makes up: they are the same where they stand for the same."""

START = datetime(2020, 1, 1, tzinfo=UTC)
LIMITS = {"event": 60, "execution": 3, "activity": 2, "timer": 2, "child": 1, "lambda": 1}


Function = Callable[[Any], Any]


def functions(advance: Callable[[float], object]) -> dict[str, Function]:
    """Return what Lambda tasks may run: one function that returns, one that raises, one slow."""
    return {
        "double": lambda event: [event, event],
        "broken": lambda event: 1 / 0,
        "slow": lambda event: advance(10),
    }


class Different(AssertionError):
    """The engine and the reference do not agree."""


class Compared:
    """An engine in memory and a reference SWF that have been asked the same.

    Requests are in the reference's names: its run ids and tokens are put into the engine's.
    """

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.engine = Engine.open(
            "memory://compared",
            clock=self.clock,
            options=Options(
                poll_seconds=0,
                limits=Limits(
                    events=LIMITS["event"],
                    open_executions=LIMITS["execution"],
                    open_activity_tasks=LIMITS["activity"],
                    open_timers=LIMITS["timer"],
                    open_children=LIMITS["child"],
                    open_lambda_functions=LIMITS["lambda"],
                ),
            ),
        )
        self.returned = Event()
        for name, function in functions(self.clock.advance).items():
            self.engine.functions.register(name, self.after_the_call(function))
        self.reference = ReferenceSWF(round(START.timestamp() * 1000), LIMITS, {})
        self.reference.functions.update(functions(self.reference.advance))
        self.reference.is_closed = self.is_closed
        self.engine_names: dict[str, str] = {}
        self.reference_names: dict[str, str] = {}
        self.seen: Counter[str] = Counter()
        """Operations, event types, causes and faults so far."""

    def after_the_call(self, function: Function) -> Callable[[Any, object], Any]:
        """Return a function of an AWS Lambda handler's form that waits for the call's return."""

        def handler(event: Any, _context: object) -> Any:
            self.returned.wait(30)
            return function(event)

        return handler

    def close(self) -> None:
        """Let go of the engine."""
        self.engine.close()

    # Asking

    def call(self, operation: str, params: Wire) -> Wire | None:
        """Perform an operation on both and return the reply; None where both refuse it alike."""
        self.seen[operation] += 1
        self.returned.clear()
        try:
            theirs = self.engine.handle(operation, self.translated(params))
        except Fault as fault:
            self.compare_refusals(operation, params, fault)
            return None
        finally:
            self.returned.set()
        assert self.engine.functions.join(30), "a Lambda function does not end"
        self.reference.wanted = self.wanted(theirs)
        try:
            ours = self.reference.call(operation, params)
        except Refused as refused:
            raise Different(f"{operation} {params}: {theirs} instead of {refused!r}") from refused
        self.compare(theirs, ours, operation)
        return ours

    def pages(self, operation: str, params: Wire) -> list[Wire]:
        """Perform an operation to its last page; the replies, empty where it is refused."""
        reply = self.call(operation, params)
        replies = []
        while reply is not None:
            replies.append(reply)
            if "nextPageToken" not in reply:
                break
            reply = self.call(operation, {**params, "nextPageToken": reply["nextPageToken"]})
        return replies

    def advance(self, seconds: float) -> None:
        """Let time pass in both."""
        self.clock.advance(seconds)
        self.reference.advance(seconds)

    def translated(self, value: Any) -> Any:
        """Return a request with the engine's names in place of the reference's."""
        if isinstance(value, dict):
            return {name: self.translated(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.translated(item) for item in value]
        return self.engine_names.get(value, value) if isinstance(value, str) else value

    def wanted(self, reply: Wire) -> Any:
        """Return which task a poll of the engine got, if it is one."""
        execution = reply.get("workflowExecution")
        if execution is None:
            return None
        return self.reference_names.get(execution["runId"]), reply.get("activityId")

    def is_closed(self, run: Wire) -> bool:
        """Return whether a run of the reference is closed in the engine."""
        named = {"workflowId": run["workflowId"], "runId": run["runId"]}
        request = self.translated({"domain": run["domain"], "execution": named})
        told = self.engine.handle("DescribeWorkflowExecution", request)
        return bool(told["executionInfo"]["executionStatus"] == "CLOSED")

    # Comparing

    def compare_refusals(self, operation: str, params: Wire, fault: Fault) -> None:
        self.seen[fault.code] += 1
        try:
            ours = self.reference.call(operation, params)
        except Refused as refused:
            message = fault.message
            for theirs, name in self.reference_names.items():
                message = message.replace(theirs, name)
            if (fault.code, message) == (refused.code, refused.message or message):
                return
            raise Different(f"{operation} {params}: {fault} instead of {refused!r}") from fault
        raise Different(f"{operation} {params}: {fault} instead of {ours}") from fault

    def compare(self, theirs: Any, ours: Any, path: str) -> None:
        """Raise Different where two replies tell different things."""
        if isinstance(ours, dict) and isinstance(theirs, dict):
            if theirs.keys() != ours.keys():
                odd = theirs.keys() ^ ours.keys()
                raise Different(f"{path}: {sorted(odd)} in one: {theirs} instead of {ours}")
            for name, item in ours.items():
                if name in NAMED_BY_CHANCE:
                    self.bind(theirs[name], item, f"{path}.{name}")
                elif name == "nextPageToken":
                    self.engine_names[item] = theirs[name]
                else:
                    self.compare(theirs[name], item, f"{path}.{name}")
        elif isinstance(ours, list) and isinstance(theirs, list):
            for index, (their_item, our_item) in enumerate(zip(theirs, ours, strict=False)):
                self.compare(their_item, our_item, f"{path}[{index}]")
            if len(theirs) != len(ours):
                more = theirs[len(ours) :] or ours[len(theirs) :]
                raise Different(f"{path}: {len(theirs)} items instead of {len(ours)}: {more}")
        elif theirs != ours and ours != ANY:
            raise Different(f"{path}: {theirs!r} instead of {ours!r}")

    def bind(self, theirs: str, ours: str, path: str) -> None:
        """Take two names for the same from now on, unless one is known to be another's."""
        known = self.reference_names.setdefault(theirs, ours)
        if known != ours or self.engine_names.setdefault(ours, theirs) != theirs:
            raise Different(f"{path}: {theirs!r}, which is {known!r}, instead of {ours!r}")

    def compare_lists(self) -> None:
        """Compare which executions there are, which also tells their run ids."""
        for domain in self.reference.domains:
            for status in ("Open", "Closed"):
                listed = {"domain": domain, "startTimeFilter": {"oldestDate": 0}}
                self.pages(f"List{status}WorkflowExecutions", listed)

    def compare_executions(self) -> None:
        """Compare everything that is told of every execution, to the last event."""
        self.compare_lists()
        for run in self.reference.runs:
            named = {
                "domain": run["domain"],
                "execution": {"workflowId": run["workflowId"], "runId": run["runId"]},
            }
            self.call("DescribeWorkflowExecution", named)
            reply = self.call("GetWorkflowExecutionHistory", named) or {"events": []}
            for event in reply["events"]:
                self.note(event)

    def note(self, event: Wire) -> None:
        kind = event["eventType"]
        attributes = event[f"{kind[0].lower()}{kind[1:]}EventAttributes"]
        self.seen[kind] += 1
        if "cause" in attributes:
            self.seen[f"{kind} {attributes['cause']}"] += 1
        if "timeoutType" in attributes:
            self.seen[f"{kind} {attributes['timeoutType']}"] += 1
