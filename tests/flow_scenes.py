"""One workflow on an SWF in memory, taken along by hand, and replayed in every way in the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flow_lives import DOMAIN, Answered, Recorded
from flow_replays import replayed

from swf.clock import ManualClock
from swf.engine import Engine
from swf.exceptions import PollTimeout
from swf.flow import Decider, Workflow
from swf.payload import Payloads
from swf.testing import connected
from swf.transport import Transport
from swf.wire import Wire

PAYLOADS = Payloads()


class Noted(Transport):
    """Notes how decision tasks are answered; `meanwhile` happens once, before the next answer."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner
        self.answers: list[Answered] = []
        self.operations: list[str] = []
        self.meanwhile: Callable[[], object] | None = None
        self._polled: dict[str, Wire] = {}

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self.operations.append(operation)
        if operation == "PollForDecisionTask":
            reply = self.inner.send(operation, params)
            if reply.get("taskToken"):
                self._polled[reply["taskToken"]] = reply
            return reply
        if operation != "RespondDecisionTaskCompleted":
            return self.inner.send(operation, params)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        reply = self.inner.send(operation, params)
        task = self._polled[params["taskToken"]]
        self.answers.append(
            Answered(
                task["workflowExecution"]["runId"],
                task["startedEventId"],
                task.get("previousStartedEventId", 0),
                params.get("decisions", []),
                0,
            )
        )
        return reply


class Scene:
    """A workflow, one execution of it, and a decider; nothing happens by itself."""

    def __init__(self, engine: Engine, clock: ManualClock) -> None:
        self.engine = engine
        self.clock = clock
        self.connection = Noted(connected(engine))
        self.decider: Decider | None = None
        self.cls: type[Workflow] = Workflow
        self.run_id = ""
        self.errors: list[Exception] = []

    def begin(self, cls: type[Workflow], *args: Any, cached_runs: int = 1_000) -> None:
        """Start an execution; nothing is decided yet."""
        self.use(cls, cached_runs=cached_runs)
        assert self.decider is not None
        self.decider._registrar.workflows([cls])
        given = cls.payloads.seal(cls.payloads.plain_call(args, {}))
        params = {"domain": DOMAIN, "workflowId": "scene", "input": given, **cls.attributes({})}
        self.run_id = self.connection.call("StartWorkflowExecution", params)["runId"]

    def use(self, cls: type[Workflow], *, cached_runs: int = 1_000) -> None:
        """Have a new decider, with this code; what the one before held is lost."""
        self.close()
        self.cls = cls
        self.decider = Decider(
            cls, domain=DOMAIN, connection=self.connection, clock=self.clock,
            cached_runs=cached_runs,
        )  # fmt: skip
        self.decider.on_error = lambda error, _: self.errors.append(error)  # type: ignore[method-assign]

    def lose(self) -> None:
        """Have a new decider; the next one begins with nothing."""
        self.use(self.cls)

    def decide(self, meanwhile: Callable[[], object] | None = None) -> list[Wire]:
        """Have one decision task answered, whichever list it is on; return the decisions."""
        assert self.decider is not None
        before = len(self.connection.answers)
        self.connection.meanwhile = meanwhile
        for own in (False, True):
            try:
                self.decider.work(own=own)
            except PollTimeout:
                continue
            answers = self.connection.answers
            return answers[-1].decisions if len(answers) > before else []
        raise AssertionError("there is no decision task")

    def rest(self) -> None:
        """Answer all decision tasks that there are."""
        while self.is_waiting:
            self.decide()

    @property
    def is_waiting(self) -> bool:
        """Whether a decision task waits."""
        events = [event["eventType"] for event in self.events]
        last = max(
            (index for index, one in enumerate(events) if one == "DecisionTaskScheduled"),
            default=-1,
        )
        return last >= 0 and not any(
            one in ("DecisionTaskStarted", "DecisionTaskTimedOut") for one in events[last:]
        )

    # Others

    def signal(self, name: str, *args: Any) -> None:
        given = PAYLOADS.plain_call(args, {})
        params = {"domain": DOMAIN, "workflowId": "scene", "signalName": name, "input": given}
        self.connection.call("SignalWorkflowExecution", params)

    def request_cancel(self) -> None:
        params = {"domain": DOMAIN, "workflowId": "scene"}
        self.connection.call("RequestCancelWorkflowExecution", params)

    def take(self) -> str:
        """Return the token of the next activity task."""
        params = {"domain": DOMAIN, "taskList": {"name": "default"}}
        token: str = self.connection.call("PollForActivityTask", params)["taskToken"]
        return token

    def complete(self, value: Any = None, token: str | None = None) -> None:
        """Have an activity task completed, the next one where none is named."""
        params = {"taskToken": token or self.take(), "result": PAYLOADS.dump(value)}
        self.connection.call("RespondActivityTaskCompleted", params)

    # What is there in the end

    @property
    def events(self) -> list[Wire]:
        params = {"domain": DOMAIN, "execution": {"workflowId": "scene", "runId": self.run_id}}
        pages = self.connection.pages("GetWorkflowExecutionHistory", params)
        return [event for page in pages for event in page["events"]]

    def types(self) -> list[str]:
        """The types of the events, without those of decision tasks."""
        return [
            event["eventType"]
            for event in self.events
            if not event["eventType"].startswith("DecisionTask")
        ]

    @property
    def result(self) -> Any:
        """What the execution was completed with."""
        told = self.events[-1].get("workflowExecutionCompletedEventAttributes")
        assert told is not None, self.events[-1]
        return self.cls.payloads.load(told.get("result"))

    @property
    def recorded(self) -> Recorded:
        """The execution and how its decision tasks were answered."""
        return Recorded("scene", self.run_id, self.cls.name, self.events, self.connection.answers)

    def replay(self) -> None:
        """Replay it from every prefix, kept, and as a whole."""
        replayed(self.recorded, {self.cls.name: self.cls})

    def close(self) -> None:
        if self.decider is not None:
            self.decider.close()
