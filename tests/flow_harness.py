"""A stage for workflows: an SWF in memory, a decider, and a worker driven by hand, on one clock.

Whatever a test runs here is replayed in the end from its whole history, by a fresh run: what does
not replay alike fails the test.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import attrs

from swf.clock import ManualClock
from swf.engine import Engine
from swf.exceptions import PollTimeout
from swf.flow import Workflow, errors
from swf.flow.activities import Activity
from swf.flow.decider import Decider
from swf.flow.declaration import Ordered
from swf.flow.registering import Registrar
from swf.flow.replay.answer import Answer, DecisionTask
from swf.flow.replay.run import Execution, Run
from swf.payload import Payloads, dump_failure, load_failure
from swf.testing import connected
from swf.wire import Wire

DOMAIN = "stage"
LONGEST = timedelta(days=400)
"""How far a test lets time run on until an execution closes."""

Held = dict[str, Any]


class Deciding(Decider):
    """A decider that notes which activities it had scheduled, and on which task lists."""

    seen_activities: dict[tuple[str, str], Activity[..., Any]]
    seen_lists: dict[str, None]
    answers: list[Answer]
    troubles: list[Exception]

    def _made(self, task: DecisionTask) -> Answer:
        made = super()._made(task)
        self.answers.append(made)
        self.seen_activities.update({one.key: one for one in made.activities})
        for decision in made.decisions:
            told = decision.get("scheduleActivityTaskDecisionAttributes")
            if told is not None:
                self.seen_lists[told["taskList"]["name"]] = None
        return made

    def on_error(self, error: Exception, task: Any) -> None:
        self.troubles.append(error)


class Stage:
    """Runs workflows; activities that they submit are known to the worker by themselves.

    Those named in `held` are taken and left open, for the test to answer: see `take`. What blocks
    an execution fails the test, unless it `may_block`.
    """

    def __init__(self, engine: Engine, clock: ManualClock, **options: Any) -> None:
        self.engine = engine
        self.clock = clock
        self.connection = connected(engine)
        options.setdefault("task_list", "default")
        self.decider = Deciding(
            (), domain=DOMAIN, connection=self.connection, clock=clock, **options
        )
        self.decider.seen_activities = {}
        self.decider.seen_lists = {}
        self.decider.answers = []
        self.decider.troubles = []
        self.registrar = Registrar(self.decider)
        self.registrar.domain()
        self.held: set[str] = set()
        self.taken: list[Wire] = []
        self.calls: list[Wire] = []
        self.replays = True
        self.may_block = False
        self._count = 0
        self.decide(own=True)  # a decider that polls its own list has its runs sent there

    # Executions

    def knows(self, *workflows: type[Workflow]) -> None:
        """Have the decider know workflow classes that are not started by hand."""
        for one in workflows:
            self.decider.workflows.add(one)
        self.registrar.workflows(workflows)

    def start(self, given: type[Workflow] | Ordered, *args: Any, **kwargs: Any) -> Started:
        """Start an execution; nothing is decided yet."""
        ordered = given if isinstance(given, Ordered) else Ordered(given, {})
        cls = ordered.workflow
        self.knows(cls)
        return self.start_raw(
            cls,
            cls.payloads.seal(cls.payloads.plain_call(args, kwargs)),
            options=ordered.options,
        )

    def start_raw(self, cls: type[Workflow], text: str | None, *, options: Any = None) -> Started:
        """Start an execution with an input as it stands here."""
        self.knows(cls)
        self._count += 1
        workflow_id = (options or {}).get("workflow_id", f"run-{self._count}")
        params = {"domain": DOMAIN, "workflowId": workflow_id, **cls.attributes(options or {})}
        if text is not None:
            params["input"] = text
        run_id = self.connection.call("StartWorkflowExecution", params)["runId"]
        return Started(self, cls, workflow_id, run_id)

    def run(self, given: type[Workflow] | Ordered, *args: Any, **kwargs: Any) -> Any:
        """Run a workflow to its end, however long that takes, and return its result."""
        return self.start(given, *args, **kwargs).finish().result

    # Time and work

    def drive(self, at_most: int = 20_000) -> None:
        """Have decider and worker do all there is to do at this moment."""
        for _ in range(at_most):
            if self.decider.troubles and not self.may_block:
                raise self.decider.troubles[0]
            assert self.engine.functions.join(20)
            if not any([self.decide(), self.decide(own=True), self.work()]):
                return
        raise AssertionError("there is no end to it")

    def decide(self, *, own: bool = False) -> bool:
        """Have the decider see to one task, if there is one."""
        try:
            self.decider.work(own=own)
        except PollTimeout:
            return False
        return True

    def advance(self, seconds: float) -> None:
        """Do what there is to do, and again whenever something falls due, for so long."""
        self._until(self.clock.now() + timedelta(seconds=seconds), lambda: False)

    def _until(self, end: datetime, reached: Callable[[], bool]) -> None:
        self.drive()
        while not reached():
            due = self.clock.next_alarm
            if due is None or due > end:
                if end - self.clock.now() < LONGEST:
                    self.clock.advance_to(end)
                    self.drive()
                return
            self.clock.advance_to(due)
            self.drive()

    def finish(self, started: Started) -> None:
        """Go on, however long that takes, until an execution is closed."""
        self._until(self.clock.now() + LONGEST, lambda: not started.is_open)

    def work(self) -> bool:
        """Have the worker see to one activity task, if there is one."""
        for task_list in list(self.decider.seen_lists):
            params = {"domain": DOMAIN, "taskList": {"name": task_list}, "identity": "worker"}
            task = self.connection.call("PollForActivityTask", params)
            if task.get("taskToken"):
                self._seen_to({**task, "taskList": task_list})
                return True
        return False

    def _seen_to(self, task: Wire) -> None:
        named = task["activityType"]
        activity = self.decider.seen_activities[named["name"], named["version"]]
        payloads = activity.payloads or Payloads()
        call = payloads.parse_call(payloads.open(task.get("input")))
        self.calls.append({**task, "context": call.context})
        if activity.name in self.held or activity.name.rpartition(".")[2] in self.held:
            self.taken.append(task)
            return
        token = task["taskToken"]
        try:
            value: Any = activity.callable(*call.args, **call.kwargs)
            if isinstance(activity.callable, type):
                value = value.execute()
        except Exception as error:  # noqa: BLE001  (it is the activity's)
            self.fail(token, error, payloads)
        else:
            self.complete(token, value, payloads)

    def take(self) -> Wire:
        """Return the oldest task that was taken and not answered."""
        return self.taken.pop(0)

    def complete(self, token: str, value: Any, payloads: Payloads | None = None) -> None:
        """Answer a task with a result."""
        params = {"taskToken": token, "result": (payloads or Payloads()).dump(value)}
        self.connection.call("RespondActivityTaskCompleted", params)

    def fail(self, token: str, error: BaseException, payloads: Payloads | None = None) -> None:
        """Answer a task with an error."""
        reason, details = dump_failure(payloads or Payloads(), error)
        params = {"taskToken": token, "reason": reason, "details": details}
        self.connection.call("RespondActivityTaskFailed", params)

    def cancel(self, token: str, details: Any = None) -> None:
        """Answer a task as canceled."""
        params = {"taskToken": token, "details": Payloads().dump(details)}
        self.connection.call("RespondActivityTaskCanceled", params)

    def beat(self, token: str, details: Any = None) -> bool:
        """Beat for a task; return whether a cancel of it is requested."""
        params = {"taskToken": token, "details": Payloads().dump(details)}
        reply = self.connection.call("RecordActivityTaskHeartbeat", params)
        return bool(reply.get("cancelRequested"))

    # The end

    def executions(self) -> list[Started]:
        """Return all executions, children and continued runs included, the oldest first."""
        since = {"oldestDate": 0}
        found = []
        for operation in ("ListOpenWorkflowExecutions", "ListClosedWorkflowExecutions"):
            params = {"domain": DOMAIN, "startTimeFilter": since}
            for page in self.connection.pages(operation, params):
                found += page["executionInfos"]
        found.sort(key=lambda info: info["startTimestamp"])
        return [
            Started(
                self,
                self.decider.workflows.get(
                    info["workflowType"]["name"], info["workflowType"]["version"]
                ),
                info["execution"]["workflowId"],
                info["execution"]["runId"],
            )
            for info in found
        ]

    def close(self) -> None:
        """Replay all that was run, and end what runs here."""
        self.decider.close()
        if self.replays:
            for execution in self.executions():
                execution.replay()


@attrs.frozen
class Started:
    """One execution on a stage."""

    stage: Stage = attrs.field(repr=False)
    workflow: type[Workflow]
    workflow_id: str
    run_id: str

    def finish(self) -> Started:
        """Go on until it is closed; return the run that is the last of its chain."""
        self.stage.finish(self)
        assert not self.is_open, [event["eventType"] for event in self.events]
        following = self.attributes("WorkflowExecutionContinuedAsNew")
        if not following:
            return self
        new = attrs.evolve(self, run_id=following[0]["newExecutionRunId"])
        return new.finish()

    @property
    def execution(self) -> Wire:
        return {"workflowId": self.workflow_id, "runId": self.run_id}

    @property
    def described(self) -> Wire:
        params = {"domain": DOMAIN, "execution": self.execution}
        return self.stage.connection.call("DescribeWorkflowExecution", params)

    @property
    def is_open(self) -> bool:
        return self.described["executionInfo"]["executionStatus"] == "OPEN"

    @property
    def state(self) -> Any:
        """What it has published."""
        return Payloads().load(self.described.get("latestExecutionContext"))

    @property
    def events(self) -> list[Wire]:
        params = {"domain": DOMAIN, "execution": self.execution}
        pages = self.stage.connection.pages("GetWorkflowExecutionHistory", params)
        return [event for page in pages for event in page["events"]]

    @property
    def types(self) -> list[str]:
        """The types of its events, without those of decision tasks."""
        found = [event["eventType"] for event in self.events]
        return [one for one in found if not one.startswith("DecisionTask")]

    def attributes(self, event_type: str) -> list[Wire]:
        """Return the attributes of all its events of this type."""
        member = f"{event_type[0].lower()}{event_type[1:]}EventAttributes"
        return [event[member] for event in self.events if event["eventType"] == event_type]

    def count(self, event_type: str) -> int:
        """Return how many of its events are of this type."""
        return len(self.attributes(event_type))

    @property
    def result(self) -> Any:
        """Its result; raises what it failed with."""
        last = self.events[-1]
        kind = last["eventType"]
        payloads = self.workflow.payloads
        if kind == "WorkflowExecutionCompleted":
            told = last["workflowExecutionCompletedEventAttributes"]
            return payloads.load(told.get("result"))
        if kind == "WorkflowExecutionFailed":
            raise self.error
        raise AssertionError(f"{self} ended with {kind}")

    @property
    def error(self) -> BaseException:
        """What it failed with, as those see it who wait for it."""
        told = self.attributes("WorkflowExecutionFailed")[0]
        reason, details = told.get("reason"), told.get("details")
        return errors.failure(
            errors.WorkflowFailed,
            load_failure(self.workflow.payloads, reason, details),
            task=self.workflow.name,
            task_id=self.workflow_id,
            reason=reason,
            details=details,
        )

    def signal(self, name: str, *args: Any, key: Any = None, **kwargs: Any) -> None:
        """Send it a signal, as a program of this package does."""
        payloads = self.workflow.payloads
        context = None if key is None else {"key": key}
        self.signal_raw(name, payloads.seal(payloads.plain_call(args, kwargs, context)))

    def signal_raw(self, name: str, text: str | None) -> None:
        """Send it a signal with an input as it stands here."""
        params = {"domain": DOMAIN, "signalName": name, **self.execution}
        if text is not None:
            params["input"] = text
        self.stage.connection.call("SignalWorkflowExecution", params)

    def request_cancel(self) -> None:
        """Request its cancel."""
        params = {"domain": DOMAIN, **self.execution}
        self.stage.connection.call("RequestCancelWorkflowExecution", params)

    def terminate(self) -> None:
        """Terminate it."""
        params = {"domain": DOMAIN, **self.execution}
        self.stage.connection.call("TerminateWorkflowExecution", params)

    def replay(self) -> Run:
        """Take a fresh run along the whole history; raises where it does not follow."""
        execution = Execution(
            domain=DOMAIN,
            workflow_id=self.workflow_id,
            run_id=self.run_id,
            name=self.workflow.name,
            version=self.workflow.version,
        )
        run = Run(self.workflow(), execution)
        try:
            run.feed(self.events, None)
        finally:
            run.evict()
        return run
