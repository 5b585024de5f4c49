"""What must hold of all executions, whatever happened: looked at after every step."""

from __future__ import annotations

from collections import Counter
from typing import Any

from simulation.world import World

from swf.models import History
from swf.models.history.compiled import DECISION_RESULTS

Wire = dict[str, Any]
Key = tuple[str, str, str]
"""Domain, workflow id, run id."""

PAGE = 12
"""Events asked for at a time, the latest first."""

CALLS_FOR_A_DECISION = frozenset(
    {
        "WorkflowExecutionStarted",
        "WorkflowExecutionCancelRequested",
        "WorkflowExecutionSignaled",
        "DecisionTaskTimedOut",
        "ActivityTaskCompleted",
        "ActivityTaskFailed",
        "ActivityTaskTimedOut",
        "ActivityTaskCanceled",
        "TimerFired",
        "ChildWorkflowExecutionStarted",
        "ChildWorkflowExecutionCompleted",
        "ChildWorkflowExecutionFailed",
        "ChildWorkflowExecutionTimedOut",
        "ChildWorkflowExecutionCanceled",
        "ChildWorkflowExecutionTerminated",
        "ExternalWorkflowExecutionSignaled",
        "ExternalWorkflowExecutionCancelRequested",
        "LambdaFunctionCompleted",
        "LambdaFunctionFailed",
        "LambdaFunctionTimedOut",
    }
)
"""With every event type that ends in Failed, what a decider has to look at."""


REACHED = {
    "ExternalWorkflowExecutionSignaled": "WorkflowExecutionSignaled",
    "ExternalWorkflowExecutionCancelRequested": "WorkflowExecutionCancelRequested",
}
CUT_OFF = ("WorkflowExecutionTerminated", "WorkflowExecutionTimedOut")
CUT_OFF_CHILD = {
    "TERMINATE": "WorkflowExecutionTerminated",
    "REQUEST_CANCEL": "WorkflowExecutionCancelRequested",
}


def attributes_of(event: Wire) -> Wire:
    """Return the attributes of a raw event."""
    kind = event["eventType"]
    found: Wire = event[f"{kind[0].lower()}{kind[1:]}EventAttributes"]
    return found


class Run:
    """One execution as it was seen so far."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self.history = History()
        self.closed = False
        self.waiting: set[int] = set()
        """Decision tasks that are scheduled and not started."""
        self.wants_decision = 0
        """The latest event that a decider has to look at."""
        self.decided_upto = 0
        """The latest DecisionTaskStarted."""
        self.cancel_requested = False
        self.latest_activity: float | None = None

    @property
    def domain(self) -> str:
        return self.key[0]

    @property
    def named(self) -> Wire:
        """The run as requests name it."""
        domain, workflow_id, run_id = self.key
        return {"domain": domain, "execution": {"workflowId": workflow_id, "runId": run_id}}

    def grow(self, events: list[Wire]) -> None:
        """Take up events that follow those known; they must be what SWF can have recorded."""
        assert events == [] or not self.closed, f"{self.key}: {events} after the end"
        self.history.extend(events)
        assert len(self.history.compiled) == len(self.history)
        for event in events:
            self._note(event)
        self.closed = self.history.finished

    def _note(self, event: Wire) -> None:
        kind, told = event["eventType"], attributes_of(event)
        if kind in CALLS_FOR_A_DECISION or kind.endswith("Failed"):
            self.wants_decision = event["eventId"]
        if kind == "DecisionTaskScheduled":
            self.waiting.add(event["eventId"])
        elif kind == "DecisionTaskStarted":
            self.decided_upto = event["eventId"]
            self.waiting.remove(told["scheduledEventId"])
        elif kind == "DecisionTaskTimedOut":
            self.waiting.discard(told["scheduledEventId"])
        self.cancel_requested |= kind == "WorkflowExecutionCancelRequested"
        if kind.startswith("ActivityTask"):
            self.latest_activity = event["eventTimestamp"]
        if kind in DECISION_RESULTS:
            self._check_place(event, told["decisionTaskCompletedEventId"])

    def _check_place(self, event: Wire, decided: int) -> None:
        """Nothing comes between the results of one list of decisions, nor before them."""
        before = self.history.raws[event["eventId"] - 2]
        own = before["eventId"] == decided or (
            is_result(before["eventType"])
            and attributes_of(before)["decisionTaskCompletedEventId"] == decided
        )
        assert own, f"{self.key}: {before} before {event}"


class Observer:
    """Remembers every execution, and compares what the engine tells with what it told before."""

    def __init__(self, world: World, domains: tuple[str, ...], fleeting: tuple[str, ...]) -> None:
        self.world = world
        self.domains = domains
        self.fleeting = fleeting
        """Domains that keep nothing of what is closed."""
        self.runs: dict[Key, Run] = {}
        self.events = 0

    @property
    def open_runs(self) -> list[Run]:
        """The executions that are open."""
        return [run for run in self.runs.values() if not run.closed]

    # Looking

    def look(self, *, thoroughly: bool = True) -> None:
        """Read what is new of every execution, and check all that must hold.

        What nothing new is told of is compared only `thoroughly`.
        """
        for domain in self.domains:
            self._find(domain, thoroughly=thoroughly)
        for run in self.open_runs:
            known = len(run.history)
            if self._read(run) and (thoroughly or len(run.history) > known):
                self._compare(run)
        self._check_relations()

    def look_at_everything(self) -> None:
        """Read every execution from its first event on; nothing may have changed of it."""
        for run in list(self.runs.values()):
            if run.closed and run.domain in self.fleeting:
                del self.runs[run.key]
                continue
            told = self._asked("GetWorkflowExecutionHistory", run.named)
            if told is None:
                del self.runs[run.key]
                continue
            events = told["events"]
            known = run.history.raws
            assert events[: len(known)] == known, f"{run.key}: what was told before has changed"
            if events[len(known) :]:
                run.grow(events[len(known) :])
                self._compare(run)
        self.look()

    def _find(self, domain: str, *, thoroughly: bool) -> None:
        """Take up the executions that are new, open or closed."""
        since = {"domain": domain, "startTimeFilter": {"oldestDate": 0}}
        infos = self.world.ask("ListOpenWorkflowExecutions", since)["executionInfos"]
        ids = Counter(info["execution"]["workflowId"] for info in infos)
        assert set(ids.values()) <= {1}, f"{domain}: two open runs of one workflow id in {ids}"
        if thoroughly:  # what came and went between two looks
            infos += self.world.ask("ListClosedWorkflowExecutions", since)["executionInfos"]
        for info in infos:
            key = (domain, info["execution"]["workflowId"], info["execution"]["runId"])
            if key not in self.runs:
                self.runs[key] = Run(key)

    def _asked(self, operation: str, params: Wire) -> Wire | None:
        """Return the reply; None where the execution is forgotten, as it may be."""
        asked = self.world.begin(operation, params)
        if asked.fault is None:
            return asked.reply
        assert asked.fault == "UnknownResourceFault"
        assert params["domain"] in self.fleeting, f"{params} is forgotten"
        return None

    def _read(self, run: Run) -> bool:
        """Read what is new of a run; False where it was forgotten."""
        new: list[Wire] = []
        asked = {**run.named, "reverseOrder": True, "maximumPageSize": PAGE}
        known = len(run.history)
        while True:
            page = self._asked("GetWorkflowExecutionHistory", asked)
            if page is None:
                del self.runs[run.key]
                return False
            new += page["events"]
            if new[-1]["eventId"] <= max(known, 1) or "nextPageToken" not in page:
                break
            asked["nextPageToken"] = page["nextPageToken"]
        repeated = [event for event in new if event["eventId"] <= known]
        assert repeated == run.history.raws[known - len(repeated) : known][::-1], run.key
        fresh = [event for event in reversed(new) if event["eventId"] > known]
        self.events += len(fresh)
        run.grow(fresh)
        return True

    # Comparing

    def _compare(self, run: Run) -> None:
        """Check that the engine's state is what the history says."""
        told = self._asked("DescribeWorkflowExecution", run.named)
        if told is None:
            del self.runs[run.key]
            return
        info, compiled = told["executionInfo"], run.history.compiled
        counts = compiled.open_counts
        assert told["openCounts"] == {
            "openActivityTasks": counts.activity_tasks,
            "openDecisionTasks": counts.decision_tasks,
            "openTimers": counts.timers,
            "openChildWorkflowExecutions": counts.child_workflow_executions,
            "openLambdaFunctions": counts.lambda_functions,
        }, run.key
        assert (info["executionStatus"] == "CLOSED") == run.closed
        assert info["cancelRequested"] == run.cancel_requested
        assert told.get("latestExecutionContext") == compiled.latest_execution_context
        assert told.get("latestActivityTaskTimestamp") == run.latest_activity
        self._check_decisions(run)
        if not run.closed:
            self._check_clocks(run)

    def _check_decisions(self, run: Run) -> None:
        """At most one decision task waits; it does where there is something to look at."""
        assert len(run.waiting) <= 1, f"{run.key}: {run.waiting}"
        if not run.closed and run.wants_decision > run.decided_upto:
            assert run.waiting, f"{run.key}: nobody is to look at event {run.wants_decision}"

    def _check_clocks(self, run: Run) -> None:
        """Nothing is overdue: no timer, and not the execution itself."""
        compiled = run.history.compiled
        now = self.world.now
        for timer in compiled.timers:
            if timer.state == "started":
                due = timer.scheduled_at.timestamp() + int(timer.start_to_fire_timeout)
                assert due > now, f"{run.key}: {timer} is overdue"
        first = run.history.raws[0]
        timeout = int(attributes_of(first)["executionStartToCloseTimeout"])
        assert first["eventTimestamp"] + timeout > now, f"{run.key} is overdue"

    # What links executions

    def _check_relations(self) -> None:
        """Nothing is under way between executions, and an open child is there."""
        for run in self.open_runs:
            compiled = run.history.compiled
            for external in compiled.externals:
                assert not external.state.endswith("initiated"), f"{run.key}: {external}"
            for task in compiled.lambdas:
                assert task.state != "scheduled", f"{run.key}: {task}"
            for child in compiled.children:
                assert child.state != "start_initiated", f"{run.key}: {child}"
                if child.state == "started" and run.domain not in self.fleeting:
                    found = self._latest(run.domain, child.workflow_id, child.run_id)
                    assert found, f"{run.key}: {child} is open, and nowhere"
                    assert not found.closed, f"{run.key}: {child} is closed, and nobody says so"

    def check_deeds(self) -> None:
        """What an execution did to others is in their histories: for the end of all things."""
        for run in self.runs.values():
            if run.domain in self.fleeting:
                continue
            for raw in run.history.raws:
                if raw["eventType"] in REACHED:
                    self._check_reached(run, raw)
            self._check_policy(run)

    def _check_reached(self, source: Run, raw: Wire) -> None:
        """A signal or a request that was delivered is in the history of its target."""
        told = attributes_of(raw)
        target = told["workflowExecution"]
        reached = self.runs[source.domain, target["workflowId"], target["runId"]]
        found = [
            event
            for event in reached.history.raws
            if event["eventType"] == REACHED[raw["eventType"]]
            and attributes_of(event)["externalInitiatedEventId"] == told["initiatedEventId"]
            and attributes_of(event)["externalWorkflowExecution"]["runId"] == source.key[2]
        ]
        full = is_full(reached)
        assert len(found) == 1 or full, f"{source.key}: {raw} is {len(found)} times in its target"

    def _check_policy(self, run: Run) -> None:
        """The children of an execution that was cut off met its child policy."""
        last = run.history.raws[-1]
        policy = attributes_of(last).get("childPolicy")
        if last["eventType"] not in CUT_OFF or policy == "ABANDON":
            return
        for child in run.history.compiled.children:
            if child.state != "started":
                continue
            met = self._chain(run.domain, child.workflow_id, child.run_id)
            assert met, f"{run.key}: {child} is nowhere"
            kind = CUT_OFF_CHILD[policy]
            causes = [
                attributes_of(raw).get("cause")
                for one in met
                for raw in one.history.raws
                if raw["eventType"] == kind
            ]
            # Its own end may have been what its parent's full history had no room for.
            ended = met[-1].history.raws[-1]["eventTimestamp"]
            full = (is_full(run) and ended <= last["eventTimestamp"]) or any(map(is_full, met))
            assert "CHILD_POLICY_APPLIED" in causes or full, f"{run.key}: {met[-1].key}"

    def _latest(self, domain: str, workflow_id: str, run_id: str | None) -> Run | None:
        """Return the run that a child has come to, by continuing as new."""
        return next(reversed(self._chain(domain, workflow_id, run_id)), None)

    def _chain(self, domain: str, workflow_id: str, run_id: str | None) -> list[Run]:
        """Return the runs of a child, from the first to the latest."""
        found = []
        run = self.runs.get((domain, workflow_id, run_id or ""))
        while run is not None:
            found.append(run)
            following = attributes_of(run.history.raws[-1]).get("newExecutionRunId", "")
            run = self.runs.get((domain, workflow_id, following))
        return found


def is_result(kind: str) -> bool:
    """Tell whether an event of this type may stand among the results of decisions."""
    return kind in DECISION_RESULTS or kind == "StartChildWorkflowExecutionFailed"


def is_full(run: Run) -> bool:
    """Tell whether an execution was closed because its history was full."""
    return attributes_of(run.history.raws[-1]).get("cause") == "EVENT_LIMIT_EXCEEDED"
