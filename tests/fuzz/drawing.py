"""Requests as a client might send them, drawn from the service's model and from what is there."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, Final

from fuzz.model import OPERATIONS, SHAPES, input_shape
from fuzz.pool import DOMAINS, TYPES, WHOLE, Pool

Wire = dict[str, Any]

FREQUENT: Final = {
    # What makes executions go on, and so reaches states deep within them.
    "PollForDecisionTask": 8,
    "RespondDecisionTaskCompleted": 30,
    "PollForActivityTask": 4,
    "RespondActivityTaskCompleted": 5,
    "RespondActivityTaskFailed": 3,
    "RespondActivityTaskCanceled": 3,
    "RecordActivityTaskHeartbeat": 4,
    "StartWorkflowExecution": 16,
    "SignalWorkflowExecution": 6,
    "RequestCancelWorkflowExecution": 3,
    "GetWorkflowExecutionHistory": 3,
    "DescribeWorkflowExecution": 3,
    # What closes doors to what follows.
    "DeprecateDomain": 0.5,
    "DeprecateWorkflowType": 0.5,
    "DeprecateActivityType": 0.5,
    "DeleteWorkflowType": 0.3,
    "DeleteActivityType": 0.3,
    "TerminateWorkflowExecution": 1,
}
"""How often an operation is asked for; others once."""

NEEDS: Final = {
    "RespondDecisionTaskCompleted": (
        "PollForDecisionTask",
        "SignalWorkflowExecution",
        "StartWorkflowExecution",
    ),
    "RespondActivityTaskCompleted": ("PollForActivityTask", "RespondDecisionTaskCompleted"),
    "RespondActivityTaskFailed": ("PollForActivityTask", "RespondDecisionTaskCompleted"),
    "RespondActivityTaskCanceled": ("PollForActivityTask", "RespondDecisionTaskCompleted"),
    "RecordActivityTaskHeartbeat": ("PollForActivityTask", "RespondDecisionTaskCompleted"),
}
"""What can do nothing without a task, and what may help to get one."""

DURATIONS: Final = (
    *("0", "1", "30"),
    *("", "300", "3600", "86400", "NONE", "31536000") * 4,
)
"""Most are long, so that what is begun can go on."""

BOUNDED: Final = {
    "executionStartToCloseTimeout": ("", "", "86400", "86400", "31536000", "31536000", "1"),
    "defaultExecutionStartToCloseTimeout": ("", "86400", "31536000"),
    "startToCloseTimeout": ("", "1", "300", "900"),
    "taskStartToCloseTimeout": ("", "60", "3600", "NONE"),
    "defaultTaskStartToCloseTimeout": ("", "60", "3600", "NONE"),
}
"""Members that SWF holds to more than their shape, somewhere at least."""

DECISIONS: Final = {"ScheduleActivityTask": 8, "StartTimer": 3, "StartChildWorkflowExecution": 4}
"""How often a decision is made; others once."""
TEXTS: Final = (
    *("", "x", "{}", "null", "[1, 2]", "two\nlines", "Grüße, 世界", "\U0001f600", "\x00\x7f", " "),
    *("'; DROP TABLE event; --", "%s%n", "x" * 2_000, "é" * 20_000),
)
CLOSING: Final = (
    "CompleteWorkflowExecution",
    "FailWorkflowExecution",
    "CancelWorkflowExecution",
    "ContinueAsNewWorkflowExecution",
)
FILTERS: Final = ("executionFilter", "typeFilter", "tagFilter", "closeStatusFilter")

START: Final = 1_577_836_800
"""Where a ManualClock begins, in seconds since the epoch."""


class Drawer:
    """Draws requests; what it needs to know of the service it takes from a pool."""

    def __init__(self, random: Random, pool: Pool) -> None:
        self.random = random
        self.pool = pool
        self._operations = sorted(OPERATIONS)
        self._weights = [FREQUENT.get(name, 1) for name in self._operations]

    def request(self) -> tuple[str, Wire]:
        """Return an operation and its parameters, such as SWF accepts, or nearly."""
        if self.pool.pages and self.random.random() < 0.04:
            operation, params = self.pool.latest(self.pool.pages)
            return operation, dict(params)
        [operation] = self.random.choices(self._operations, self._weights)
        if operation in NEEDS and not self.pool.holds(operation):
            operation = self.random.choice(NEEDS[operation])
            if operation in NEEDS and not self.pool.holds(operation):
                operation = NEEDS[operation][0]
        return operation, self.params(operation)

    def params(self, operation: str) -> Wire:
        """Return parameters of an operation."""
        drawn = self.structure(input_shape(operation))
        drawn.pop("nextPageToken", None)
        if "eprecate" in operation and self.random.random() < 0.99:
            drawn.update(_sacrificed(operation))
        if operation == "RespondDecisionTaskCompleted" and self.random.random() < 0.9:
            drawn["decisions"] = self.decisions()
        if "taskToken" in drawn:
            drawn["taskToken"] = self.pool.task_token(operation) or "no-such-token"
        if "resourceArn" in drawn:
            drawn["resourceArn"] = self.pool.latest(self.pool.arns) or "arn:aws:swf:::/domain/d"
        if operation.startswith(("ListOpen", "ListClosed", "CountOpen", "CountClosed")):
            self._filter(operation, drawn)
        return drawn

    def structure(self, shape: str) -> Wire:
        """Return a structure with what is required, and some of what is not."""
        special = _STRUCTURES.get(shape)
        if special is not None:
            return special(self)
        described = SHAPES[shape]
        required = described.get("required", ())
        return {
            name: self.random.choice(BOUNDED[name])
            if name in BOUNDED and self.random.random() < 0.95
            else self.value(member["shape"])
            for name, member in described["members"].items()
            if name in required or self.random.random() < 0.3
        }

    def value(self, shape: str) -> Any:
        """Return a value of a shape."""
        described = SHAPES[shape]
        kind = described["type"]
        if kind == "structure":
            return self.structure(shape)
        if kind == "list":
            if shape == "DecisionList":
                return self.decisions()
            if shape == "ResourceTagList" and self.random.random() < 0.1:
                first = self.random.randrange(20)
                return [{"key": f"k{number}"} for number in range(first, first + 40)]
            return [
                self.value(described["member"]["shape"]) for _ in range(self.random.randrange(4))
            ]
        if kind == "boolean":
            return self.random.random() < 0.5
        if kind == "timestamp":
            return START + self.random.choice((-START, -1, 0, 0.5, 60, 10**6))
        if kind in ("integer", "long"):
            return self.random.choice((0, 1, 2, 5, 1000))
        return self.text(shape, described)

    def text(self, shape: str, described: Wire) -> str:
        """Return a text of a shape."""
        if "enum" in described:
            word: str = self.random.choice(described["enum"])
            return word
        special = _TEXTS.get(shape)
        if special is not None:
            return special(self)
        return self.random.choice(TEXTS)[: described.get("max", 64)] or "x" * described.get(
            "min", 0
        )

    def decisions(self) -> list[Wire]:
        """Return decisions, at times with one at the end that closes the execution."""
        kinds = [one for one in SHAPES["DecisionType"]["enum"] if one not in CLOSING]
        weights = [DECISIONS.get(kind, 1) for kind in kinds]
        chosen = self.random.choices(kinds, weights, k=self.random.choice((0, 1, 1, 2, 3, 5)))
        if self.random.random() < 0.12:
            chosen.append(self.random.choice(CLOSING))
        return [self._decision(kind) for kind in chosen]

    def _decision(self, kind: str) -> Wire:
        own = f"{kind[0].lower()}{kind[1:]}DecisionAttributes"
        attributes = self.structure(SHAPES["Decision"]["members"][own]["shape"])
        return {"decisionType": kind, own: attributes}

    def _filter(self, operation: str, drawn: Wire) -> None:
        """Leave of the filters those that go together."""
        narrowing = [name for name in FILTERS if name in drawn]
        for name in narrowing[1:]:
            del drawn[name]
        if "Closed" in operation:
            drawn.pop("startTimeFilter", None)
            drawn.pop("closeTimeFilter", None)
            by = self.random.choice(("startTimeFilter", "closeTimeFilter"))
            drawn[by] = self.structure("ExecutionTimeFilter")


def _sacrificed(operation: str) -> Wire:
    """Return what may be deprecated without keeping all else from going on."""
    if operation.endswith("Domain"):
        return {"name": DOMAINS[-1]}
    member = "workflowType" if "Workflow" in operation else "activityType"
    name, version = TYPES[-1]
    return {member: {"name": name, "version": version}}


def _type(drawer: Drawer) -> Wire:
    name, version = drawer.random.choice(TYPES if drawer.random.random() < 0.15 else WHOLE)
    return {"name": name, "version": version}


def _execution(drawer: Drawer) -> Wire:
    workflow_id, run_id = drawer.pool.execution()
    return {"workflowId": workflow_id, "runId": run_id}


def _duration(drawer: Drawer) -> str:
    return drawer.random.choice(DURATIONS)


def _one_of(*texts: str) -> Callable[[Drawer], str]:
    return lambda drawer: drawer.random.choice(texts)


_STRUCTURES: Final[dict[str, Callable[[Drawer], Wire]]] = {
    "ActivityType": _type,
    "WorkflowType": _type,
    "WorkflowExecution": _execution,
    "TaskList": lambda drawer: {"name": drawer.random.choice(("list-a", "list-a", "list-b"))},
}

_TEXTS: Final[dict[str, Callable[[Drawer], str]]] = {
    "ActivityId": _one_of("a0", "a1", "a2", "a3"),
    "Arn": _one_of("arn:aws:iam::123456789012:role/r", "no arn"),
    "DomainName": lambda drawer: drawer.pool.domain(),
    "DurationInDays": _one_of("0", "1", "30", "90", "NONE"),
    "DurationInSeconds": _one_of("0", "1", "60", "3600"),
    "DurationInSecondsOptional": _duration,
    "FunctionId": _one_of("f0", "f1", "f2"),
    "FunctionName": _one_of("f", "g"),
    "MarkerName": _one_of("m", "n"),
    "Name": lambda drawer: drawer.random.choice(TYPES)[0],
    "ResourceTagKey": _one_of("k", "l", "m", "Größe", "aws:x"),
    "ResourceTagValue": _one_of("", "v", "a b"),
    "SignalName": _one_of("s", "t"),
    "Tag": _one_of("", "red", "green", "blau"),
    "TaskPriority": _one_of("0", "1", "-5", "2147483647"),
    "TimerId": _one_of("t0", "t1", "t2"),
    "Version": lambda drawer: drawer.random.choice(TYPES)[1],
    "VersionOptional": _one_of("", "1", "2"),
    "WorkflowId": lambda drawer: drawer.pool.workflow_id(),
    "WorkflowRunId": lambda drawer: drawer.pool.execution()[1],
    "WorkflowRunIdOptional": lambda drawer: drawer.random.choice(("", drawer.pool.execution()[1])),
}
