"""What the decisions come to in a reference SWF."""

from __future__ import annotations

import json
import re
from typing import Any

from reference_state import ANY, ReferenceState, Wire, of, some, told

CLOSE_STATUSES = {
    "CompleteWorkflowExecution": ("WorkflowExecutionCompleted", "COMPLETED"),
    "FailWorkflowExecution": ("WorkflowExecutionFailed", "FAILED"),
    "CancelWorkflowExecution": ("WorkflowExecutionCanceled", "CANCELED"),
}
WORKFLOW_DEFAULTS = (
    "executionStartToCloseTimeout",
    "taskList",
    "taskStartToCloseTimeout",
    "childPolicy",
)
ACTIVITY_DEFAULTS = (
    "taskList",
    "scheduleToStartTimeout",
    "scheduleToCloseTimeout",
    "startToCloseTimeout",
    "heartbeatTimeout",
)


def constant(name: str) -> str:
    """Return scheduleToStartTimeout as SCHEDULE_TO_START_TIMEOUT."""
    return re.sub("(?=[A-Z])", "_", name).upper()


class ReferenceDecisions(ReferenceState):
    """The 13 decisions; each `decide_` tells whether its decision was carried out."""

    def resolved(
        self, given: Wire, defaults: Wire, members: tuple[str, ...]
    ) -> tuple[Wire, list[str]]:
        """Return what was given or is the type's default, and the members that are neither."""
        values = {}
        for name in (*members, "taskPriority", "lambdaRole"):
            suffix = name[0].upper() + name[1:]
            default = defaults.get(f"default{suffix}", defaults.get(f"defaultTask{suffix}"))
            values.update(told(**{name: given.get(name, default)}))
        return values, [name for name in members if name not in values]

    def refuse(self, run: Wire, event_type: str, decided: int, cause: str, **more: Any) -> bool:
        """Record that a decision failed, and return False."""
        self.record(run, event_type, cause=cause, decisionTaskCompletedEventId=decided, **more)
        return False

    def decide_close(self, run: Wire, kind: str, given: Wire, decided: int) -> bool:
        if self.scheduled_decision(run) is not None:
            return self.refuse(run, f"{kind}Failed", decided, "UNHANDLED_DECISION")
        if kind == "ContinueAsNewWorkflowExecution":
            return self.continue_as_new(run, given, decided)
        event_type, status = CLOSE_STATUSES[kind]
        self.record(run, event_type, decisionTaskCompletedEventId=decided, **given)
        self.close(run, status, given)
        return True

    def resolved_type(self, run: Wire, workflow_type: Wire, given: Wire) -> tuple[Wire, list[str]]:
        """Return the values for a new execution and the causes for which it cannot be."""
        key = (run["domain"], "WorkflowType", workflow_type["name"], workflow_type["version"])
        if key not in self.types:
            return {}, ["WORKFLOW_TYPE_DOES_NOT_EXIST"]
        if self.is_deprecated(key):
            return {}, ["WORKFLOW_TYPE_DEPRECATED"]
        values, undefined = self.resolved(given, self.types[key]["defaults"], WORKFLOW_DEFAULTS)
        return values, [f"DEFAULT_{constant(name)}_UNDEFINED" for name in undefined]

    def continue_as_new(self, run: Wire, given: Wire, decided: int) -> bool:
        workflow_type = dict(run["started"]["workflowType"])
        workflow_type["version"] = given.get("workflowTypeVersion", workflow_type["version"])
        values, causes = self.resolved_type(run, workflow_type, given)
        if causes:
            kind = "ContinueAsNewWorkflowExecutionFailed"
            return self.refuse(run, kind, decided, causes[0])
        values = {**values, "workflowType": workflow_type, **some(given, "input", "tagList")}
        new_run_id = self.new_run_id()
        self.record(
            run,
            "WorkflowExecutionContinuedAsNew",
            decisionTaskCompletedEventId=decided,
            newExecutionRunId=new_run_id,
            **values,
        )
        self.close(run, "CONTINUED_AS_NEW", {})
        self.start_next(run, new_run_id, values)
        return True

    def start_next(self, run: Wire, run_id: str, values: Wire) -> None:
        started = {**values, "continuedExecutionRunId": run["runId"]}
        new = self.begin(run["domain"], run["workflowId"], run_id, started, run["parent"])
        if run["parent"] is not None:
            parent, initiated = run["parent"]
            if initiated in parent["open"]:
                parent["open"][initiated]["run"] = new

    # Activity tasks

    def named_entity(self, run: Wire, kind: str, name: str) -> tuple[int, Wire] | None:
        """Return what is open of this kind and name, with the id of its first event."""
        for event_id, entity in run["open"].items():
            if entity["kind"] == kind and entity.get("name") == name:
                return event_id, entity
        return None

    def full(self, run: Wire, kind: str) -> bool:
        """Tell whether no more of this kind may be open in a run."""
        kinds = [entity["kind"] for entity in run["open"].values()]
        return kinds.count(kind) >= self.limits[kind]

    def decide_ScheduleActivityTask(self, run: Wire, given: Wire, decided: int) -> bool:  # noqa: N802
        named = given["activityType"]
        key = (run["domain"], "ActivityType", named["name"], named["version"])
        values: Wire = {}
        undefined: list[str] = []
        if key in self.types:
            defaults = self.types[key]["defaults"]
            values, undefined = self.resolved(given, defaults, ACTIVITY_DEFAULTS)
        if key not in self.types:
            cause = "ACTIVITY_TYPE_DOES_NOT_EXIST"
        elif self.is_deprecated(key):
            cause = "ACTIVITY_TYPE_DEPRECATED"
        elif self.named_entity(run, "activity", given["activityId"]):
            cause = "ACTIVITY_ID_ALREADY_IN_USE"
        elif self.full(run, "activity"):
            cause = "OPEN_ACTIVITIES_LIMIT_EXCEEDED"
        elif undefined:
            cause = f"DEFAULT_{constant(undefined[0])}_UNDEFINED"
        else:
            self.schedule_activity(run, given, values, decided)
            return True
        names = some(given, "activityType", "activityId")
        return self.refuse(run, "ScheduleActivityTaskFailed", decided, cause, **names)

    def schedule_activity(self, run: Wire, given: Wire, values: Wire, decided: int) -> None:
        event_id = self.record(
            run,
            "ActivityTaskScheduled",
            decisionTaskCompletedEventId=decided,
            **some(given, "activityType", "activityId", "control", "input"),
            **values,
        )
        self.queue(run, event_id, "activity", values["taskList"], values.get("taskPriority"))
        run["open"][event_id].update(
            name=given["activityId"],
            given=given,
            values=values,
            heartbeat=None,
            cancelId=None,
            due=self.after(
                SCHEDULE_TO_START=values["scheduleToStartTimeout"],
                SCHEDULE_TO_CLOSE=values["scheduleToCloseTimeout"],
            ),
        )

    def cancel_activity(self, run: Wire, entity: Wire, more: Wire) -> None:
        if entity["id"] in run["open"]:
            latest = entity["cancelId"]
            self.close_activity(
                run, entity, "Canceled", latestCancelRequestedEventId=latest, **more
            )

    def time_out_activity(self, run: Wire, event_id: int, kind: str) -> None:
        entity = run["open"][event_id]
        self.close_activity(run, entity, "TimedOut", timeoutType=kind, details=entity["heartbeat"])

    def decide_RequestCancelActivityTask(self, run: Wire, given: Wire, decided: int) -> bool:  # noqa: N802
        found = self.named_entity(run, "activity", given["activityId"])
        if found is None:
            kind = "RequestCancelActivityTaskFailed"
            return self.refuse(run, kind, decided, "ACTIVITY_ID_UNKNOWN", **given)
        entity = found[1]
        entity["cancelId"] = self.record(
            run, "ActivityTaskCancelRequested", decisionTaskCompletedEventId=decided, **given
        )
        if not entity["startedId"]:
            self.later.append((self.cancel_activity, run, entity, {}))
        return True

    # Timers and markers

    def decide_StartTimer(self, run: Wire, given: Wire, decided: int) -> bool:  # noqa: N802
        names = some(given, "timerId")
        if self.named_entity(run, "timer", given["timerId"]):
            cause = "TIMER_ID_ALREADY_IN_USE"
            return self.refuse(run, "StartTimerFailed", decided, cause, **names)
        if self.full(run, "timer"):
            cause = "OPEN_TIMERS_LIMIT_EXCEEDED"
            return self.refuse(run, "StartTimerFailed", decided, cause, **names)
        event_id = self.record(run, "TimerStarted", decisionTaskCompletedEventId=decided, **given)
        due = self.after(FIRE=given["startToFireTimeout"])
        run["open"][event_id] = {"kind": "timer", "name": given["timerId"], "due": due}
        return True

    def time_out_timer(self, run: Wire, event_id: int, _kind: str) -> None:
        name = run["open"][event_id]["name"]
        self.record(run, "TimerFired", timerId=name, startedEventId=event_id)
        del run["open"][event_id]
        self.need_decision(run)

    def decide_CancelTimer(self, run: Wire, given: Wire, decided: int) -> bool:  # noqa: N802
        found = self.named_entity(run, "timer", given["timerId"])
        if found is None:
            return self.refuse(run, "CancelTimerFailed", decided, "TIMER_ID_UNKNOWN", **given)
        self.record(
            run,
            "TimerCanceled",
            decisionTaskCompletedEventId=decided,
            startedEventId=found[0],
            **given,
        )
        del run["open"][found[0]]
        return True

    def decide_RecordMarker(self, run: Wire, given: Wire, decided: int) -> bool:  # noqa: N802
        self.record(run, "MarkerRecorded", decisionTaskCompletedEventId=decided, **given)
        return True

    # Children

    def decide_StartChildWorkflowExecution(self, run: Wire, given: Wire, decided: int) -> bool:  # noqa: N802
        values, causes = self.resolved_type(run, given["workflowType"], given)
        named = some(given, "workflowType", "workflowId", "control")
        unknown = ["WORKFLOW_TYPE_DOES_NOT_EXIST"], ["WORKFLOW_TYPE_DEPRECATED"]
        coming = sum(one[0] == self.start_child for one in self.later)
        if causes not in unknown and self.full(run, "child"):
            causes = ["OPEN_CHILDREN_LIMIT_EXCEEDED"]
        elif causes not in unknown and self.crowded(run["domain"], coming):
            causes = ["OPEN_WORKFLOWS_LIMIT_EXCEEDED"]
        if causes:
            kind = "StartChildWorkflowExecutionFailed"
            return self.refuse(run, kind, decided, causes[0], initiatedEventId=0, **named)
        event_id = self.record(
            run,
            "StartChildWorkflowExecutionInitiated",
            decisionTaskCompletedEventId=decided,
            **named,
            **some(given, "input", "tagList"),
            **values,
        )
        run["open"][event_id] = entity = {
            "kind": "child",
            "workflowType": given["workflowType"],
            "startedId": 0,
            "run": None,
            "due": {},
        }
        started = {**values, **some(given, "workflowType", "input", "tagList")}
        self.later.append((self.start_child, run, event_id, entity, started, named, decided))
        return True

    def start_child(
        self, run: Wire, initiated: int, entity: Wire, started: Wire, named: Wire, decided: int
    ) -> None:
        if self.open_run(run["domain"], named["workflowId"]) is None:
            workflow_id, run_id = named["workflowId"], self.new_run_id()
            child = self.begin(run["domain"], workflow_id, run_id, started, (run, initiated))
            entity["run"] = child
            if run["closeStatus"] is None:
                entity["startedId"] = self.record(
                    run,
                    "ChildWorkflowExecutionStarted",
                    workflowExecution=of(child),
                    workflowType=started["workflowType"],
                    initiatedEventId=initiated,
                )
        elif run["closeStatus"] is None:
            kind, cause = "StartChildWorkflowExecutionFailed", "WORKFLOW_ALREADY_RUNNING"
            self.refuse(run, kind, decided, cause, initiatedEventId=initiated, **named)
            del run["open"][initiated]
        self.need_decision(run)

    # Other executions

    def decide_SignalExternalWorkflowExecution(self, run: Wire, given: Wire, decided: int) -> bool:  # noqa: N802
        kind = "SignalExternalWorkflowExecution"
        done = "ExternalWorkflowExecutionSignaled"
        return self.reach_out(run, given, decided, (kind, done, self.signal))

    def decide_RequestCancelExternalWorkflowExecution(  # noqa: N802
        self, run: Wire, given: Wire, decided: int
    ) -> bool:
        def cancel(target: Wire, _given: Wire, source: Wire, initiated: int) -> None:
            self.request_cancel(target, source, initiated)

        kind = "RequestCancelExternalWorkflowExecution"
        done = "ExternalWorkflowExecutionCancelRequested"
        return self.reach_out(run, given, decided, (kind, done, cancel))

    def reach_out(self, run: Wire, given: Wire, decided: int, how: Any) -> bool:
        kind, _, _ = how
        event_id = self.record(
            run, f"{kind}Initiated", decisionTaskCompletedEventId=decided, **given
        )
        self.later.append((self.reach, run, event_id, given, decided, how))
        return True

    def reach(self, run: Wire, initiated: int, given: Wire, decided: int, how: Any) -> None:
        kind, done, act = how
        target = self.open_run(run["domain"], given["workflowId"], given.get("runId"))
        if target is not None:
            self.attempt(act, target, given, run, initiated)
        if run["closeStatus"] is not None:
            return
        if target is not None:
            self.record(run, done, workflowExecution=of(target), initiatedEventId=initiated)
        else:
            names = some(given, "workflowId", "runId", "control")
            cause = "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"
            self.refuse(run, f"{kind}Failed", decided, cause, initiatedEventId=initiated, **names)
        self.need_decision(run)

    # Lambda tasks

    def decide_ScheduleLambdaFunction(self, run: Wire, given: Wire, decided: int) -> bool:  # noqa: N802
        cause = None
        if self.named_entity(run, "lambda", given["id"]):
            cause = "ID_ALREADY_IN_USE"
        elif self.full(run, "lambda"):
            cause = "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED"
        elif given["name"] not in self.functions:
            cause = "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION"
        if cause is not None:
            names = some(given, "id", "name")
            return self.refuse(run, "ScheduleLambdaFunctionFailed", decided, cause, **names)
        given = {"startToCloseTimeout": "900", **given}
        event_id = self.record(
            run, "LambdaFunctionScheduled", decisionTaskCompletedEventId=decided, **given
        )
        run["open"][event_id] = {"kind": "lambda", "name": given["id"], "due": {}, "given": given}
        self.later.append((self.start_lambda, run, event_id))
        return True

    def start_lambda(self, run: Wire, event_id: int) -> None:
        if run["closeStatus"] is not None:
            return
        entity = run["open"][event_id]
        if "lambdaRole" not in run["started"]:
            self.record(
                run,
                "StartLambdaFunctionFailed",
                scheduledEventId=event_id,
                cause="ASSUME_ROLE_FAILED",
                message=ANY,
            )
            del run["open"][event_id]
            self.need_decision(run)
            return
        entity["startedId"] = self.record(run, "LambdaFunctionStarted", scheduledEventId=event_id)
        entity["due"] = self.after(START_TO_CLOSE=entity["given"]["startToCloseTimeout"])

        self.invoked.append((run, event_id, entity["given"]))

    def run_functions(self) -> None:
        """Run the functions of Lambda tasks that have started, and record how they end."""
        while self.invoked:
            run, event_id, given = self.invoked.pop(0)
            event = json.loads(given["input"]) if "input" in given else None
            outcome = self.outcome(self.functions[given["name"]], event)
            if event_id in run["open"]:  # it may have timed out meanwhile
                kind = "Completed" if "result" in outcome else "Failed"
                self.moment += 1
                self.attempt(self.return_lambda, run, event_id, kind, outcome)
            self.deliver()
            self.advance(0)

    @staticmethod
    def outcome(function: Any, event: Any) -> Wire:
        try:
            return {"result": json.dumps(function(event))}
        except ArithmeticError as error:
            return {"reason": type(error).__name__, "details": ANY}

    def return_lambda(self, run: Wire, event_id: int, outcome: str, more: Wire) -> None:
        """Let a Lambda task end: Completed, Failed or TimedOut."""
        self.record(
            run,
            f"LambdaFunction{outcome}",
            scheduledEventId=event_id,
            startedEventId=run["open"][event_id]["startedId"],
            **more,
        )
        del run["open"][event_id]
        self.need_decision(run)

    def time_out_lambda(self, run: Wire, event_id: int, kind: str) -> None:
        self.return_lambda(run, event_id, "TimedOut", {"timeoutType": kind})
