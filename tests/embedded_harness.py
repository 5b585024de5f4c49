"""An embedded SWF spoken to through its one door, in few words.

`Service` is an engine with a domain and types registered, `Run` one execution in it. What a call
recorded is told as short tuples `(type, attributes)`, so that a test reads like the rule it proves.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from swf.clock import ManualClock
from swf.engine import Call, Engine, Options
from swf.engine.page import decoded
from swf.fault import Fault
from swf.models import History
from swf.shapes import SHAPES

Wire = dict[str, Any]
Told = tuple[str, Wire]

START = 1_577_836_800.0
"""Where a ManualClock begins: 2020-01-01T00:00:00Z."""

PATIENCE_SECONDS = 120

DOMAIN = "shop"
ORDER = {"name": "order", "version": "1"}
"""A workflow type with every default that a start needs."""
PACK = {"name": "pack", "version": "1"}
"""An activity type with every default that a task needs."""
BARE = {"name": "bare", "version": "1"}
"""A workflow type and an activity type without any default."""
ROLE = "arn:aws:iam::123456789012:role/caller"

DECIDERS = {"name": "deciders"}
WORKERS = {"name": "workers"}
ORDER_VALUES: Wire = {
    "executionStartToCloseTimeout": "86400",
    "taskList": DECIDERS,
    "taskStartToCloseTimeout": "60",
    "childPolicy": "TERMINATE",
}
PACK_VALUES: Wire = {
    "taskList": WORKERS,
    "scheduleToStartTimeout": "1000",
    "scheduleToCloseTimeout": "3000",
    "startToCloseTimeout": "2000",
    "heartbeatTimeout": "500",
}
DECISION_NEEDED: Told = (
    "DecisionTaskScheduled",
    {"taskList": DECIDERS, "startToCloseTimeout": "60", "scheduleToStartTimeout": "NONE"},
)


class _Text:
    """Equal to any text that says something."""

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and other != ""

    def __repr__(self) -> str:
        return "<some text>"


TEXT: Any = _Text()
NO_DECISION_TASK: Wire = {"startedEventId": 0, "previousStartedEventId": 0}
NO_ACTIVITY_TASK: Wire = {"startedEventId": 0}


def decision(kind: str, **attributes: Any) -> Wire:
    """Return a decision in the wire's form."""
    member = f"{kind[0].lower()}{kind[1:]}DecisionAttributes"
    return {"decisionType": kind, member: attributes}


def schedule(activity_id: str = "a", activity_type: Wire = PACK, **attributes: Any) -> Wire:
    """Return a decision to schedule an activity task."""
    return decision(
        "ScheduleActivityTask", activityId=activity_id, activityType=activity_type, **attributes
    )


def cancel_activity(activity_id: str = "a") -> Wire:
    """Return a decision to request the cancellation of an activity task."""
    return decision("RequestCancelActivityTask", activityId=activity_id)


def timer(timer_id: str = "t", seconds: int | str = 10, **attributes: Any) -> Wire:
    """Return a decision to start a timer."""
    return decision("StartTimer", timerId=timer_id, startToFireTimeout=str(seconds), **attributes)


def cancel_timer(timer_id: str = "t") -> Wire:
    """Return a decision to cancel a timer."""
    return decision("CancelTimer", timerId=timer_id)


def marker(name: str = "m", **attributes: Any) -> Wire:
    """Return a decision to record a marker."""
    return decision("RecordMarker", markerName=name, **attributes)


def child(workflow_id: str = "child", workflow_type: Wire = ORDER, **attributes: Any) -> Wire:
    """Return a decision to start a child."""
    return decision(
        "StartChildWorkflowExecution",
        workflowId=workflow_id,
        workflowType=workflow_type,
        **attributes,
    )


def signal_external(workflow_id: str, name: str = "s", **attributes: Any) -> Wire:
    """Return a decision to signal another execution."""
    return decision(
        "SignalExternalWorkflowExecution", workflowId=workflow_id, signalName=name, **attributes
    )


def cancel_external(workflow_id: str, **attributes: Any) -> Wire:
    """Return a decision to request the cancellation of another execution."""
    return decision("RequestCancelExternalWorkflowExecution", workflowId=workflow_id, **attributes)


def function(lambda_id: str = "f", name: str = "add", **attributes: Any) -> Wire:
    """Return a decision to schedule a Lambda function."""
    return decision("ScheduleLambdaFunction", id=lambda_id, name=name, **attributes)


def complete(**attributes: Any) -> Wire:
    """Return a decision to complete the execution."""
    return decision("CompleteWorkflowExecution", **attributes)


def fail(**attributes: Any) -> Wire:
    """Return a decision to fail the execution."""
    return decision("FailWorkflowExecution", **attributes)


def cancel(**attributes: Any) -> Wire:
    """Return a decision to cancel the execution."""
    return decision("CancelWorkflowExecution", **attributes)


def continue_as_new(**attributes: Any) -> Wire:
    """Return a decision to continue the execution as a new run."""
    return decision("ContinueAsNewWorkflowExecution", **attributes)


def attributes_member(event_type: str) -> str:
    """Return the member of an event that holds the attributes of this type."""
    return f"{event_type[0].lower()}{event_type[1:]}EventAttributes"


def told(raw: Mapping[str, Any]) -> Told:
    """Return an event as `(type, attributes)`, having looked at what is around them."""
    member = attributes_member(raw["eventType"])
    assert set(raw) == {"eventId", "eventType", "eventTimestamp", member}, raw
    assert isinstance(raw["eventTimestamp"], float)
    return raw["eventType"], dict(raw[member])


def plain(value: Any) -> Any:
    """Return a reply with its events as a list, so that it compares with a dict."""
    if isinstance(value, dict) and "events" in value:
        events = value["events"]
        return {**value, "events": events if isinstance(events, list) else events.wire()}
    return value


def patiently(wanted: Callable[[], Any]) -> Any:
    """Return what a function that blocks returns; fail where it takes too long."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(wanted()), daemon=True)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    assert found, "it neither returned in time nor ended without an error"
    return found[0]


def violated(*problems: str) -> tuple[str, str]:
    """Return code and message of a refusal for these violations, each as SWF words it."""
    several = "errors" if len(problems) > 1 else "error"
    detected = f"{len(problems)} validation {several} detected: "
    return "ValidationException", detected + "; ".join(problems)


def problem(value: Any, where: str, rule: str) -> str:
    """Return how SWF words the violation of a rule; `value` None where a member is missing."""
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{where}' failed to satisfy constraint: Member must {rule}"


def missing(where: str) -> str:
    """Return how SWF words the lack of a required member."""
    return problem(None, where, "not be null")


class Service:
    """An engine on a clock that stands still, with a domain, types, and their defaults."""

    def __init__(
        self,
        url: str = "memory://?poll_seconds=0",
        *,
        clock: ManualClock | None = None,
        options: Options | None = None,
        furnished: bool = True,
    ) -> None:
        self.url = url
        self.clock = clock or ManualClock()
        self.options = options
        self.open()
        if furnished:
            self.furnish()

    def open(self) -> None:
        """Open the engine."""
        given = {} if self.options is None else {"options": self.options}
        self.engine = Engine.open(self.url, clock=self.clock, **given)

    def close(self) -> None:
        """Close the engine; what it keeps in a file stays."""
        self.engine.close()

    def reopen(self, after: float = 0) -> None:
        """Close the engine and open it again, so many seconds later."""
        self.close()
        self.clock.advance(after)
        self.open()

    def furnish(self) -> None:
        """Register the domain and the types."""
        self.call("RegisterDomain", name=DOMAIN, workflowExecutionRetentionPeriodInDays="7")
        self.workflow_type(ORDER, ORDER_VALUES)
        self.workflow_type(BARE)
        self.activity_type(PACK, PACK_VALUES)
        self.activity_type(BARE)

    def workflow_type(self, key: Wire, values: Mapping[str, Any] | None = None) -> None:
        """Register a workflow type with these defaults."""
        self.call("RegisterWorkflowType", **self.known(key), **_defaults(values or {}, ""))

    def activity_type(self, key: Wire, values: Mapping[str, Any] | None = None) -> None:
        """Register an activity type with these defaults."""
        self.call("RegisterActivityType", **self.known(key), **_defaults(values or {}, "Task"))

    def known(self, more: Mapping[str, Any] | None = None, /, **members: Any) -> Wire:
        """Return members with the domain before them."""
        return {"domain": DOMAIN, **(more or {}), **members}

    # The door

    def call(self, operation: str, /, **params: Any) -> Wire:
        """Return the reply to a request."""
        return plain(self.engine.handle(operation, params))

    def ask(self, operation: str, /, **params: Any) -> Wire:
        """Return the reply to a request in the domain."""
        return self.call(operation, domain=DOMAIN, **params)

    def fault(self, operation: str, /, **params: Any) -> Fault:
        """Return the fault by which a request is refused."""
        try:
            reply = self.engine.handle(operation, params)
        except Fault as fault:
            return fault
        raise AssertionError(f"{operation} was not refused: {reply}")

    def refusal(self, operation: str, /, **params: Any) -> tuple[str, str]:
        """Return code and message by which a request is refused."""
        fault = self.fault(operation, **params)
        return fault.code, fault.message

    def refused(self, operation: str, /, **params: Any) -> tuple[str, str]:
        """Return code and message by which a request in the domain is refused."""
        return self.refusal(operation, domain=DOMAIN, **params)

    def begin(self, operation: str, /, *, inside: bool = True, **params: Any) -> Held:
        """Send a request in the domain without waiting for its answer."""
        held = Held(self)
        held.call = Call(operation, {"domain": DOMAIN, **params}, inside=inside, done=held.answered)
        self.engine.begin(held.call, lambda work: work())
        return held

    @property
    def now(self) -> float:
        """The moment that the clock stands at, in seconds since the epoch."""
        return self.clock.now().timestamp()

    # Executions

    def start(self, workflow_id: str = "w", workflow_type: Wire = ORDER, **members: Any) -> Run:
        """Start an execution."""
        reply = self.ask(
            "StartWorkflowExecution",
            workflowId=workflow_id,
            workflowType=workflow_type,
            **members,
        )
        assert set(reply) == {"runId"}
        return Run(self, workflow_id, reply["runId"])

    def begun(self, *decisions: Wire, **members: Any) -> Run:
        """Start an execution and answer its first decision task: events 1 to 4, then results."""
        run = self.start(**members)
        run.decide(*decisions)
        return run

    def latest(self, workflow_id: str) -> Run:
        """Return the open run of a workflow id."""
        found = self.ask(
            "ListOpenWorkflowExecutions",
            startTimeFilter={"oldestDate": 0.0},
            executionFilter={"workflowId": workflow_id},
        )["executionInfos"]
        assert len(found) == 1
        return Run(self, workflow_id, found[0]["execution"]["runId"])

    def decision_task(self, task_list: str = "deciders", **members: Any) -> Wire:
        """Poll for a decision task, and return the reply."""
        return self.ask("PollForDecisionTask", taskList={"name": task_list}, **members)

    def activity_task(self, task_list: str = "workers", **members: Any) -> Wire:
        """Poll for an activity task, and return the reply."""
        return self.ask("PollForActivityTask", taskList={"name": task_list}, **members)

    def answer(self, task: Wire, *decisions: Wire, **members: Any) -> None:
        """Answer a decision task."""
        reply = self.call(
            "RespondDecisionTaskCompleted",
            taskToken=task["taskToken"],
            decisions=list(decisions),
            **members,
        )
        assert reply == {}

    def work(self, task_list: str = "workers", **result: Any) -> Wire:
        """Take an activity task, complete it, and return it."""
        task = self.activity_task(task_list)
        self.call("RespondActivityTaskCompleted", taskToken=task["taskToken"], **result)
        return task

    def runs(self) -> list[Run]:
        """Return every execution that the service knows, in every domain."""
        return [run for run, _ in self._infos()]

    def _infos(self) -> Iterator[tuple[Run, Wire]]:
        for status in ("REGISTERED", "DEPRECATED"):
            for domain in self._all("ListDomains", "domainInfos", registrationStatus=status):
                for operation in ("ListOpenWorkflowExecutions", "ListClosedWorkflowExecutions"):
                    for info in self._all(
                        operation,
                        "executionInfos",
                        domain=domain["name"],
                        startTimeFilter={"oldestDate": 0.0},
                    ):
                        execution = info["execution"]
                        yield (
                            Run(self, execution["workflowId"], execution["runId"], domain["name"]),
                            info,
                        )

    def _all(self, operation: str, member: str, **params: Any) -> Iterator[Wire]:
        while True:
            reply = self.call(operation, **params)
            yield from reply[member]
            if "nextPageToken" not in reply:
                return
            params["nextPageToken"] = reply["nextPageToken"]

    def verify(self) -> None:
        """Hold every execution against the rules that all of them obey."""
        for run, info in self._infos():
            assert run.describe()["executionInfo"] == info
            verify(run)


@attrs.define(eq=False)
class Held:
    """A request that was sent, and perhaps answered by now."""

    service: Service
    call: Call = attrs.field(init=False)
    answers: int = 0
    _event: threading.Event = attrs.field(factory=threading.Event)

    def answered(self, _call: Call) -> None:
        """Note the answer."""
        self.answers += 1
        self._event.set()

    @property
    def reply(self) -> Any:
        """What it was answered with: the reply, or the fault; None while it is held."""
        if not self.answers:
            return None
        assert self.answers == 1, "a call is answered once"
        return self.call.fault or decoded(self.call.reply)

    def wait(self) -> Any:
        """Return the answer once it is there."""
        assert self._event.wait(PATIENCE_SECONDS), "it was not answered in time"
        return self.reply

    def withdraw(self) -> None:
        """Go away without waiting for the answer."""
        self.service.engine.withdraw(self.call)


@attrs.define
class Run:
    """One execution, and how far its history was read."""

    service: Service = attrs.field(repr=False, eq=False)
    workflow_id: str
    run_id: str
    domain: str = DOMAIN
    _read: int = attrs.field(default=0, eq=False)

    @property
    def execution(self) -> Wire:
        """The execution as the wire names it."""
        return {"workflowId": self.workflow_id, "runId": self.run_id}

    @property
    def where(self) -> Wire:
        """The members that name the execution in a request."""
        return {"domain": self.domain, **self.execution}

    def raw(self, **members: Any) -> list[Wire]:
        """Return the events as GetWorkflowExecutionHistory gives them."""
        found: list[Wire] = []
        params = {"domain": self.domain, "execution": self.execution, **members}
        while True:
            reply = self.service.call("GetWorkflowExecutionHistory", **params)
            found += reply["events"]
            if "nextPageToken" not in reply:
                return found
            params["nextPageToken"] = reply["nextPageToken"]

    def history(self, after: int = 0) -> list[Told]:
        """Return the events after this id."""
        raws = self.raw()
        assert [raw["eventId"] for raw in raws] == list(range(1, len(raws) + 1))
        return [told(raw) for raw in raws[after:]]

    def fresh(self) -> list[Told]:
        """Return the events that were recorded since this was asked last, or decided."""
        events = self.history()
        new, self._read = events[self._read :], len(events)
        return new

    def types(self, after: int = 0) -> list[str]:
        """Return the types of the events after this id."""
        return [kind for kind, _ in self.history(after)]

    def last(self) -> Told:
        """Return the latest event."""
        return self.history()[-1]

    def last_id(self, event_type: str | None = None) -> int:
        """Return the id of the latest event, or of the latest of a type."""
        return max(raw["eventId"] for raw in self.raw() if event_type in (None, raw["eventType"]))

    def times(self, event_type: str) -> list[float]:
        """Return the moments of the events of a type, in seconds after START."""
        return [
            raw["eventTimestamp"] - START for raw in self.raw() if raw["eventType"] == event_type
        ]

    def attributes(self, event_type: str) -> Wire:
        """Return the attributes of the only event of a type."""
        (found,) = [attributes for kind, attributes in self.history() if kind == event_type]
        return found

    def describe(self) -> Wire:
        """Return the reply of DescribeWorkflowExecution."""
        return self.service.call(
            "DescribeWorkflowExecution", domain=self.domain, execution=self.execution
        )

    def open_counts(self) -> tuple[int, int, int, int, int]:
        """Return how many activity tasks, decision tasks, timers, children, functions are open."""
        counts = self.describe()["openCounts"]
        return (
            counts["openActivityTasks"],
            counts["openDecisionTasks"],
            counts["openTimers"],
            counts["openChildWorkflowExecutions"],
            counts.get("openLambdaFunctions", 0),
        )

    @property
    def close_status(self) -> str | None:
        """How it was closed; None while it is open."""
        status: str | None = self.describe()["executionInfo"].get("closeStatus")
        return status

    def decision_task(self, task_list: str = "deciders", **members: Any) -> Wire:
        """Take the decision task of this execution."""
        task = self.service.decision_task(task_list, **members)
        assert task.get("workflowExecution") == self.execution, task
        return task

    def decide(self, *decisions: Wire, task_list: str = "deciders", **members: Any) -> list[Told]:
        """Take a decision task, answer it; return what was recorded after DecisionTaskCompleted."""
        return self.answer(self.decision_task(task_list), *decisions, **members)

    def answer(self, task: Wire, *decisions: Wire, **members: Any) -> list[Told]:
        """Answer a decision task; return what was recorded after DecisionTaskCompleted."""
        self.fresh()
        self.service.answer(task, *decisions, **members)
        completed, *results = self.fresh()
        assert completed[0] == "DecisionTaskCompleted"
        return results

    def signal(self, name: str = "s", **members: Any) -> None:
        """Signal the execution."""
        reply = self.service.call(
            "SignalWorkflowExecution", **self.where, signalName=name, **members
        )
        assert reply == {}

    def request_cancel(self) -> None:
        """Request the cancellation of the execution."""
        assert self.service.call("RequestCancelWorkflowExecution", **self.where) == {}

    def terminate(self, **members: Any) -> None:
        """Terminate the execution."""
        assert self.service.call("TerminateWorkflowExecution", **self.where, **members) == {}


def verify(run: Run) -> None:
    """Hold one execution against the rules that all of them obey, and the client's compiler."""
    raws, described = run.raw(), run.describe()
    info = described["executionInfo"]
    for raw in raws:
        assert_conforms(f"{raw['eventType']}EventAttributes", told(raw)[1])
    times = [raw["eventTimestamp"] for raw in raws]
    assert times == sorted(times)
    compiled = History.from_raw(raws).compile()
    assert_conforms("WorkflowExecutionDetail", described)
    assert info["execution"] == run.execution
    assert info["startTimestamp"] == times[0]
    assert info.get("closeStatus") == compiled.execution.close_status
    assert info["executionStatus"] == ("CLOSED" if "closeStatus" in info else "OPEN")
    assert info.get("closeTimestamp") == (times[-1] if "closeStatus" in info else None)
    assert run.open_counts() == (
        compiled.open_counts.activity_tasks,
        compiled.open_counts.decision_tasks,
        compiled.open_counts.timers,
        compiled.open_counts.child_workflow_executions,
        compiled.open_counts.lambda_functions,
    )
    assert described.get("latestExecutionContext") == compiled.latest_execution_context
    types = [raw["eventType"] for raw in raws]
    assert info["cancelRequested"] == ("WorkflowExecutionCancelRequested" in types)
    if info["executionStatus"] == "OPEN":
        assert_alive(types)


def assert_alive(types: list[str]) -> None:
    """An open execution has at most one decision task scheduled and at most one started."""
    tally = {
        kind: types.count(f"DecisionTask{kind}")
        for kind in ("Scheduled", "Started", "Completed", "TimedOut")
    }
    assert 0 <= tally["Scheduled"] - tally["Completed"] - tally["TimedOut"] <= 2


def assert_conforms(shape: str, value: Any) -> None:
    """Hold a value against the service's model: known members only, required ones, enums."""
    described = SHAPES[shape]
    if described["type"] == "structure":
        assert set(described["required"]) <= set(value) <= set(described["members"]), (shape, value)
        for name, member in value.items():
            assert_conforms(described["members"][name], member)
    elif described["type"] == "list":
        for member in value:
            assert_conforms(described["member"], member)
    elif described["type"] == "string":
        assert isinstance(value, str), (shape, value)
        assert value in described.get("enum", (value,)), (shape, value)
        assert described.get("min", 0) <= len(value) <= described.get("max", len(value))
    else:
        kinds = {"integer": int, "long": int, "boolean": bool, "timestamp": float}
        assert type(value) is kinds[described["type"]], (shape, value)


def _defaults(values: Mapping[str, Any], task: str) -> Wire:
    """Return the defaults of a type from what its executions or tasks are to have."""
    return {
        f"default{'' if name.startswith(('task', 'execution', 'child', 'lambda')) else task}"
        f"{name[0].upper()}{name[1:]}": value
        for name, value in values.items()
    }
