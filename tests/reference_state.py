"""What a reference SWF holds, and what happens in it by itself: executions, clocks, closings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_rules import Refused

TIMEOUTS = ("HEARTBEAT", "SCHEDULE_TO_CLOSE", "SCHEDULE_TO_START", "START_TO_CLOSE", "FIRE")
YEAR = 31_536_000
CLOSING_EVENTS = [
    f"WorkflowExecution{name}"
    for name in ("Completed", "Failed", "Canceled", "ContinuedAsNew", "TimedOut", "Terminated")
]

ANY = "(anything)"
"""Stands for what the rules leave open."""

Wire = dict[str, Any]
TypeName = tuple[str, str, str, str]
"""Domain, WorkflowType or ActivityType, name, version."""


def member(event_type: str) -> str:
    """Return the member of an event that holds its attributes."""
    return f"{event_type[0].lower()}{event_type[1:]}EventAttributes"


def told(**values: Any) -> Wire:
    """Return what is not None."""
    return {name: value for name, value in values.items() if value is not None}


def some(given: Wire, *names: str) -> Wire:
    """Return the members of these names that were given."""
    return {name: given[name] for name in names if name in given}


def of(run: Wire) -> Wire:
    """Return an execution as the wire names it."""
    return {"workflowId": run["workflowId"], "runId": run["runId"]}


class Full(Exception):
    """The history of `run` has room for its closing event only."""

    def __init__(self, run: Wire) -> None:
        super().__init__(run)
        self.run = run


class ReferenceState:
    """Domains, types and executions as dicts and lists, and the rules that link executions."""

    def __init__(self, now: int, limits: dict[str, int], functions: dict[str, Any]) -> None:
        self.now = now
        self.limits = limits  # how many events, open executions, and entities of each kind
        self.functions = functions  # by name: called with the event, returns or raises
        self.invoked: list[tuple[Wire, int, Wire]] = []
        self.domains: dict[str, Wire] = {}
        self.types: dict[TypeName, Wire] = {}
        self.runs: list[Wire] = []
        self.tokens: dict[str, tuple[Wire, Wire]] = {}
        self.pages: dict[str, tuple[Any, int]] = {}
        self.later: list[Any] = []  # what one execution asks of others, in order
        self.moment = 0  # what comes of one call or of one clock is of one moment: equal in line
        self.wanted: Any = None  # run id and activity id of the task to prefer among equals
        self.is_closed: Callable[[Wire], bool] = lambda run: (
            run["closedAt"] is not None
        )  # elsewhere
        self.run_ids = 0

    def deliver(self) -> None:
        """Carry out what was left to be done elsewhere, and what that leaves."""
        while self.later:
            self.attempt(*self.later.pop(0))

    def attempt(self, function: Any, *arguments: Any) -> Any:
        """Return what a function returns; where a history is full, close its run and return None.

        What was recorded before stays, as does what was left to be done elsewhere.
        """
        try:
            return function(*arguments)
        except Full as full:
            return self.terminate(full.run, {}, "EVENT_LIMIT_EXCEEDED")

    # Time

    def advance(self, seconds: float) -> None:
        """Let time pass; what falls due happens in due order, each at its own moment."""
        end = self.now + round(seconds * 1000)
        while True:
            due = [
                (
                    moment,
                    entity["kind"] != "execution",
                    event_id,
                    run["number"],
                    TIMEOUTS.index(kind),
                )
                for run in self.runs
                for event_id, entity in run["open"].items()
                for kind, moment in entity["due"].items()
            ]
            if not due or min(due)[0] > end:
                break
            moment, _, event_id, number, kind = min(due)
            self.now = max(self.now, moment)
            self.moment += 1
            run = self.runs[number]
            time_out = getattr(self, f"time_out_{run['open'][event_id]['kind']}")
            self.attempt(time_out, run, event_id, TIMEOUTS[kind])
            self.deliver()
        self.now = end
        for run in self.runs:
            if run["closedAt"] is not None:
                days = self.domains[run["domain"]]["retention"].replace("NONE", "0")
                run["purged"] |= run["closedAt"] + int(days) * 86_400_000 <= end

    def after(self, **durations: str | None) -> dict[str, int]:
        """Return the moments at which these durations, in seconds, will have passed."""
        return {
            kind: self.now + int(value) * 1000
            for kind, value in durations.items()
            if value not in (None, "NONE")
        }

    # Executions

    def is_deprecated(self, key: TypeName) -> bool:
        return self.types[key]["deprecatedAt"] is not None or self.domains[key[0]]["deprecated"]

    def new_run_id(self) -> str:
        self.run_ids += 1
        return f"run-{self.run_ids}"

    def begin(
        self, domain: str, workflow_id: str, run_id: str, attributes: Wire, parent: Any = None
    ) -> Wire:
        """Start a run and return it; `parent` is (its run, the initiated event's id)."""
        run: Wire = {
            "number": len(self.runs),
            "domain": domain,
            "workflowId": workflow_id,
            "runId": run_id,
            "started": attributes,
            "parent": parent,
            "startedAt": self.now,
            "closedAt": None,
            "closeStatus": None,
            "purged": False,
            "cancelRequested": False,
            "context": None,
            "activityAt": None,
            "answered": 0,
            "override": None,
            "events": [],
            "open": {},
        }
        self.runs.append(run)
        links: Wire = {"parentInitiatedEventId": 0}
        if parent is not None:
            links = {
                "parentInitiatedEventId": parent[1],
                "parentWorkflowExecution": of(parent[0]),
            }
        timeout = attributes["executionStartToCloseTimeout"]
        seconds = YEAR if timeout == "NONE" else min(int(timeout), YEAR)
        self.record(run, "WorkflowExecutionStarted", **attributes, **links)
        run["open"][1] = {"kind": "execution", "due": self.after(START_TO_CLOSE=str(seconds))}
        self.need_decision(run)
        return run

    def record(self, run: Wire, event_type: str, **attributes: Any) -> int:
        """Record an event of what is not None; return its id."""
        assert run["closeStatus"] is None
        event_id = len(run["events"]) + 1
        if event_id >= self.limits["event"] and event_type not in CLOSING_EVENTS:
            raise Full(run)
        run["events"].append(
            {
                "eventId": event_id,
                "eventType": event_type,
                "eventTimestamp": self.now / 1000,
                member(event_type): told(**attributes),
            }
        )
        if event_type.startswith("ActivityTask"):
            run["activityAt"] = self.now
        return event_id

    def crowded(self, domain: str, coming: int = 0) -> bool:
        """Tell whether no more executions may be open in a domain, beside those that are coming."""
        opened = [run for run in self.runs if run["domain"] == domain and not run["closeStatus"]]
        return len(opened) + coming >= self.limits["execution"]

    def open_run(self, domain: str, workflow_id: str, run_id: str | None = None) -> Wire | None:
        """Return the open run of a workflow id, if it is the one of this run id."""
        for run in self.runs:
            if (run["domain"], run["workflowId"], run["closeStatus"]) == (
                domain,
                workflow_id,
                None,
            ):
                return run if run_id in (None, run["runId"]) else None
        return None

    @staticmethod
    def unknown(workflow_id: str, run_id: str | None) -> Refused:
        if run_id is None:
            message = f"Unknown execution, workflowId = {workflow_id}"
        else:
            named = f"WorkflowExecution=[workflowId={workflow_id}, runId={run_id}]"
            message = f"Unknown execution: {named}"
        return Refused("UnknownResourceFault", message)

    def counts(self, run: Wire) -> Wire:
        if "counts" in run:
            return dict(run["counts"])
        kinds = [entity["kind"] for entity in run["open"].values()]
        return {
            "openActivityTasks": kinds.count("activity"),
            "openDecisionTasks": min(1, kinds.count("decision")),
            "openTimers": kinds.count("timer"),
            "openChildWorkflowExecutions": kinds.count("child"),
            "openLambdaFunctions": kinds.count("lambda"),
        }

    def signal(
        self, run: Wire, given: Wire, source: Wire | None = None, initiated: int = 0
    ) -> None:
        self.record(
            run,
            "WorkflowExecutionSignaled",
            **some(given, "signalName", "input"),
            externalInitiatedEventId=initiated,
            externalWorkflowExecution=source and of(source),
        )
        self.need_decision(run)

    def request_cancel(
        self, run: Wire, source: Wire | None = None, initiated: int = 0, cause: str | None = None
    ) -> None:
        self.record(
            run,
            "WorkflowExecutionCancelRequested",
            externalInitiatedEventId=initiated,
            externalWorkflowExecution=source and of(source),
            cause=cause,
        )
        run["cancelRequested"] = True
        self.need_decision(run)

    def terminate(self, run: Wire, given: Wire, cause: str) -> None:
        policy = given.get("childPolicy", run["started"]["childPolicy"])
        told_why = some(given, "reason", "details")
        self.record(run, "WorkflowExecutionTerminated", **told_why, childPolicy=policy, cause=cause)
        self.close(run, "TERMINATED", {}, policy)

    def close(self, run: Wire, status: str, outcome: Wire, policy: str | None = None) -> None:
        """Close a run whose closing event is recorded: tell its parent, apply its policy."""
        run["counts"] = self.counts(run)
        run["closeStatus"], run["closedAt"] = status, self.now
        children = [entity for entity in run["open"].values() if entity["kind"] == "child"]
        run["open"].clear()
        if run["parent"] is not None and status != "CONTINUED_AS_NEW":
            self.later.append((self.tell_parent, run, status, outcome))
        if policy in ("TERMINATE", "REQUEST_CANCEL"):
            self.later += [(self.apply_policy, run, child, policy) for child in children]

    def tell_parent(self, child: Wire, status: str, outcome: Wire) -> None:
        parent, initiated = child["parent"]
        if parent["closeStatus"] is not None:
            return
        entity = parent["open"][initiated]
        name = "TimedOut" if status == "TIMED_OUT" else status.capitalize()
        self.record(
            parent,
            f"ChildWorkflowExecution{name}",
            workflowExecution=of(child),
            workflowType=entity["workflowType"],
            initiatedEventId=initiated,
            startedEventId=entity["startedId"],
            **outcome,
        )
        del parent["open"][initiated]
        self.need_decision(parent)

    def apply_policy(self, parent: Wire, entity: Wire, policy: str) -> None:
        child = entity["run"]
        if child is None or child["closeStatus"] is not None:
            return
        if policy == "TERMINATE":
            self.terminate(child, {}, "CHILD_POLICY_APPLIED")
        else:
            self.request_cancel(child, parent, 0, "CHILD_POLICY_APPLIED")

    def time_out_execution(self, run: Wire, _event_id: int, kind: str) -> None:
        policy = run["started"]["childPolicy"]
        self.record(run, "WorkflowExecutionTimedOut", timeoutType=kind, childPolicy=policy)
        self.close(run, "TIMED_OUT", {"timeoutType": kind}, policy)

    # Decision tasks and activity tasks

    def need_decision(self, run: Wire) -> None:
        """Schedule a decision task unless one waits, or the run is closed."""
        if run["closeStatus"] is not None or self.scheduled_decision(run) is not None:
            return
        override = run["override"] or {}
        timeout = override.get("timeout") or "NONE"
        task_list = override.get("taskList") or run["started"]["taskList"]
        event_id = self.record(
            run,
            "DecisionTaskScheduled",
            taskList=task_list,
            startToCloseTimeout=run["started"]["taskStartToCloseTimeout"],
            scheduleToStartTimeout=timeout,
            taskPriority=run["started"].get("taskPriority"),
        )
        self.queue(run, event_id, "decision", task_list, run["started"].get("taskPriority"))
        run["open"][event_id].update(
            temporary=override.get("timeout") is not None,
            due=self.after(SCHEDULE_TO_START=timeout),
        )

    def queue(
        self, run: Wire, event_id: int, kind: str, task_list: Wire, priority: str | None
    ) -> None:
        run["open"][event_id] = {
            "kind": kind,
            "id": event_id,
            "taskList": task_list["name"],
            "priority": int(priority or 0),
            "since": self.moment,
            "startedId": 0,
        }

    def free(self, run: Wire) -> None:
        """Let the scheduled decision task be handed out: from now on it is in line."""
        entity = self.scheduled_decision(run)
        if entity is not None:
            entity["since"] = self.moment

    def scheduled_decision(self, run: Wire) -> Wire | None:
        """Return the decision task that is scheduled and not started."""
        return next(
            (
                entity
                for entity in run["open"].values()
                if entity["kind"] == "decision" and not entity["startedId"]
            ),
            None,
        )

    def time_out_decision(self, run: Wire, event_id: int, kind: str) -> None:
        entity = run["open"][event_id]
        self.record(
            run,
            "DecisionTaskTimedOut",
            timeoutType=kind,
            scheduledEventId=event_id,
            startedEventId=entity["startedId"],
        )
        del run["open"][event_id]
        override = run["override"] or {}
        temporary = entity["temporary"] and override.get("timeout") is not None
        if temporary and override["taskList"]["name"] == entity["taskList"]:
            run["override"] = None
        self.free(run)
        self.need_decision(run)

    def close_activity(self, run: Wire, entity: Wire, outcome: str, **more: Any) -> None:
        self.record(
            run,
            f"ActivityTask{outcome}",
            scheduledEventId=entity["id"],
            startedEventId=entity["startedId"],
            **more,
        )
        del run["open"][entity["id"]]
        self.need_decision(run)
