"""Amazon SWF in dicts and lists: what the embedded engine is compared with, call by call.

It is as short as the rules allow, slow, and keeps everything in memory. Requests and replies are
those of the wire; `Refused` is a fault, its message None where SWF's words are not known.
Times are milliseconds since the epoch within, seconds on the wire.
"""

from __future__ import annotations

import re
from typing import Any

from reference_decisions import CLOSE_STATUSES, WORKFLOW_DEFAULTS, ReferenceDecisions
from reference_rules import Refused, cleaned, refuse_invalid
from reference_state import TypeName, Wire, of, some, told

OF_TYPES = re.compile(
    "(Register|Deprecate|Undeprecate|Delete|Describe|List)(Workflow|Activity)Types?"
)
ARN = "arn:aws:swf:us-east-1:123456789012:/domain/"


class ReferenceSWF(ReferenceDecisions):
    """A whole SWF: `call` performs an operation, `advance` lets time pass."""

    def call(self, operation: str, params: Wire) -> Wire:
        """Return the reply, {} where there is none; raise Refused."""
        self.moment += 1
        request = cleaned(operation, params)
        refuse_invalid(operation, request)
        if "domain" in request and request["domain"] not in self.domains:
            raise Refused("UnknownResourceFault", f"Unknown domain: {request['domain']}")
        of_types = OF_TYPES.fullmatch(operation)
        if of_types:
            return getattr(self, f"{of_types[1].lower()}_type")(f"{of_types[2]}Type", request) or {}
        reply = self.attempt(getattr(self, operation), request) or {}
        self.deliver()
        self.advance(0)  # what is to happen at once
        self.run_functions()
        return reply

    # Domains

    def domain_info(self, name: str) -> Wire:
        domain = self.domains[name]
        return {
            "name": name,
            "status": "DEPRECATED" if domain["deprecated"] else "REGISTERED",
            "arn": ARN + name,
            **some(domain, "description"),
        }

    def known_domain(self, name: str) -> Wire:
        if name not in self.domains:
            raise Refused("UnknownResourceFault", f"Unknown domain: {name}")
        return self.domains[name]

    def RegisterDomain(self, given: Wire) -> None:  # noqa: N802
        if given["name"] in self.domains:
            raise Refused("DomainAlreadyExistsFault", given["name"])
        self.domains[given["name"]] = {
            **some(given, "description"),
            "retention": given["workflowExecutionRetentionPeriodInDays"],
            "deprecated": False,
            "tags": {tag["key"]: tag.get("value", "") for tag in given.get("tags", [])},
        }

    def DeprecateDomain(self, given: Wire) -> None:  # noqa: N802
        domain = self.known_domain(given["name"])
        if domain["deprecated"]:
            raise Refused("DomainDeprecatedFault", given["name"])
        domain["deprecated"] = True
        domain["deprecatedAt"] = self.now

    def UndeprecateDomain(self, given: Wire) -> None:  # noqa: N802
        domain = self.known_domain(given["name"])
        if not domain["deprecated"]:
            raise Refused("DomainAlreadyExistsFault", given["name"])
        domain["deprecated"] = False

    def DescribeDomain(self, given: Wire) -> Wire:  # noqa: N802
        domain = self.known_domain(given["name"])
        return {
            "domainInfo": self.domain_info(given["name"]),
            "configuration": {"workflowExecutionRetentionPeriodInDays": domain["retention"]},
        }

    def ListDomains(self, given: Wire) -> Wire:  # noqa: N802
        infos = [self.domain_info(name) for name in sorted(self.domains)]
        found = [info for info in infos if info["status"] == given["registrationStatus"]]
        return self.page("domainInfos", found, given)

    def tags(self, given: Wire) -> dict[str, str]:
        name = given["resourceArn"].removeprefix(ARN)
        if name == given["resourceArn"] or name not in self.domains:
            raise Refused("UnknownResourceFault", None)
        tags: dict[str, str] = self.domains[name]["tags"]
        return tags

    def TagResource(self, given: Wire) -> None:  # noqa: N802
        tags = self.tags(given)
        new = {tag["key"]: tag.get("value", "") for tag in given["tags"]}
        if len({**tags, **new}) > 50:
            raise Refused("TooManyTagsFault", None)
        tags.update(new)

    def UntagResource(self, given: Wire) -> None:  # noqa: N802
        tags = self.tags(given)
        for key in given["tagKeys"]:
            tags.pop(key, None)

    def ListTagsForResource(self, given: Wire) -> Wire:  # noqa: N802
        tags = self.tags(given)
        return {"tags": [{"key": key, "value": tags[key]} for key in sorted(tags)]}

    # Types: the two kinds differ in their names only

    def register_type(self, kind: str, given: Wire) -> None:
        if self.domains[given["domain"]]["deprecated"]:
            raise Refused("UnknownResourceFault", f"Unknown domain: {given['domain']}")
        key = (given["domain"], kind, given["name"], given["version"])
        if key in self.types:
            raise Refused("TypeAlreadyExistsFault", self.named(key))
        self.types[key] = {
            **some(given, "description"),
            "createdAt": self.now,
            "deprecatedAt": None,
            "defaults": {name: given[name] for name in given if name.startswith("default")},
        }

    @staticmethod
    def named(key: TypeName) -> str:
        return f"{key[1]}=[name={key[2]}, version={key[3]}]"

    def find_type(self, kind: str, given: Wire) -> tuple[TypeName, Wire]:
        named = given[kind[0].lower() + kind[1:]]
        key = (given["domain"], kind, named["name"], named["version"])
        if key not in self.types:
            raise Refused("UnknownResourceFault", f"Unknown type: {self.named(key)}")
        return key, self.types[key]

    def deprecate_type(self, kind: str, given: Wire) -> None:
        key, found = self.find_type(kind, given)
        if self.is_deprecated(key):
            raise Refused("TypeDeprecatedFault", self.named(key))
        found["deprecatedAt"] = self.now

    def undeprecate_type(self, kind: str, given: Wire) -> None:
        key, found = self.find_type(kind, given)
        if found["deprecatedAt"] is None:
            raise Refused("TypeAlreadyExistsFault", self.named(key))
        found["deprecatedAt"] = None

    def delete_type(self, kind: str, given: Wire) -> None:
        key, _ = self.find_type(kind, given)
        if not self.is_deprecated(key):
            raise Refused("TypeNotDeprecatedFault", self.named(key))
        del self.types[key]

    def type_info(self, key: TypeName) -> Wire:
        found = self.types[key]
        info = {
            key[1][0].lower() + key[1][1:]: {"name": key[2], "version": key[3]},
            "status": "DEPRECATED" if self.is_deprecated(key) else "REGISTERED",
            "creationDate": found["createdAt"] / 1000,
            **some(found, "description"),
        }
        since = found["deprecatedAt"]
        if since is None and self.domains[key[0]]["deprecated"]:
            since = self.domains[key[0]]["deprecatedAt"]
        return info if since is None else {**info, "deprecationDate": since / 1000}

    def describe_type(self, kind: str, given: Wire) -> Wire:
        key, found = self.find_type(kind, given)
        return {"typeInfo": self.type_info(key), "configuration": found["defaults"]}

    def list_type(self, kind: str, given: Wire) -> Wire:
        keys = sorted(key for key in self.types if key[:2] == (given["domain"], kind))
        infos = [self.type_info(key) for key in keys if given.get("name", key[2]) == key[2]]
        found = [info for info in infos if info["status"] == given["registrationStatus"]]
        return self.page("typeInfos", found, given)

    # Executions

    def StartWorkflowExecution(self, given: Wire) -> Wire:  # noqa: N802
        key, found = self.find_type("WorkflowType", given)
        if self.is_deprecated(key):
            raise Refused("TypeDeprecatedFault", self.named(key))
        values, undefined = self.resolved(given, found["defaults"], WORKFLOW_DEFAULTS)
        if undefined:
            raise Refused("DefaultUndefinedFault", undefined[0])
        if self.open_run(given["domain"], given["workflowId"]):
            raise Refused("WorkflowExecutionAlreadyStartedFault", "Already Started")
        if self.crowded(given["domain"]):
            raise Refused("LimitExceededFault", None)
        run = self.begin(
            given["domain"],
            given["workflowId"],
            self.new_run_id(),
            {**some(given, "workflowType", "input", "tagList"), **values},
        )
        return {"runId": run["runId"]}

    def addressed(self, given: Wire) -> Wire:
        """Return the open run that a request names, or refuse."""
        run = self.open_run(given["domain"], given["workflowId"], given.get("runId"))
        if run is None:
            raise self.unknown(given["workflowId"], given.get("runId"))
        return run

    def visible(self, run: Wire) -> bool:
        """Tell whether the retention of its domain keeps a run."""
        return not run["purged"]

    def found(self, given: Wire) -> Wire:
        """Return the run that a request names exactly, or refuse."""
        named = given["execution"]
        for run in self.runs:
            if run["domain"] == given["domain"] and of(run) == named and self.visible(run):
                return run
        raise self.unknown(named["workflowId"], named["runId"])

    def info(self, run: Wire) -> Wire:
        closed = run["closedAt"]
        return {
            "execution": of(run),
            "workflowType": run["started"]["workflowType"],
            "startTimestamp": run["startedAt"] / 1000,
            "executionStatus": "OPEN" if run["closeStatus"] is None else "CLOSED",
            "cancelRequested": run["cancelRequested"],
            **told(
                closeTimestamp=None if closed is None else closed / 1000,
                closeStatus=run["closeStatus"],
                parent=of(run["parent"][0]) if run["parent"] else None,
                tagList=run["started"].get("tagList"),
            ),
        }

    def DescribeWorkflowExecution(self, given: Wire) -> Wire:  # noqa: N802
        run = self.found(given)
        latest = run["activityAt"]
        return {
            "executionInfo": self.info(run),
            "executionConfiguration": some(
                run["started"], *WORKFLOW_DEFAULTS, "taskPriority", "lambdaRole"
            ),
            "openCounts": self.counts(run),
            **told(
                latestActivityTaskTimestamp=None if latest is None else latest / 1000,
                latestExecutionContext=run["context"],
            ),
        }

    def GetWorkflowExecutionHistory(self, given: Wire) -> Wire:  # noqa: N802
        return self.page("events", self.found(given)["events"], given)

    def SignalWorkflowExecution(self, given: Wire) -> None:  # noqa: N802
        self.signal(self.addressed(given), given)

    def RequestCancelWorkflowExecution(self, given: Wire) -> None:  # noqa: N802
        self.request_cancel(self.addressed(given))

    def TerminateWorkflowExecution(self, given: Wire) -> None:  # noqa: N802
        self.terminate(self.addressed(given), given, "OPERATOR_INITIATED")

    # Visibility

    def listed(self, given: Wire, *, closed: bool) -> list[Wire]:
        """Return the runs that the filters leave, latest first."""
        at = "closedAt" if "closeTimeFilter" in given else "startedAt"
        bounds = given.get("closeTimeFilter") or given["startTimeFilter"]
        named = given.get("executionFilter", {}).get("workflowId")
        typed = given.get("typeFilter", {})
        tag = given.get("tagFilter", {}).get("tag")
        status = given.get("closeStatusFilter", {}).get("status")
        found = [
            run
            for run in self.runs
            if run["domain"] == given["domain"]
            and (run["closeStatus"] is not None) == closed
            and self.visible(run)
            and bounds["oldestDate"] <= run[at] / 1000 <= bounds.get("latestDate", float("inf"))
            and named in (None, run["workflowId"])
            and typed.items() <= run["started"]["workflowType"].items()
            and (tag is None or tag in run["started"].get("tagList", ()))
            and status in (None, run["closeStatus"])
        ]
        return sorted(found, key=lambda run: (run[at], run["number"]), reverse=True)

    def ListOpenWorkflowExecutions(self, given: Wire) -> Wire:  # noqa: N802
        runs = self.listed(given, closed=False)
        return self.page("executionInfos", [self.info(run) for run in runs], given)

    def ListClosedWorkflowExecutions(self, given: Wire) -> Wire:  # noqa: N802
        runs = self.listed(given, closed=True)
        return self.page("executionInfos", [self.info(run) for run in runs], given)

    def CountOpenWorkflowExecutions(self, given: Wire) -> Wire:  # noqa: N802
        return {"count": len(self.listed(given, closed=False)), "truncated": False}

    def CountClosedWorkflowExecutions(self, given: Wire) -> Wire:  # noqa: N802
        return {"count": len(self.listed(given, closed=True)), "truncated": False}

    def page(self, name: str, items: list[Any], given: Wire, head: Wire | None = None) -> Wire:
        """Return one page of a list that nobody changes between two pages."""
        items = items[::-1] if given.get("reverseOrder") else items
        start = 0
        if "nextPageToken" in given:
            if given["nextPageToken"] not in self.pages:
                raise Refused("ValidationException", "Invalid token")
            start = self.pages[given["nextPageToken"]][1]
        end = start + (given.get("maximumPageSize") or 1000)
        reply = {**(head or {}), name: items[start:end]}
        if end < len(items):
            token = reply["nextPageToken"] = f"page-{len(self.pages)}"
            self.pages[token] = (head, end)
        return reply

    # Decision tasks

    def waiting(self, kind: str, given: Wire) -> list[tuple[Wire, Wire]]:
        """Return the tasks of a task list that are not started, each with its run.

        Higher priority goes first, then who has been in line longer. Of equals those come first
        whose histories are full, where that has closed them elsewhere, and then who is wanted.
        """

        def place(found: tuple[Wire, Wire]) -> tuple[int, int, bool, bool]:
            run, entity = found
            tried = len(run["events"]) + 1 >= self.limits["event"] and self.is_closed(run)
            wanted = self.wanted in ((run["runId"], entity.get("name")), (run["runId"], None))
            return -entity["priority"], entity["since"], not tried, not wanted

        found = [
            (run, entity)
            for run in self.runs
            if run["domain"] == given["domain"]
            for entity in run["open"].values()
            if entity["kind"] == kind
            and not entity["startedId"]
            and entity["taskList"] == given["taskList"]["name"]
        ]
        return sorted(found, key=place)

    def CountPendingDecisionTasks(self, given: Wire) -> Wire:  # noqa: N802
        return {"count": len(self.waiting("decision", given)), "truncated": False}

    def CountPendingActivityTasks(self, given: Wire) -> Wire:  # noqa: N802
        return {"count": len(self.waiting("activity", given)), "truncated": False}

    def PollForDecisionTask(self, given: Wire) -> Wire:  # noqa: N802
        if "nextPageToken" in given:
            head, _ = self.pages[given["nextPageToken"]]
            run, entity = self.tokens[head["taskToken"]]
            if entity["id"] not in run["open"]:
                return {"previousStartedEventId": 0, "startedEventId": 0}
        else:
            found = self.next_decision(given)
            if found is None:
                return {"previousStartedEventId": 0, "startedEventId": 0}
            run, entity = found
            head = {
                "taskToken": self.token(run, entity),
                "startedEventId": entity["startedId"],
                "previousStartedEventId": run["answered"],
                "workflowExecution": of(run),
                "workflowType": run["started"]["workflowType"],
            }
        first = entity["previous"] if given.get("startAtPreviousStartedEvent") else 1
        return self.page("events", run["events"][first - 1 : entity["startedId"]], given, head)

    def next_decision(self, given: Wire) -> tuple[Wire, Wire] | None:
        """Start the decision task whose turn it is; return it with its run."""
        for run, entity in self.waiting("decision", given):
            started = [
                one
                for one in run["open"].values()
                if one["kind"] == "decision" and one["startedId"]
            ]
            if started:
                continue
            if self.attempt(self.start_decision, run, entity, given.get("identity")):
                return run, entity
            self.deliver()
            return self.next_decision(given)
        return None

    def start_decision(self, run: Wire, entity: Wire, identity: str | None) -> bool:
        starts = [one for one in run["events"] if one["eventType"] == "DecisionTaskStarted"]
        entity["previous"] = starts[-1]["eventId"] if starts else 1
        entity["startedId"] = self.record(
            run, "DecisionTaskStarted", scheduledEventId=entity["id"], identity=identity
        )
        timeout = run["started"]["taskStartToCloseTimeout"]
        entity["due"] = self.after(START_TO_CLOSE=timeout)
        return True

    def token(self, run: Wire, entity: Wire) -> str:
        token = f"token-{len(self.tokens)}"
        self.tokens[token] = (run, entity)
        return token

    def held(self, given: Wire, kind: str, name: str) -> tuple[Wire, Wire]:
        """Return the run and the open task that a token names, or refuse."""
        run, entity = self.tokens.get(given["taskToken"], ({}, {"kind": None}))
        if entity["kind"] != kind or run["purged"]:
            raise Refused("ValidationException", "Invalid token")
        if run["closeStatus"] is not None:
            raise self.unknown(run["workflowId"], run["runId"])
        if entity["id"] not in run["open"]:
            message = f"Unknown {name}, scheduledEventId = {entity['id']}"
            raise Refused("UnknownResourceFault", message)
        return run, entity

    def RespondDecisionTaskCompleted(self, given: Wire) -> None:  # noqa: N802
        run, entity = self.held(given, "decision", "decision task")
        decided = self.record(
            run,
            "DecisionTaskCompleted",
            scheduledEventId=entity["id"],
            startedEventId=entity["startedId"],
            **some(given, "executionContext", "taskList", "taskListScheduleToStartTimeout"),
        )
        del run["open"][entity["id"]]
        self.free(run)
        run["context"] = given.get("executionContext", run["context"])
        run["answered"] = entity["startedId"]
        if "taskList" in given:
            timeout = given.get("taskListScheduleToStartTimeout")
            run["override"] = {"taskList": given["taskList"], "timeout": timeout}
        failed = False
        for decision in given.get("decisions", []):
            kind = decision["decisionType"]
            attributes = decision.get(f"{kind[0].lower()}{kind[1:]}DecisionAttributes", {})
            if kind in CLOSE_STATUSES or kind == "ContinueAsNewWorkflowExecution":
                failed |= not self.decide_close(run, kind, attributes, decided)
            else:
                failed |= not getattr(self, f"decide_{kind}")(run, attributes, decided)
        if failed:
            self.need_decision(run)

    # Activity tasks

    def PollForActivityTask(self, given: Wire) -> Wire:  # noqa: N802
        waiting = self.waiting("activity", given)
        if not waiting:
            return {"startedEventId": 0}
        run, entity = waiting[0]
        if not self.attempt(self.start_activity, run, entity, given.get("identity")):
            self.deliver()
            return self.PollForActivityTask(given)
        return {
            "taskToken": self.token(run, entity),
            "startedEventId": entity["startedId"],
            "workflowExecution": of(run),
            **some(entity["given"], "activityId", "activityType", "input"),
        }

    def start_activity(self, run: Wire, entity: Wire, identity: str | None) -> bool:
        entity["startedId"] = self.record(
            run, "ActivityTaskStarted", scheduledEventId=entity["id"], identity=identity
        )
        values = entity["values"]
        entity["due"].pop("SCHEDULE_TO_START", None)
        entity["due"].update(
            self.after(
                START_TO_CLOSE=values["startToCloseTimeout"], HEARTBEAT=values["heartbeatTimeout"]
            )
        )
        return True

    def RecordActivityTaskHeartbeat(self, given: Wire) -> Wire:  # noqa: N802
        _, entity = self.held(given, "activity", "activity")
        entity["heartbeat"] = given.get("details", entity["heartbeat"])
        entity["due"].update(self.after(HEARTBEAT=entity["values"]["heartbeatTimeout"]))
        return {"cancelRequested": entity["cancelId"] is not None}

    def RespondActivityTaskCompleted(self, given: Wire) -> None:  # noqa: N802
        run, entity = self.held(given, "activity", "activity")
        self.close_activity(run, entity, "Completed", **some(given, "result"))

    def RespondActivityTaskFailed(self, given: Wire) -> None:  # noqa: N802
        run, entity = self.held(given, "activity", "activity")
        self.close_activity(run, entity, "Failed", **some(given, "reason", "details"))

    def RespondActivityTaskCanceled(self, given: Wire) -> None:  # noqa: N802
        run, entity = self.held(given, "activity", "activity")
        self.cancel_activity(run, entity, some(given, "details"))
