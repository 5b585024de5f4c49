"""Requests to SWF as a `Random` has it: few names, so that they meet, and every member by chance.

Hypothesis can hand in a `Random` of its own and so shrink what was drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

Wire = dict[str, Any]
Request = tuple[str, Wire]

DOMAINS = ("shop", "bank")
TASK_LISTS = ("main", "other")
WORKFLOW_TYPES = (
    *[("order", "1")] * 4,
    *[("bare", "1"), ("lambda", "1")] * 2,
    ("order", "2"),
    ("gone", "1"),
)
ACTIVITY_TYPES = (*[("pack", "1")] * 4, *[("bare", "1")] * 2, ("gone", "1"))
WORKFLOW_IDS = ("w1", "w2", "w3", "w4")
IDS = ("1", "2", "3", "4", "5")
FUNCTIONS = ("double", "broken", "slow", "slow", "missing")
TEXTS = ("", "x", "größe", '{"n": [1, 2]}')
POLICIES = ("TERMINATE", "REQUEST_CANCEL", "REQUEST_CANCEL", "ABANDON")
CLOSE_STATUSES = ("COMPLETED", "FAILED", "CANCELED", "TERMINATED", "CONTINUED_AS_NEW", "TIMED_OUT")
STATUSES = ("REGISTERED", "DEPRECATED")
ROLE = "arn:aws:iam::123456789012:role/functions"
ARN = "arn:aws:swf:us-east-1:123456789012:/domain/"

WORKFLOW_DEFAULTS = {
    "defaultTaskStartToCloseTimeout": "60",
    "defaultExecutionStartToCloseTimeout": "3600",
    "defaultTaskList": {"name": "main"},
    "defaultChildPolicy": "TERMINATE",
}
ACTIVITY_DEFAULTS = {
    "defaultTaskScheduleToStartTimeout": "100",
    "defaultTaskScheduleToCloseTimeout": "200",
    "defaultTaskStartToCloseTimeout": "150",
    "defaultTaskHeartbeatTimeout": "50",
    "defaultTaskList": {"name": "main"},
}


def type_of(pair: tuple[str, str]) -> Wire:
    """Return a type as the wire names it."""
    return {"name": pair[0], "version": pair[1]}


def beginnings(domain: str, days: str = "2") -> list[Request]:
    """Return what registers a domain and types that most programs can be run with."""
    kept = {"workflowExecutionRetentionPeriodInDays": days}
    requests: list[Request] = [("RegisterDomain", {"name": domain, **kept})]
    for name, more in (
        ("order", WORKFLOW_DEFAULTS),
        ("lambda", {**WORKFLOW_DEFAULTS, "defaultLambdaRole": ROLE, "defaultTaskPriority": "5"}),
        ("bare", {}),
        ("gone", WORKFLOW_DEFAULTS),
    ):
        given = {"domain": domain, "name": name, "version": "1", **more}
        requests.append(("RegisterWorkflowType", given))
    for name, more in (("pack", ACTIVITY_DEFAULTS), ("bare", {}), ("gone", ACTIVITY_DEFAULTS)):
        given = {"domain": domain, "name": name, "version": "1", **more}
        requests.append(("RegisterActivityType", given))
    gone = {"name": "gone", "version": "1"}
    requests.append(("DeprecateWorkflowType", {"domain": domain, "workflowType": gone}))
    requests.append(("DeprecateActivityType", {"domain": domain, "activityType": gone}))
    return requests


class Requests:
    """Makes requests by chance; `runs` gives (workflow id, run id) of executions that there are."""

    durations: Sequence[str] = ("0", "1", "7", "30", "300", "NONE")
    lifetimes: Sequence[str] = ("40", "4000", "0")
    workflow_types: Sequence[tuple[str, str]] = WORKFLOW_TYPES
    activity_types: Sequence[tuple[str, str]] = ACTIVITY_TYPES

    def __init__(self, random: Random, runs: Sequence[tuple[str, str]] = ()) -> None:
        self.random = random
        self.runs = runs
        self.domain = self.mostly(DOMAINS)

    def mostly(self, choices: Sequence[Any]) -> Any:
        """Return one, the first more often than all others together."""
        return choices[0] if self.random.randrange(3) else self.random.choice(choices)

    def chance(self, *makers: tuple[str, Callable[[], Any]], out_of: int = 2) -> Wire:
        """Return some of the members, each with a chance of one out of so many."""
        return {name: make() for name, make in makers if not self.random.randrange(out_of)}

    def but_one(self, given: Wire) -> Wire:
        """Return what was given, often without one of its members."""
        left_out = self.random.choice((None, None, *sorted(given)))
        return {name: value for name, value in given.items() if name != left_out}

    # Values

    def text(self) -> str:
        return self.random.choice(TEXTS)

    def duration(self) -> str:
        return self.random.choice(self.durations)

    def task_list(self) -> Wire:
        return {"name": self.mostly(TASK_LISTS)}

    def priority(self) -> str:
        return self.random.choice(("-1", "0", "9"))

    def workflow_type(self) -> Wire:
        return type_of(self.random.choice(self.workflow_types))

    def activity_type(self) -> Wire:
        return type_of(self.random.choice(self.activity_types))

    def execution(self) -> Wire:
        workflow_id, run_id = self.random.choice(self.runs or [("w1", "no-such-run")])
        return {"workflowId": workflow_id, "runId": run_id}

    def addressed(self) -> Wire:
        """Return what names an execution: its workflow id, perhaps its run id."""
        if self.random.randrange(3):
            return {"workflowId": self.random.choice(WORKFLOW_IDS)}
        return self.execution()

    def tags(self) -> list[str]:
        return self.random.sample(("red", "green", "blue"), self.random.randrange(3))

    # Domains and types

    def domains(self) -> Request:
        days = self.random.choice(("0", "1", "NONE"))
        name = self.random.choice((*DOMAINS, "club"))
        arn = {"resourceArn": ARN + name}
        tag, value = self.random.choice(("a", "b")), self.random.choice(("", "x", "é"))
        return self.random.choice(
            (
                (
                    "RegisterDomain",
                    {
                        "name": name,
                        "workflowExecutionRetentionPeriodInDays": days,
                        **self.chance(("description", self.text), ("tags", lambda: [{"key": tag}])),
                    },
                ),
                ("DescribeDomain", {"name": name}),
                ("ListDomains", {"registrationStatus": self.mostly(STATUSES), **self.paging()}),
                (self.random.choice(("UndeprecateDomain", "DeprecateDomain")), {"name": "club"}),
                (self.random.choice(("UndeprecateDomain", "DeprecateDomain")), {"name": name}),
                ("UndeprecateDomain", {"name": name}),
                (
                    "TagResource",
                    {**arn, "tags": [{"key": tag, "value": value}]},
                ),
                ("UntagResource", {**arn, "tagKeys": [tag]}),
                ("ListTagsForResource", arn),
            )
        )

    def paging(self) -> Wire:
        return self.chance(
            ("reverseOrder", lambda: True), ("maximumPageSize", lambda: self.random.choice((1, 2)))
        )

    def types(self) -> Request:
        if self.random.randrange(2):
            return self.of_types("Workflow", self.workflow_type(), self.workflow_defaults())
        return self.of_types("Activity", self.activity_type(), self.activity_defaults())

    def of_types(self, kind: str, named: Wire, defaults: Wire) -> Request:
        domain = {"domain": self.domain}
        verb = self.random.choice(
            ("Register", "Deprecate", "Undeprecate", "Undeprecate", "Delete", "Describe", "List")
        )
        if verb == "Register":
            described = self.chance(("description", self.text))
            return f"Register{kind}Type", {**domain, **named, **described, **defaults}
        if verb == "List":
            status = {"registrationStatus": self.mostly(STATUSES)}
            one = self.chance(("name", lambda: named["name"]), out_of=4)
            return f"List{kind}Types", {**domain, **status, **one, **self.paging()}
        return f"{verb}{kind}Type", {**domain, f"{kind.lower()}Type": named}

    def workflow_defaults(self) -> Wire:
        return self.chance(
            ("defaultTaskStartToCloseTimeout", self.duration),
            ("defaultExecutionStartToCloseTimeout", lambda: self.random.choice(("60", "3600"))),
            ("defaultTaskList", self.task_list),
            ("defaultTaskPriority", self.priority),
            ("defaultChildPolicy", lambda: self.random.choice(POLICIES)),
            ("defaultLambdaRole", lambda: ROLE),
        )

    def activity_defaults(self) -> Wire:
        return self.chance(
            ("defaultTaskStartToCloseTimeout", self.duration),
            ("defaultTaskHeartbeatTimeout", self.duration),
            ("defaultTaskScheduleToStartTimeout", self.duration),
            ("defaultTaskScheduleToCloseTimeout", self.duration),
            ("defaultTaskList", self.task_list),
            ("defaultTaskPriority", self.priority),
        )

    # Executions

    def configuration(self) -> Wire:
        """Return what a start, a child's start and a continuation may tell of the new run."""
        # For a type without defaults all of it too, or all but one thing; or next to nothing
        out_of = self.random.choice((1, 1, 2, 3, 6, 99))
        given = self.chance(
            ("taskList", self.task_list),
            ("taskPriority", self.priority),
            ("input", self.text),
            ("executionStartToCloseTimeout", lambda: self.random.choice(self.lifetimes)),
            ("taskStartToCloseTimeout", self.duration),
            ("childPolicy", lambda: self.random.choice(POLICIES)),
            ("tagList", self.tags),
            ("lambdaRole", lambda: ROLE),
            out_of=out_of,
        )
        return self.but_one(given)

    def start(self) -> Request:
        named = {"workflowId": self.random.choice(WORKFLOW_IDS)}
        workflow_type = {"workflowType": self.workflow_type()}
        given = {"domain": self.domain, **named, **workflow_type, **self.configuration()}
        return "StartWorkflowExecution", given

    def control(self) -> Request:
        given = {"domain": self.domain, **self.addressed()}
        why = self.chance(
            ("reason", self.text),
            ("details", self.text),
            ("childPolicy", lambda: self.random.choice(POLICIES)),
        )
        signal = {"signalName": "go", **self.chance(("input", self.text))}
        return self.random.choice(
            (
                ("SignalWorkflowExecution", {**given, **signal}),
                ("SignalWorkflowExecution", {**given, **signal}),
                ("RequestCancelWorkflowExecution", given),
                ("TerminateWorkflowExecution", {**given, **why}),
            )
        )

    def reading(self) -> Request:
        domain, task_list = {"domain": self.domain}, {"taskList": self.task_list()}
        return self.random.choice(
            (
                ("DescribeWorkflowExecution", {**domain, "execution": self.execution()}),
                (
                    "GetWorkflowExecutionHistory",
                    {**domain, "execution": self.execution(), **self.paging()},
                ),
                ("CountPendingDecisionTasks", {**domain, **task_list}),
                ("CountPendingActivityTasks", {**domain, **task_list}),
                self.visibility("Open"),
                self.visibility("Closed"),
            )
        )

    def visibility(self, status: str, since: float = 0.0) -> Request:
        """Return a listing or a count of open or closed executions, with filters that may be."""
        by_close = status == "Closed" and self.random.randrange(2)
        given = {
            "domain": self.domain,
            "closeTimeFilter" if by_close else "startTimeFilter": {"oldestDate": since},
        }
        filters: list[Wire] = [
            {},
            {"executionFilter": {"workflowId": self.random.choice(WORKFLOW_IDS)}},
            {"typeFilter": {"name": "order", **self.chance(("version", lambda: "1"))}},
            {"tagFilter": {"tag": "red"}},
        ]
        if status == "Closed":
            filters.append({"closeStatusFilter": {"status": self.random.choice(CLOSE_STATUSES)}})
        given.update(self.random.choice(filters))
        if self.random.randrange(2):
            return f"Count{status}WorkflowExecutions", given
        return f"List{status}WorkflowExecutions", {**given, **self.paging()}

    # Tasks

    def poll(self, kind: str) -> Request:
        given = {"domain": self.domain, "taskList": self.task_list()}
        given.update(self.chance(("identity", lambda: "someone")))
        if kind == "Decision":
            given.update(self.paging())
            given.update(self.chance(("startAtPreviousStartedEvent", lambda: True)))
        return f"PollFor{kind}Task", given

    def answer(self, token: str) -> Request:
        """Return an answer to an activity task, or a heartbeat."""
        details, reason = ("details", self.text), ("reason", self.text)
        name, given = self.random.choice(
            (
                ("RespondActivityTaskCompleted", self.chance(("result", self.text))),
                ("RespondActivityTaskFailed", self.chance(reason, details)),
                ("RespondActivityTaskCanceled", self.chance(details)),
                ("RecordActivityTaskHeartbeat", self.chance(details)),
            )
        )
        return name, {"taskToken": token, **given}

    def decided(self, token: str, most: int = 6) -> Request:
        """Return an answer to a decision task."""
        decisions = [self.decision() for _ in range(self.random.randrange(most + 1))]
        if not self.random.randrange(4):
            decisions.append(self.closing())
        more = self.chance(
            ("executionContext", self.text),
            ("taskList", self.task_list),
            ("taskListScheduleToStartTimeout", self.duration),
            out_of=4,
        )
        return "RespondDecisionTaskCompleted", {
            "taskToken": token,
            "decisions": decisions,
            **more,
        }

    def decision(self) -> Wire:
        """Return a decision that leaves the execution open."""
        makers = {
            "ScheduleActivityTask": self.schedule_activity,
            "RequestCancelActivityTask": lambda: {"activityId": self.random.choice(IDS)},
            "StartTimer": lambda: {
                "timerId": self.random.choice(IDS),
                "startToFireTimeout": self.random.choice(self.durations[:-1]),
                **self.chance(("control", self.text)),
            },
            "CancelTimer": lambda: {"timerId": self.random.choice(IDS)},
            "RecordMarker": lambda: {"markerName": "m", **self.chance(("details", self.text))},
            "StartChildWorkflowExecution": self.start_child,
            "SignalExternalWorkflowExecution": lambda: {
                **self.addressed(),
                "signalName": "hello",
                **self.chance(("input", self.text), ("control", self.text)),
            },
            "RequestCancelExternalWorkflowExecution": lambda: {
                **self.addressed(),
                **self.chance(("control", self.text)),
            },
            "ScheduleLambdaFunction": lambda: {
                "id": self.random.choice(IDS),
                "name": self.random.choice(FUNCTIONS),
                **self.chance(
                    ("control", self.text),
                    ("input", lambda: self.random.choice(("7", '{"n": [1, 2]}'))),
                    ("startToCloseTimeout", lambda: self.random.choice(("1", "7", "900"))),
                ),
            },
        }
        # Activities and timers are what most programs consist of.
        more = ("ScheduleActivityTask", "ScheduleActivityTask", "StartTimer")
        kind = self.random.choice((*makers, *more, "StartChildWorkflowExecution"))
        return self.of_kind(kind, makers[kind]())

    def closing(self) -> Wire:
        """Return a decision that closes the execution."""
        details, reason = ("details", self.text), ("reason", self.text)
        version = self.chance(("workflowTypeVersion", lambda: self.mostly(("1", "2"))), out_of=4)
        kind, given = self.random.choice(
            (
                ("CompleteWorkflowExecution", self.chance(("result", self.text))),
                ("FailWorkflowExecution", self.chance(reason, details)),
                ("CancelWorkflowExecution", self.chance(details)),
                ("ContinueAsNewWorkflowExecution", {**version, **self.configuration()}),
                ("ContinueAsNewWorkflowExecution", {}),
            )
        )
        if not given and self.random.randrange(2):
            return {"decisionType": kind}
        return self.of_kind(kind, given)

    @staticmethod
    def of_kind(kind: str, given: Wire) -> Wire:
        member = f"{kind[0].lower()}{kind[1:]}DecisionAttributes"
        return {"decisionType": kind, member: given}

    def schedule_activity(self) -> Wire:
        given = self.chance(
            ("taskList", self.task_list),
            ("scheduleToStartTimeout", self.duration),
            ("scheduleToCloseTimeout", self.duration),
            ("startToCloseTimeout", self.duration),
            ("heartbeatTimeout", self.duration),
            ("control", self.text),
            ("input", self.text),
            ("taskPriority", self.priority),
            out_of=self.random.choice((1, 2, 3, 6, 99)),
        )
        return {
            "activityId": self.random.choice(IDS),
            "activityType": self.activity_type(),
            **self.but_one(given),
        }

    def start_child(self) -> Wire:
        return {
            "workflowType": self.workflow_type(),
            "workflowId": self.random.choice(WORKFLOW_IDS),
            **self.configuration(),
            **self.chance(("control", self.text)),
        }
